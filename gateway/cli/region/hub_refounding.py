"""`safelane hub refound`: the hub's disk is lost, and its log goes on."""

from pathlib import Path

import click

from gateway.bootstrap.setup.at_rest import Said
from gateway.bootstrap.setup.refounding import Refounding, refound
from gateway.cli.common import options
from gateway.cli.common.at_rest import encrypted_at_rest
from gateway.cli.common.progress import building

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="refound")
@click.argument("mirrors", nargs=-1, required=True, type=FOLDER)
@options.own_directory
@click.option(
    "--log-key",
    "log_keys",
    multiple=True,
    required=True,
    help="Key of the regional log, from hub_log_key of a node, compared by telephone; repeated, any of them.",
)
@click.option(
    "--keys", type=FOLDER, help="The hub's folder keys/ from a backup. Without it new keys must take over."
)
@click.option(
    "--without",
    multiple=True,
    metavar="MEMBER",
    help="Do not wait for this member, which has said by telephone that it has seen no more.",
)
@click.option(
    "--listen", default="127.0.0.1:0", show_default=True, help="HOST:PORT; port 0 for any free one."
)
@options.database
@encrypted_at_rest(beside=True)
def refound_hub(  # noqa: PLR0917 - one for each option
    mirrors: tuple[Path, ...],
    directory: Path,
    log_keys: tuple[str, ...],
    keys: Path | None,
    without: tuple[str, ...],
    listen: str,
    database: str,
    said: Said,
) -> None:
    """Found a hub whose disk is lost anew in an empty directory, from members' MIRRORS of its log.

    Each member writes its mirror with `safelane log mirror`. The longest is the log; members stay enrolled.
    Accounts, questions and releases are not in the log: people are invited anew, and ask anew.
    """
    known = Refounding(log_keys, keys, without, listen, database, said)
    with building("checking the mirrors"):
        done = refound(mirrors, directory, known)
    click.echo(f"{directory}: the hub of {done.origin}, {done.size} log entries, {', '.join(done.enrolled)}.")
    if done.awaited:
        click.echo(f"The log grows once these members have called: {', '.join(done.awaited)}.")
    if keys is None:
        click.echo(
            "The hub's keys are lost. Next: safelane log rotate-key --compromised, and as the page says."
        )
    else:
        click.echo("Then: safelane log rotate-witness-key, since what the hub has cosigned is forgotten.")

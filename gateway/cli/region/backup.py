"""`safelane backup`, `safelane restore`: saves a hub or a node whole, and restores a backup."""

from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.bootstrap.setup.at_rest import Said, check_backup
from gateway.bootstrap.setup.backup import Manifest, back_up, check, restore
from gateway.bootstrap.setup.layout import own_config
from gateway.bootstrap.setup.machine_state import note_backup
from gateway.bootstrap.upkeep.sealed_backup import back_up_sealed, opened_backup
from gateway.cli.common import options
from gateway.cli.common.at_rest import encrypted_at_rest, words_of_disk
from gateway.cli.common.progress import building
from gateway.cli.common.signers import passphrase_of

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--sealed",
    is_flag=True,
    help="Write one encrypted file instead, under a passphrase: asked for, or from SAFELANE_PASSPHRASE.",
)
@options.own_directory
@words_of_disk
def backup(target: Path, sealed: bool, directory: Path, said: Said) -> None:
    """Save a hub or a node in the new folder TARGET, and read the backup back. Serving may go on meanwhile.

    The backup holds all keys: seal it, and keep the passphrase elsewhere; or keep it on an encrypted disk,
    which is another one than the original's.
    """
    # Whoever does without for the original does without for its copy.
    if not sealed and not own_config(directory).unencrypted:
        check_backup(target.absolute().parent, said)
    secret = passphrase_of("this backup", new=True) if sealed else None
    with building("copying") as progress:

        def report(table: str, rows: int) -> None:
            progress(f"{table}: {rows} rows", 0.5)

        if secret is None:
            manifest = back_up(directory, target, report)
        else:
            manifest = back_up_sealed(directory, target, secret, report)
    note_backup(directory, manifest, sealed=sealed)
    click.echo(f"{target}: {_summary(manifest)}. {'Sealed, r' if sealed else 'R'}ead back and whole.")


@click.command(name="restore")
@click.argument("source", metavar="BACKUP", type=click.Path(exists=True, path_type=Path))
@click.option("--dir", "directory", type=FOLDER, help="Where to: a new or an empty directory.")
@options.database
@encrypted_at_rest(beside=True)
@click.option("--check", "only_check", is_flag=True, help="Read the backup back, and restore nothing.")
@click.option(
    "--lost-at",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="Of a node: since when it did nothing (UTC), such as 2026-11-30T11:40.",
)
def restore_command(  # noqa: PLR0917 - one for each option
    source: Path,
    directory: Path | None,
    database: str,
    only_check: bool,
    lost_at: datetime | None,
    said: Said,
) -> None:
    """Restore a BACKUP into an empty directory, also from SQLite to PostgreSQL.

    The log does not grow before every witness has confirmed that it has seen no more than the backup holds.
    """
    if directory is None and not only_check:
        raise click.UsageError("Name the directory with --dir, or say --check.")
    lost = None if lost_at is None else lost_at.replace(tzinfo=UTC)
    if source.is_dir():
        _restored(source, source, None if only_check else directory, (database, lost, said))
        return
    within = None if directory is None else directory.resolve().parent
    with opened_backup(source, passphrase_of("this backup"), within) as opened:
        _restored(opened, source, None if only_check else directory, (database, lost, said))


def _restored(
    opened: Path, source: Path, directory: Path | None, chosen: tuple[str, datetime | None, Said]
) -> None:
    """Restore a backup; without a directory only check the backup. `chosen`: the database, since when a
    node did nothing, and what is said of the disk.
    """
    database, lost_at, said = chosen
    if directory is None:
        click.echo(f"{source}: {_summary(check(opened))}. Whole.")
        return
    with building("copying") as progress:
        manifest = restore(
            opened,
            directory,
            database,
            lambda table, rows: progress(f"{table}: {rows} rows", 0.5),
            lost_at=lost_at,
            said=said,
        )
    click.echo(f"{directory}: {_summary(manifest)}. Serve it; the log grows once its witnesses were heard.")


def _summary(manifest: Manifest) -> str:
    what = "the hub of" if manifest.side == "hub" else "the node of"
    return f"{what} {manifest.name} as of {manifest.made_at}, {manifest.log_size} log entries"

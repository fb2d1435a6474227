"""`safelane log check`: everything that is kept of a log, hashed anew."""

from pathlib import Path

import click

from gateway.auditing.log_check import check_log
from gateway.cli.common import options
from gateway.cli.log.kept_log import LogCommandError, opened

MOST = 20
"""Damages that are named; of more, their number."""
SLOW = 20_000
"""Entries from which on progress is shown."""


@click.command("check")
@options.directory
def check(directory: Path) -> None:
    """Check every entry, hash, checkpoint and opening of the log; change nothing.

    A damaged log goes on serving what is whole, so that nobody notices. Exit code 6 where anything is
    damaged: each damage is said with its place. Also while everything is stopped.
    """
    with opened(directory) as found, found.kept.store.reading() as view:
        result = check_log(found.kept.log, view, _progress)
    for damage in result.damages[:MOST]:
        click.echo(f"damaged: {damage}", err=True)
    if result.damages:
        raise LogCommandError(
            f"The log of {result.entries} entries is damaged in {len(result.damages)} places.",
            remedy="Stop what writes to it, keep a copy for whoever looks into it, and restore the newest "
            "backup; members and witnesses know what it had said.",
        )
    what = f"{result.entries} entries, their hashes, {result.cosigned} cosigned checkpoints"
    click.echo(f"{found.kept.log.origin}: {what}, and all that opens them, are whole")


def _progress(done: int, of: int) -> None:
    if of >= SLOW:
        click.echo(f"\r{done} of {of} entries", nl=done == of, err=True)

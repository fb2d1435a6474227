"""`safelane log check`: everything that is kept of a log, hashed anew."""

from pathlib import Path

import click

from audit.log.storage_check import StorageCheck
from gateway.auditing.index_upkeep import differing_segments
from gateway.auditing.log_check import check_log
from gateway.auditing.ports import View
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.upkeep import check_progress
from gateway.bootstrap.upkeep.log_opening import demo_hub
from gateway.bootstrap.upkeep.log_reading import OpenedLog
from gateway.cli.common import options
from gateway.cli.log.kept_log import LogCommandError, opened

MOST = 20
"""Damages that are named; of more, their number."""
SLOW = 20_000
"""Entries from which on progress is shown."""


@click.command("check")
@options.directory
def check(directory: Path) -> None:
    """Check every entry, hash, checkpoint and opening of the log, and its search index; change nothing.

    A damaged log goes on serving what is whole, so that nobody notices. Exit code 6 where anything is
    damaged: each damage is said with its place. Also while everything is stopped. After Ctrl-C the next check
    goes on where this one stopped, within a day.
    """
    own = demo_hub(directory)
    with opened(directory) as found, found.kept.store.reading() as view:
        result = _checked(own, found, view)
        differing = () if result.damages else tuple(differing_segments(found.kept, view))
    for damage in result.damages[:MOST]:
        click.echo(f"damaged: {damage}", err=True)
    if result.damages:
        raise LogCommandError(
            f"The log of {result.entries} entries is damaged in {len(result.damages)} places.",
            remedy="Stop what writes to it, keep a copy for whoever looks into it, and restore the newest "
            "backup; members and witnesses know what it had said.",
        )
    if differing:
        for each in differing[:MOST]:
            click.echo(f"damaged: {each}", err=True)
        raise LogCommandError(
            "The log is whole, but its search index differs from it: searches may have left out entries.",
            remedy=f"Delete {Layout(own).log_index}, which is made again, and repeat searches that matter.",
        )
    what = f"{result.entries} entries, their hashes, {result.cosigned} cosigned checkpoints"
    click.echo(f"{found.kept.log.origin}: {what}, and all that opens them, are whole")


def _checked(directory: Path, found: OpenedLog, view: View) -> StorageCheck:
    """Check from where an interrupted check stopped, if there was one."""
    log, clock = found.kept.log, found.kept.clock
    hashed = check_progress.load(directory, log.origin, clock.now())
    if hashed.entries:
        click.echo(f"goes on after {hashed.entries} entries", err=True)
    try:
        result = check_log(log, view, _progress, hashed)
    except KeyboardInterrupt:
        if not found.writable or not hashed.entries:
            raise
        check_progress.save(directory, log.origin, hashed, clock.now())
        raise LogCommandError(
            f"Stopped after {hashed.entries} entries.", remedy="Run it again: it goes on from there."
        ) from None
    if found.writable:
        check_progress.forget(directory)
    return result


def _progress(done: int, of: int) -> None:
    if of >= SLOW:
        click.echo(f"\r{done} of {of} entries", nl=done == of, err=True)

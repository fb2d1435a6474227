"""`safelane log alerts` and `safelane log evidence`: findings of the monitor of a hub or a node."""

from pathlib import Path

import click

from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence import Evidence
from audit.reading.sentences import say_event
from gateway.auditing.refused_messages import kept_messages
from gateway.bootstrap.upkeep.evidence_files import write_evidence, write_refused
from gateway.bootstrap.upkeep.log_opening import demo_hub, open_view, open_watch
from gateway.cli.common import options
from gateway.watching.model import KeptAlert


@click.command()
@click.option("--all", "ended", is_flag=True, help="Also those that no longer hold.")
@options.directory
def alerts(ended: bool, directory: Path) -> None:
    """Show open alerts: old checkpoints, missing cosignatures, open ends, contradictions."""
    with open_watch(demo_hub(directory)) as watch:
        found = watch.alerts(ended=ended)
    for kept in found:
        click.echo(_line(kept))
    if not found:
        click.echo("No alerts.")


@click.command()
@options.directory
def evidence(directory: Path) -> None:
    """Write the evidence against other logs, and refused messages, into files, and show them.

    Each file holds two contradictory checkpoints with signatures of the same log, or a refused message with
    the log entry that commits to it. Anybody can check a file with the log's key, or with the sender's:
    python -m audit verify FILE --vkey VKEY
    """
    own = demo_hub(directory)
    with open_view(own) as view:
        bundles = view.watch.evidence()
        refused = list(kept_messages(view))
    for kept, path in zip(bundles, write_evidence(own, bundles), strict=True):
        bundle = Evidence.parse(kept.bundle)
        first, second = (Checkpoint.parse(note.text).size for note in (bundle.first, bundle.second))
        said = f"{kept.origin} signed size {first}, then size {second}"
        click.echo(f"{kept.found_at:%Y-%m-%d %H:%M:%S}Z  {kept.finding.value}: {said}")
        click.echo(f"  {path}")
    if not bundles:
        click.echo("No log was found to contradict itself.")
    for number, event, message in refused:
        click.echo(say_event(event))
        click.echo(f"  {write_refused(own, number, message)}")


def _line(kept: KeptAlert) -> str:
    alert = kept.alert
    until = "" if kept.ended is None else f" until {kept.ended:%Y-%m-%d %H:%M:%S}Z"
    numbers = f" [{', '.join(map(str, alert.entries))}]" if alert.entries else ""
    since = f"{kept.since:%Y-%m-%d %H:%M:%S}Z"
    return f"{since}{until}  {alert.kind}  {alert.about}: {alert.message}{numbers}"

"""`safelane log alerts` and `safelane log evidence`: findings of the monitor of a hub or a node."""

from pathlib import Path

import click

from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence import Evidence
from gateway.bootstrap.upkeep.evidence_files import write_evidence
from gateway.bootstrap.upkeep.log_opening import demo_hub, open_watch
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
    """Write the evidence against other logs into files, and show the evidence.

    Each file holds two contradictory checkpoints with signatures of the same log. Anybody can check a file
    with the log's key: python -m audit verify FILE --vkey VKEY
    """
    own = demo_hub(directory)
    with open_watch(own) as watch:
        bundles = watch.evidence()
    for kept, path in zip(bundles, write_evidence(own, bundles), strict=True):
        bundle = Evidence.parse(kept.bundle)
        first, second = (Checkpoint.parse(note.text).size for note in (bundle.first, bundle.second))
        said = f"{kept.origin} signed size {first}, then size {second}"
        click.echo(f"{kept.found_at:%Y-%m-%d %H:%M:%S}Z  {kept.finding.value}: {said}")
        click.echo(f"  {path}")
    if not bundles:
        click.echo("No log was found to contradict itself.")


def _line(kept: KeptAlert) -> str:
    alert = kept.alert
    until = "" if kept.ended is None else f" until {kept.ended:%Y-%m-%d %H:%M:%S}Z"
    numbers = f" [{', '.join(map(str, alert.entries))}]" if alert.entries else ""
    since = f"{kept.since:%Y-%m-%d %H:%M:%S}Z"
    return f"{since}{until}  {alert.kind}  {alert.about}: {alert.message}{numbers}"

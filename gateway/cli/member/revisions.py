"""`safelane member revisions`: additions and withdrawals not yet counted, for the data controller."""

from pathlib import Path

import click

from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.member.build.revisions import revisions


@click.command("revisions")
@options.own_directory
def command(directory: Path) -> None:
    """List pending additions and withdrawals in released years, which no cube counts yet."""
    with open_member(directory) as node:
        found = revisions(node)
    click.echo("Confidential to your country: nobody outside can distinguish waiting changes from no change.")
    if not found.people:
        click.echo("No changes are waiting: the newest cube matches the newest snapshot.")
        return
    click.echo(f"{'year':>6} {'added':>7} {'gone':>7}")
    for year, (added, gone) in found.years().items():
        click.echo(f"{year:>6} {added:>7} {gone:>7}")
    click.echo(f"People: {found.people_added} added, {found.people_left} gone; a correction is both.")
    click.echo(
        "They enter together with the next cube once each of the two is nobody or as many people as the"
    )
    click.echo("threshold, and the result is safe. Until then the former figures stand.")

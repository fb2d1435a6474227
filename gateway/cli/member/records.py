"""`safelane member changes` and `safelane member consent`: changes of cases, for the data controller."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.bootstrap.loading.register_loading import consent_of
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.member.model.record_changes import CONSENTS, Changes, lines


def change_lines(changes: Changes | None) -> Iterator[str]:
    """Yield a load's differences to the load before; nothing for the first load."""
    if changes is None:
        return
    if not changes.counts:
        yield "Nothing has changed since the former load."
        return
    yield "Since the former load, cases by the year of their accident (for this state only):"
    yield from (f"  {line}" for line in lines(changes))


@click.command("changes")
@options.own_directory
def changes_command(directory: Path) -> None:
    """List what each load changed: new cases, late reports, corrections, withdrawals, with their dates."""
    with open_member(directory) as node, node.store.reading() as view:
        found = view.record_changes()
    click.echo("For this state only: a difference of one is a person.")
    if not found:
        click.echo("There were not two loads yet to compare.")
    for one in found:
        click.echo(
            f"{one.at:%Y-%m-%d %H:%M:%S}Z  snapshot {one.snapshot}, entry {one.index} of the node's log"
        )
        for line in lines(one.changes) if one.changes.counts else ("nothing changed",):
            click.echo(f"    {line}")


@click.command("consent")
@click.argument("code", type=click.Choice(CONSENTS))
@click.option("--case", "of_case", is_flag=True, help="The number asked for is that of a case.")
@click.option("--person", "of_person", is_flag=True, help="The number asked for is a person's own.")
@options.own_directory
def consent_command(code: str, of_case: bool, of_person: bool, directory: Path) -> None:
    """Set a person's consent to CODE: N nothing, NAT national use, AGG counts, REC records.

    The number is asked for, or read from standard input, so that no list of commands keeps the number. A
    withdrawal is out of every extract at once. Released counts stay until the withdrawal can enter as part of
    a revision (safelane member revisions). Consent given again counts with the next load.
    """
    if of_case == of_person:
        raise click.UsageError("Say whether the number is that of a --case or a --person.")
    number = _asked_for()
    with open_member(directory) as node:
        changed = consent_of(directory, node, number, code, of_case=of_case)
    click.echo("The consent is stored and logged, without a name or a number.")
    if changed:
        click.echo(f"Cases changed in the newest snapshot: {changed}. The next cube: safelane member cube.")
    else:
        click.echo("The newest snapshot says so already, or will with the next load.")


def _asked_for() -> str:
    """Return a number typed without echo, or the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Number", hide_input=True, err=True))
    return sys.stdin.readline().strip()

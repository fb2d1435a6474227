"""`safelane doctor`: checks a hub or a node, with a remedy for each fault."""

from pathlib import Path

import click

from gateway.bootstrap.upkeep.check_result import State
from gateway.bootstrap.upkeep.doctor import examine
from gateway.cli.common import options

MARKS = {State.WELL: "ok  ", State.WARNING: "warn", State.WRONG: "BAD "}


@click.command()
@options.own_directory
def doctor(directory: Path) -> None:
    """Check disk, keys, database, log, clock, versions and the connection to the hub; change nothing.

    Exit code 1 when something is wrong.
    """
    wrong = 0
    for finding in examine(directory):
        wrong += finding.state is State.WRONG
        click.echo(f"{MARKS[finding.state]}  {finding.about}: {finding.detail}")
        if finding.remedy:
            click.echo(f"      {finding.remedy}")
    if wrong:
        raise click.exceptions.Exit(1)

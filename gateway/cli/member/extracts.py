"""`safelane extract`: extracts of single records, from the request to the recipient's open file."""

import click

from gateway.cli.member import extract_steps
from gateway.cli.tools import extract_reading


@click.group()
def extract() -> None:
    """Single records: prepared, approved by a second person, sealed to one reader."""


for command in (*extract_steps.COMMANDS, *extract_reading.COMMANDS):
    extract.add_command(command)

"""The command line: one thin function per command."""

import click

from gateway import __version__


@click.group()
@click.version_option(__version__, prog_name="safelane")
def main() -> None:
    """Share regional victim-assistance statistics, and never a person's data."""

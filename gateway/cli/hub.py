"""`safelane hub`: the regional hub."""

from pathlib import Path

import click

from gateway.bootstrap.serving import Stop, serve_hub
from gateway.cli import options
from gateway.cli.logging import log_to_output
from gateway.cli.serving import stop_on_signals, stop_with_parent


@click.group()
def hub() -> None:
    """The regional hub."""


@hub.command()
@options.own_directory
@options.with_parent
def serve(directory: Path, with_parent: bool) -> None:
    """Serve questions, members and the regional log until stopped."""
    log_to_output()
    stop = Stop()
    stop_on_signals(stop)
    if with_parent:
        stop_with_parent(stop)
    serve_hub(directory, stop)

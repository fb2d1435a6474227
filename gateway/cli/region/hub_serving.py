"""`safelane hub serve`."""

from pathlib import Path

import click

from gateway.bootstrap.serving.serving_hub import serve_hub
from gateway.bootstrap.serving.shutdown import Stop
from gateway.cli.common import options
from gateway.cli.common.json_logs import log_to_output
from gateway.cli.common.serving import stop_on_signals, stop_with_parent


@click.command()
@options.own_directory
@click.option("--stand-by", is_flag=True, help="While another process serves this hub, wait to take over.")
@options.server
@options.with_parent
def serve(directory: Path, stand_by: bool, server: str, with_parent: bool) -> None:
    """Serve questions, members and the regional log until stopped."""
    log_to_output()
    stop = Stop()
    stop_on_signals(stop)
    if with_parent:
        stop_with_parent(stop)
    serve_hub(directory, stop, stand_by=stand_by, server=server)

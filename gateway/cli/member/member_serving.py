"""`safelane member serve`."""

from pathlib import Path

import click

from gateway.bootstrap.serving.serving_member import serve_member
from gateway.bootstrap.serving.shutdown import Stop
from gateway.cli.common import options
from gateway.cli.common.json_logs import log_to_output
from gateway.cli.common.serving import stop_on_signals, stop_with_parent


@click.command()
@options.own_directory
@click.option("--hub", "hub_url", help="Address of the hub, if it is another than in safelane.yaml.")
@options.server
@options.with_parent
def serve(directory: Path, hub_url: str | None, server: str, with_parent: bool) -> None:
    """Answer the hub's questions until stopped."""
    log_to_output()
    stop = Stop()
    stop_on_signals(stop)
    if with_parent:
        stop_with_parent(stop)
    serve_member(directory, stop, hub_url, server=server)

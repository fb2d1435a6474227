"""`safelane member prepare`: prepares a member of the demo in a separate process."""

import json
import os
from pathlib import Path

import click

from gateway.cli.common import options
from gateway.cli.common.serving import stop_with_parent
from gateway.demo.preparing import prepare as do_prepare


@click.command(hidden=True)
@options.own_directory
@options.with_parent
def prepare(directory: Path, with_parent: bool) -> None:
    """Prepare a member of the demo: load, policy, cube. Progress is printed as lines of JSON."""
    if with_parent:
        stop_with_parent(lambda: os._exit(1))
    do_prepare(directory, lambda step, done: click.echo(json.dumps({"step": step, "done": done})))

"""`safelane member work`: one long task for the pages of a node, in a separate process."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from gateway.bootstrap.desk.unexpected_error import place_of
from gateway.bootstrap.desk.worker_tasks import run_task
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.serving import stop_with_parent
from gateway.errors import SafelaneError
from gateway.member.node.sentences import as_json

LOW_PRIORITY = 10


@click.command("work", hidden=True)
@options.own_directory
def command(directory: Path) -> None:
    """Run the task in one line of JSON on standard input; print steps and result as lines of JSON."""
    order = json.loads(_first_line())
    stop_with_parent(lambda: os._exit(1))
    if hasattr(os, "nice"):
        os.nice(LOW_PRIORITY)  # questions and pages come first
    try:
        with open_member(directory) as node:
            result = run_task(directory, node, order["kind"], order["body"], _tell)
    except SafelaneError as error:
        _say({"error": [as_json(error.message), as_json(error.remedy)]})
        return
    except Exception as error:  # noqa: BLE001 - its words may hold what nobody may read on the node's output
        with suppress(OSError):  # the node has gone: nobody asks any more
            _say({"unforeseen": type(error).__name__, "at": place_of(error)})
        raise SystemExit(1) from None
    _say({"result": result})


def _first_line() -> bytes:
    """Read unbuffered: the rest of the input is for the watch on the parent."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(sys.stdin.fileno(), 1)
        if not piece:
            break
        line += piece
    return bytes(line)


def _tell(step: str, done: float) -> None:
    _say({"step": as_json(step), "done": done})


def _say(what: object) -> None:
    click.echo(json.dumps(what, ensure_ascii=True))
    sys.stdout.flush()

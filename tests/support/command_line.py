"""`safelane` and `python -m audit` as users type them, but in this process: others would import all anew.

Where it matters that a command is a process, such as a server, a kill or a page's `make demo`, it is one.
"""

import sys
from collections.abc import Sequence

import click
from click.testing import CliRunner, Result

from audit.commands import command_line as auditors
from gateway.cli import main

UNENCRYPTED = ("--unencrypted", "invented people")
"""What commands are told that make a directory: tests run on any disk."""


def safelane(*arguments: object) -> Result:
    """What a command ends with and prints, on either stream."""
    return _run(main, arguments)


def audit(*arguments: object) -> Result:
    """The same of a command of the auditors' own tool."""

    @click.command()
    def command() -> None:
        sys.exit(auditors.main(list(map(str, arguments))))

    return _run(command, ())


def _run(command: click.Command, arguments: Sequence[object]) -> Result:
    done = CliRunner().invoke(command, list(map(str, arguments)))
    # Whatever else is raised a user would see as a traceback.
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done

"""Commands of `python -m audit`. Exit code 0: the check succeeded; 1: the check failed, with the reason; 2:
wrong usage."""

import argparse
import sys
from collections.abc import Sequence

from audit.commands.explain_commands import add_explain
from audit.commands.follow_commands import add_follow
from audit.commands.open_commands import add_open
from audit.commands.read_commands import add_read
from audit.commands.reconcile_commands import add_reconcile
from audit.commands.replay_commands import add_replay
from audit.commands.verify_commands import add_verify
from audit.commands.witness_commands import add_witness
from audit.errors import AuditError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m audit", description="Check and witness Safelane's logs.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_verify(commands)
    add_read(commands)
    add_explain(commands)
    add_open(commands)
    add_follow(commands)
    add_reconcile(commands)
    add_replay(commands)
    add_witness(commands)
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except AuditError as error:
        sys.stderr.write(f"audit: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"audit: {error.filename or 'a file'}: {error.strerror or error}\n")
        return 1
    return code

"""Options and passphrases of commands that somebody signs."""

import os
from pathlib import Path

import click

from gateway.bootstrap.setup.controller_keys import Person, person
from gateway.cli.common.unlocking import VARIABLE
from gateway.member.node.context import Node

by = click.option("--by", "by", required=True, metavar="NAME", help="Whose key signs this.")


def passphrase_of(name: str, *, new: bool = False) -> str:
    """From the environment, or asked for without showing it; a new one is asked for twice."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given
    which = "New passphrase" if new else "Passphrase"
    return str(click.prompt(f"{which} of {name}", hide_input=True, confirmation_prompt=new, err=True))


def unlocked(directory: Path, node: Node, name: str) -> Person:
    """Somebody whose key counts, opened by the passphrase. Raises KeyRefusedError or SealedKeyError."""
    return person(directory, node, name, passphrase_of(name))

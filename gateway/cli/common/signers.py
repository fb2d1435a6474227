"""Options and passphrases of commands with a signature."""

import os
from pathlib import Path

import click

from gateway.bootstrap.setup.controller_keys import Person, person
from gateway.cli.common.unlocking import VARIABLE
from gateway.member.node.context import Node

by = click.option("--by", "by", required=True, metavar="NAME", help="Whose key signs this.")


def passphrase_of(name: str, *, new: bool = False) -> str:
    """Return the passphrase from the environment, or ask without showing it, twice if new."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given
    which = "New passphrase" if new else "Passphrase"
    return str(click.prompt(f"{which} of {name}", hide_input=True, confirmation_prompt=new, err=True))


def unlocked(directory: Path, node: Node, name: str) -> Person:
    """Open a person's valid key with the passphrase. Raises KeyRefusedError or SealedKeyError."""
    return person(directory, node, name, passphrase_of(name))

"""Proof of a custodian's identity: a personal passphrase, or a personal key file."""

import os
from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_custody import Custody, Lock, lock_from_passphrase
from gateway.bootstrap.setup.layout import Layout
from gateway.cli.common.unlocking import VARIABLE, SecretError
from gateway.keys.custody import key_file_lock, read_custody

as_custodian = click.option(
    "--as", "custodian", metavar="NAME", required=True, help="Your name as a custodian of the vault."
)
own_key = click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Your own key file; without it your passphrase, asked for or from {VARIABLE}.",
)


def unlocked(directory: Path, name: str, key_file: Path | None) -> tuple[Custody, Lock]:
    """Return the node's custody, and the lock of one custodian, which is tested only by opening.

    Raises KeyFileError, SecretError.
    """
    custody = read_custody(Layout(directory).keys)
    try:
        salt = custody.custodian(name).salt
        if key_file is not None:
            return custody, key_file_lock(key_file)
        if not salt:
            raise SecretError(f"{name} opens the vault with a key file.", remedy="Name it with --key-file.")
        return custody, lock_from_passphrase(_passphrase(f"Passphrase of {name}"), salt)
    except AnonymiserError as error:
        raise SecretError(error.message, remedy=error.remedy) from None


def new_passphrase(name: str) -> str:
    """Ask twice for a new passphrase, without showing the passphrase."""
    return str(click.prompt(f"New passphrase of {name}", hide_input=True, confirmation_prompt=True))


def _passphrase(prompt: str) -> str:
    given = os.environ.get(VARIABLE)
    return given if given is not None else str(click.prompt(prompt, hide_input=True))

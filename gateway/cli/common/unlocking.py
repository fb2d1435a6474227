"""The key-encryption key of a key store, from a passphrase or from a key file."""

import os
import secrets
from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_epochs import EpochStore, key_from_file, key_from_passphrase, parse_store
from anonymisers.identity.pseudonym_domain import KEY_BYTES
from gateway.errors import SafelaneError

VARIABLE = "SAFELANE_PASSPHRASE"

store_argument = click.argument("store", metavar="STORE", type=click.Path(dir_okay=False, path_type=Path))
key_file = click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The file that locks the key store; without it, a passphrase, asked for or from {VARIABLE}.",
)


class SecretError(SafelaneError):
    """A key store or key file that cannot be used."""

    exit_code = 7


def read_store(path: Path) -> EpochStore:
    """Return the key store in a file. Raises SecretError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SecretError(
            f"the key store {path} cannot be read: {error.strerror}",
            remedy="Begin an epoch with `safelane epoch begin`, or restore the store from its backup.",
        ) from error
    try:
        return parse_store(content)
    except AnonymiserError as error:
        raise SecretError(f"{path}: {error.message}", remedy=error.remedy) from None


def unlock(store: EpochStore, key_path: Path | None) -> bytes:
    """Return the key-encryption key of the store. Raises SecretError."""
    try:
        if key_path is None:
            return key_from_passphrase(passphrase(new=not store.epochs), store)
        return key_from_file(key_path.read_bytes(), store)
    except OSError as error:
        raise SecretError(f"the key file {key_path} cannot be read: {error.strerror}") from error
    except AnonymiserError as error:
        raise SecretError(error.message, remedy=error.remedy) from None


def passphrase(*, new: bool) -> str:
    """Return the passphrase from the environment, or ask without showing it, twice if new."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return given
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=new))


def make_key_file(path: Path) -> None:
    """Make a key file of random bytes for its owner only. Raises SecretError; overwrites nothing."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SecretError(f"the key file {path} cannot be made: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())

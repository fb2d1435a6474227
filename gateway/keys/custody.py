"""A vault's key file, and the locks of its custodians' parts."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_custody import Custody, Lock, dump_custody, lock_from_file, parse_custody
from anonymisers.identity.pseudonym_domain import KEY_BYTES
from gateway.keys.files import KeyFileError, read_secret, replace_secret, write_secret

VAULT_FILE = "vault.json"


class NoVaultError(KeyFileError):
    """A node without a vault."""


def read_custody(keys: Path) -> Custody:
    """Read the custody of the vault in a node's directory of keys. Raises NoVaultError, KeyFileError."""
    path = keys / VAULT_FILE
    if not path.exists():
        raise NoVaultError(
            f"This node has no vault: {path} is not there.",
            remedy="Make one with `safelane vault create`, or restore its key file from your backup.",
        )
    try:
        return parse_custody(read_secret(path) + "\n")
    except AnonymiserError as error:
        raise KeyFileError(f"{path}: {error.message}.", remedy=error.remedy) from None


def write_custody(keys: Path, custody: Custody) -> None:
    """Write a new vault's key file; an existing file is never replaced. Raises KeyFileError."""
    write_secret(keys / VAULT_FILE, dump_custody(custody).removesuffix("\n"))


@dataclass(frozen=True)
class VaultFile:
    """The key file of an existing vault: the port of `gateway.member.records.custodian_rotation`."""

    keys: Path

    def check_unchanged(self, custody: Custody) -> None:
        """Raise KeyFileError when the file has changed since the reading."""
        if read_custody(self.keys) != custody:
            raise KeyFileError(
                "The vault's custodians were exchanged by somebody else meanwhile.",
                remedy="Look at them with `safelane vault show`, and begin again.",
            )

    def replace(self, custody: Custody) -> None:
        """Replace the file atomically."""
        replace_secret(self.keys / VAULT_FILE, dump_custody(custody).removesuffix("\n"))


def new_key_file(path: Path) -> Lock:
    """Return the lock of a new key file, readable by its owner only.

    Raises KeyFileError; overwrites nothing.
    """
    content = secrets.token_bytes(KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be made: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return lock_from_file(content)


def key_file_lock(path: Path) -> Lock:
    """Return the lock of a key file. Raises KeyFileError, KeyStoreError."""
    try:
        return lock_from_file(path.read_bytes())
    except OSError as error:
        raise KeyFileError(
            f"The key file {path} cannot be read: {error.strerror}.",
            remedy="Name the custodian's own key file.",
        ) from None

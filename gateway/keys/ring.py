"""The personal keys of a node's controllers, each in its own sealed file, named after person and key."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from audit.formats.note import Signer
from audit.formats.vkey import VerifierKey
from gateway.keys.sealed import SealedKey, SealedKeyError, seal, unseal

SUFFIX = ".key"
_LARGEST = 10_000


@dataclass(frozen=True)
class KeyRing:
    """A folder of sealed keys. No key opens without the passphrase of its owner."""

    folder: Path

    def path(self, key: str) -> Path:
        """Return the path for the file of a vkey: the person, and the key's own short number."""
        parsed = VerifierKey.parse(key)
        return self.folder / f"{parsed.name.rpartition('/')[2]}-{parsed.key_id.hex()}{SUFFIX}"

    def add(self, signer: Signer, passphrase: str) -> Path:
        """Seal a new key into a file. Raises SealedKeyError for a short passphrase or an existing file."""
        path = self.path(str(signer.key))
        write_new(path, seal(signer, passphrase).to_bytes())
        return path

    def open(self, key: str, passphrase: str) -> Signer:
        """Return the signer of a vkey. Raises SealedKeyError when the key is missing or does not open."""
        kept = read_sealed(self.path(key))
        if kept.key != key:
            raise SealedKeyError(
                f"{self.path(key)} holds another key than the one that this node knows.",
                remedy="Restore the right one from its backup: safelane keys restore.",
            )
        return unseal(kept, passphrase)

    def remove(self, key: str) -> None:
        """Remove a replaced key; its backups still hold the key."""
        self.path(key).unlink(missing_ok=True)


def read_sealed(path: Path) -> SealedKey:
    """Return the sealed key in a file. Raises SealedKeyError."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST)
    except OSError as error:
        raise SealedKeyError(
            f"The key {path} cannot be read: {error.strerror}.",
            remedy="Restore it from its backup: safelane keys restore.",
        ) from None
    return SealedKey.parse(content)


def write_new(path: Path, content: bytes) -> None:
    """Write a new file for its owner only, atomically; no file is ever replaced. Raises SealedKeyError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        partial = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            # A link, unlike a rename, fails when the name is taken.
            os.link(partial, path)
        finally:
            partial.unlink()
    except FileExistsError:
        raise SealedKeyError(
            f"{path} exists already.", remedy="Nothing was changed; name another file."
        ) from None
    except OSError as error:
        raise SealedKeyError(f"{path} cannot be written: {error.strerror}.") from None

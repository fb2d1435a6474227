"""Keys of a log and its witness whose secret half is lost: what they signed is read, and nothing is signed.

Beside each secret key lies its public half, `log.vkey` beside `log.key`. Without it nobody could tell any
more under which key the log stands.
"""

from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from audit.errors import AuditError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signature, Signer
from audit.formats.vkey import VerifierKey
from gateway.keys.files import KeyFileError, damaged, read_secret, read_signer, write_secret

PUBLIC = ".vkey"


class LostSigner(Signer):
    """Verifies what a lost key has signed. Raises KeyFileError where it should sign."""

    @classmethod
    def of(cls, key: VerifierKey) -> "LostSigner":
        return cls(key, b"")

    def secret(self) -> str:
        _refuse(self.key)

    def sign(self, text: str) -> bytes:  # noqa: ARG002 - the signature of what it stands for
        _refuse(self.key)


class LostCosigner(Cosigner):
    """Names a lost key of a witness. Raises KeyFileError where it should cosign."""

    @classmethod
    def of(cls, key: VerifierKey) -> "LostCosigner":
        return cls(key, b"")

    def secret(self) -> str:
        _refuse(self.key)

    def cosign(self, checkpoint: Checkpoint, timestamp: int) -> Signature:  # noqa: ARG002 - as above
        _refuse(self.key)


def read_log_signer(path: Path) -> Signer:
    """The signer in a file; without the file, one that cannot sign. Raises KeyFileError."""
    if not path.exists() and (key := _public(path)) is not None:
        return LostSigner.of(key)
    signer = _read(path)
    _keep_public(path, signer.key)
    return signer


def read_cosigner(path: Path) -> Cosigner:
    """The witness's key in a file; without the file, one that cannot cosign. Raises KeyFileError."""
    if not path.exists() and (key := _public(path)) is not None:
        return LostCosigner.of(key)
    cosigner = stored_cosigner(path)
    _keep_public(path, cosigner.key)
    return cosigner


def stored_cosigner(path: Path) -> Cosigner:
    """The witness's key in a file that is there. Raises KeyFileError."""
    try:
        return Cosigner.parse(read_secret(path))
    except AuditError:
        raise damaged(path) from None


def check_not_lost(*keys: Signer | Cosigner) -> None:
    """Raises KeyFileError for a key that is lost: before anything is begun that would have to be signed."""
    for key in keys:
        if isinstance(key, LostSigner | LostCosigner):
            _refuse(key.key)


def _read(path: Path) -> Signer:
    if not path.exists():
        raise KeyFileError(
            f"The key file {path} cannot be read (FileNotFoundError).",
            remedy="Restore it from the backup of your keys. To read, export or back up the log without it, "
            f"write its public key to {path.with_suffix(PUBLIC)}: it stands in the file vkey of every "
            "export, and in hub_log_key of each node.",
        )
    return read_signer(path)


def _public(path: Path) -> VerifierKey | None:
    public = path.with_suffix(PUBLIC)
    try:
        return VerifierKey.parse(public.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, AuditError):
        raise damaged(public) from None


def _keep_public(path: Path, key: VerifierKey) -> None:
    """Once, and where the disk takes it: nothing needs the file while the secret key is there."""
    public = path.with_suffix(PUBLIC)
    if not public.exists():
        # Nobody else has to read the folder of keys: the public half is written as the secret one is.
        with suppress(OSError, KeyFileError):
            write_secret(public, str(key))


def _refuse(key: VerifierKey) -> NoReturn:
    raise KeyFileError(
        f"The secret key {key.name}+{key.key_id.hex()} is lost: nothing can be signed with it.",
        remedy="Restore its file from the backup of your keys. Where there is none, let a new key take over: "
        "safelane log rotate-key --compromised, for a witness rotate-witness-key; then telephone everybody "
        "(docs/how-to/keys-of-the-log.md).",
    )

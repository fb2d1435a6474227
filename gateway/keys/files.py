"""Secrets in files: written atomically, readable by their owner only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from audit.errors import AuditError
from audit.formats.note import Signer
from gateway.errors import SafelaneError

KEY_BYTES = 32


class KeyFileError(SafelaneError):
    """A key file is missing, damaged, or readable by others. The message never shows its content."""

    exit_code = 7


def write_secret(path: Path, text: str) -> None:
    """Write a new secret file; an existing one is never replaced."""
    partial = _partial(path, text)
    try:
        # A link, unlike a rename, fails when the name is taken: running a command twice loses no key.
        os.link(partial, path)
        _sync(path.parent)
    except FileExistsError:
        raise KeyFileError(
            f"The key file {path} exists already.",
            remedy="Nothing was changed. Keys are made once; keep this one.",
        ) from None
    finally:
        partial.unlink()


def replace_secret(path: Path, text: str) -> None:
    """Replace a secret file: readers, also after a crash, find the old or the new secret whole."""
    _partial(path, text).replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Flush a folder, so that a new file survives a power cut: a log may name the file from now on."""
    if os.name == "posix":  # elsewhere a directory cannot be opened
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _partial(path: Path, text: str) -> Path:
    """Write the text to a temporary file beside its place, flushed to the disk."""
    partial = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise KeyFileError(
            f"The key file {path} cannot be written: {error.strerror}.",
            remedy="Nothing was changed. Make room, or give this account the right to write there.",
        ) from None
    return partial


def read_secret(path: Path) -> str:
    """Read a secret file. Raises KeyFileError when the file is missing or others may read the file."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(
            f"The key file {path} cannot be read ({type(error).__name__}).",
            remedy="Restore it from the backup of your keys.",
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise KeyFileError(
            f"The key file {path} can be read by others on this machine.",
            remedy=f"Run: chmod 600 {path}. If others may have read it, make new keys.",
        )
    return text


def new_signer(path: Path, name: str) -> Signer:
    signer = Signer.generate(name)
    write_secret(path, signer.secret())
    return signer


def read_signer(path: Path) -> Signer:
    try:
        return Signer.parse(read_secret(path))
    except AuditError:
        raise damaged(path) from None


def new_key(path: Path) -> bytes:
    """Make a new key of 32 random bytes, stored as hexadecimal."""
    key = secrets.token_bytes(KEY_BYTES)
    write_secret(path, key.hex())
    return key


def read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(read_secret(path))
    except ValueError:
        raise damaged(path) from None
    if len(key) != KEY_BYTES:
        raise damaged(path)
    return key


def damaged(path: Path) -> KeyFileError:
    """What is said of a key file that holds something else."""
    return KeyFileError(f"The key file {path} is damaged.", remedy="Restore it from the backup of your keys.")

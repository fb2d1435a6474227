"""A backup as one file under a passphrase: a sealed tar stream of the folder that `backup` makes.

The plain folder is never at the sealed file's destination: while sealing lasts, the folder is within the
original, so that it lies on the same disk, which may be encrypted by itself.
"""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, BinaryIO

from gateway.bootstrap.setup.backup import MANIFEST, UNFINISHED, BackupError, Manifest, back_up
from gateway.keys.sealed_stream import OpeningReader, SealingWriter
from gateway.store.copying import Progress

_FOLDER = "backup"
_PIECE = 1024 * 1024


def back_up_sealed(
    directory: Path, target: Path, passphrase: str, progress: Progress = lambda *_: None
) -> Manifest:
    """Write a sealed backup into the new file `target`, and read the backup back with the passphrase.

    Raises BackupError, SealedStreamError for a passphrase that is too short, ConfigError or StorageError. An
    interrupted backup leaves nothing under that name.
    """
    if target.exists():
        raise BackupError(f"{target} is there already.", remedy="Nothing was changed. Name a new file.")
    partial = target.with_name(f".{target.name}.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(dir=directory, prefix=".sealing-", suffix=UNFINISHED) as room:
            plain = Path(room) / _FOLDER
            with _for_owner(partial) as file:
                writer = SealingWriter(file, passphrase)
                manifest = back_up(directory, plain, progress)
                with tarfile.open(fileobj=_writing(writer), mode="w|", format=tarfile.PAX_FORMAT) as archive:
                    archive.add(plain, arcname=_FOLDER)
                writer.close()
                file.flush()
                os.fsync(file.fileno())
            _read_back(partial, passphrase, plain, manifest)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


@contextmanager
def opened_backup(source: Path, passphrase: str, within: Path | None = None) -> Iterator[Path]:
    """Open the plain folder of a sealed backup, in a new folder in `within`, which is removed afterwards.

    Without `within` that is in memory, where there is room.

    The backup is read to its end before anything of it is written. Raises SealedStreamError or BackupError.
    """
    with source.open("rb") as file:
        reader = OpeningReader(file, passphrase)
        with _archive(reader) as archive:
            for one in archive:
                _require_plain(one)
        reader.finish()
    with TemporaryDirectory(dir=within or _memory_for(source), prefix=".safelane-opened.") as room:
        with source.open("rb") as file:
            reader = OpeningReader(file, passphrase)
            with _archive(reader) as archive:
                archive.extractall(room, filter=_plain)  # noqa: S202 - plain files only, below `room`
            reader.finish()
        yield Path(room) / _FOLDER


def _memory_for(source: Path) -> Path | None:
    """Return a folder in memory: what is opened only to be checked lies on no disk, which may be plain.

    Three times the size: what is opened, and a copy of its database.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder of a random name, for the owner only, is made there
    try:
        free = shutil.disk_usage(memory).free
    except OSError:
        return None
    return memory if os.access(memory, os.W_OK) and free > 3 * source.stat().st_size else None


def _require_plain(one: tarfile.TarInfo) -> None:
    """Raise BackupError for anything but a file or folder of the backup: links, devices, other places."""
    path = PurePosixPath(one.name)
    if not (one.isreg() or one.isdir()) or path.parts[:1] != (_FOLDER,) or ".." in path.parts:
        raise BackupError(
            f"What is sealed holds {one.name!r}, which is neither a plain file nor a folder of a backup.",
            remedy="Nothing was written. Do not use it: take another backup.",
        )


def _plain(one: tarfile.TarInfo, into: str) -> tarfile.TarInfo:
    _require_plain(one)
    return tarfile.data_filter(one, into)


def _read_back(sealed: Path, passphrase: str, plain: Path, manifest: Manifest) -> None:
    """Compare every file that is read back with the original file."""
    found = {}
    with sealed.open("rb") as file:
        reader = OpeningReader(file, passphrase)
        with _archive(reader) as archive:
            for one in archive:
                content = archive.extractfile(one)
                if content is not None:
                    found[one.name.removeprefix(f"{_FOLDER}/")] = _digest(content)
        reader.finish()
    with (plain / MANIFEST).open("rb") as file:
        expected = {**manifest.files, MANIFEST: _digest(file)}
    if found != expected:
        raise BackupError("The sealed backup does not hold what it should.", remedy="Make it again.")


@contextmanager
def _archive(reader: OpeningReader) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(fileobj=_reading(reader), mode="r|") as archive:
            yield archive
    except tarfile.TarError as error:
        raise BackupError(
            f"What is sealed is no backup ({type(error).__name__}).", remedy="Nothing was done."
        ) from None


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _for_owner(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _writing(writer: SealingWriter) -> Any:
    """A tar stream needs only `write`; its type hints ask for a whole file."""
    return writer


def _reading(reader: OpeningReader) -> Any:
    return reader

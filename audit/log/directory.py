"""A log as files: file paths are the URL paths, so that a copy made with `wget -r` is such a
directory, too."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from audit.errors import LogError, MalformedError, NotInLogError
from audit.formats.checkpoint import Checkpoint
from audit.formats.encoding import decode_utf8
from audit.formats.merkle import HASH_SIZE
from audit.formats.note import MAX_NOTE_SIZE, Note
from audit.formats.tiles import WIDTH, Bundle, Tile, bundles_of, encode_bundle, parse_bundle, tiles_of
from audit.formats.vkey import VerifierKey
from audit.log.log import Log, Storage
from audit.log.serve import key_lines

CHECKPOINT: Final = "checkpoint"
VKEY: Final = "vkey"
WITNESSES: Final = "witnesses"
MAX_BUNDLE: Final = WIDTH * (2 + 0xFFFF)
_AT_ONCE: Final = 64


def export(
    log: Log,
    storage: Storage,
    target: Path,
    witnesses: Sequence[VerifierKey] = (),
    note: Note | None = None,
) -> Checkpoint:
    """Write the log as of `note`, by default its latest checkpoint, into a new or empty directory.

    The checkpoint is written last.

    Raises LogError when the directory is not empty, and OSError.
    """
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise LogError(f"{target} is not empty: export into a new directory, so that nothing old is in it")
    note = note or log.checkpoint(storage)
    checkpoint = Checkpoint.parse(note.text)
    tiles = list(tiles_of(checkpoint.size))
    for first in range(0, len(tiles), _AT_ONCE):
        chunk = tiles[first : first + _AT_ONCE]
        for tile, data in zip(chunk, storage.read_tiles(chunk), strict=True):
            _write(target / tile.path, data)
    for bundle in bundles_of(checkpoint.size):
        _write(target / bundle.path, encode_bundle(storage.read_entries(bundle.start, bundle.end)))
    _write(target / VKEY, key_lines(log.signing_keys(storage)))
    _write(target / WITNESSES, key_lines(witnesses))
    _write(target / CHECKPOINT, str(note).encode())
    return checkpoint


class LogDirectory:
    """Reads an exported log. Nothing is verified here (see `audit.log.verify`)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def checkpoint(self) -> Note:
        """The checkpoint as exported. Raises MalformedError or NotInLogError."""
        return Note.parse(decode_utf8(self._read(CHECKPOINT, MAX_NOTE_SIZE), "checkpoint"))

    def vkey(self) -> VerifierKey:
        """Return the key named by the export itself, chosen by the author of the export. Raises
        MalformedError.

        During a key change the log is signed by both keys: the new key is returned.
        """
        return self._keys(VKEY)[0]

    def witnesses(self) -> list[VerifierKey]:
        """Return the witness keys named by the export itself. Raises MalformedError."""
        return self._keys(WITNESSES) if (self.path / WITNESSES).exists() else []

    def tile(self, tile: Tile) -> bytes:
        """A tile's bytes. Raises NotInLogError, or MalformedError for more or fewer hashes than it has."""
        data = self._read(tile.path, WIDTH * HASH_SIZE)
        if len(data) != tile.width * HASH_SIZE:
            raise MalformedError(
                str(self.path / tile.path), f"{len(data)} bytes instead of {tile.width * HASH_SIZE}"
            )
        return data

    def entries(self, bundle: Bundle) -> list[bytes]:
        """A bundle's entries. Raises NotInLogError or MalformedError."""
        return parse_bundle(bundle, self._read(bundle.path, MAX_BUNDLE))

    def all_entries(self, size: int) -> Iterator[list[bytes]]:
        """The first `size` entries, bundle by bundle. Raises NotInLogError or MalformedError."""
        for bundle in bundles_of(size):
            yield self.entries(bundle)

    def resource(self, path: str, limit: int) -> bytes:
        """A file by its path below the log's prefix, as it would be served. Raises as `Source` does."""
        return self._read(path, limit)

    def _keys(self, name: str) -> list[VerifierKey]:
        text = decode_utf8(self._read(name, MAX_NOTE_SIZE), name)
        return parse_key_lines(text, name) if name == VKEY or text else []

    def _read(self, name: str, limit: int) -> bytes:
        path = self.path / name
        try:
            with path.open("rb") as file:
                data = file.read(limit + 1)
        except OSError as error:
            raise NotInLogError(f"{path} cannot be read: {error.strerror}") from error
        if len(data) > limit:
            raise MalformedError(str(path), f"longer than {limit} bytes")
        return data


def parse_key_lines(text: str, what: str) -> list[VerifierKey]:
    """Read verifier keys, one per line, at least one and without repetitions. Raises MalformedError."""
    if not text.endswith("\n"):
        raise MalformedError(what, "no newline at its end, or no key")
    keys = [VerifierKey.parse(line) for line in text.split("\n")[:-1]]
    if len(set(keys)) != len(keys):
        raise MalformedError(what, "a key twice")
    return keys


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)

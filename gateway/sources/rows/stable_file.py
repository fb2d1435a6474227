"""Detects a file written during reading, an error because the counts would mix two states."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.reading.messages import message
from gateway.sources.model.errors import SourceError


@contextmanager
def steady(path: Path, name: str) -> Iterator[None]:
    """Raise SourceError at the end of the context when the file was written, replaced or removed."""
    before = _state(path)
    yield
    if _state(path) != before:
        raise SourceError(
            message("%(file)s was changed while it was read; nothing was loaded.", file=name),
            remedy=message("Load again when nobody writes it, or load a copy."),
        )


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns

"""A mark in the node's directory for as long as a load runs: the next load knows of one that was killed.

A load that was killed is not gone on with: the next one says so, and begins anew. Only what had come from a
server is there still (`gateway.sources.services.kept_pages`).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

MARK = "load-begun.new"
_LONGEST = 64


@contextmanager
def marked(directory: Path, now: datetime) -> Iterator[datetime | None]:
    """Mark that a load runs; the value is when the last one began, if it was killed.

    Where another load runs at the same time, its mark stays, and nothing is said.
    """
    path = directory / MARK
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        before = _moment(os.pread(descriptor, _LONGEST, 0))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, now.isoformat().encode(), 0)
        try:
            yield before
        finally:
            with suppress(FileNotFoundError):
                path.unlink()
    finally:
        os.close(descriptor)


def _moment(text: bytes) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(text.decode(errors="replace"))
    return None

"""A file lock held by a single process at a time; the lock ends with the process, however the process
ends.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextmanager
def held_file(path: Path | str) -> Iterator[None]:
    """Hold the lock until the block ends. Raises FileHeldError where another process holds the lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            if sys.platform == "win32":
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FileHeldError(str(path)) from None
        yield
    finally:
        os.close(descriptor)  # which also lets go of the lock


class FileHeldError(Exception):
    """Another process holds the file; the caller says what that means."""

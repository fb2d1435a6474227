"""A file that one process holds at a time; the lock goes with the process, whatever ends it."""

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
    """Hold it until the block ends. Raises FileHeldError where another process does."""
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
    """Another process holds the file: whoever asked for it says what that means."""

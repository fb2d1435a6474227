"""Hands freed memory back to the system: what reading a large cube took would else stay with the node."""

import ctypes
from functools import lru_cache


def hand_back() -> None:
    """Where the C library can (glibc); elsewhere nothing happens."""
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> "ctypes._NamedFuncPointer | None":
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):  # another system, or another C library
        return None

"""Returns freed memory to the system: otherwise the node would keep the memory of reading a large cube."""

import ctypes
from functools import lru_cache


def hand_back() -> None:
    """Return freed memory where the C library can (glibc); elsewhere do nothing."""
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> "ctypes._NamedFuncPointer | None":
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):  # another system, or another C library
        return None

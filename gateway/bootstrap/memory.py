"""Memory of what serves: what reading a large cube took goes back to the system, and what stays is let be."""

import ctypes
import gc
from functools import lru_cache


def hand_back() -> None:
    """What nobody holds any more, such as a former cube; where the C library can (glibc), to the system."""
    gc.collect()
    trim = _trim()
    if trim is not None:
        trim(0)


def let_be() -> None:
    """Look for garbage no more in what is there by now: it stays, and each search would hold questions up."""
    gc.freeze()


@lru_cache(maxsize=1)
def _trim() -> "ctypes._NamedFuncPointer | None":
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):  # another system, or another C library
        return None

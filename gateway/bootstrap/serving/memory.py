"""Keeps a server small where the C library can (glibc); elsewhere nothing changes."""

import ctypes
from functools import lru_cache

_M_ARENA_MAX = -8
"""A parameter of `mallopt`, by its number in glibc's `malloc.h`."""


def share_one_heap() -> None:
    """Let all threads of this process take memory from one heap; call this before threads are started.

    Otherwise up to eight heaps a processor keep what their threads freed: a fifth of a hub's memory. Threads
    of Python take turns, so that one heap costs them no time.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def hand_back() -> None:
    """Return freed memory to the system: otherwise the node would keep the memory of reading a large cube."""
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


@lru_cache
def _of_glibc(name: str) -> "ctypes._NamedFuncPointer | None":
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 - other libraries may mean something else by the numbers
        found: ctypes._NamedFuncPointer = getattr(library, name)
    except (OSError, TypeError, AttributeError):  # another system, or another C library
        return None
    return found

"""Strict reading of single values in messages between a member and the hub.

Every reader raises ValueError for a value of another form.
"""

from typing import TypeAlias

Codes: TypeAlias = tuple[str, ...]
"""A cell by its codes, one code for each axis of the answer."""


def text(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > 200:
        raise ValueError
    return storable(value)


def storable(value: str) -> str:
    """Text that every database keeps. Raises ValueError for half a surrogate pair, and for the character
    NUL.
    """
    value.encode()
    if "\0" in value:
        raise ValueError
    return value


def number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ValueError
    return value

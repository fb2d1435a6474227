"""Canonical spellings as one pattern for each kind of object: a log of a million entries is compared by it.

Whoever writes the value anew and compares bytes takes three times as long. A text with an escape does not
match: it is rare, and compared by writing it anew.
"""

import re
from typing import Any, Final

from audit.formats.canonical import canonical_json, check_canonical

TEXT: Final = rb'"[^"\\\x00-\x1f]*+"'
"""A text without escapes. That it is UTF-8 is checked by whoever reads it."""
WHOLE_NUMBER: Final = rb"(?>0|-?[1-9][0-9]*+)"
TRUTH: Final = rb"(?>true|false)"


def list_of(item: bytes) -> bytes:
    """A list of items of one pattern, perhaps none."""
    return rb"\[(?>" + item + rb"(?>," + item + rb")*+)?+\]"


def or_null(pattern: bytes) -> bytes:
    """What may be null instead."""
    return rb"(?>null|" + pattern + rb")"


def object_of(fields: dict[str, bytes]) -> bytes:
    """An object with exactly these keys, each with the pattern of its value."""
    each = (re.escape(canonical_json(name)) + b":" + fields[name] for name in sorted(fields))
    return rb"\{" + b",".join(each) + rb"\}"


def exactly(value: str | int) -> bytes:
    """The pattern of one value."""
    return re.escape(canonical_json(value))


class Spelling:
    """The canonical spelling of the objects of one pattern."""

    def __init__(self, pattern: bytes) -> None:
        self._fits = re.compile(pattern).fullmatch

    def check(self, value: dict[str, Any], data: bytes, what: str) -> None:
        """Raise MalformedError unless `data` is the canonical spelling of `value`, which was read from it."""
        if self._fits(data) is None:
            check_canonical(value, data, what)

"""Strict JSON: a missing, repeated or unknown name is an error that names it."""

import json
from typing import Any

from anonymisers.errors import TableError


def parse_json(text: str | bytes) -> object:
    """Read JSON (RFC 8259) strictly: no repeated name in an object, no NaN or Infinity, no byte order mark.

    Raises TableError.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode(json.detect_encoding(text), "surrogatepass")
        if text.startswith("\ufeff"):
            raise ValueError("it begins with a byte order mark")
        return _DECODER.decode(text)
    except RecursionError:
        raise TableError(
            "this is not JSON that can be read: lists or objects are too deep in each other"
        ) from None
    except ValueError as error:
        # The interpreter's own message about numbers of thousands of digits is about its settings.
        msg = "a number has thousands of digits" if "digits" in str(error) else f"this is not JSON: {error}"
        raise TableError(msg) from None


def fields_of(value: object, what: str, *, required: set[str], optional: set[str]) -> dict[str, Any]:
    """The fields of an object with all required fields and no unknown field. Raises TableError."""
    if not isinstance(value, dict):
        msg = f"{what} is not a JSON object"
        raise TableError(msg)
    for name in sorted(required - set(value)):
        msg = f"{what} has no {name!r}"
        raise TableError(msg)
    for name in sorted(set(value) - required - optional):
        msg = f"{what} has an unknown entry {name!r}"
        raise TableError(msg)
    return value


def words_of(value: object, what: str) -> tuple[str, ...]:
    """The strings of a list of strings. Raises TableError."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        msg = f"{what!r} is not a list of words"
        raise TableError(msg)
    return tuple(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) < len(pairs):
        names = [k for k, _ in pairs]
        twice = next(k for k in names if names.count(k) > 1)
        msg = f"the name {twice!r} is listed twice in one object"
        raise TableError(msg)
    return body


def _no_constant(name: str) -> object:
    msg = f"{name} is not a number that can be released"
    raise TableError(msg)


# One decoder for all texts: a cube has many cells, and each is read as a text of its own.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)

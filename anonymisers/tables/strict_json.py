"""JSON without leniencies: what is missing, twice there or unknown is an error that names it."""

import json
from typing import Any

from anonymisers.errors import TableError


def parse_json(text: str | bytes) -> object:
    """JSON without the leniencies of the standard reader: no name twice in an object, no NaN or Infinity.

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
        # What the interpreter says of numbers with thousands of digits is about its own settings.
        msg = "a number has thousands of digits" if "digits" in str(error) else f"this is not JSON: {error}"
        raise TableError(msg) from None


def fields_of(value: object, what: str, *, required: set[str], optional: set[str]) -> dict[str, Any]:
    """The fields of an object that has all the required ones and none that is unknown. Raises TableError."""
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
    """The words of a list of nothing else. Raises TableError."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        msg = f"{what!r} is not a list of words"
        raise TableError(msg)
    return tuple(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) < len(pairs):
        names = [k for k, _ in pairs]
        twice = next(k for k in names if names.count(k) > 1)
        msg = f"the name {twice!r} stands twice in one object"
        raise TableError(msg)
    return body


def _no_constant(name: str) -> object:
    msg = f"{name} is not a number that can be released"
    raise TableError(msg)


# One for all texts: a cube is read cell by cell.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)

"""Canonical JSON: one spelling per value. Sorted keys, no spaces, UTF-8, no fractions, no repeated keys."""

import json
from typing import Any, NoReturn

from audit.errors import MalformedError


def canonical_json(value: Any) -> bytes:
    """Write a value of strings, whole numbers, booleans, null, lists and string-keyed objects.

    Raises MalformedError for text that UTF-8 cannot encode.
    """
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedError("JSON", "text that UTF-8 cannot hold") from None


def load_canonical_object(data: bytes, what: str) -> dict[str, Any]:
    """Read a JSON object in canonical spelling only. Raises MalformedError."""
    value = parse_json_object(data, what)
    check_canonical(value, data, what)
    return value


def check_canonical(value: dict[str, Any], data: bytes, what: str) -> None:
    """Raise MalformedError unless `data` is the canonical spelling of `value`."""
    try:
        canonical = canonical_json(value)
    except RecursionError:
        raise MalformedError(what, "nested too deeply") from None
    if canonical != data:
        raise MalformedError(what, "not canonical JSON: sorted keys, no spaces, each key once")


def parse_json_object(data: bytes, what: str) -> dict[str, Any]:
    """Read a JSON object without fractions, in any spelling: the caller compares. Raises MalformedError."""
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise MalformedError(what, "not JSON without fractions, in UTF-8") from None
    if not isinstance(value, dict):
        raise MalformedError(what, "not a JSON object")
    return value


def _refuse_number(text: str) -> NoReturn:
    msg = f"not a whole number: {text[:20]}"
    raise ValueError(msg)


# Made once: with options, the functions of `json` make a new one for every call.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
_DECODER = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)

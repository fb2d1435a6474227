"""Turns frozen dataclasses into JSON values and back, strictly by the types of their fields.

Supported: str, int, bool, datetime (UTC, whole seconds), Commitment, bytes of a hash, StrEnum, tuples of one
type, dataclasses of these, and `X | None`.
"""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

from audit.commitment import Commitment
from audit.errors import MalformedError

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


_FIELD_TYPES: dict[Any, Mapping[str, Any]] = {}
"""Resolved once for each class: type hints are slow to look up."""


def _field_types(cls: Any) -> Mapping[str, Any]:
    if cls not in _FIELD_TYPES:
        hints = get_type_hints(cls)
        _FIELD_TYPES[cls] = {f.name: hints[f.name] for f in fields(cls)}
    return _FIELD_TYPES[cls]


def check_fields(instance: Any) -> None:
    """Raise MalformedError unless every field of a dataclass instance holds its declared type."""
    for name, kind in _field_types(type(instance)).items():
        dump(kind, getattr(instance, name), name)


def dump_fields(instance: Any) -> dict[str, Any]:
    """JSON object of a dataclass instance's fields."""
    return {n: dump(kind, getattr(instance, n), n) for n, kind in _field_types(type(instance)).items()}


def load_fields(cls: Any, value: Any, where: str) -> Any:
    """Instance of a dataclass out of a JSON object with exactly its fields. Raises MalformedError."""
    kinds = _field_types(cls)
    if not isinstance(value, dict) or value.keys() != kinds.keys():
        raise MalformedError(where, f"not an object with exactly the keys {', '.join(sorted(kinds))}")
    return cls(**{name: load(kind, value[name], name) for name, kind in kinds.items()})


def dump(kind: Any, value: Any, where: str) -> Any:
    """JSON value of a field. Raises MalformedError when it is not of its declared type."""
    optional, kind = _split_optional(kind)
    if optional and value is None:
        return None
    if get_origin(kind) is tuple:
        _require(isinstance(value, tuple), where, "a tuple")
        return [dump(get_args(kind)[0], item, where) for item in value]
    # `type(...) is`, not isinstance: a bool is no int here, and an enumeration no plain text
    _require(type(value) is kind, where, f"a {kind.__name__}")
    if kind is datetime:
        _require(value.tzinfo is UTC and value.microsecond == 0, where, "a time in UTC and whole seconds")
        return _format_time(value)
    if kind is Commitment:
        return str(value)
    if kind is bytes:
        return value.hex()
    return dump_fields(value) if is_dataclass(kind) else value


def load(kind: Any, value: Any, where: str) -> Any:
    """Field out of its JSON value. Raises MalformedError when it does not fit the declared type."""
    optional, kind = _split_optional(kind)
    if optional and value is None:
        return None
    if get_origin(kind) is tuple:
        _require(isinstance(value, list), where, "a list")
        return tuple(load(get_args(kind)[0], item, where) for item in value)
    if kind is int or kind is bool:
        _require(type(value) is kind, where, f"a {kind.__name__}")
        return value
    if is_dataclass(kind) and kind is not Commitment:
        return load_fields(kind, value, where)
    _require(isinstance(value, str), where, "text")
    return _load_text(kind, value, where)


def _load_text(kind: Any, text: str, where: str) -> Any:
    try:
        if kind is str:
            return text
        if kind is datetime:
            return _parse_time(text)
        if kind is Commitment:
            return Commitment.parse(text)
        if kind is bytes:
            return bytes.fromhex(text)
        return kind(text)
    except (ValueError, MalformedError):
        raise MalformedError(where, f"no valid {kind.__name__}") from None


def _parse_time(text: str) -> datetime:
    time = datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)
    if _format_time(time) != text:
        raise MalformedError("time", "not of the form YYYY-MM-DDThh:mm:ssZ")
    return time


def _format_time(time: datetime) -> str:
    return f"{time.year:04d}{time:-%m-%dT%H:%M:%SZ}"  # %Y does not pad on every platform


def _split_optional(kind: Any) -> tuple[bool, Any]:
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (k for k in get_args(kind) if k is not types.NoneType)
        return True, inner
    return False, kind


def _require(condition: bool, where: str, wanted: str) -> None:
    if not condition:
        raise MalformedError(where, f"not {wanted}")

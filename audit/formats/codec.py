"""Convert frozen dataclasses to JSON values and back, strictly by the types of their fields.

Supported: str, int, bool, datetime (UTC, whole seconds), Commitment, bytes, StrEnum, tuples of one type,
dataclasses of supported types, and `X | None`. The codec of a class is derived once, from its type hints.
"""

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

from audit.errors import MalformedError
from audit.formats import spelling
from audit.formats.commitment import Commitment

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)


class Codec(Protocol):
    """Both directions for one type. `where` names the field in errors; both directions raise
    MalformedError. `spelling` is the pattern of its JSON values in canonical spelling."""

    @property
    def spelling(self) -> bytes: ...

    def dump(self, value: Any, where: str) -> Any:
        """Return the JSON value of a value of exactly this type."""
        ...

    def load(self, value: Any, where: str) -> Any:
        """Return the only value of this type with this JSON value."""
        ...


@dataclass(frozen=True)
class _Plain:
    """str, int and bool are JSON values themselves."""

    kind: type

    @property
    def spelling(self) -> bytes:
        return {str: spelling.TEXT, int: spelling.WHOLE_NUMBER, bool: spelling.TRUTH}[self.kind]

    def dump(self, value: Any, where: str) -> Any:
        # not isinstance: a bool is no int here, and an enumeration no plain text
        if type(value) is not self.kind:
            raise MalformedError(where, f"not a {self.kind.__name__}")
        return value

    load = dump


class _Time:
    spelling = spelling.TEXT

    def dump(self, value: Any, where: str) -> str:
        if type(value) is not datetime or value.tzinfo is not UTC or value.microsecond:
            raise MalformedError(where, "not a time in UTC and whole seconds")
        return value.isoformat()[:19] + "Z"

    def load(self, value: Any, where: str) -> datetime:
        if type(value) is not str or _TIME.fullmatch(value) is None:
            raise MalformedError(where, "not a time of the form YYYY-MM-DDThh:mm:ssZ")
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise MalformedError(where, "no such time") from None


class _Hex:
    spelling = spelling.TEXT

    def dump(self, value: Any, where: str) -> str:
        if type(value) is not bytes:
            raise MalformedError(where, "not bytes")
        return value.hex()

    def load(self, value: Any, where: str) -> bytes:
        if not isinstance(value, str) or _HEX.fullmatch(value) is None:
            raise MalformedError(where, "not lower-case hexadecimal digits")
        return bytes.fromhex(value)


class _Commitment:
    spelling = spelling.TEXT

    def dump(self, value: Any, where: str) -> str:
        if type(value) is not Commitment:
            raise MalformedError(where, "not a commitment: a value that could be guessed or is personal")
        return str(value)

    def load(self, value: Any, where: str) -> Commitment:
        if not isinstance(value, str):
            raise MalformedError(where, "not a commitment")
        return Commitment.parse(value)


class _Choice:
    spelling = spelling.TEXT

    def __init__(self, kind: type[StrEnum]) -> None:
        self.kind = kind
        self._words = {str(word): word for word in kind}

    def dump(self, value: Any, where: str) -> str:
        if type(value) is not self.kind:
            raise MalformedError(where, f"not a {self.kind.__name__}")
        return str(value)

    def load(self, value: Any, where: str) -> StrEnum:
        word = self._words.get(value) if type(value) is str else None
        if word is None:
            raise MalformedError(where, f"none of {', '.join(self.kind)}")
        return word


class _Tuple:
    def __init__(self, item: Codec) -> None:
        self.item = item
        self.spelling = spelling.list_of(item.spelling)
        self._plain = item.kind if isinstance(item, _Plain) else None

    def dump(self, value: Any, where: str) -> list[Any]:
        if type(value) is not tuple:
            raise MalformedError(where, "not a tuple")
        return [self.item.dump(item, where) for item in value]

    def load(self, value: Any, where: str) -> tuple[Any, ...]:
        if type(value) is not list:
            raise MalformedError(where, "not a list")
        if self._plain is None:
            load = self.item.load
            return tuple([load(item, where) for item in value])
        for item in value:
            if type(item) is not self._plain:
                raise MalformedError(where, f"not a {self._plain.__name__}")
        return tuple(value)


@dataclass(frozen=True)
class _Optional:
    inner: Codec

    @property
    def spelling(self) -> bytes:
        return spelling.or_null(self.inner.spelling)

    def dump(self, value: Any, where: str) -> Any:
        return None if value is None else self.inner.dump(value, where)

    def load(self, value: Any, where: str) -> Any:
        return None if value is None else self.inner.load(value, where)


class Record:
    """A dataclass as a JSON object whose keys are exactly the fields.

    A log of a million entries is read through here: what is known of the class is looked up once, and fields
    that need no conversion are compared in one loop.
    """

    def __init__(self, kind: type, items: Mapping[str, Codec]) -> None:
        self.kind = kind
        self.items = items
        self.spelling = spelling.object_of({name: codec.spelling for name, codec in items.items()})
        self._names = frozenset(items)
        # Of a field that may be None, what it is otherwise.
        inner = {n: codec.inner if isinstance(codec, _Optional) else codec for n, codec in items.items()}
        self._plain = [
            (name, codec.kind, codec is not items[name])
            for name, codec in inner.items()
            if isinstance(codec, _Plain)
        ]
        self._others = [
            (name, codec.load, codec is not items[name])
            for name, codec in inner.items()
            if not isinstance(codec, _Plain)
        ]
        self._is_checked = hasattr(kind, "__post_init__")

    def dump(self, value: Any, where: str) -> dict[str, Any]:
        """Return the JSON object of an instance. Raises MalformedError when a field does not hold its
        declared type."""
        if type(value) is not self.kind:
            raise MalformedError(where, f"not a {self.kind.__name__}")
        return {name: codec.dump(getattr(value, name), name) for name, codec in self.items.items()}

    def load(self, value: Any, where: str) -> Any:
        """Instance out of a JSON object. Raises MalformedError."""
        made = self.load_unchecked(value, where)
        if self._is_checked:
            made.__post_init__()
        return made

    def load_unchecked(self, value: Any, where: str) -> Any:
        """Instance out of a JSON object, its fields by their types and no further. Raises MalformedError."""
        if type(value) is not dict or value.keys() != self._names:
            raise MalformedError(
                where, f"not an object with exactly the keys {', '.join(sorted(self.items))}"
            )
        made: Any = object.__new__(self.kind)
        held = made.__dict__
        held.update(value)
        for name, kind, may_be_none in self._plain:
            if type(held[name]) is not kind and not (may_be_none and held[name] is None):
                raise MalformedError(name, f"not a {kind.__name__}")
        for name, load, may_be_none in self._others:
            if not (may_be_none and held[name] is None):
                held[name] = load(held[name], name)
        return made


_RECORDS: dict[Any, Record] = {}


def record_of(cls: Any) -> Record:
    """Return the codec of a dataclass. Raises TypeError for a field of an unsupported type."""
    if cls not in _RECORDS:
        hints = get_type_hints(cls)
        _RECORDS[cls] = Record(cls, {f.name: _codec_of(hints[f.name]) for f in fields(cls)})
    return _RECORDS[cls]


def _codec_of(kind: Any) -> Codec:
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (k for k in get_args(kind) if k is not types.NoneType)
        return _Optional(_codec_of(inner))
    if get_origin(kind) is tuple:
        return _Tuple(_codec_of(get_args(kind)[0]))
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if issubclass(kind, StrEnum):
        return _Choice(kind)
    if is_dataclass(kind):
        return record_of(kind)
    msg = f"events cannot hold a {kind}"
    raise TypeError(msg)


_SIMPLE: Mapping[Any, Codec] = {
    str: _Plain(str),
    int: _Plain(int),
    bool: _Plain(bool),
    datetime: _Time(),
    bytes: _Hex(),
    Commitment: _Commitment(),
}

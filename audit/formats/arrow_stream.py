"""Reads a stream of Apache Arrow with the standard library: one record batch of texts and numbers.

https://arrow.apache.org/docs/format/Columnar.html, sections Serialization and IPC Streaming Format; messages
are FlatBuffers (https://flatbuffers.dev/internals/). A stranger's file is read: every place is checked before
anything is read there. A C library for Arrow that was tried crashes on damaged streams.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from audit.errors import MalformedError

Column = list[Any]
_WHAT: Final = "stream of Arrow"
_BEGIN: Final = 0xFFFFFFFF
_SCHEMA, _BATCH = 1, 3
"""Kinds of messages (`MessageHeader`)."""
_INT, _UTF8 = 2, 5
"""Types of columns (`Type`)."""
_WIDTH: Final = 64
_MOST_COLUMNS: Final = 100


def read_arrow(data: bytes, most: int) -> tuple[list[str], list[Column]]:
    """Return the names and values of the columns: texts, whole numbers and None.

    Raises MalformedError for a stream that is cut off, of another shape, or of more than `most` rows.
    """
    try:
        return _read(data, most)
    except (struct.error, IndexError, UnicodeDecodeError, OverflowError):
        raise MalformedError(_WHAT, "cut off, or a place in it that is none") from None


def _read(data: bytes, most: int) -> tuple[list[str], list[Column]]:
    messages = _messages(data)
    kind, schema, _ = next(messages, (0, _Table(b"", 0), b""))
    if kind != _SCHEMA or schema.number(0, "<h"):
        raise MalformedError(_WHAT, "it does not begin with a schema of little-endian numbers")
    fields = list(schema.tables(1, _MOST_COLUMNS))
    names = [field.text(0) for field in fields]
    if len(set(names)) != len(names):
        raise MalformedError(_WHAT, "two columns have one name")
    columns: list[Column] = [[] for _ in fields]
    for number, (kind, batch, body) in enumerate(messages):
        if kind != _BATCH or number or batch.has(3):
            raise MalformedError(_WHAT, "it has more than one batch of rows, or a packed one")
        columns = _columns(fields, batch, body, most)
    return names, columns


def _messages(data: bytes) -> Iterator[tuple[int, "_Table", bytes]]:
    """Each message with its kind and its body."""
    place = 0
    while place < len(data):
        begin, length = struct.unpack_from("<II", data, place)
        if begin != _BEGIN:
            raise MalformedError(_WHAT, "no message where one begins")
        if not length:  # the end of the stream
            if place + 8 != len(data):
                raise MalformedError(_WHAT, "something behind its end")
            return
        head = _part(data, place + 8, length)
        message = _Table.root(head)
        size = message.number(3, "<q")
        place += 8 + length
        body = _part(data, place, size)
        place += size
        yield message.number(1, "<B"), message.table(2), body


def _columns(fields: list["_Table"], batch: "_Table", body: bytes, most: int) -> list[Column]:
    rows = batch.number(0, "<q")
    if not 0 <= rows <= most:
        raise MalformedError(_WHAT, "more rows than the release has cells")
    nodes = batch.structs(1, 3 * _MOST_COLUMNS)
    parts = iter([_part(body, *place) for place in batch.structs(2, 3 * _MOST_COLUMNS)])
    if len(nodes) != len(fields) or any(length != rows for length, _ in nodes):
        raise MalformedError(_WHAT, "columns of different lengths")
    found: list[Column] = []
    for field in fields:
        known = _validity(next(parts, b""), rows)
        values = _reader(field)(parts, rows)
        found.append([value if there else None for value, there in zip(values, known, strict=True)])
    if next(parts, None) is not None:
        raise MalformedError(_WHAT, "more parts than its columns have")
    return found


def _reader(field: "_Table") -> Callable[[Iterator[bytes], int], list[Any]]:
    kind = field.number(2, "<B")
    if field.has(4):
        raise MalformedError(_WHAT, "a column with a dictionary")
    if kind == _UTF8:
        return _texts
    if kind == _INT and field.table(3).number(0, "<i") == _WIDTH and field.table(3).number(1, "<B"):
        return _numbers
    raise MalformedError(_WHAT, "a column that is neither texts nor numbers of 64 bits")


def _numbers(parts: Iterator[bytes], rows: int) -> list[Any]:
    return list(struct.unpack_from(f"<{rows}q", next(parts, b"")))


def _texts(parts: Iterator[bytes], rows: int) -> list[Any]:
    offsets, texts = next(parts, b""), next(parts, b"")
    ends = struct.unpack_from(f"<{rows + 1}i", offsets) if rows else (0,)
    if ends[0] < 0 or ends[-1] > len(texts) or any(a > b for a, b in pairwise(ends)):
        raise MalformedError(_WHAT, "texts that end before they begin")
    return [texts[a:b].decode("utf-8") for a, b in pairwise(ends)]


def _validity(bits: bytes, rows: int) -> list[bool]:
    """Whether each value is there; all are where there are no bits."""
    if not bits:
        return [True] * rows
    return [bool(bits[row // 8] >> row % 8 & 1) for row in range(rows)]


def _part(data: bytes, begin: int, length: int) -> bytes:
    if begin < 0 or length < 0 or begin + length > len(data):
        raise MalformedError(_WHAT, "a part outside of it")
    return data[begin : begin + length]


@dataclass(frozen=True)
class _Table:
    """A table of a FlatBuffer, at its place. Fields are named by their numbers in the format's schema."""

    data: bytes
    place: int

    @classmethod
    def root(cls, data: bytes) -> "_Table":
        return cls(data, _at(data, 0, "<I"))

    def has(self, number: int) -> bool:
        """Whether a field is there."""
        return bool(self._field(number))

    def number(self, number: int, form: str) -> int:
        """The number in a field, 0 where there is none."""
        place = self._field(number)
        return _at(self.data, place, form) if place else 0

    def table(self, number: int) -> "_Table":
        return _Table(self.data, self._target(number))

    def text(self, number: int) -> str:
        place = self._target(number)
        return _part(self.data, place + 4, _at(self.data, place, "<I")).decode("utf-8")

    def tables(self, number: int, most: int) -> Iterator["_Table"]:
        place, count = self._vector(number, most)
        for each in range(place, place + 4 * count, 4):
            yield _Table(self.data, each + _at(self.data, each, "<I"))

    def structs(self, number: int, most: int) -> list[tuple[int, int]]:
        """The pairs of 64-bit numbers in a vector."""
        place, count = self._vector(number, most)
        found = struct.unpack_from(f"<{2 * count}q", self.data, place)
        return list(zip(found[::2], found[1::2], strict=True))

    def _vector(self, number: int, most: int) -> tuple[int, int]:
        place = self._target(number)
        count = _at(self.data, place, "<I")
        if count > most:
            raise MalformedError(_WHAT, "more columns than a table has")
        return place + 4, count

    def _target(self, number: int) -> int:
        place = self._field(number)
        if not place:
            raise MalformedError(_WHAT, "a field is missing")
        return place + _at(self.data, place, "<I")

    def _field(self, number: int) -> int:
        """Where a field is, 0 for none."""
        offsets = self.place - _at(self.data, self.place, "<i")
        if 4 + 2 * number >= _at(self.data, offsets, "<H"):
            return 0
        offset = _at(self.data, offsets + 4 + 2 * number, "<H")
        return self.place + offset if offset else 0


def _at(data: bytes, place: int, form: str) -> int:
    if place < 0:  # which Python would count from the end
        raise MalformedError(_WHAT, "a place before its beginning")
    found: int = struct.unpack_from(form, data, place)[0]
    return found

"""The pseudonyms of a column, as its identifiers are read: chunk by chunk, or in large blocks."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.pseudonym_digits import PackedPseudonyms
from anonymisers.identity.text_column import TextColumn
from gateway.member.model.mapped_arrays import release


@runtime_checkable
class ForColumns(Protocol):
    """Makes pseudonyms as any `Pseudonymise`, also of whole columns."""

    def __call__(self, kind: str, values: Sequence[str]) -> PackedPseudonyms:
        """The pseudonyms of values."""
        ...

    def of_column(self, kind: str, column: TextColumn) -> PackedPseudonyms:
        """The pseudonyms of a column of values, now."""
        ...

    def ahead(self, kind: str, column: TextColumn) -> Future[PackedPseudonyms] | None:
        """The pseudonyms of a column when somebody else has made them; None where they are made at once."""
        ...


Pseudonymise: TypeAlias = Callable[[str, Sequence[str]], Sequence[str] | PackedPseudonyms] | ForColumns
"""Function from the kind of identifier and canonical values, none empty, to a pseudonym for each value."""


class PseudonymColumn:
    """The pseudonym of every row, packed or as text; empty where there is none."""

    def __init__(self, kind: str, pseudonymise: Pseudonymise) -> None:
        self._kind = kind
        self._pseudonymise = pseudonymise
        self._parts: list[NDArray[np.bytes_]] = []
        self._prefix: bytes | None = None
        self._room: NDArray[np.bytes_] | None = None
        self._filled = 0
        self._ahead: deque[_Ahead] = deque()

    def put_into(self, room: NDArray[np.bytes_]) -> None:
        """Take an array of as many rows as will be read, to hold packed pseudonyms."""
        self._room = room

    def add(self, values: Sequence[str]) -> None:
        """Add the rows of a chunk: their canonical identifiers, "" for none."""
        known = [value for value in values if value] if "" in values else values
        made = self._taken(self._pseudonymise(self._kind, known)) if known else np.zeros(0, dtype=np.bytes_)
        if len(known) < len(values):
            some, made = made, np.zeros(len(values), dtype=made.dtype)
            made[np.array([bool(value) for value in values], dtype=np.bool_)] = some
        self._parts.append(made)

    def add_block(self, numbers: TextColumn, others: Mapping[int, str]) -> None:
        """Add the rows of a block: canonical identifiers, and "" where `others` has one by row, or none."""
        if self._room is None:
            values = numbers.values()
            for row, value in others.items():
                values[row] = value
            self.add(values)
            return
        place = self._room[self._filled : self._filled + len(numbers)]
        self._filled += len(numbers)
        if others:
            rows = np.array(list(others), dtype=np.intp)
            self._put(place, rows, self._packed(TextColumn.of(list(others.values()))))
        known = numbers.filled()
        if not len(known):
            return
        given = None if known is numbers else np.flatnonzero(numbers.lengths)
        make = self._pseudonymise
        future = make.ahead(self._kind, known) if isinstance(make, ForColumns) else None
        if future is None:
            self._put(place, given, self._packed(known))
        else:
            self._ahead.append(_Ahead(place, given, known, future))
        while self._ahead and self._ahead[0].future.done():
            self._put_first()

    @property
    def prefix(self) -> bytes | None:
        """The beginning of all pseudonyms, where they are packed; None where they are texts."""
        self._put_all()
        return self._prefix

    def kept(self) -> NDArray[np.bytes_]:
        """The pseudonym of every row as it was made, packed or as text."""
        if self._room is not None:
            self._put_all()
            return self._room
        if len(self._parts) != 1:
            self._parts = [_joined(self._parts)]
        return self._parts[0]

    def texts(self) -> NDArray[np.bytes_]:
        """The pseudonym of every row as text."""
        return self._as_texts(self.kept())

    def last(self) -> NDArray[np.bytes_]:
        """The pseudonyms of the last chunk, as texts."""
        return self._as_texts(self._parts[-1])

    def _packed(self, column: TextColumn) -> PackedPseudonyms:
        make = self._pseudonymise
        if isinstance(make, ForColumns):
            return make.of_column(self._kind, column)
        made = make(self._kind, column.values())
        if not isinstance(made, PackedPseudonyms):
            raise TypeError("Only packed pseudonyms have room in an array.")
        return made

    def _taken(self, found: Sequence[str] | PackedPseudonyms) -> NDArray[np.bytes_]:
        if not isinstance(found, PackedPseudonyms):
            return np.asarray(found, dtype=np.bytes_)
        self._prefix = found.prefix
        return found.digests.copy()

    def _put_all(self) -> None:
        while self._ahead:
            self._put_first()

    def _put_first(self) -> None:
        """Put the oldest pseudonyms that were made ahead where they belong."""
        one = self._ahead.popleft()
        try:
            made = one.future.result()
        except Exception:  # noqa: BLE001 - the process was killed, or found a fault: as it is found here too
            made = self._packed(one.values)
        self._put(one.place, one.given, made)

    def _put(self, place: NDArray[np.bytes_], given: NDArray[np.intp] | None, made: PackedPseudonyms) -> None:
        self._prefix = made.prefix
        place[slice(None) if given is None else given] = made.digests
        release(place)

    def _as_texts(self, values: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
        if self._prefix is None:
            return values
        given = values != b""
        if given.all():
            return PackedPseudonyms(self._prefix, values).texts()
        some = PackedPseudonyms(self._prefix, values[given]).texts()
        texts = np.zeros(len(values), dtype=some.dtype)
        texts[given] = some
        return texts


@dataclass(frozen=True, eq=False)
class _Ahead:
    """Pseudonyms of `values` that another process makes, and where they belong."""

    place: NDArray[np.bytes_]
    given: NDArray[np.intp] | None
    """The rows with a value; None for all."""
    values: TextColumn
    future: Future[PackedPseudonyms]


def _joined(parts: list[NDArray[np.bytes_]]) -> NDArray[np.bytes_]:
    """The parts as one array. Takes them out of the list one by one: millions of rows are not held twice."""
    width = max((part.dtype.itemsize for part in parts), default=1)
    whole = np.empty(sum(map(len, parts)), dtype=f"S{width}")
    at = 0
    parts.reverse()
    while parts:
        part = parts.pop()
        whole[at : at + len(part)] = part
        at += len(part)
    return whole

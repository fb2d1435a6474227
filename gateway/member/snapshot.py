"""A snapshot: what one load of a member's source leaves to count, and nothing that names a person.

It holds codes of the regional dictionary and internal pseudonyms. Names, numbers, dates of birth, places
finer than a province and narratives have no column here. A snapshot never leaves the state, nor does its id.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.errors import SafelaneError

SCHEMA = 1
"""Version of what a snapshot holds."""

CONSENT = "consent_share"
_BLOCK = 100_000

LINKS = ("person", "case", "accident")
"""Pseudonyms of every row, in this order: whose it is, its case, and its accident."""


class SnapshotError(SafelaneError):
    """A snapshot that is not what it claims to be, or that does not hold what is asked of it."""


@dataclass(frozen=True, eq=False)
class Column:
    """One code per row: `codes[i]` for each i of `indices`. Codes are sorted, none stands twice."""

    codes: tuple[str, ...]
    indices: NDArray[np.uint16]

    @classmethod
    def of(cls, values: Sequence[str]) -> "Column":
        """A column of these codes, row by row."""
        codes = tuple(sorted(set(values)))
        place = {code: number for number, code in enumerate(codes)}
        return cls(codes, _frozen(np.array([place[value] for value in values], dtype=np.uint16)))

    @classmethod
    def constant(cls, code: str, rows: int) -> "Column":
        """A column with the same code in every row."""
        return cls((code,), _frozen(np.zeros(rows, dtype=np.uint16)))

    def recoded(self, code_of: Callable[[str], str]) -> "Column":
        """The column with every code replaced by `code_of` it."""
        replaced = Column.of([code_of(code) for code in self.codes])
        return Column(replaced.codes, _frozen(replaced.indices[self.indices]))

    def found(self, rows: NDArray[np.int64], otherwise: str) -> "Column":
        """The codes of these rows, in this order; `otherwise` where a row is -1."""
        codes = Column.of([*self.codes, otherwise])
        place = np.append(codes.indices[:-1][self.indices], codes.indices[-1])
        return Column(codes.codes, _frozen(place[rows]))

    def values(self) -> list[str]:
        """The code of every row."""
        return [self.codes[i] for i in self.indices.tolist()]

    def taken(self, rows: NDArray[Any]) -> "Column":
        """The column with only these rows, in this order (positions, or a mask)."""
        used, inverse = np.unique(self.indices[rows], return_inverse=True)
        return Column(tuple(self.codes[i] for i in used.tolist()), _frozen(inverse.astype(np.uint16)))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Rows are casualties, one per person and accident, in an order that does not depend on the source's.

    `columns` holds, by base dimension, codes of its finest level; a dimension that the source does not have
    is not there (`not-collected`). `links` holds three pseudonyms per row (see LINKS). `vintage` is the
    release in which a row first counts. Build one with `Snapshot.of`.
    """

    member: str
    dictionary: str
    """Version of the regional dictionary that the codes are from."""
    created: date
    columns: Mapping[str, Column]
    consent: Column
    vintage: Column
    links: Mapping[str, NDArray[np.bytes_]] = field(repr=False)

    @classmethod
    def of(
        cls,
        *,
        member: str,
        dictionary: str,
        created: date,
        columns: Mapping[str, Column],
        consent: Column,
        links: Mapping[str, NDArray[np.bytes_]],
        vintage: str = "1",
    ) -> "Snapshot":
        """Freeze rows given column by column, and put them into their own order.

        Takes the arrays of `links` over: they are put into that order and frozen where they are.
        Raises SnapshotError when columns differ in length or a link is missing.
        """
        if tuple(links) != LINKS:
            msg = f"A snapshot needs the pseudonyms {', '.join(LINKS)}, in this order."
            raise SnapshotError(msg)
        rows = len(consent.indices)
        if any(len(part) != rows for part in (*(c.indices for c in columns.values()), *links.values())):
            raise SnapshotError("The columns of a snapshot differ in length.")
        ordered = dict(sorted(columns.items()))
        order = _order(
            links["case"], [*links.values(), *(c.indices for c in ordered.values()), consent.indices]
        )
        return cls(
            member,
            dictionary,
            created,
            MappingProxyType({name: column.taken(order) for name, column in ordered.items()}),
            consent.taken(order),
            Column.constant(vintage, rows),
            MappingProxyType(_ordered(links, order)),
        )

    def __len__(self) -> int:
        return len(self.consent.indices)

    @cached_property
    def id(self) -> str:
        """SHA-256 of what it holds, its date apart: the same rows give the same id. Stays in the state."""
        digest = hashlib.sha256(f"{SCHEMA}\0{self.member}\0{self.dictionary}\0{len(self)}".encode())
        for name, column in (*self.columns.items(), (CONSENT, self.consent), ("vintage", self.vintage)):
            digest.update("\0".join(("", name, *column.codes, "")).encode())
            digest.update(column.indices.astype("<u2").tobytes())
        for name, link in self.links.items():
            digest.update(f"\0{name}\0{link.dtype.itemsize}\0".encode())
            digest.update(link.tobytes())
        return digest.hexdigest()

    @cached_property
    def people(self) -> NDArray[np.int64]:
        """A number per row that is the same for rows of the same person."""
        return _frozen(numbered(self.links["person"]))

    @property
    def years(self) -> tuple[int, ...]:
        """The years in which its accidents lie, ascending."""
        return tuple(sorted({int(code[:4]) for code in self.column("date").codes}))

    def column(self, dimension: str) -> Column:
        """The codes of a dimension. Raises SnapshotError when the source does not have it."""
        try:
            return self.columns[dimension]
        except KeyError:
            msg = f"The data of {self.member} have no {dimension!r}."
            remedy = "Map a column to it and load again, or leave it out: " + ", ".join(self.columns) + "."
            raise SnapshotError(msg, remedy=remedy) from None


def population(
    snapshot: Snapshot, consents: Iterable[str], *, victims: Iterable[str] | None = None
) -> NDArray[np.bool_]:
    """Mask over the rows of those who belong to the shared population: by consent, and kind of victim."""
    inside = _with_codes(snapshot.consent, consents)
    if victims is not None:
        inside &= _with_codes(snapshot.column("victim_type"), victims)
    return _frozen(inside)


def numbered(values: NDArray[Any]) -> NDArray[np.int64]:
    """A number per row from 0, the same for equal values, in the order of the values.

    As numpy's unique with its inverse, but a million long values are not copied several times.
    """
    order = np.argsort(values, kind="stable")
    new = np.ones(len(values), dtype=np.bool_)
    for start in range(1, len(values), _BLOCK):
        stop = min(start + _BLOCK, len(values))
        new[start:stop] = values[order[start:stop]] != values[order[start - 1 : stop - 1]]
    numbers = np.empty(len(values), dtype=np.int64)
    numbers[order] = np.cumsum(new) - 1
    return numbers


def _ordered(
    links: Mapping[str, NDArray[np.bytes_]], order: NDArray[np.intp]
) -> dict[str, NDArray[np.bytes_]]:
    """The links in a new order, in their own memory; one that stands for two (its own accident) only once."""
    done: set[int] = set()
    for values in links.values():
        if id(values) not in done:
            done.add(id(values))
            values[:] = values[order]
            _frozen(values)
    return dict(links)


def _with_codes(column: Column, codes: Iterable[str]) -> NDArray[np.bool_]:
    wanted = set(codes)
    return np.array([code in wanted for code in column.codes], dtype=np.bool_)[column.indices]


def _order(case: NDArray[np.bytes_], everything: Sequence[NDArray[Any]]) -> NDArray[np.intp]:
    """By case; where a case stands in several rows, by everything that they hold."""
    numbers = numbered(case)
    if len(case) and int(numbers.max()) + 1 < len(case):
        return np.lexsort((*reversed(everything), numbers))
    return np.argsort(numbers)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array

"""A snapshot: everything countable from a load of a member's register, and nothing that names a person.

A snapshot holds codes of the regional dictionary, codes of districts and communes, and internal pseudonyms.
Names, numbers, dates of birth and narratives have no column here. Neither the snapshot nor its id ever leaves
the country.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.errors import SafelaneError
from gateway.member.model.clients import Clients
from gateway.member.model.column import Column, ascending, frozen, numbered, numbered_by
from gateway.member.model.contacts import Contacts
from gateway.member.model.mapped_arrays import reordered
from gateway.member.model.packed_links import PackedLinks, comparable, text_blocks

SCHEMA, SCHEMA_BESIDE = 1, 2
"""Version of a snapshot's contents: 2 with details or contacts beside the counted columns."""

CONSENT = "consent_share"

LINKS = ("person", "case", "accident")
"""Pseudonyms of every row, in this order: its person, its case, and its accident."""

_FORM = len(b"p1.")


class SnapshotError(SafelaneError):
    """A damaged snapshot, or a snapshot without the requested data."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Rows are casualties, one row for each person and accident, in an order that does not depend on the
    source's order.

    `columns` holds, by base dimension, codes of its finest level; a dimension that the source does not have
    is missing (`not-collected`). `links` holds three pseudonyms for each row (see LINKS). `vintage` is the
    release in which a row first counts. Build with `Snapshot.of`.

    `details` (by attribute, a code for each row) and `contacts` (needs and services) are kept beside the
    counted columns: no question and no policy names them.
    """

    member: str
    dictionary: str
    """Version of the regional dictionary with the codes."""
    created: date
    """The register date: what happened until then can be in the register."""
    columns: Mapping[str, Column]
    consent: Column
    vintage: Column
    links: Mapping[str, NDArray[np.bytes_]] = field(repr=False)
    details: Mapping[str, Column] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    contacts: Contacts | None = field(default=None, repr=False)
    says_accidents: bool | None = None
    """Whether the source has numbers of accidents, where the rows do not show the same (`has_accidents`)."""
    clients: Clients | None = field(default=None, repr=False)
    """Clients of assistance, who stand beside the snapshot and are counted apart: no part of its id."""

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
        details: Mapping[str, Column] | None = None,
        contacts: Contacts | None = None,
        accidents: bool | None = None,
    ) -> "Snapshot":
        """Freeze rows given column by column, and put the rows into their own order.

        `accidents`: whether the source has numbers of accidents; None for what the rows show.

        `links` are texts or packed. Contacts of cases without a row are left out.

        Raises SnapshotError when columns differ in length or a link is missing.
        """
        if tuple(links) != LINKS:
            msg = f"A snapshot needs the pseudonyms {', '.join(LINKS)}, in this order."
            raise SnapshotError(msg)
        rows = len(consent.indices)
        ordered, beside = dict(sorted(columns.items())), dict(sorted((details or {}).items()))
        coded = [c.indices for c in (*ordered.values(), *beside.values())]
        values = comparable(links)
        if any(len(part) != rows for part in (*coded, *values.values())):
            raise SnapshotError("The columns of a snapshot differ in length.")
        order = _order(values["case"], [*values.values(), *coded, consent.indices])
        shown = _accidents_in(links)
        in_order = MappingProxyType(_ordered(values, order))
        return cls(
            member,
            dictionary,
            created,
            MappingProxyType({name: column.taken(order) for name, column in ordered.items()}),
            consent.taken(order),
            Column.constant(vintage, rows),
            PackedLinks(links.prefix, in_order) if isinstance(links, PackedLinks) else in_order,
            MappingProxyType({name: column.taken(order) for name, column in beside.items()}),
            None if contacts is None else contacts.of_cases(links["case"]),
            None if accidents == shown else accidents,
        )

    def __len__(self) -> int:
        return len(self.consent.indices)

    @cached_property
    def id(self) -> str:
        """SHA-256 of the contents without the date: the same rows give the same id. Stays in the country."""
        digest = hashlib.sha256(f"{self.schema}\0{self.member}\0{self.dictionary}\0{len(self)}".encode())
        for name, column in (*self.columns.items(), (CONSENT, self.consent), ("vintage", self.vintage)):
            digest.update("\0".join(("", name, *column.codes, "")).encode())
            digest.update(column.indices.astype("<u2").tobytes())
        for name in self.links:
            width, texts = text_blocks(self.links, name)
            digest.update(f"\0{name}\0{width}\0".encode())
            for block in texts:
                digest.update(block)
        for name, column in self.details.items():
            digest.update("\0".join(("", "beside", name, *column.codes, "")).encode())
            digest.update(column.indices.astype("<u2").tobytes())
        if self.contacts is not None:
            self.contacts.add_to(digest)
        return digest.hexdigest()

    @property
    def schema(self) -> int:
        """Version of the contents."""
        return SCHEMA_BESIDE if self.details or self.contacts is not None else SCHEMA

    @cached_property
    def people(self) -> NDArray[Any]:
        """A number for each row, the same for rows of the same person."""
        return frozen(numbered_by(*ascending(comparable(self.links)["person"])))

    @cached_property
    def accidents(self) -> NDArray[Any]:
        """A number for each row, the same for rows of the same accident."""
        return frozen(numbered_by(*ascending(comparable(self.links)["accident"])))

    @property
    def pseudonyms_begin(self) -> bytes:
        """How the texts of its pseudonyms begin, up to the first dot (`p1.`, `p2.`); b"" without a row."""
        if isinstance(self.links, PackedLinks):
            return self.links.prefix[:_FORM]
        return b"" if not len(self) else bytes(self.links["case"][0])[:_FORM]

    @property
    def is_its_own_accident(self) -> bool:
        """Whether each case is known to be an accident of its own, without a look at all rows."""
        values = comparable(self.links)
        return values["accident"] is values["case"]

    @property
    def has_accidents(self) -> bool:
        """Whether the source says which casualties share an accident: otherwise each casualty counts as an
        accident of its own.

        The mapping of the source decides, not the rows: whether accidents can be asked for must not hang on
        one person with an accident number.
        """
        return _accidents_in(self.links) if self.says_accidents is None else self.says_accidents

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the snapshot's accidents, ascending."""
        return tuple(sorted({int(code[:4]) for code in self.column("date").codes}))

    @property
    def parts(self) -> tuple[str, ...]:
        """The SHA-256 of each part in which it is kept; none of one that is kept whole, or not yet."""
        return ()

    def of_years(self, years: Collection[int]) -> "Snapshot":
        """The rows of some years at least: of a snapshot that is not read yet, no more than these."""
        del years
        return self

    def column(self, dimension: str) -> Column:
        """The codes of a dimension. Raises SnapshotError when the source does not have the dimension."""
        try:
            return self.columns[dimension]
        except KeyError:
            msg = f"The data of {self.member} have no {dimension!r}."
            remedy = "Map a column to it and load again, or leave it out: " + ", ".join(self.columns) + "."
            raise SnapshotError(msg, remedy=remedy) from None


def population(
    snapshot: Snapshot, consents: Iterable[str], *, victims: Iterable[str] | None = None
) -> NDArray[np.bool_]:
    """Mask over the rows of the shared population: by consent, and kind of victim."""
    inside = _with_codes(snapshot.consent, consents)
    if victims is not None:
        inside &= _with_codes(snapshot.column("victim_type"), victims)
    return frozen(inside)


def _accidents_in(links: Mapping[str, NDArray[np.bytes_]]) -> bool:
    values = comparable(links)
    return values["accident"] is not values["case"] and not np.array_equal(values["accident"], values["case"])


def _ordered(links: Mapping[str, NDArray[np.bytes_]], order: NDArray[Any]) -> dict[str, NDArray[np.bytes_]]:
    """The links in a new order; an array used twice (accident and case alike) is sorted once."""
    each = {id(values): values for values in links.values()}
    made = {number: frozen(reordered(values, order)) for number, values in each.items()}
    return {name: made[id(values)] for name, values in links.items()}


def _with_codes(column: Column, codes: Iterable[str]) -> NDArray[np.bool_]:
    wanted = set(codes)
    return np.array([code in wanted for code in column.codes], dtype=np.bool_)[column.indices]


def _order(case: NDArray[np.bytes_], everything: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Order by case; where a case has several rows, by the whole content of the rows."""
    order, again = ascending(case)
    if not again.any():
        return order
    numbers = np.empty(len(case), dtype=np.int64)
    numbers[order] = np.cumsum(~again)
    return np.lexsort((*reversed(everything), numbers))


__all__ = [
    "CONSENT",
    "LINKS",
    "SCHEMA",
    "SCHEMA_BESIDE",
    "Column",
    "Contacts",
    "Snapshot",
    "SnapshotError",
    "numbered",
    "population",
]

"""Needs, referrals and services: rows of a snapshot beside its casualties.

People are counted by the farthest status of each pillar (`status.REH`), and services with their clients
(`gateway.member.model.received_services`), when a register is loaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import Column, frozen

NO_COST = -1
"""Marks a cost that the register does not give."""


class Digest(Protocol):
    """Takes bytes in, as the digests of hashlib do."""

    def update(self, data: bytes, /) -> object:
        """Take the bytes in."""


@dataclass(frozen=True, eq=False)
class Contacts:
    """A row for each contact, in an order that does not depend on the source's order.

    `case`: the pseudonym of the contact's case. `columns`: codes by target: the dictionary's attributes of a
    contact, its pillar, status and barrier. `cents`: the cost in hundredths of a US dollar, NO_COST where the
    register gives no cost. Build with `Contacts.of`.
    """

    case: NDArray[np.bytes_]
    columns: Mapping[str, Column]
    cents: NDArray[np.int64]

    @classmethod
    def of(
        cls, case: NDArray[np.bytes_], columns: Mapping[str, Column], cents: NDArray[np.int64]
    ) -> "Contacts":
        """Freeze rows, and put the rows into their own order. Raises ValueError when the columns differ in
        length.
        """
        ordered = dict(sorted(columns.items()))
        coded: list[NDArray[Any]] = [column.indices for column in ordered.values()]
        if any(len(part) != len(case) for part in (cents, *coded)):
            raise ValueError("columns of contacts differ in length")
        order = np.lexsort((*reversed(coded), cents, case))
        return cls(case, ordered, cents).taken(order)

    def __len__(self) -> int:
        return len(self.case)

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Contacts":
        """Only the given rows, in the given order."""
        return Contacts(
            frozen(self.case[rows]),
            MappingProxyType({name: column.taken(rows) for name, column in self.columns.items()}),
            frozen(self.cents[rows]),
        )

    def of_cases(self, cases: NDArray[np.bytes_]) -> "Contacts":
        """Only the contacts of the given cases."""
        inside: NDArray[np.bool_] = np.isin(self.case, cases)
        return self if inside.all() else self.taken(inside)

    def rows_of(self, cases: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """The position in `cases` of each contact's case; `cases` are sorted and complete."""
        return np.searchsorted(cases, self.case).astype(np.int64)

    def by_case(self) -> dict[bytes, list[tuple[str, ...]]]:
        """The contents of each case's contacts, in order; the columns by name."""
        names = sorted(self.columns)
        rows = zip(
            *(self.columns[name].values() for name in names), map(str, self.cents.tolist()), strict=True
        )
        found: dict[bytes, list[tuple[str, ...]]] = {}
        for case, row in zip(self.case.tolist(), rows, strict=True):
            found.setdefault(case, []).append((*names, *row))
        return found

    def add_to(self, digest: Digest) -> None:
        """Add the whole content to a digest."""
        for name, column in self.columns.items():
            digest.update("\0".join(("", "contact", name, *column.codes, "")).encode())
        for data in self.arrays():
            digest.update(data)

    def arrays(self) -> Sequence[bytes]:
        """The rows as little-endian arrays: the columns, the cents, the cases."""
        columns = (column.indices.astype("<u2").tobytes() for column in self.columns.values())
        return [*columns, self.cents.astype("<i8").tobytes(), self.case.tobytes()]

"""Needs, referrals and services one by one: rows of a snapshot beside its casualties.

No question counts them yet; what is counted of them now are the sets of each casualty (`service.REH`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import Column, frozen

NO_COST = -1
"""Stands for a cost that is not told."""


class Digest(Protocol):
    """What takes bytes in, as those of hashlib do."""

    def update(self, data: bytes, /) -> object:
        """Take these bytes in."""


@dataclass(frozen=True, eq=False)
class Contacts:
    """One row per contact, in an order that does not depend on the source's.

    `case`: the pseudonym of the case that each belongs to. `columns`: codes by target: the dictionary's
    attributes of a contact, its pillar, status and barrier. `cents`: its cost in hundredths of a US dollar,
    NO_COST where it is not told. Build one with `Contacts.of`.
    """

    case: NDArray[np.bytes_]
    columns: Mapping[str, Column]
    cents: NDArray[np.int64]

    @classmethod
    def of(
        cls, case: NDArray[np.bytes_], columns: Mapping[str, Column], cents: NDArray[np.int64]
    ) -> "Contacts":
        """Freeze rows, and put them into their own order. Raises ValueError when they differ in length."""
        ordered = dict(sorted(columns.items()))
        coded: list[NDArray[Any]] = [column.indices for column in ordered.values()]
        if any(len(part) != len(case) for part in (cents, *coded)):
            raise ValueError("columns of contacts differ in length")
        order = np.lexsort((*reversed(coded), cents, case))
        return cls(case, ordered, cents).taken(order)

    def __len__(self) -> int:
        return len(self.case)

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Contacts":
        """Only these rows, in this order."""
        return Contacts(
            frozen(self.case[rows]),
            MappingProxyType({name: column.taken(rows) for name, column in self.columns.items()}),
            frozen(self.cents[rows]),
        )

    def of_cases(self, cases: NDArray[np.bytes_]) -> "Contacts":
        """Only those of these cases."""
        inside: NDArray[np.bool_] = np.isin(self.case, cases)
        return self if inside.all() else self.taken(inside)

    def rows_of(self, cases: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Where in `cases`, which are sorted and hold them all, the case of each contact stands."""
        return np.searchsorted(cases, self.case).astype(np.int64)

    def by_case(self) -> dict[bytes, list[tuple[str, ...]]]:
        """What each case's contacts say, in their order; the columns by name."""
        names = sorted(self.columns)
        told = zip(
            *(self.columns[name].values() for name in names), map(str, self.cents.tolist()), strict=True
        )
        found: dict[bytes, list[tuple[str, ...]]] = {}
        for case, row in zip(self.case.tolist(), told, strict=True):
            found.setdefault(case, []).append((*names, *row))
        return found

    def add_to(self, digest: Digest) -> None:
        """Add all that they say to a digest."""
        for name, column in self.columns.items():
            digest.update("\0".join(("", "contact", name, *column.codes, "")).encode())
        for data in self.arrays():
            digest.update(data)

    def arrays(self) -> Sequence[bytes]:
        """The rows as little-endian arrays: the columns, the cents, the cases."""
        columns = (column.indices.astype("<u2").tobytes() for column in self.columns.values())
        return [*columns, self.cents.astype("<i8").tobytes(), self.case.tobytes()]

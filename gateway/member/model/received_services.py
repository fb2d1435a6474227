"""Services that clients received: numbers and costs of each client, item by item or pillar by pillar."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import frozen


@dataclass(frozen=True, eq=False)
class ReceivedServices:
    """A row for each row of clients, and a column for each of the `codes`: arrays (rows, codes).

    `codes`: items, and pillars of services whose item is not stated. `items`: whether the register tells
    items at all.

    `number`: services received. `cents`: their cost in hundredths of a US dollar as far as the register gives
    it, so that a service without a stated cost adds none; None where the register has no costs.
    """

    codes: tuple[str, ...]
    number: NDArray[np.int64]
    cents: NDArray[np.int64] | None = None
    items: bool = False

    def __len__(self) -> int:
        return len(self.number)

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "ReceivedServices":
        """Only the given rows, in the given order."""
        cents = None if self.cents is None else frozen(self.cents[rows])
        return ReceivedServices(self.codes, frozen(self.number[rows]), cents, self.items)

    def followed_by(self, more: "ReceivedServices") -> "ReceivedServices":
        """The rows of both. Costs and items remain where both have them."""
        codes = tuple(sorted({*self.codes, *more.codes}))
        both = [one.number_in([(code,) for code in codes]) for one in (self, more)]
        costs = [one.cents_in([(code,) for code in codes]) for one in (self, more)]
        known = [cents for cents in costs if cents is not None]
        return ReceivedServices(
            codes,
            np.concatenate(both),
            np.concatenate(known) if len(known) == len(costs) else None,
            self.items and more.items,
        )

    def number_in(self, groups: Sequence[Collection[str]]) -> NDArray[np.int64]:
        """The numbers of each group of codes: 0 where there is none. Array (rows, groups)."""
        return self._in(self.number, groups)

    def cents_in(self, groups: Sequence[Collection[str]]) -> NDArray[np.int64] | None:
        """The costs of each group of codes; None where the register has no costs."""
        return None if self.cents is None else self._in(self.cents, groups)

    def _in(self, amounts: NDArray[np.int64], groups: Sequence[Collection[str]]) -> NDArray[np.int64]:
        found = np.zeros((len(amounts), len(groups)), dtype=np.int64)
        for column, group in enumerate(groups):
            for code in self.codes:
                if code in group:
                    found[:, column] += amounts[:, self.codes.index(code)]
        return found

    @property
    def head(self) -> dict[str, Any]:
        """What is written before the arrays."""
        more = {"items": True} if self.items else {}
        return {"costs": self.cents is not None, "pillars": list(self.codes), **more}

    def to_bytes(self) -> bytes:
        """The arrays, row by row, as little-endian integers."""
        arrays = [self.number] if self.cents is None else [self.number, self.cents]
        return b"".join(array.astype("<i8").tobytes() for array in arrays)

    @classmethod
    def read(cls, head: Mapping[str, Any], data: bytes, rows: int) -> "ReceivedServices":
        """Read what `to_bytes` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        codes = tuple(head["pillars"])
        size = rows * len(codes)
        wanted = size * (2 if head["costs"] else 1)
        found = np.frombuffer(data, "<i8", wanted).astype(np.int64)
        if len(data) != 8 * wanted or (found < 0).any() or not all(type(each) is str for each in codes):
            raise ValueError("other arrays than those of services")
        shape = (rows, len(codes))
        cents = frozen(found[size:].reshape(shape)) if head["costs"] else None
        return cls(codes, frozen(found[:size].reshape(shape)), cents, head.get("items") is True)

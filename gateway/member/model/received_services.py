"""Services that clients received: numbers and costs of each client, pillar by pillar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import frozen


@dataclass(frozen=True, eq=False)
class ReceivedServices:
    """A row for each row of clients, and a column for each of the `pillars`: arrays (rows, pillars).

    `number`: services received. `cents`: their cost in hundredths of a US dollar as far as the register gives
    it, so that a service without a stated cost adds none; None where the register has no costs.
    """

    pillars: tuple[str, ...]
    number: NDArray[np.int64]
    cents: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.number)

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "ReceivedServices":
        """Only the given rows, in the given order."""
        cents = None if self.cents is None else frozen(self.cents[rows])
        return ReceivedServices(self.pillars, frozen(self.number[rows]), cents)

    def followed_by(self, more: "ReceivedServices") -> "ReceivedServices":
        """The rows of both. Costs remain where both have costs."""
        pillars = tuple(sorted({*self.pillars, *more.pillars}))
        both = [one.number_in(pillars) for one in (self, more)]
        costs = [one.cents_in(pillars) for one in (self, more)]
        known = [cents for cents in costs if cents is not None]
        return ReceivedServices(
            pillars, np.concatenate(both), np.concatenate(known) if len(known) == len(costs) else None
        )

    def number_in(self, pillars: tuple[str, ...]) -> NDArray[np.int64]:
        """The numbers by these pillars: 0 for a pillar without any."""
        return self._in(self.number, pillars)

    def cents_in(self, pillars: tuple[str, ...]) -> NDArray[np.int64] | None:
        """The costs by these pillars; None where the register has no costs."""
        return None if self.cents is None else self._in(self.cents, pillars)

    def _in(self, amounts: NDArray[np.int64], pillars: tuple[str, ...]) -> NDArray[np.int64]:
        found = np.zeros((len(amounts), len(pillars)), dtype=np.int64)
        for column, pillar in enumerate(pillars):
            if pillar in self.pillars:
                found[:, column] = amounts[:, self.pillars.index(pillar)]
        return found

    @property
    def head(self) -> dict[str, Any]:
        """What is written before the arrays."""
        return {"costs": self.cents is not None, "pillars": list(self.pillars)}

    def to_bytes(self) -> bytes:
        """The arrays, row by row, as little-endian integers."""
        arrays = [self.number] if self.cents is None else [self.number, self.cents]
        return b"".join(array.astype("<i8").tobytes() for array in arrays)

    @classmethod
    def read(cls, head: Mapping[str, Any], data: bytes, rows: int) -> "ReceivedServices":
        """Read what `to_bytes` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        pillars = tuple(head["pillars"])
        size = rows * len(pillars)
        wanted = size * (2 if head["costs"] else 1)
        found = np.frombuffer(data, "<i8", wanted).astype(np.int64)
        if len(data) != 8 * wanted or (found < 0).any() or not all(type(each) is str for each in pillars):
            raise ValueError("other arrays than those of services")
        shape = (rows, len(pillars))
        cents = frozen(found[size:].reshape(shape)) if head["costs"] else None
        return cls(pillars, frozen(found[:size].reshape(shape)), cents)

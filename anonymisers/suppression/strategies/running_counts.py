"""How many people stand at each combination of leaves, in the world that is being made."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Counts, Ints


@dataclass(frozen=True, eq=False)
class Headcount:
    """Counts by the places of leaves, in as many dimensions as there are (`grid`), and in a row (`flat`).

    In a number of the row each dimension has bits of its own: of four people who have two codes twice in
    every dimension, or one, the fourth's number is the exclusive or of the others'.
    """

    grid: Counts
    flat: Counts
    strides: Ints
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, counts: Counts) -> "Headcount":
        """Those of an array by the places of leaves, copied."""
        sizes = tuple(1 << (n - 1).bit_length() for n in counts.shape)
        room = np.zeros(sizes, dtype=np.int32)
        grid = room[tuple(slice(n) for n in counts.shape)]
        grid[...] = counts
        strides = np.array([prod(sizes[a + 1 :]) for a in range(len(sizes))], dtype=np.int64)
        return cls(grid, room.reshape(-1), strides, sizes)

    def numbers(self, places: NDArray[np.integer]) -> Ints:
        """The numbers of some places (n, dims)."""
        numbers: Ints = places @ self.strides
        return numbers

    def places(self, numbers: Ints) -> Ints:
        """The places (n, dims) of some numbers."""
        columns: Sequence[Ints] = [
            numbers // stride % size for stride, size in zip(self.strides.tolist(), self.sizes, strict=True)
        ]
        return np.stack(columns, axis=1)

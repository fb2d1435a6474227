"""The number of people at each combination of leaves while a move is composed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Counts, Ints


@dataclass(frozen=True, eq=False)
class RunningCounts:
    """Counts by the places of leaves, one axis per dimension (`grid`), and as a flat array (`flat`).

    Each dimension has its own bits in an index of the flat array. So if four people have two codes twice in
    every dimension, or one code, the index of the fourth is the exclusive or of the other three.
    """

    grid: Counts
    flat: Counts
    strides: Ints
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, counts: Counts) -> "RunningCounts":
        """Return a copy of an array by the places of leaves."""
        sizes = tuple(1 << (n - 1).bit_length() for n in counts.shape)
        room = np.zeros(sizes, dtype=np.int32)
        grid = room[tuple(slice(n) for n in counts.shape)]
        grid[...] = counts
        strides = np.array([prod(sizes[a + 1 :]) for a in range(len(sizes))], dtype=np.int64)
        return cls(grid, room.reshape(-1), strides, sizes)

    def numbers(self, places: NDArray[np.integer]) -> Ints:
        """Return the flat indices of some places (n, dims)."""
        numbers: Ints = places @ self.strides
        return numbers

    def places(self, numbers: Ints) -> Ints:
        """Return the places (n, dims) of some flat indices."""
        columns: Sequence[Ints] = [
            numbers // stride % size for stride, size in zip(self.strides.tolist(), self.sizes, strict=True)
        ]
        return np.stack(columns, axis=1)

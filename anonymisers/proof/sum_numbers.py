"""Sums of inner cells as numbers, level by level: what consecutive levels have in common is computed once."""

from collections.abc import Sequence

import numpy as np

from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.hierarchy import Hierarchy

Depths = tuple[int | None, ...]
"""For each dimension the depth of its codes in a table: 0 for `Total`, None for the finest."""

TRACES = 1 << 16
"""Remainders by which most numbers that nobody seeks are told at once; a power of two."""
ROOM = 8
"""Places for each number, up to which numbers are summed in an array of all places."""


class Lifts:
    """The lift of each dimension to each depth: for each code its ancestor there, or the code itself where it
    is nearer to `Total`."""

    def __init__(self, dims: Sequence[Hierarchy]) -> None:
        self.dims = dims
        self._made: dict[tuple[int, int | None], Ints] = {}

    def at(self, axis: int, depth: int | None) -> Ints:
        """The lift (codes,) of one dimension."""
        if (axis, depth) not in self._made:
            self._made[axis, depth] = lift(self.dims[axis], depth)
        return self._made[axis, depth]

    def size(self, depths: Depths) -> int:
        """How many numbers a level has: one for each combination of codes, possible or not."""
        size = 1
        for axis, depth in enumerate(depths):
            size *= len(self.dims[axis].codes) if depth != 0 else 1
        return size

    def lifted(self, coords: Positions, depths: Depths) -> Positions:
        """The sums (n, dims) that inner cells (n, dims) belong to at a level."""
        sums = np.tile(np.array([d.root for d in self.dims], dtype=np.int32), (len(coords), 1))
        for axis, depth in enumerate(depths):
            if depth != 0:
                sums[:, axis] = self.at(axis, depth)[coords[:, axis]]
        return sums

    def positions(self, numbers: Ints, depths: Depths) -> Positions:
        """The sums (n, dims) of a level that have these numbers."""
        axes = [axis for axis, depth in enumerate(depths) if depth != 0]
        sums = np.tile(np.array([d.root for d in self.dims], dtype=np.int32), (len(numbers), 1))
        for axis, codes in zip(
            axes, np.unravel_index(numbers, [len(self.dims[a].codes) for a in axes]), strict=True
        ):
            sums[:, axis] = codes
        return sums


class SumNumbers:
    """The number of the sum that each of some positions (n, dims) belongs to, at one level after another.

    A level with the same depths in its first dimensions as the level before it begins with their numbers.
    """

    def __init__(self, lifts: Lifts, coords: Positions) -> None:
        self._lifts = lifts
        # By dimension, and in numbers by which codes are looked up fastest.
        self._columns = np.ascontiguousarray(coords.T, dtype=np.int64)
        self._steps: list[tuple[tuple[int, int | None], Ints]] = []

    def of(self, depths: Depths) -> Ints:
        """The numbers (n,) at a level. A dimension at `Total` has one position, and no part in a number."""
        wanted = [(axis, depth) for axis, depth in enumerate(depths) if depth != 0]
        steps = self._steps
        same = 0
        while same < min(len(wanted), len(steps)) and steps[same][0] == wanted[same]:
            same += 1
        del steps[same:]
        for axis, depth in wanted[same:]:
            number = self._lifts.at(axis, depth)[self._columns[axis]]
            if steps:
                number += steps[-1][1] * len(self._lifts.dims[axis].codes)
            steps.append(((axis, depth), number))
        return steps[-1][1]


def lift(dim: Hierarchy, depth: int | None) -> Ints:
    """For each code the ancestor at this depth, or the code itself where it is nearer to `Total`."""
    at = np.arange(len(dim.codes))
    if depth is not None:
        while (deep := dim.depth[at] > depth).any():
            at = np.where(deep, dim.parents[at], at)
    return at


class Sought:
    """Ascending numbers, each once, in which others are looked up: most by a few of their last digits."""

    def __init__(self, numbers: Ints, size: int) -> None:
        """`size`: all numbers are below."""
        self._numbers, self._exact = numbers, size <= TRACES
        self._places: Positions = np.full(min(TRACES, size), -1, dtype=np.int32)
        self._places[self._trace(numbers)] = np.arange(len(numbers))

    def find(self, numbers: Ints) -> tuple[Ints, Ints]:
        """Which of the numbers are sought, by place, and the place of each of these among the sought."""
        places = self._places[self._trace(numbers)]
        here = np.flatnonzero(places >= 0)
        at = places[here].astype(np.int64)
        if self._exact:
            return here, at
        found = numbers[here]
        if len(other := np.flatnonzero(self._numbers[at] != found)):
            # The same digits as another number that is sought, or as none.
            behind = np.searchsorted(self._numbers, found[other])
            at[other] = np.minimum(behind, len(self._numbers) - 1)
            same = self._numbers[at] == found
            here, at = here[same], at[same]
        return here, at

    def _trace(self, numbers: Ints) -> Ints:
        return numbers if self._exact else numbers & (TRACES - 1)

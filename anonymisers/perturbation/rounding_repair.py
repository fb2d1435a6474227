"""Turns roundings of inner cells, up or down, until no sum of them is too far from its count.

A draw of which all sums are within the bounds stays as it is. So every choice within the bounds can come
about, and from the way it was found nobody learns more of the counts than the bounds say. Otherwise cells are
turned until all sums are a little nearer than the bounds, which leaves room for other tables of people: those
cells first that bring most back, at the least cost in nearness of all sums. Sums that stay out where no turn
helps count for more in the next round (P. Morris, The breakout method for escaping from local minima, AAAI
1993). All in whole numbers: the same on any machine.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import ProtectionError
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.linked_tables import LinkedTables

BASES = 2
"""So many bases at most is a sum of rounded cells from its count."""
ENDLESS = 2**40
ROUNDS, LOOKED_AT = 4000, 1_500_000_000
"""Rounds until it is given up, and sums of cells that are looked at in all: a minute or two. Tables of 20,000
people by any 3 of 6 flat dimensions took 730 rounds."""
AT_ONCE = 100
"""One in so many of the cells looked at is turned in a round."""
OUTSIDE = 100
"""What leaving the bounds by one costs, next to a sum inside that is off by one."""


@dataclass(frozen=True, eq=False)
class Sums:
    """`rows`: for each inner cell that can be turned the sums it is part of (m, T), -1 pads.

    `value`, `truth`: of each sum as drawn, and of the people; `low`, `high`: between which it must lie, and
    `near`: between which it is to lie once anything has to be turned.
    """

    rows: Ints
    value: Ints
    truth: Ints
    low: Ints
    high: Ints
    near: tuple[Ints, Ints]


def rounded_near(
    system: System,
    people: tuple[NDArray[np.int32], Ints],
    draws: Floats,
    base: int,
    ceiling: Ints | None = None,
) -> Ints:
    """For each inner cell the multiple of the base below or above its count: as drawn, unless a sum would be
    more than BASES bases from its count, or above its `ceiling`.

    `people`: inner cells, each once, and their counts; `draw`: of each, in [0, 1). Raises ProtectionError.
    """
    cells, counts = people
    below, rest = np.divmod(counts, base)
    up = draws < rest / base
    loose = rest > 0
    truth, most = system.sums(cells, counts), BASES * base
    highest = np.full(len(truth), ENDLESS, dtype=np.int64) if ceiling is None else ceiling
    sums = Sums(
        rows=system.above(cells[loose]),
        value=system.sums(cells, (below + up) * base),
        truth=truth,
        low=truth - most,
        high=np.minimum(truth + most, highest),
        near=(truth - most + 1, np.minimum(truth + most - 1, highest)),
    )
    up[loose] = repaired(sums, up[loose], base)
    multiples: Ints = below + up
    return multiples


def repaired(sums: Sums, up: Bools, base: int) -> Bools:
    """`up`: of inner cells, which are rounded up. Raises ProtectionError when bounds stay broken."""
    if ((sums.low <= sums.value) & (sums.value <= sums.high)).all():
        return up
    search = _Search.of(sums, up)
    for _ in range(min(ROUNDS, LOOKED_AT // max(1, search.rows.size))):
        out = search.outside()
        if not len(out):
            return search.up
        if not search.improve(out, base):
            search.weight[out] += 1
    raise ProtectionError(
        "no rounding was found that keeps all numbers near their counts",
        remedy="Show fewer dimensions at once, or coarser levels: fewer numbers hang together then.",
    )


@dataclass(frozen=True, eq=False)
class _Search:
    """Arrays that change while it searches; the last sum stands for none, and has no weight."""

    rows: NDArray[np.int32]
    up: Bools
    off: Ints
    low: Ints
    high: Ints
    weight: Ints

    @classmethod
    def of(cls, sums: Sums, up: Bools) -> "_Search":
        size = len(sums.value)
        off, low, high = (
            np.append(each - sums.truth, 0).astype(np.int64) for each in (sums.value, *sums.near)
        )
        weight = np.append(np.ones(size, dtype=np.int64), 0)
        rows: NDArray[np.int32] = np.where(sums.rows < 0, size, sums.rows).astype(np.int32)
        return cls(rows, up.copy(), off, low, high, weight)

    def outside(self) -> Ints:
        found: Ints = np.flatnonzero(((self.off < self.low) | (self.off > self.high))[:-1])
        return found

    def improve(self, out: Ints, base: int) -> bool:
        """Turn some of the cells under the sums that are outside; False where no turn helps."""
        marked = np.zeros(len(self.off), dtype=np.bool_)
        marked[out] = True
        under = np.flatnonzero(marked[self.rows].any(axis=1))
        gain = self._gain(under, base)
        best = under[np.argsort(gain, kind="stable")[: max(1, len(under) // AT_ONCE)]]
        return any([self._flip(int(cell), base) for cell in best])  # noqa: C419 - all of them are turned

    def _flip(self, cell: int, base: int) -> bool:
        """Turn a cell where that still helps after those that were turned before it."""
        if self._gain(np.array([cell]), base)[0] >= 0:
            return False
        self.off[self.rows[cell]] += -base if self.up[cell] else base
        self.off[-1] = 0
        self.up[cell] = not self.up[cell]
        return True

    def _gain(self, cells: Ints, base: int) -> Ints:
        """By how much the cost changes when one of these cells is turned; below 0 it is better."""
        rows = self.rows[cells]
        step = np.where(self.up[cells], -base, base)[:, None]
        low, high, weight, off = (each[rows] for each in (self.low, self.high, self.weight, self.off))

        def cost(now: Ints) -> Ints:
            beyond = np.maximum(low - now, 0) + np.maximum(now - high, 0)
            total: Ints = weight * OUTSIDE * beyond**2 + (weight > 0) * now**2
            return total

        gained: Ints = (cost(off + step) - cost(off)).sum(axis=1)
        return gained

"""Rounding repair: flip roundings of inner cells, up or down, until no sum is too far from its count.

A draw with all sums within the bounds is kept. Every choice within the bounds is therefore possible, and the
search discloses no more of the counts than the bounds do. Otherwise cells are flipped until all sums are a
little nearer than the bounds, which leaves room for other tables of people: first the cells that bring most
back, at the least cost in nearness of all sums. Sums that stay out where no flip helps get a larger weight in
the next round (P. Morris, The breakout method for escaping from local minima, AAAI 1993). All arithmetic is
in whole numbers: the same result on any machine.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import ProtectionError
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.linked_tables import LinkedTables

BASES = 2
"""Largest distance of a sum of rounded cells from its count, in bases."""
ENDLESS = 2**40
ROUNDS, LOOKED_AT = 4000, 1_500_000_000
"""Limits of rounds, and of cell sums examined in all: a minute or two. Tables of 20,000 people by any 3 of 6
flat dimensions took 730 rounds."""
AT_ONCE = 100
"""Each round flips one in AT_ONCE of the examined cells."""
OUTSIDE = 100
"""Cost of leaving the bounds by one, relative to an inside sum off by one."""


@dataclass(frozen=True, eq=False)
class Sums:
    """`rows`: for each inner cell that can be flipped, the sums containing the cell (m, T), -1 pads.

    `value`, `truth`: each sum as drawn, and of the people; `low`, `high`: the required bounds; `near`: the
    bounds aimed at once anything has to be flipped.
    """

    rows: Ints
    value: Ints
    truth: Ints
    low: Ints
    high: Ints
    near: tuple[Ints, Ints]


def rounded_near(
    system: LinkedTables,
    people: tuple[NDArray[np.int32], Ints],
    draws: Floats,
    base: int,
    ceiling: Ints | None = None,
) -> Ints:
    """Return for each inner cell the multiple of the base below or above its count.

    The choice is as drawn, unless a sum would be more than BASES bases from its count, or above its
    `ceiling`. `people`: inner cells, each once, and their counts; `draws`: one per cell, in [0, 1). Raises
    ProtectionError.
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
    """Repair `up`, the mask of inner cells rounded up. Raises ProtectionError when bounds stay broken."""
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
    """Arrays changed during the search; the last sum is a placeholder without weight."""

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
        """Flip some of the cells below the sums outside their bounds; False where no flip helps."""
        marked = np.zeros(len(self.off), dtype=np.bool_)
        marked[out] = True
        under = np.flatnonzero(marked[self.rows].any(axis=1))
        gain = self._gain(under, base)
        best = under[np.argsort(gain, kind="stable")[: max(1, len(under) // AT_ONCE)]]
        return any([self._flip(int(cell), base) for cell in best])  # noqa: C419 - all of them are turned

    def _flip(self, cell: int, base: int) -> bool:
        """Flip a cell if the flip still helps after earlier flips."""
        if self._gain(np.array([cell]), base)[0] >= 0:
            return False
        self.off[self.rows[cell]] += -base if self.up[cell] else base
        self.off[-1] = 0
        self.up[cell] = not self.up[cell]
        return True

    def _gain(self, cells: Ints, base: int) -> Ints:
        """Return the change of the cost when each cell is flipped alone; below 0 is better."""
        rows = self.rows[cells]
        step = np.where(self.up[cells], -base, base)[:, None]
        low, high, weight, off = (each[rows] for each in (self.low, self.high, self.weight, self.off))

        def cost(now: Ints) -> Ints:
            beyond = np.maximum(low - now, 0) + np.maximum(now - high, 0)
            total: Ints = weight * OUTSIDE * beyond**2 + (weight > 0) * now**2
            return total

        gained: Ints = (cost(off + step) - cost(off)).sum(axis=1)
        return gained

"""The remaining questions about each unknown cell before its verdict is certain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.reduction import Reduced
from anonymisers.tables.arrays import Bools, Floats

SLACK = 1e-6


@dataclass(eq=False)
class Extent:
    """Intervals of the representatives: values `seen` lie in some feasible table, `proven` bounds hold in
    all."""

    seen_low: Floats
    seen_high: Floats
    proven_low: Floats
    proven_high: Floats

    @classmethod
    def start(cls, reduced: Reduced) -> "Extent":
        size = len(reduced.low)
        return cls(np.full(size, np.inf), np.full(size, -np.inf), reduced.low.copy(), reduced.high.copy())

    def add(self, columns: NDArray[np.int64], world: Floats) -> None:
        """Widen the seen intervals by a table over some of the columns."""
        self.seen_low[columns] = np.minimum(self.seen_low[columns], world)
        self.seen_high[columns] = np.maximum(self.seen_high[columns], world)


@dataclass(frozen=True, eq=False)
class Goals:
    """The verdicts sought: `withheld` cuboids need a sufficient interval, others must not be certainly small.

    `lower` is the least value the attacker allows a withheld cell; `smallest`..threshold-1 is small
    (1..k-1, or 0..k-1 where zeros are small cells too).
    """

    reduced: Reduced
    withheld: Bools
    lower: int
    smallest: int
    threshold: int

    def small(self, low: Floats, high: Floats) -> Bools:
        """Mark the intervals containing a small value."""
        return (low < self.threshold) & (high >= self.smallest)

    def wide(self, low: Floats, high: Floats) -> Bools:
        """Mark the intervals containing lower..k-1, or at least k wide; over integers, so rounded inwards."""
        low, high = np.ceil(low - SLACK), np.floor(high + SLACK)
        holds = (low <= self.lower) & (high >= self.threshold - 1)
        return holds | (high - low >= self.threshold)

    def settled(self, extent: Extent) -> Bools:
        """Mark the cuboids whose verdict no further table can change."""
        low, high = self.reduced.interval(extent.seen_low, extent.seen_high)
        least, most = self.reduced.interval(extent.proven_low, extent.proven_high)
        two = np.floor(high + SLACK) > np.ceil(low - SLACK)
        large = ~self.small(least, most)
        asked = two & (self.wide(low, high) | large)
        unlisted = two | (low < self.smallest - 1 + SLACK) | large
        exact = (low <= least + SLACK) & (high >= most - SLACK)
        return np.where(self.withheld, asked, unlisted) | exact | (self.reduced.rep < 0)

    def needs(self, extent: Extent) -> tuple[Bools, Bools]:
        """Mark the representatives of which a greater, and of which a smaller, value is still sought."""
        reduced = self.reduced
        open_cuboids = ~self.settled(extent)
        wanted = np.zeros(len(reduced.low), dtype=np.bool_)
        wanted[reduced.rep[open_cuboids]] = True
        up = wanted & (extent.seen_high < extent.proven_high - SLACK)
        down = wanted & (extent.seen_low > extent.proven_low + SLACK)
        return up, down

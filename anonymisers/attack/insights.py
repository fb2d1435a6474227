"""Insiders, part by part: from boxes to columns of linear programs, and back to findings."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.findings import Insight
from anonymisers.attack.goals import Extent, Goals
from anonymisers.attack.insider import Suspects, computable
from anonymisers.attack.intervals import Part
from anonymisers.attack.polytope import Polytope
from anonymisers.attack.pool import Pool
from anonymisers.attack.system import System, key_of
from anonymisers.attack.truth import Truth
from anonymisers.attack.verdicts import found_at

Index = NDArray[np.int64]


class Insiders:
    """Collects the pairs (small cell, insider's cell), both withheld, where the insider computes the cell.

    A cell that holds the insider, too, and equals the insider's own in every world is the same cell under
    another name (the only woman of a district, and its only person above 60): it tells of nobody else.
    """

    def __init__(self, system: System, goals: Goals, truth: Truth) -> None:
        self._system, self._goals, self._truth = system, goals, truth
        reduced = goals.reduced
        self._value = truth.values[reduced.boxes]
        hidden = goals.withheld & (reduced.rep >= 0)
        self._own = hidden & (self._value == 1)
        self._small = hidden & (self._value >= goals.smallest) & (self._value < goals.threshold)
        self._boxes_of: dict[int, list[int]] = defaultdict(list)
        for number in np.flatnonzero(self._own | self._small).tolist():
            self._boxes_of[int(reduced.rep[number])].append(number)
        self._pairs: list[tuple[int, int]] = []
        for column in list(self._boxes_of):
            self._pairs.extend(self._tied(column))

    def examine(self, part: Part, extent: Extent, pool: Pool, polytope: Polytope) -> None:
        """Find the pairs of one part whose intervals are settled. Raises OutOfTimeError."""
        uncertain = extent.proven_low < extent.proven_high
        suspects = Suspects(
            self._columns(part, self._own, uncertain),
            self._columns(part, self._small, uncertain),
            self._column_truth(part),
        )
        if not len(suspects.own) or not len(suspects.small):
            return
        for small, own, apart in computable(part, suspects, pool.worlds(), polytope):
            pairs = self._across(int(part.columns[small]), int(part.columns[own]))
            self._pairs.extend((t, s) for t, s in pairs if not self._same(t, s, apart))

    def found(self, extent: Extent) -> tuple[Insight, ...]:
        """The findings, but for cells that everybody can compute."""
        reduced, system = self._goals.reduced, self._system
        least, most = reduced.interval(extent.proven_low, extent.proven_high)
        return tuple(
            Insight(
                found_at(system, int(reduced.boxes[t]), float(self._value[t]), float(self._value[t])),
                key_of(system, int(reduced.boxes[s])),
            )
            for t, s in sorted(self._pairs)
            if least[t] < most[t] and least[s] < most[s]
        )

    def _tied(self, column: int) -> Iterator[tuple[int, int]]:
        """Pairs of boxes of one column: each is certain once the other is known."""
        for t, s in self._across(column, column):
            if t != s and not self._same(t, s, 0.0):
                yield t, s

    def _same(self, t: int, s: int, apart: float | None) -> bool:
        """Whether box t is the insider's own s under another name; `apart`: column of t less that of s."""
        reduced = self._goals.reduced
        if apart is None or reduced.sign[t] != reduced.sign[s]:
            return False
        between = reduced.sign[t] * apart + reduced.offset[t] - reduced.offset[s]
        return bool(between == 0) and self._shared(t, s)

    def _across(self, small: int, own: int) -> Iterator[tuple[int, int]]:
        for s in self._boxes_of[own]:
            if self._own[s]:
                yield from ((t, s) for t in self._boxes_of[small] if self._small[t])

    def _columns(self, part: Part, boxes: NDArray[np.bool_], uncertain: NDArray[np.bool_]) -> Index:
        marked = np.zeros(len(uncertain), dtype=np.bool_)
        marked[self._goals.reduced.rep[boxes]] = True
        return np.flatnonzero((marked & uncertain)[part.columns])

    def _column_truth(self, part: Part) -> NDArray[np.float64]:
        reduced = self._goals.reduced
        known = reduced.rep >= 0
        value = np.zeros(len(reduced.low))
        value[reduced.rep[known]] = (reduced.sign * (self._value - reduced.offset))[known]
        return value[part.columns]

    def _shared(self, one: int, other: int) -> bool:
        boxes = self._goals.reduced.boxes
        return self._truth.in_both(int(boxes[one]), int(boxes[other])) > 0

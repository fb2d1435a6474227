"""Singletons, part by part: from cuboids to columns of linear programs, and back to findings."""

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.attack_model import AttackModel, key_of
from anonymisers.attack.feasibility_intervals import Part
from anonymisers.attack.findings import SingletonDisclosure
from anonymisers.attack.goals import Extent, Goals
from anonymisers.attack.independent_moves import Candidates
from anonymisers.attack.index_ranges import index_ranges
from anonymisers.attack.polytope import Polytope
from anonymisers.attack.singleton_attack import computable
from anonymisers.attack.truth_check import Truth
from anonymisers.attack.verdicts import found_at
from anonymisers.attack.world_pool import WorldPool
from anonymisers.tables.arrays import Bools, Ints


class SingletonSearch:
    """Collects the pairs (small cell, singleton's cell), both withheld, where the singleton computes the
    small cell.

    A cell that contains the singleton and equals the singleton's own cell in every table is the same cell
    under another name (the only woman of a district, and its only person above 60), and discloses nobody
    else.
    """

    def __init__(self, model: AttackModel, goals: Goals, truth: Truth) -> None:
        self._model, self._goals, self._truth = model, goals, truth
        reduced = goals.reduced
        self._value = truth.values[reduced.cuboids]
        withheld = goals.withheld & (reduced.rep >= 0)
        self._own = withheld & (self._value == 1)
        self._small = withheld & (self._value >= goals.smallest) & (self._value < goals.threshold)
        self._pairs: list[tuple[int, int]] = []
        # Of dependent cuboids each is certain once another is known.
        self._take(*_joined(reduced.rep, self._small, self._own), apart=0.0)

    def examine(self, part: Part, extent: Extent, pool: WorldPool, polytope: Polytope) -> None:
        """Find the pairs of one part with settled intervals. Raises OutOfTimeError."""
        uncertain = extent.proven_low < extent.proven_high
        candidates = Candidates(
            self._columns(part, self._own, uncertain),
            self._columns(part, self._small, uncertain),
            self._column_truth(part),
        )
        if not len(candidates.own) or not len(candidates.small):
            return
        rep = self._goals.reduced.rep
        for small, own, apart in computable(part, candidates, pool, polytope):
            holding = np.flatnonzero(self._small & (rep == part.columns[small]))
            owned = np.flatnonzero(self._own & (rep == part.columns[own]))
            pairs = np.array(np.meshgrid(holding, owned)).reshape(2, -1)
            self._take(pairs[0], pairs[1], apart)

    def found(self, extent: Extent) -> tuple[SingletonDisclosure, ...]:
        """Return the findings, except cells computable for everybody."""
        reduced, model = self._goals.reduced, self._model
        least, most = reduced.interval(extent.proven_low, extent.proven_high)
        return tuple(
            SingletonDisclosure(
                found_at(model, int(reduced.cuboids[t]), float(self._value[t]), float(self._value[t])),
                key_of(model, int(reduced.cuboids[s])),
            )
            for t, s in sorted(self._pairs)
            if least[t] < most[t] and least[s] < most[s]
        )

    def _take(self, small: Ints, own: Ints, apart: float | None) -> None:
        """Keep the pairs of cuboids that are not one cell under two names.

        `apart`: small column minus singleton's column, where constant over all tables.
        """
        reduced = self._goals.reduced
        other = small != own
        if apart is not None:
            alike = reduced.sign[small] == reduced.sign[own]
            between = reduced.sign[small] * apart + reduced.offset[small] - reduced.offset[own]
            cuboids = reduced.cuboids
            alike[alike] = between[alike] == 0
            alike[alike] = self._truth.holds_the_only_one(cuboids[small[alike]], cuboids[own[alike]])
            other &= ~alike
        self._pairs.extend(zip(small[other].tolist(), own[other].tolist(), strict=True))

    def _columns(self, part: Part, cuboids: Bools, uncertain: Bools) -> Ints:
        marked = np.zeros(len(uncertain), dtype=np.bool_)
        marked[self._goals.reduced.rep[cuboids]] = True
        return np.flatnonzero((marked & uncertain)[part.columns])

    def _column_truth(self, part: Part) -> NDArray[np.float64]:
        reduced = self._goals.reduced
        known = reduced.rep >= 0
        value = np.zeros(len(reduced.low))
        value[reduced.rep[known]] = (reduced.sign * (self._value - reduced.offset))[known]
        return value[part.columns]


def _joined(column: Ints, some: Bools, others: Bools) -> tuple[Ints, Ints]:
    """Return all pairs of a first and a second cuboid with the same column."""
    first, second = np.flatnonzero(some), np.flatnonzero(others)
    second = second[np.argsort(column[second], kind="stable")]
    start, stop = (np.searchsorted(column[second], column[first], side) for side in ("left", "right"))
    place, many = index_ranges(start, stop)
    return np.repeat(first, many), second[place]

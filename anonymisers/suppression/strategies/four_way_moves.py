"""Four-way moves: swaps among four people with nothing in common, for linked tables of three dimensions.

Where all tables of up to three dimensions are released, few people agree in all dimensions but three, and
none need agree. Split the dimensions into three groups, and take two combinations of codes of each group: the
product has eight corners. Four people are at every second corner, and go to the other corners. A table naming
no dimension of some group stays as before, and so does every table of two dimensions. Tables of three
dimensions change if they name a dimension of each group, in eight cells each. Four people form such a move
(of degree four) if in every dimension all have the same code, or two codes are held by two people each. So
three people determine the fourth.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.four_way_costs import FourWayCosts, FourWayMove
from anonymisers.suppression.strategies.running_counts import RunningCounts
from anonymisers.suppression.strategies.swap_partners import Axes, Codes, FinestCells, SwapPartners
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.lattice import Lattice

Costs = tuple[Floats, Floats]

GROUPS = 3
"""Groups of dimensions: tables of fewer dimensions do not change."""


@dataclass(frozen=True)
class FourWayTuning:
    """How many four-way moves are compared for a cell."""

    partners: int = 200
    """People who are tried as the second and as the third: those of the cheapest cells, most like the
    first."""
    compared_cells: int = 8_000
    """Cells compared, of the groups of four with most codes in common."""
    first_people: int = 4
    """People who are tried as the first, in each way to divide the dimensions of a cell."""
    same_cost: float = 1000.0
    """Cost from which all cells count as equally costly."""


TUNING = FourWayTuning()


@dataclass(frozen=True, eq=False)
class _Matches:
    """Possible partners of a person: numbers, codes (dims, n), and a mask of the dimensions with equal
    codes."""

    numbers: Ints
    codes: Codes
    alike: Bools


class FourWayMoves:
    """Finds the cheapest four people whose swap changes a cell, given the running counts."""

    def __init__(
        self,
        lattice: Lattice,
        leaves: Sequence[NDArray[np.int32]],
        running_counts: RunningCounts,
        tie: Floats,
    ) -> None:
        """Keep the people by the places of their leaves in `leaves`.

        Only inner cells with people are considered.
        """
        self._four_way_costs = FourWayCosts(lattice, leaves)
        self._running_counts = running_counts
        finest = {
            axes: FinestCells.of(lattice, leaves, number)
            for number, axes in enumerate(lattice.tables)
            if len(axes) == GROUPS
        }
        self._partners_now = self._partners_truly = SwapPartners.of(running_counts, finest, tie)

    def consider(self, places: Sequence[Ints]) -> None:
        """Consider also the people of some inner cells (n, dims) with none in the true table, from now on."""
        new = [own for own in places if len(own)]
        self._partners_now = (
            self._partners_truly.with_places(np.concatenate(new)) if new else self._partners_truly
        )

    def cheapest(
        self, inside: dict[int, Bools], axes: Axes, sign: int, costs: Costs, limit: float = np.inf
    ) -> tuple[float, FourWayMove] | None:
        """Return the cost and the cheapest swap that brings one person into a cell (`sign` 1) or out of the
        cell (-1).

        `inside`: for each dimension of the cell a mask of the leaves inside the cell; each group has one of
        the three dimensions in `axes`. `costs`: the cost of each cell's rise by one, and of each cell's fall.
        Swaps costing more than the limit are not found.
        """
        best: tuple[float, FourWayMove] | None = None
        for first, allowed in self._beginnings(inside, axes, sign):
            found = self._with(first, allowed, costs, limit)
            if found is not None and found[0] <= limit and (best is None or found[0] < best[0]):
                best = found
            if best is not None and best[0] <= 0:
                break
        return best

    def _beginnings(
        self, inside: dict[int, Bools], axes: Axes, sign: int
    ) -> Iterator[tuple[int, dict[int, Bools]]]:
        """Yield first people, with the codes that the others may have where they differ, by dimension.

        A person leaving the cell is inside by every dimension. A person entering the cell is inside by all
        but one.
        """
        partners = self._partners_now
        within = {axis: partners.with_codes(axis, own) for axis, own in inside.items()}
        for turn in range(GROUPS if sign > 0 else 1):
            order = axes[turn:] + axes[:turn]
            allowed = {axis: ~inside[axis] for axis in order}
            wanted = dict(inside)
            if sign > 0:
                allowed[order[0]], wanted[order[0]] = inside[order[0]], ~inside[order[0]]
            held = [axis for axis in inside if sign < 0 or axis != order[0]]
            start = min(held, key=lambda axis: len(within[axis]))
            firsts = within[start]
            firsts = firsts[self._running_counts.flat[partners.numbers[firsts]] > 0]
            for axis in (axis for axis in inside if axis != start):
                firsts = firsts[wanted[axis][partners.codes[axis, firsts]]]
            for first in firsts[
                np.argsort(partners.tie[firsts], kind="stable")[: TUNING.first_people]
            ].tolist():
                yield first, allowed

    def _with(
        self, first: int, allowed: dict[int, Bools], costs: Costs, limit: float
    ) -> tuple[float, FourWayMove] | None:
        """Return the cheapest swap of a person with three others.

        The first and the second person share the last group, the first and the third share the second group,
        and the second and the third share the first group.
        """
        one, two, three = allowed
        second = self._matches(first, three, {one: allowed[one], two: allowed[two]}, costs[1], limit)
        if not len(second.numbers):
            return None
        third = self._matches(first, two, {one: allowed[one], three: allowed[three]}, costs[1], limit)
        left, right = self._fitting(first, allowed, second, third)
        own, axes = self._partners_now.codes[:, first], tuple(sorted(allowed))
        if len(left) and np.isfinite(limit) and axes in self._partners_now.tables:
            others = (second.codes[one, left], second.codes[two, left], third.codes[three, right])
            cheap = self._in_one_table(own, dict(zip(allowed, others, strict=True)), costs) <= limit
            left, right = left[cheap], right[cheap]
        if not len(left):
            return None
        alike = (second.alike[:, left] & third.alike[:, right]).sum(axis=0)
        most = max(1, TUNING.compared_cells // max(1, self._four_way_costs.tables))
        kept = np.argsort(-alike, kind="stable")[:most]
        return self._four_way_costs.cheapest(
            own, second.codes[:, left[kept]], third.codes[:, right[kept]], costs
        )

    def _matches(
        self, first: int, shared: int, allowed: dict[int, Bools], falls: Floats, limit: float
    ) -> _Matches:
        """Return the people sharing a dimension with the first person and having other codes of two
        others."""
        partners, axes = self._partners_now, tuple(sorted((shared, *allowed)))
        own = partners.codes[:, first]
        numbers = partners.with_code(shared, int(own[shared]))
        for axis, codes in allowed.items():
            numbers = numbers[codes[partners.codes[axis, numbers]]]
        cost = falls[partners.cells(axes)[numbers]]
        able = (cost <= limit) & (self._running_counts.flat[partners.numbers[numbers]] > 0)
        numbers, cost = numbers[able], cost[able]
        alike = partners.codes[:, numbers] == own[:, None]
        likeness = alike.sum(axis=0) + partners.tie[numbers] - np.minimum(cost, TUNING.same_cost)
        nearest = np.argsort(-likeness, kind="stable")[: TUNING.partners]
        numbers = numbers[nearest]
        return _Matches(numbers, partners.codes[:, numbers], alike[:, nearest])

    def _fitting(
        self, first: int, allowed: dict[int, Bools], second: _Matches, third: _Matches
    ) -> tuple[Ints, Ints]:
        """Return the pairs of a second and a third person who fit the first, and whose fourth person
        exists."""
        one = next(iter(allowed))
        fits = second.codes[one][:, None] == third.codes[one]
        for axis in range(len(second.codes)):
            if axis not in allowed:
                equal = second.codes[axis][:, None] == third.codes[axis]
                equal |= second.alike[axis][:, None]
                equal |= third.alike[axis]
                fits &= equal
        left, right = np.nonzero(fits)
        numbers = self._partners_now.numbers
        fourths = numbers[second.numbers][left] ^ numbers[third.numbers][right] ^ numbers[first]
        there = self._running_counts.flat[fourths] > 0
        return left[there], right[there]

    def _in_one_table(self, own: Codes, others: dict[int, Codes], costs: Costs) -> Floats:
        """Return the costs of four-way moves in the table naming one dimension of each group."""
        axes = tuple(sorted(others))
        table = self._partners_now.tables[axes]
        old = [part[own[axis]] for axis, part in zip(axes, table.parts, strict=True)]
        steps = [part[others[a]] - o for a, part, o in zip(axes, table.parts, old, strict=True)]
        return self._four_way_costs.swap_costs(table.start + sum(old), steps, costs)[1]

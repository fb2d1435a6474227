"""Exchanges among four people who need not be alike in anything, for linked tables of three dimensions.

Where all tables of up to three dimensions are released, few people are alike in all dimensions but three.
They need not be. Split the dimensions into three groups, and take two combinations of codes of each: they
span a box of eight corners. Four people stand in every second corner, and go to the others. A table that
names no dimension of one of the groups stays as it is, so every table of two dimensions does; of three
dimensions those change that name one of each group, in eight cells each. The four fit together when in every
dimension they have one code, or two codes that two of them have each. So three people tell who the fourth has
to be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.four_way_costs import Foursomes, Quartet
from anonymisers.suppression.strategies.running_counts import Headcount
from anonymisers.suppression.strategies.swap_partners import Axes, Codes, Crowd, Finest
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.lattice import Lattice

Costs = tuple[Floats, Floats]

GROUPS = 3
"""Groups of dimensions: tables of fewer dimensions do not change."""
PARTNERS = 200
"""People who are tried as the second and the third: of the cheapest cells, and most like the first."""
COMPARED = 8_000
"""Cells of changed tables that are looked at, of the foursomes that are most alike."""
FIRSTS = 4
"""People who are tried as the first, in each way to divide the dimensions of a cell."""
DEAR = 1000.0
"""Price from which all cells are equally dear."""


@dataclass(frozen=True, eq=False)
class _Partners:
    """Who may be exchanged with somebody: their places in the crowd, their codes (dims, n), and in which
    dimensions they are as he is."""

    numbers: Ints
    codes: Codes
    alike: Bools


class Quartets:
    """Finds the cheapest four people whose exchange changes a cell, in the world of a headcount."""

    def __init__(
        self, lattice: Lattice, leaves: Sequence[NDArray[np.int32]], head: Headcount, tie: Floats
    ) -> None:
        """`head`: people by the places of their leaves in `leaves`.

        Who is looked at stands where somebody stands now.
        """
        self._foursomes = Foursomes(lattice, leaves)
        self._head = head
        finest = {
            axes: Finest.of(lattice, leaves, number)
            for number, axes in enumerate(lattice.tables)
            if len(axes) == GROUPS
        }
        self._crowd = self._everybody = Crowd.of(head, finest, tie)

    def look_at(self, places: Sequence[Ints]) -> None:
        """Look also at who stands in some inner cells (n, dims) in which nobody does truly, from now on."""
        new = [own for own in places if len(own)]
        self._crowd = self._everybody.joined(np.concatenate(new)) if new else self._everybody

    def cheapest(
        self, inside: dict[int, Bools], axes: Axes, sign: int, costs: Costs, limit: float = np.inf
    ) -> tuple[float, Quartet] | None:
        """The cheapest exchange by which one more (`sign` 1) or fewer (-1) is inside a cell, and its price.

        `inside`: for each dimension that the cell names which leaves lie in it; each group holds one of the
        three in `axes`. `costs`: what it costs that a cell rises by one, and that it falls. Nothing dearer
        than the limit is found.
        """
        best: tuple[float, Quartet] | None = None
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
        """First people, with the codes that the others may have where they differ, by dimension.

        Who leaves the cell is inside it by every dimension. Who comes into it is so by all but one.
        """
        crowd = self._crowd
        within = {axis: crowd.inside(axis, own) for axis, own in inside.items()}
        for turn in range(GROUPS if sign > 0 else 1):
            order = axes[turn:] + axes[:turn]
            allowed = {axis: ~inside[axis] for axis in order}
            wanted = dict(inside)
            if sign > 0:
                allowed[order[0]], wanted[order[0]] = inside[order[0]], ~inside[order[0]]
            held = [axis for axis in inside if sign < 0 or axis != order[0]]
            start = min(held, key=lambda axis: len(within[axis]))
            firsts = within[start]
            firsts = firsts[self._head.flat[crowd.numbers[firsts]] > 0]
            for axis in (axis for axis in inside if axis != start):
                firsts = firsts[wanted[axis][crowd.codes[axis, firsts]]]
            for first in firsts[np.argsort(crowd.tie[firsts], kind="stable")[:FIRSTS]].tolist():
                yield first, allowed

    def _with(
        self, first: int, allowed: dict[int, Bools], costs: Costs, limit: float
    ) -> tuple[float, Quartet] | None:
        """The cheapest exchange of one person with three others.

        With the second he shares the last group, with the third the second; these two share the first.
        """
        one, two, three = allowed
        second = self._partners(first, three, {one: allowed[one], two: allowed[two]}, costs[1], limit)
        if not len(second.numbers):
            return None
        third = self._partners(first, two, {one: allowed[one], three: allowed[three]}, costs[1], limit)
        left, right = self._fitting(first, allowed, second, third)
        own, axes = self._crowd.codes[:, first], tuple(sorted(allowed))
        if len(left) and np.isfinite(limit) and axes in self._crowd.tables:
            others = (second.codes[one, left], second.codes[two, left], third.codes[three, right])
            cheap = self._in_one_table(own, dict(zip(allowed, others, strict=True)), costs) <= limit
            left, right = left[cheap], right[cheap]
        if not len(left):
            return None
        alike = (second.alike[:, left] & third.alike[:, right]).sum(axis=0)
        most = max(1, COMPARED // max(1, self._foursomes.tables))
        kept = np.argsort(-alike, kind="stable")[:most]
        return self._foursomes.cheapest(own, second.codes[:, left[kept]], third.codes[:, right[kept]], costs)

    def _partners(
        self, first: int, shared: int, allowed: dict[int, Bools], falls: Floats, limit: float
    ) -> _Partners:
        """Who may be exchanged with the first: he shares a dimension, and has other codes of two others."""
        crowd, axes = self._crowd, tuple(sorted((shared, *allowed)))
        own = crowd.codes[:, first]
        numbers = crowd.having(shared, int(own[shared]))
        for axis, codes in allowed.items():
            numbers = numbers[codes[crowd.codes[axis, numbers]]]
        price = falls[crowd.cells(axes)[numbers]]
        able = (price <= limit) & (self._head.flat[crowd.numbers[numbers]] > 0)
        numbers, price = numbers[able], price[able]
        alike = crowd.codes[:, numbers] == own[:, None]
        likeness = alike.sum(axis=0) + crowd.tie[numbers] - np.minimum(price, DEAR)
        nearest = np.argsort(-likeness, kind="stable")[:PARTNERS]
        numbers = numbers[nearest]
        return _Partners(numbers, crowd.codes[:, numbers], alike[:, nearest])

    def _fitting(
        self, first: int, allowed: dict[int, Bools], second: _Partners, third: _Partners
    ) -> tuple[Ints, Ints]:
        """The pairs of a second and a third who fit together with the first, and whose fourth is there."""
        one = next(iter(allowed))
        fits = second.codes[one][:, None] == third.codes[one]
        for axis in range(len(second.codes)):
            if axis not in allowed:
                equal = second.codes[axis][:, None] == third.codes[axis]
                equal |= second.alike[axis][:, None]
                equal |= third.alike[axis]
                fits &= equal
        left, right = np.nonzero(fits)
        numbers = self._crowd.numbers
        fourths = numbers[second.numbers][left] ^ numbers[third.numbers][right] ^ numbers[first]
        there = self._head.flat[fourths] > 0
        return left[there], right[there]

    def _in_one_table(self, own: Codes, others: dict[int, Codes], costs: Costs) -> Floats:
        """What foursomes cost in the table of three dimensions, one of each group."""
        axes = tuple(sorted(others))
        table = self._crowd.tables[axes]
        old = [part[own[axis]] for axis, part in zip(axes, table.parts, strict=True)]
        steps = [part[others[a]] - o for a, part, o in zip(axes, table.parts, old, strict=True)]
        return self._foursomes.prices(table.start + sum(old), steps, costs)[1]

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
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.lattice import Lattice

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int32]
Axes = tuple[int, ...]
Costs = tuple[Floats, Floats]
Corner = tuple[int, int, int]

GROUPS = 3
"""Groups of dimensions: tables of fewer dimensions do not change."""
PARTNERS = 200
"""People who are tried as the second and the third: of the cheapest cells, and most like the first."""
COMPARED = 8_000
"""Cells of changed tables that are looked at, of the foursomes that are most alike."""
FIRSTS = 4
"""People who are tried as the first, in each way to divide the dimensions of a cell."""
LOSING: tuple[Corner, ...] = ((0, 0, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1))
"""The corners where the four stand, by whether they differ from the first in each group."""
GAINING: tuple[Corner, ...] = ((1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1))
DEAR = 1000.0
"""Price from which all cells are equally dear."""


@dataclass(frozen=True, eq=False)
class Quartet:
    """Corners (8, dims) that four people leave (the first four) and go to, by the places of leaves."""

    corners: Ints

    @property
    def signs(self) -> Ints:
        """What each corner changes by."""
        return np.repeat(np.array([-1, 1], dtype=np.int64), len(LOSING))

    @property
    def ways(self) -> tuple[Ints, ...]:
        """The corners; there is one way only."""
        return (self.corners,)


@dataclass(frozen=True, eq=False)
class _Finest:
    """The finest cells of a table of three dimensions: what each code adds to the number `start`."""

    axes: Axes
    start: int
    parts: tuple[Ints, ...]

    @classmethod
    def of(cls, lattice: Lattice, leaves: Sequence[NDArray[np.int32]], number: int) -> "_Finest":
        """Those of one table: `lookup` tells of the finest first."""
        starts, by_code = lattice.lookup([number])
        axes = lattice.tables[number]
        return cls(axes, int(starts[0]), tuple(by_code[axis][leaves[axis], 0] for axis in axes))

    def cells(self, places: Ints) -> Ints:
        """The cell of each inner cell (n, dims)."""
        numbers = np.full(len(places), self.start)
        for axis, part in zip(self.axes, self.parts, strict=True):
            numbers += part[places[:, axis]]
        return numbers


@dataclass(frozen=True, eq=False)
class _Crowd:
    """Inner cells where people are looked for: `places` (n, dims), the same as `numbers`, which of them have
    each code of each dimension, and their `cells` in each table of three dimensions.
    """

    places: Ints
    numbers: Ints
    having: tuple[tuple[Ints, ...], ...]
    cells: dict[Axes, Ints]

    @classmethod
    def of(cls, places: Ints, strides: Ints, tables: dict[Axes, _Finest], shape: Sequence[int]) -> "_Crowd":
        """The crowd at some places."""
        having = tuple(
            tuple(np.flatnonzero(column == code) for code in range(codes))
            for column, codes in zip(places.T, shape, strict=True)
        )
        cells = {axes: table.cells(places) for axes, table in tables.items()}
        return cls(places, places @ strides, having, cells)

    def joined(self, places: Ints, strides: Ints, tables: dict[Axes, _Finest]) -> "_Crowd":
        """The crowd with a few more places."""
        new = np.arange(len(self.places), len(self.places) + len(places))
        having = [list(own) for own in self.having]
        for number, place in zip(new.tolist(), places.tolist(), strict=True):
            for own, code in zip(having, place, strict=True):
                own[code] = np.append(own[code], number)
        return _Crowd(
            np.concatenate([self.places, places]),
            np.append(self.numbers, places @ strides),
            tuple(map(tuple, having)),
            {axes: np.append(self.cells[axes], table.cells(places)) for axes, table in tables.items()},
        )


class Quartets:
    """Finds the cheapest four people whose exchange changes a cell, in the world that `counts` tells of."""

    def __init__(
        self, lattice: Lattice, leaves: Sequence[NDArray[np.int32]], counts: Counts, tie: Floats
    ) -> None:
        """`counts`: people in each inner cell, by the places of their leaves in `leaves`.

        Who is looked at stands where somebody stands now.
        """
        tables = [n for n, axes in enumerate(lattice.tables) if len(axes) >= GROUPS]
        self._starts, by_code = lattice.lookup(tables)
        none = np.zeros((1, len(self._starts)), dtype=np.int64)
        self._parts = [
            by_code[axis][own] if axis in by_code else np.repeat(none, len(own), axis=0)
            for axis, own in enumerate(leaves)
        ]
        self._counts = counts.reshape(-1)
        self._strides = np.array([prod(counts.shape[a + 1 :]) for a in range(counts.ndim)])
        self._tie = tie
        self._finest = {
            axes: _Finest.of(lattice, leaves, number)
            for number, axes in enumerate(lattice.tables)
            if len(axes) == GROUPS
        }
        self._crowd = self._everybody = _Crowd.of(
            np.argwhere(counts), self._strides, self._finest, counts.shape
        )

    def look_at(self, places: Sequence[Ints]) -> None:
        """Look also at who stands in some inner cells (n, dims) in which nobody does truly, from now on."""
        self._crowd = self._everybody
        for own in places:
            self._crowd = self._crowd.joined(own, self._strides, self._finest)

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
    ) -> Iterator[tuple[Ints, dict[int, Bools]]]:
        """First people, with the codes that the others may have where they differ, by dimension.

        Who leaves the cell is inside it by every dimension. Who comes into it is so by all but one.
        """
        people = self._crowd.places
        present = self._counts[self._crowd.numbers] > 0
        held = {axis: own[people[:, axis]] for axis, own in inside.items()}
        for turn in range(GROUPS if sign > 0 else 1):
            order = axes[turn:] + axes[:turn]
            allowed = {axis: ~inside[axis] for axis in order}
            firsts = present.copy()
            for axis, own in held.items():
                firsts &= ~own if sign > 0 and axis == order[0] else own
            if sign > 0:
                allowed[order[0]] = inside[order[0]]
            candidates = np.flatnonzero(firsts)
            for number in candidates[np.argsort(self._tie_of(candidates), kind="stable")[:FIRSTS]].tolist():
                yield people[number], allowed

    def _with(
        self, first: Ints, allowed: dict[int, Bools], costs: Costs, limit: float
    ) -> tuple[float, Quartet] | None:
        """The cheapest exchange of one person with three others.

        With the second he shares the last group, with the third the second; these two share the first.
        """
        one, two, three = allowed
        second = self._partners(first, three, {one: allowed[one], two: allowed[two]}, costs[1], limit)
        third = self._partners(first, two, {one: allowed[one], three: allowed[three]}, costs[1], limit)
        people = self._crowd.places
        left, right = np.nonzero(np.equal.outer(people[second, one], people[third, one]))
        seconds, thirds = people[second[left]], people[third[right]]
        if np.isfinite(limit) and tuple(sorted(allowed)) in self._finest:
            cheap = self._in_one_table(first, (one, two, three), seconds, thirds, costs) <= limit
            seconds, thirds = seconds[cheap], thirds[cheap]
        as_first, as_third = seconds == first, thirds == first
        fits = (as_first | as_third | (seconds == thirds)).all(axis=1)
        seconds, thirds, as_first, as_third = seconds[fits], thirds[fits], as_first[fits], as_third[fits]
        fourths = np.where(as_first, thirds, np.where(as_third, seconds, first))
        there = np.flatnonzero(self._counts[fourths @ self._strides] > 0)
        alike = (as_first & as_third)[there].sum(axis=1)
        there = there[np.argsort(-alike, kind="stable")[: max(1, COMPARED // max(1, len(self._starts)))]]
        return self._cheapest_of(first, seconds[there], thirds[there], costs) if len(there) else None

    def _partners(
        self, first: Ints, shared: int, allowed: dict[int, Bools], falls: Floats, limit: float
    ) -> Ints:
        """Who may be exchanged with the first: he shares a dimension, and has other codes of two others."""
        crowd, axes = self._crowd, tuple(sorted((shared, *allowed)))
        numbers = crowd.having[shared][first[shared]]
        none = np.full(len(crowd.places), -1)
        price = falls[crowd.cells.get(axes, none)[numbers]]
        able = (price <= limit) & (self._counts[crowd.numbers[numbers]] > 0)
        for axis, own in allowed.items():
            able &= own[crowd.places[numbers, axis]]
        numbers, price = numbers[able], price[able]
        likeness = (
            (crowd.places[numbers] == first).sum(axis=1) + self._tie_of(numbers) - np.minimum(price, DEAR)
        )
        nearest: Ints = numbers[np.argsort(-likeness, kind="stable")[:PARTNERS]]
        return nearest

    def _tie_of(self, numbers: Ints) -> Floats:
        return self._tie[self._crowd.numbers[numbers] % len(self._tie)]

    def _in_one_table(self, first: Ints, groups: Axes, seconds: Ints, thirds: Ints, costs: Costs) -> Floats:
        """What foursomes cost in the table of three dimensions, one of each group."""
        axes = sorted(groups)
        table = self._finest[tuple(axes)]
        own = [table.parts[axes.index(axis)] for axis in groups]
        old = [part[first[axis]] for part, axis in zip(own, groups, strict=True)]
        others = (seconds, seconds, thirds)
        new = [part[other[:, axis]] for part, axis, other in zip(own, groups, others, strict=True)]
        price = np.zeros(len(seconds))
        for cost, side in zip(costs, (GAINING, LOSING), strict=True):
            for bits in side:
                price += cost[
                    table.start + sum(n if bit else o for n, o, bit in zip(new, old, bits, strict=True))
                ]
        return price

    def _cheapest_of(
        self, first: Ints, seconds: Ints, thirds: Ints, costs: Costs
    ) -> tuple[float, Quartet] | None:
        """The cheapest of some foursomes (n, dims)."""
        from_first, from_third = seconds != first, thirds != first
        other = np.where(from_first, seconds, thirds)
        groups = (from_first & from_third, from_first & ~from_third, ~from_first & from_third)
        origin = self._starts + sum(part[code] for part, code in zip(self._parts, first, strict=True))
        steps = [np.zeros((len(seconds), len(self._starts)), dtype=np.int64) for _ in groups]
        for axis, part in enumerate(self._parts):
            step = part[other[:, axis]] - part[first[axis]]
            for number, group in enumerate(groups):
                steps[number] += step * group[:, axis, None]
        changed = np.logical_and.reduce([step != 0 for step in steps])
        price = np.zeros(len(seconds))
        for cost, side in zip(costs, (GAINING, LOSING), strict=True):
            for bits in side:
                cells = origin + sum(step for step, bit in zip(steps, bits, strict=True) if bit)
                price += cost[np.where(changed & (cells >= 0), cells, -1)].sum(axis=1)
        best = int(np.argmin(price))
        if not np.isfinite(price[best]):
            return None
        corners = np.repeat(first[None], len(LOSING + GAINING), axis=0)
        for corner, bits in zip(corners, LOSING + GAINING, strict=True):
            for group, bit in zip(groups, bits, strict=True):
                if bit:
                    corner[group[best]] = other[best][group[best]]
        return float(price[best]), Quartet(corners)

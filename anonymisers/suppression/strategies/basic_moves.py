"""Boxes: exchanges of codes among people who are alike in all dimensions but a few.

Take two codes of each dimension of a table, and people in every second corner of the box that they span,
alike in all other dimensions; all go to the other corners. That changes the box in the tables that name all
these dimensions, and nothing in any other table. The cheapest box for a cell is found by looking at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, product
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Counts, Floats, Ints
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import Target

Corner = tuple[int, ...]

STARTS = 12
"""Corners that are tried for a cell of a higher level, which has many."""
LOOKED_AT = 200
"""Cheapest boxes of which it is asked whether there are people in their corners."""


@dataclass(frozen=True, eq=False)
class _Table:
    """Cells of one table: at so many heights above the leaves (h, ...) that of every combination of leaves of
    its axes; the codes of each axis (h, leaves)."""

    axes: tuple[int, ...]
    codes: dict[int, NDArray[np.int32]]
    cells: Ints

    @cached_property
    def shared(self) -> frozenset[int]:
        """The axes of which some leaves have one code together."""
        return frozenset(
            axis for axis, codes in self.codes.items() if any(len(np.unique(own)) < len(own) for own in codes)
        )


@dataclass(frozen=True, eq=False)
class Box:
    """Two codes of each moved dimension: `start` and those of a place. The start's corner changes by `sign`.

    `places` (n, dims): other corners, alike in the moved dimensions, with what the people are beside those.
    """

    moved: tuple[int, ...]
    start: Corner
    sign: int
    places: Ints
    changed: None = None

    @cached_property
    def signs(self) -> Ints:
        """What each corner changes by, the start first."""
        return np.array(
            [self.sign * (-1) ** sum(bits) for bits in product((0, 1), repeat=len(self.moved))],
            dtype=np.int64,
        )

    @property
    def ways(self) -> Iterator[Ints]:
        """All corners, at each of the places."""
        return map(self._corners, self.places)

    def _corners(self, place: Ints) -> Ints:
        corners = np.repeat(place[None], 2 ** len(self.moved), axis=0)
        for corner, bits in zip(corners, product((0, 1), repeat=len(self.moved)), strict=True):
            for axis, own, bit in zip(self.moved, self.start, bits, strict=True):
                if not bit:
                    corner[axis] = own
        return corners


class Boxes:
    """Finds the cheapest box that changes a cell, in the world that `counts` tells of at the time."""

    def __init__(
        self,
        lattice: Lattice,
        leaves: Sequence[NDArray[np.int32]],
        counts: Counts,
        covered: Sequence[Sequence[NDArray[np.bool_]]],
    ) -> None:
        """`counts`: people in each inner cell, by the places of their leaves in `leaves`; `covered`: for each
        dimension which leaves lie in each code."""
        self._covered = covered
        self._lattice = lattice
        self._dims: tuple[Hierarchy, ...] = lattice.dims
        self._leaves = leaves
        self._counts = counts
        self._tables: dict[Corner, tuple[_Table, ...]] = {}
        self._orders: dict[tuple[Corner, ...], list[tuple[Corner, Corner]]] = {}

    def cheapest(
        self, target: Target, moved: tuple[int, ...], amount: int, costs: tuple[Floats, Floats]
    ) -> Box | None:
        """The cheapest box that changes a target in the direction of an amount."""
        best: tuple[float, Box] | None = None
        sign = 1 if amount > 0 else -1
        for start in self._starts(target, moved, sign):
            cost = self._box_costs(target, start, moved, costs)
            alike = prod(n for axis, n in enumerate(cost.shape) if axis not in moved) == 1
            box = Box(moved, start, sign, np.empty((0, 0), dtype=np.int64))
            if alike and target.footprint <= set(moved):
                found = self._alike_place(box, amount, cost)
            else:
                found = self._best_place(target, box, cost)
            if found is not None and (best is None or found[0] < best[0]):
                best = found
        return None if best is None else best[1]

    def _alike_place(self, box: Box, amount: int, cost: Floats) -> "tuple[float, Box] | None":
        """The same where what people are beside the moved dimensions makes no difference to the price."""
        prices = cost.ravel()
        order = np.argsort(prices, kind="stable")[:LOOKED_AT]
        order = order[np.isfinite(prices[order])]
        if not len(order):
            return None
        others = tuple(a for a in range(len(self._dims)) if a not in box.moved)
        counts = self._counts.transpose(*box.moved, *others)
        corners = np.stack(np.unravel_index(order, [len(self._leaves[a]) for a in box.moved]), axis=1)
        fewest: NDArray[np.int32] | None = None
        for bits, own in zip(product((0, 1), repeat=len(box.moved)), box.signs.tolist(), strict=True):
            if own < 0:
                at = tuple(
                    corners[:, n] if bit else np.full(len(order), box.start[n]) for n, bit in enumerate(bits)
                )
                here = counts[at].reshape(len(order), -1)
                fewest = here if fewest is None else np.minimum(fewest, here)
        if fewest is None:
            return None
        people = fewest.sum(axis=1)
        turns = -(-abs(amount) // np.maximum(people, 1))
        own_price = prices[order]
        score = np.where(people > 0, np.maximum(own_price, 0) * turns + np.minimum(own_price, 0), np.inf)
        number = int(np.argmin(score))
        if not np.isfinite(score[number]):
            return None
        context = np.flatnonzero(fewest[number])
        context = context[np.argsort(-fewest[number][context], kind="stable")]
        places = np.empty((len(context), len(self._dims)), dtype=np.int64)
        places[:, list(box.moved)] = corners[number]
        shape = [len(self._leaves[a]) for a in others]
        for axis, column in zip(others, np.unravel_index(context, shape), strict=True):
            places[:, axis] = column
        return float(score[number]), replace(box, places=places)

    def _starts(self, target: Target, moved: tuple[int, ...], sign: int) -> Iterator[Corner]:
        """Corners of boxes inside the target, by the moved dimensions."""
        lists, counts = [], self._counts
        for axis in moved:
            inside = self._covered[axis][target.key[axis]]
            lists.append(np.flatnonzero(inside))
            counts = counts.take(lists[-1], axis)
        people = counts.sum(axis=tuple(a for a in range(len(self._dims)) if a not in moved)).ravel()
        grid = np.stack([g.ravel() for g in np.meshgrid(*lists, indexing="ij")], axis=1)
        order = np.argsort(-people, kind="stable")
        if sign < 0:
            order = order[people[order] > 0]
        for row in grid[order[:STARTS]].tolist():
            yield tuple(row)

    def _box_costs(
        self, target: Target, start: Corner, moved: tuple[int, ...], costs: tuple[Floats, Floats]
    ) -> Floats:
        """What boxes cost, by their other corner: in as many dimensions as there are, 1 long where it does
        not matter. Infinite where that is inside the target by a moved dimension."""
        at = dict(zip(moved, start, strict=True))
        parts: dict[tuple[int, ...], Floats] = {}
        for axis in moved:
            inside = self._covered[axis][target.key[axis]]
            parts[axis,] = np.where(inside, np.inf, 0.0).reshape(self._shape((axis,)))
        for table in self._above(moved):
            part = self._cost_in(table, at, costs)
            parts[table.axes] = parts[table.axes] + part if table.axes in parts else part
        for axes, other in self._order(tuple(sorted(parts))):
            united = tuple(sorted({*axes, *other}))
            part = parts.pop(axes) + parts.pop(other)
            parts[united] = parts[united] + part if united in parts else part
        (total,) = parts.values()
        return total

    def _order(self, parts: tuple[Corner, ...]) -> list[tuple[Corner, Corner]]:
        """In which order parts over some dimensions are added up: the fewest numbers first.

        Prices are exact, so that the sums are the same in every order.
        """
        if parts not in self._orders:
            left, order = set(parts), []
            while len(left) > 1:
                two = min(
                    combinations(sorted(left), 2),
                    key=lambda two: (prod(self._shape({*two[0], *two[1]})), two),
                )
                order.append(two)
                left = (left - {*two}) | {tuple(sorted({*two[0], *two[1]}))}
            self._orders[parts] = order
        return self._orders[parts]

    def _shape(self, axes: Iterable[int]) -> list[int]:
        return [len(own) if a in set(axes) else 1 for a, own in enumerate(self._leaves)]

    def _cost_in(self, table: _Table, at: dict[int, int], costs: tuple[Floats, Floats]) -> Floats:
        """What boxes cost in one table, by their other corner."""
        heights = len(table.cells)
        part = np.zeros([heights, *self._shape(table.axes)])
        for bits in product((0, 1), repeat=len(at)):
            fixed = {a: own for (a, own), bit in zip(at.items(), bits, strict=True) if not bit}
            index = [slice(fixed[a], fixed[a] + 1) if a in fixed else slice(None) for a in table.axes]
            own = costs[sum(bits) % 2][table.cells[:, *index]]
            part += own.reshape([heights, *self._shape(set(table.axes) - set(fixed))])
        for axis in table.shared & set(at):
            codes = table.codes[axis]
            differs = codes != codes[:, at[axis], None]
            part = np.where(differs.reshape([heights, *self._shape((axis,))]), part, 0.0)
        total: Floats = part.sum(axis=0)
        return total

    def _best_place(self, target: Target, box: Box, cost: Floats) -> "tuple[float, Box] | None":
        """The other corner, with all dimensions beside the moved, of the cheapest box that has the people."""
        counts, allowed = self._counts, {}
        for axis in sorted(target.footprint - set(box.moved)):
            inside = self._covered[axis][target.key[axis]]
            allowed[axis] = np.flatnonzero(inside)
            counts = counts.take(allowed[axis], axis)
            cost = cost.take(allowed[axis], axis) if cost.shape[axis] > 1 else cost
        possible = np.isfinite(cost)
        if not possible.any():
            return None
        for bits, sign in zip(product((0, 1), repeat=len(box.moved)), box.signs.tolist(), strict=True):
            if sign < 0:
                index = [slice(None)] * len(self._dims)
                for axis, own, bit in zip(box.moved, box.start, bits, strict=True):
                    if not bit:
                        index[axis] = slice(own, own + 1)
                possible = possible & (counts[tuple(index)] > 0)
        possible = np.broadcast_to(possible, counts.shape)
        places = np.unravel_index(np.flatnonzero(possible), counts.shape)
        if not len(places[0]):
            return None
        prices = cost[
            tuple(p if n > 1 else np.zeros_like(p) for p, n in zip(places, cost.shape, strict=True))
        ]
        number = int(np.argmin(prices))
        found = [int(p[number]) for p in places]
        corner = [int(allowed[a][n]) if a in allowed else n for a, n in enumerate(found)]
        return float(prices[number]), replace(box, places=np.array([corner], dtype=np.int64))

    def _above(self, moved: tuple[int, ...]) -> tuple[_Table, ...]:
        """The tables that name all moved dimensions, at every height."""
        if moved not in self._tables:
            tables = (t for t in self._lattice.tables if set(moved) <= set(t))
            self._tables[moved] = tuple(map(self._heights, tables))
        return self._tables[moved]

    def _heights(self, axes: tuple[int, ...]) -> _Table:
        lattice = self._lattice
        roots = [d.root for d in self._dims]
        heights, cells = list(product(*(self._lines(axis) for axis in axes))), []
        for codes in heights:
            grid = np.meshgrid(*codes, indexing="ij")
            coords = np.empty((grid[0].size, len(roots)), dtype=np.int32)
            coords[:] = roots
            named = np.ones(grid[0].size, dtype=np.bool_)
            for axis, own in zip(axes, grid, strict=True):
                coords[:, axis] = own.ravel()
                named &= own.ravel() != roots[axis]
            cells.append(np.where(named, lattice.cells(coords), -1).reshape(grid[0].shape))
        by_axis = {axis: np.stack(own) for axis, own in zip(axes, zip(*heights, strict=True), strict=True)}
        return _Table(axes, by_axis, np.stack(cells))

    def _lines(self, axis: int) -> Iterable[NDArray[np.int32]]:
        """The leaves of a dimension, what is above each, and so on below the root."""
        dim = self._dims[axis]
        codes = self._leaves[axis]
        lines = []
        while (codes != dim.root).any():
            lines.append(codes)
            codes = np.where(codes == dim.root, dim.root, dim.parents[codes]).astype(np.int32)
        return lines

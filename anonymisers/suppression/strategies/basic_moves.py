"""Basic moves: swaps of codes among people agreeing in all dimensions but a few.

Take two codes of each dimension of a table, and people at every second corner of the product of these codes
agreeing in all other dimensions; all of them go to the other corners. The corners change in the tables naming
all these dimensions, and no other cell changes. The cheapest basic move for a cell is found by comparing all.
Basic moves: Diaconis and Sturmfels (1998).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True)
class BasicMoveTuning:
    """How many basic moves are compared for a cell."""

    first_corners: int = 12
    """First corners tried for a cell of a higher level, out of many."""
    cheapest: int = 200
    """Cheapest moves checked for people at the corners."""


TUNING = BasicMoveTuning()


@dataclass(frozen=True, eq=False)
class _Table:
    """One table: its axes; the codes of each axis at every height above the leaves (heights, leaves); and the
    cell of every combination of leaves at these heights (heights, ...), with length 1 in the dimensions that
    the table does not name."""

    axes: tuple[int, ...]
    codes: dict[int, NDArray[np.int32]]
    cells: Ints

    @cached_property
    def shared(self) -> frozenset[int]:
        """The axes of which several leaves have the same code."""
        return frozenset(
            axis for axis, codes in self.codes.items() if any(len(np.unique(own)) < len(own) for own in codes)
        )


@dataclass(frozen=True, eq=False)
class BasicMove:
    """Two codes of each swapped dimension: those of the `start` and those of a place. The start's corner
    changes by `sign`.

    `places` (n, dims): opposite corners, equal in the swapped dimensions, with the codes of the other
    dimensions.
    """

    swapped: tuple[int, ...]
    start: Corner
    sign: int
    places: Ints
    changed: None = None

    @cached_property
    def signs(self) -> Ints:
        """The change of each corner, the start first."""
        return np.array(
            [self.sign * (-1) ** sum(bits) for bits in product((0, 1), repeat=len(self.swapped))],
            dtype=np.int64,
        )

    @property
    def corner_sets(self) -> Iterator[Ints]:
        """All corners, at each of the places."""
        return map(self._corners, self.places)

    def _corners(self, place: Ints) -> Ints:
        corners = np.repeat(place[None], 2 ** len(self.swapped), axis=0)
        for corner, bits in zip(corners, product((0, 1), repeat=len(self.swapped)), strict=True):
            for axis, own, bit in zip(self.swapped, self.start, bits, strict=True):
                if not bit:
                    corner[axis] = own
        return corners


class BasicMoves:
    """Finds the cheapest basic move changing a cell, given the present counts of the base table."""

    def __init__(
        self,
        lattice: Lattice,
        leaves: Sequence[NDArray[np.int32]],
        counts: Counts,
        covered: Sequence[Sequence[NDArray[np.bool_]]],
    ) -> None:
        """Keep `counts`, the people of each inner cell by the places of their leaves in `leaves`.

        `covered`: for each dimension and each code, a mask of the leaves inside the code.
        """
        self._covered = covered
        self._lattice = lattice
        self._dims: tuple[Hierarchy, ...] = lattice.dims
        self._leaves = leaves
        self._counts = counts
        self._shapes: dict[frozenset[int], tuple[int, ...]] = {}
        self._barriers: dict[tuple[int, int], Floats] = {}
        self._tables: dict[Corner, tuple[_Table, ...]] = {}
        self._orders: dict[tuple[Corner, ...], list[tuple[Corner, Corner]]] = {}

    def cheapest(
        self, target: Target, swapped: tuple[int, ...], amount: int, costs: tuple[Floats, Floats]
    ) -> BasicMove | None:
        """Return the cheapest basic move changing a target in the direction of an amount."""
        best: tuple[float, BasicMove] | None = None
        sign = 1 if amount > 0 else -1
        for start in self._starts(target, swapped, sign):
            cost = self._move_costs(target, start, swapped, costs)
            alike = prod(n for axis, n in enumerate(cost.shape) if axis not in swapped) == 1
            move = BasicMove(swapped, start, sign, np.empty((0, 0), dtype=np.int64))
            if alike and target.footprint <= set(swapped):
                found = self._place_among_alike(move, amount, cost)
            else:
                found = self._best_place(target, move, cost)
            if found is not None and (best is None or found[0] < best[0]):
                best = found
        return None if best is None else best[1]

    def _place_among_alike(
        self, move: BasicMove, amount: int, cost: Floats
    ) -> "tuple[float, BasicMove] | None":
        """Return the best place where the codes of the other dimensions make no difference to the cost."""
        move_costs = cost.ravel()
        order = np.argsort(move_costs, kind="stable")[: TUNING.cheapest]
        order = order[np.isfinite(move_costs[order])]
        if not len(order):
            return None
        others = tuple(a for a in range(len(self._dims)) if a not in move.swapped)
        counts = self._counts.transpose(*move.swapped, *others)
        corners = np.stack(np.unravel_index(order, [len(self._leaves[a]) for a in move.swapped]), axis=1)
        fewest: NDArray[np.int32] | None = None
        for bits, own in zip(product((0, 1), repeat=len(move.swapped)), move.signs.tolist(), strict=True):
            if own < 0:
                at = tuple(
                    corners[:, n] if bit else np.full(len(order), move.start[n]) for n, bit in enumerate(bits)
                )
                here = counts[at].reshape(len(order), -1)
                fewest = here if fewest is None else np.minimum(fewest, here)
        if fewest is None:
            return None
        people = fewest.sum(axis=1)
        turns = -(-abs(amount) // np.maximum(people, 1))
        own_costs = move_costs[order]
        score = np.where(people > 0, np.maximum(own_costs, 0) * turns + np.minimum(own_costs, 0), np.inf)
        number = int(np.argmin(score))
        if not np.isfinite(score[number]):
            return None
        others_code = np.flatnonzero(fewest[number])
        others_code = others_code[np.argsort(-fewest[number][others_code], kind="stable")]
        places = np.empty((len(others_code), len(self._dims)), dtype=np.int64)
        places[:, list(move.swapped)] = corners[number]
        shape = [len(self._leaves[a]) for a in others]
        for axis, column in zip(others, np.unravel_index(others_code, shape), strict=True):
            places[:, axis] = column
        return float(score[number]), replace(move, places=places)

    def _starts(self, target: Target, swapped: tuple[int, ...], sign: int) -> Iterator[Corner]:
        """Yield first corners inside the target, by the swapped dimensions."""
        lists = [np.flatnonzero(self._covered[axis][target.key[axis]]) for axis in swapped]
        counts = self._counts
        if all(len(leaves) == 1 for leaves in lists):  # as of most targets
            alone = dict(zip(swapped, (int(leaves[0]) for leaves in lists), strict=True))
            if sign > 0 or counts[self._at(alone)].any():
                yield tuple(alone.values())
            return
        for axis, leaves in zip(swapped, lists, strict=True):
            counts = counts.take(leaves, axis)
        people = counts.sum(axis=tuple(a for a in range(len(self._dims)) if a not in swapped)).ravel()
        grid = np.stack([g.ravel() for g in np.meshgrid(*lists, indexing="ij")], axis=1)
        order = np.argsort(-people, kind="stable")
        if sign < 0:
            order = order[people[order] > 0]
        for row in grid[order[: TUNING.first_corners]].tolist():
            yield tuple(row)

    def _move_costs(
        self, target: Target, start: Corner, swapped: tuple[int, ...], costs: tuple[Floats, Floats]
    ) -> Floats:
        """Return the costs of basic moves by their opposite corner, with length 1 in dimensions that do not
        matter.

        The cost is infinite where the opposite corner lies inside the target by a swapped dimension.
        """
        at = dict(zip(swapped, start, strict=True))
        parts: dict[tuple[int, ...], Floats] = {}
        for axis in swapped:
            parts[axis,] = self._barrier(axis, int(target.key[axis]))
        for table in self._above(swapped):
            part = self._cost_in(table, at, costs)
            parts[table.axes] = parts[table.axes] + part if table.axes in parts else part
        for axes, other in self._order(tuple(sorted(parts))):
            united = tuple(sorted({*axes, *other}))
            part = parts.pop(axes) + parts.pop(other)
            parts[united] = parts[united] + part if united in parts else part
        (total,) = parts.values()
        return total

    def _order(self, parts: tuple[Corner, ...]) -> list[tuple[Corner, Corner]]:
        """Return the order in which partial costs are added up: the fewest numbers first.

        Costs are exact, so that the sums are the same in every order.
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

    def _shape(self, axes: Iterable[int]) -> tuple[int, ...]:
        """Return the length of each dimension: all leaves of these axes, 1 of the others."""
        key = frozenset(axes)
        if key not in self._shapes:
            self._shapes[key] = tuple(len(own) if a in key else 1 for a, own in enumerate(self._leaves))
        return self._shapes[key]

    def _barrier(self, axis: int, code: int) -> Floats:
        """Return an infinite cost for each leaf inside a code."""
        if (axis, code) not in self._barriers:
            cost = np.where(self._covered[axis][code], np.inf, 0.0)
            self._barriers[axis, code] = cost.reshape(self._shape((axis,)))
        return self._barriers[axis, code]

    def _at(self, fixed: Mapping[int, int]) -> tuple[slice, ...]:
        """Return the index of one leaf of some dimensions, and of all leaves of the others."""
        return tuple(
            slice(fixed[axis], fixed[axis] + 1) if axis in fixed else slice(None)
            for axis in range(len(self._leaves))
        )

    def _cost_in(self, table: _Table, at: dict[int, int], costs: tuple[Floats, Floats]) -> Floats:
        """Return the costs of basic moves in a table, by their opposite corner."""
        heights = len(table.cells)
        part = np.zeros((heights, *self._shape(table.axes)))
        for bits in product((0, 1), repeat=len(at)):
            fixed = {a: own for (a, own), bit in zip(at.items(), bits, strict=True) if not bit}
            part += costs[sum(bits) % 2].take(table.cells[:, *self._at(fixed)])
        for axis in table.shared & set(at):
            codes = table.codes[axis]
            differs = codes != codes[:, at[axis], None]
            part = np.where(differs.reshape(heights, *self._shape((axis,))), part, 0.0)
        total: Floats = part[0] if heights == 1 else part.sum(axis=0)
        return total

    def _best_place(self, target: Target, move: BasicMove, cost: Floats) -> "tuple[float, BasicMove] | None":
        """Return the opposite corner, with the codes of all dimensions, of the cheapest feasible basic
        move."""
        counts, allowed = self._counts, {}
        for axis in sorted(target.footprint - set(move.swapped)):
            inside = self._covered[axis][target.key[axis]]
            allowed[axis] = np.flatnonzero(inside)
            counts = counts.take(allowed[axis], axis)
            cost = cost.take(allowed[axis], axis) if cost.shape[axis] > 1 else cost
        possible = np.isfinite(cost)
        if not possible.any():
            return None
        for bits, sign in zip(product((0, 1), repeat=len(move.swapped)), move.signs.tolist(), strict=True):
            if sign < 0:
                axes = zip(move.swapped, move.start, bits, strict=True)
                possible = possible & (counts[self._at({a: own for a, own, bit in axes if not bit})] > 0)
        possible = np.broadcast_to(possible, counts.shape)
        places = np.unravel_index(np.flatnonzero(possible), counts.shape)
        if not len(places[0]):
            return None
        move_costs = cost[tuple(p if n > 1 else 0 for p, n in zip(places, cost.shape, strict=True))]
        number = int(np.argmin(move_costs))
        found = [int(p[number]) for p in places]
        corner = [int(allowed[a][n]) if a in allowed else n for a, n in enumerate(found)]
        return float(move_costs[number]), replace(move, places=np.array([corner], dtype=np.int64))

    def _above(self, swapped: tuple[int, ...]) -> tuple[_Table, ...]:
        """Return the tables naming all swapped dimensions, at every height."""
        if swapped not in self._tables:
            tables = (t for t in self._lattice.tables if set(swapped) <= set(t))
            self._tables[swapped] = tuple(map(self._heights, tables))
        return self._tables[swapped]

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
            cells.append(np.where(named, lattice.cells(coords), -1).reshape(self._shape(axes)))
        by_axis = {axis: np.stack(own) for axis, own in zip(axes, zip(*heights, strict=True), strict=True)}
        return _Table(axes, by_axis, np.stack(cells))

    def _lines(self, axis: int) -> Iterable[NDArray[np.int32]]:
        """Return the leaves of a dimension, the codes above them, and so on below the root."""
        dim = self._dims[axis]
        codes = self._leaves[axis]
        lines = []
        while (codes != dim.root).any():
            lines.append(codes)
            codes = np.where(codes == dim.root, dim.root, dim.parents[codes]).astype(np.int32)
        return lines

"""The cost of a swap among four people, table by table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.swap_partners import Codes
from anonymisers.tables.arrays import Floats, Ints
from anonymisers.tables.lattice import Lattice

Costs = tuple[Floats, Floats]
Corner = tuple[int, int, int]

GROUPS = 3
"""Groups of dimensions: tables of fewer dimensions do not change."""
LOSING: tuple[Corner, ...] = ((0, 0, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1))
"""The corners of the four people, by whether they differ from the first person in each group."""
GAINING: tuple[Corner, ...] = ((1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1))
BITS = np.array([0, 2, 4, 1], dtype=np.uint8)
"""The group of a dimension as a bit: by whether the second person differs there from the first (1), and the
third."""
ALL = 7


@dataclass(frozen=True, eq=False)
class FourWayMove:
    """The corners (8, dims) that four people leave (the first four) and enter, by the places of leaves, and
    the changed cells with their changes."""

    corners: Ints
    changed: tuple[Ints, Ints]

    @property
    def signs(self) -> Ints:
        """The change of each corner."""
        return _SIGNS

    @property
    def corner_sets(self) -> tuple[Ints, ...]:
        """The corners; there is a single set."""
        return (self.corners,)


_SIGNS = np.repeat(np.array([-1, 1], dtype=np.int64), len(LOSING))
_MOVED = np.array([one + 2 * two + 4 * three for one, two, three in LOSING + GAINING], dtype=np.uint8)
"""The groups in which each corner differs from the first person, as bits."""


class FourWayCosts:
    """Compares groups of four people by the cost of their swap in tables of three dimensions or more."""

    def __init__(self, lattice: Lattice, leaves: Sequence[NDArray[np.int32]]) -> None:
        """Prepare the tables; `leaves`: those of each dimension, in the order of places."""
        numbers = [n for n, axes in enumerate(lattice.tables) if len(axes) >= GROUPS]
        self._starts, by_code = lattice.lookup(numbers)
        depths = [d.depth[own] for d, own in zip(lattice.dims, leaves, strict=True)]
        self._level = all((own == own[0]).all() for own in depths)
        self.tables = len(self._starts)
        """Number of tables at every height."""
        widest = max((len(lattice.tables[n]) for n in numbers), default=GROUPS)
        self._slots = np.full((widest, self.tables), len(leaves), dtype=np.int64)
        for axis, part in sorted(by_code.items()):
            named = np.flatnonzero(part.any(axis=0))
            free = (self._slots[:, named] == len(leaves)).argmax(axis=0)
            self._slots[free, named] = axis
        none = np.zeros((1, self.tables), dtype=np.int64)
        parts = [
            by_code[axis][own] if axis in by_code else np.repeat(none, len(own), axis=0)
            for axis, own in enumerate(leaves)
        ]
        self._parts = np.concatenate([*parts, none]).reshape(-1)
        self._firsts = np.cumsum([0, *map(len, leaves)])

    def cheapest(
        self, first: Codes, seconds: Codes, thirds: Codes, costs: Costs
    ) -> tuple[float, FourWayMove] | None:
        """Return the cheapest of some swaps: one person (dims,) with others (dims, n)."""
        from_first, from_third = seconds != first[:, None], thirds != first[:, None]
        other = np.where(from_first, seconds, thirds)
        bits = np.zeros((len(first) + 1, other.shape[1]), dtype=np.uint8)
        bits[:-1] = BITS[from_first + 2 * from_third.view(np.uint8)]
        united = np.bitwise_or.reduce([bits[slot] for slot in self._slots])
        table, who = np.nonzero(united == ALL)
        origin, deltas = self._deltas(first, other, table, who)
        steps = deltas
        if len(deltas) > GROUPS:
            own = [bits[slot[table], who] for slot in self._slots]
            steps = [
                np.sum([np.where(o == bit, d, 0) for o, d in zip(own, deltas, strict=True)], axis=0)
                for bit in (1, 2, 4)
            ]
        real = np.logical_and.reduce([step != 0 for step in steps])
        who = who[real]
        cells, cost = self.swap_costs(origin[real], [step[real] for step in steps], costs)
        total = np.bincount(who, weights=cost, minlength=other.shape[1])
        best = int(np.argmin(total))
        if not np.isfinite(total[best]):
            return None
        cells = cells[:, who == best]
        # Where leaves are at several depths, two heights above them may share a cell.
        even = self._level and bool((cells >= 0).all())
        changed = (cells.ravel(), np.repeat(_SIGNS, cells.shape[1])) if even else _netted(cells)
        return float(total[best]), FourWayMove(_corners(first, other[:, best], bits[:-1, best]), changed)

    def _deltas(self, first: Codes, other: Codes, table: Ints, who: Ints) -> tuple[Ints, list[Ints]]:
        """Return the first person's cells in some tables, and by how much another code of each dimension
        shifts the cell."""
        width, outside = self.tables, np.zeros(1, dtype=np.int64)
        others = np.concatenate([other, np.zeros((1, other.shape[1]), dtype=other.dtype)])
        every, at = np.arange(width), self._firsts + np.append(first, outside)
        origin, deltas = self._starts.copy(), []
        for slot in self._slots:
            old = self._parts[at[slot] * width + every]
            origin += old
            axes = slot[table]
            new = self._parts[(self._firsts[axes] + others[axes, who]) * width + table]
            deltas.append(new - old[table])
        return origin[table], deltas

    @staticmethod
    def swap_costs(origin: Ints, steps: Sequence[Ints], costs: Costs) -> tuple[Ints, Floats]:
        """Return the cells (8, n) of all corners, those losing a person first, and the costs of the swaps."""
        one, two, three = steps
        size = len(one)
        cells = np.empty((2 * len(LOSING), size), dtype=np.int64)
        cells[0] = origin
        cells[5], cells[6], cells[7] = origin + one, origin + two, origin + three
        cells[1], cells[2], cells[3] = cells[5] + two, cells[5] + three, cells[6] + three
        cells[4] = cells[1] + three
        np.maximum(cells, -1, out=cells)
        rise, fall = costs
        cost = fall[cells[:4]].sum(axis=0) + rise[cells[4:]].sum(axis=0)
        return cells, cost


def _netted(cells: Ints) -> tuple[Ints, Ints]:
    """Return the cells that corners (8, n) change altogether, and by how much."""
    distinct, place = np.unique(cells, return_inverse=True)
    weights = np.repeat(_SIGNS.astype(np.float64), cells.shape[1])
    amounts = np.rint(np.bincount(place.ravel(), weights=weights, minlength=len(distinct))).astype(np.int64)
    real = (distinct >= 0) & (amounts != 0)
    return distinct[real], amounts[real]


def _corners(first: Codes, other: Codes, bits: NDArray[np.uint8]) -> Ints:
    """Return the corners of the product of a person's codes and the other codes of each group."""
    return np.where(bits & _MOVED[:, None], other, first).astype(np.int64)

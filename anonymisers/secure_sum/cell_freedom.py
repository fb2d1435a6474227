"""Check whether a member's other withheld cells stay safe when a published sum narrows one cell.

A published sum leaves the member's own cell an interval unchanged or at least k wide
(`anonymisers.secure_sum.period_window`); the position of the interval depends on the other members, so that
every interval of width k inside the cell's bounds is considered. Over feasible tables (a linear program of
the sums), the greatest value of another cell is concave in the position of the interval, so that the two
extreme positions are the worst.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anonymisers.attack.constraint_rows import Rows
from anonymisers.attack.polytope import ENDLESS, Polytope
from anonymisers.errors import ProtectionError, TableError
from anonymisers.secure_sum.offered_cells import LinkedCells
from anonymisers.secure_sum.period_window import FeasibleRange
from anonymisers.tables.arrays import Ints

LARGEST = 600
"""Limit of connected withheld cells that are examined; cells of a larger component enter no sum."""

SLACK = 1e-6


def feasible_range(cells: LinkedCells, cell: int) -> FeasibleRange | None:
    """Return the feasible range of a withheld cell; None for an unbounded cell or too large a component.

    The range follows from shown values and bounds alone.
    """
    component = cells.component(cell)
    if len(component) > LARGEST or not cells.withheld[cell]:
        return None
    try:
        low, high = _Worlds(cells, component).extent(int(np.searchsorted(component, cell)))
    except (ProtectionError, TableError):
        return None  # contradictory bounds, or no solution: the cell is not used
    return None if high >= ENDLESS else FeasibleRange(low, high, cells.threshold)


def leaves_others_safe(cells: LinkedCells, cell: int, within: FeasibleRange) -> bool:
    """Return whether the cells connected with `cell` stay safe wherever a sum leaves `cell` an interval of
    width k."""
    if within.high - within.low <= within.threshold:
        return True  # no sum can cut the interval
    component = cells.component(cell)
    place = int(np.searchsorted(component, cell))
    worlds = _Worlds(cells, component)
    before = worlds.extents()
    cuts = [
        worlds.cut(place, low, low + within.threshold).extents()
        for low in (within.low, within.high - within.threshold)
    ]
    return all(
        other == place or _stays(cells, before[other], [cut[other] for cut in cuts])
        for other in range(len(before))
    )


def _stays(cells: LinkedCells, before: tuple[int, int], after: Sequence[tuple[int, int]]) -> bool:
    """Rule 2 at both places of the interval, for the same reason at both, and so at every place between."""
    k = cells.threshold
    if before[0] >= k or before[1] < cells.smallest:
        # Small in no feasible table; more than one value must be left.
        return all(high > low for low, high in after) or before[0] == before[1]
    return (
        all(interval == before for interval in after)
        or all(low <= cells.least and high >= k - 1 for low, high in after)
        or all(high - low >= k for low, high in after)
    )


@dataclass(frozen=True, eq=False)
class _Worlds:
    """The feasible tables of one component: withheld cells within their bounds, agreeing with every sum."""

    cells: LinkedCells
    component: Ints
    bounds: tuple[int, int, int] | None = None
    """A place in the component, with narrower bounds for that place."""

    def cut(self, place: int, low: int, high: int) -> "_Worlds":
        return _Worlds(self.cells, self.component, (place, low, high))

    def extent(self, place: int) -> tuple[int, int]:
        """Return the least and the greatest whole value of a cell. Raises TableError where no table is
        feasible."""
        return self._extents([place])[0]

    def extents(self) -> list[tuple[int, int]]:
        return self._extents(range(len(self.component)))

    def _extents(self, places: Sequence[int]) -> list[tuple[int, int]]:
        if len(self.component) == 1:  # in no sum with another withheld cell: its bounds are the interval
            low, high = self.cells.low[self.component[0]], self.cells.high[self.component[0]]
            return [(int(low), min(int(high), int(ENDLESS)))]
        polytope = self._polytope()
        return [_extent(polytope, len(self.component), place) for place in places]

    def _polytope(self) -> Polytope:
        low = self.cells.low[self.component].astype(np.float64)
        high = self.cells.high[self.component].astype(np.float64)
        if self.bounds is not None:
            place, low[place], high[place] = self.bounds
        return Polytope(_rows(self.cells, self.component), low, high, lambda: np.inf)


def _extent(polytope: Polytope, size: int, place: int) -> tuple[int, int]:
    aim = np.zeros(size)
    aim[place] = 1.0
    most = float(polytope.vertex(aim)[place])
    least = float(polytope.vertex(-aim)[place])
    return int(np.ceil(least - SLACK)), int(np.floor(most + SLACK))


def _rows(cells: LinkedCells, component: Ints) -> Rows:
    columns, coefs, sizes, rhs = [np.empty(0, np.int64)], [np.empty(0)], [0], []
    for withheld, signs, shown in cells.sums_within(component):
        columns.append(np.searchsorted(component, withheld))
        coefs.append(signs.astype(np.float64))
        sizes.append(len(withheld))
        rhs.append(float(-shown))
    return Rows(
        np.cumsum(sizes).astype(np.int64), np.concatenate(columns), np.concatenate(coefs), np.array(rhs)
    )

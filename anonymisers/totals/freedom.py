"""Whether a member's other withheld cells stay safe when a total narrows one of them.

A published total leaves the member's own cell an interval that is as before or at least k wide
(`anonymisers.totals.window`); which one depends on the other members. So every interval of k inside of the
cell's bounds is allowed for. Over worlds (a linear program of the table), the greatest value of another cell
is concave in where that interval lies, so that its two extreme places are the worst ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.polytope import ENDLESS, Polytope
from anonymisers.attack.reduction import Rows
from anonymisers.errors import TableError
from anonymisers.totals.grid import Grid, Ints
from anonymisers.totals.window import Range

LARGEST = 600
"""Withheld cells that hang together and are looked at; a larger part of a table enters no total."""

SLACK = 1e-6

Floats = NDArray[np.float64]


def range_of(grid: Grid, cell: int) -> Range | None:
    """What a withheld cell can be; None when it cannot enter a total.

    That is so where it has no upper bound, where too many cells hang together to be looked at, and where one
    of these would no longer be safe. It follows from what is shown and from bounds: everybody finds the same.
    """
    component = grid.component(cell)
    if len(component) > LARGEST or not grid.hidden[cell]:
        return None
    member = _Worlds(grid, component)
    place = int(np.searchsorted(component, cell))
    try:
        low, high = member.extent(place)
        if high >= ENDLESS or not _all_safe(grid, member, place, low, high):
            return None
    except TableError:
        return None  # the table contradicts its bounds: nothing may be built on it
    return Range(low, high, grid.threshold)


def _all_safe(grid: Grid, member: "_Worlds", place: int, low: int, high: int) -> bool:
    k = grid.threshold
    if high - low <= k:
        return True  # the cell's interval cannot be cut at all
    before = member.extents()
    cuts = [member.cut(place, low, low + k).extents(), member.cut(place, high - k, high).extents()]
    return all(
        other == place or _stays(grid, before[other], [cut[other] for cut in cuts])
        for other in range(len(before))
    )


def _stays(grid: Grid, before: tuple[int, int], after: Sequence[tuple[int, int]]) -> bool:
    """Rule 2 at both places of the interval, for the same reason at both, and so at every place between."""
    k = grid.threshold
    if before[0] >= k or before[1] < grid.smallest:
        # Not small in any world; more than one value must be left.
        return all(high > low for low, high in after) or before[0] == before[1]
    return (
        all(interval == before for interval in after)
        or all(low <= grid.least and high >= k - 1 for low, high in after)
        or all(high - low >= k for low, high in after)
    )


@dataclass(frozen=True, eq=False)
class _Worlds:
    """The worlds of one component: withheld cells within their bounds that agree with every sum."""

    grid: Grid
    cells: Ints
    bounds: tuple[int, int, int] | None = None
    """A place among the cells, with narrower bounds for it."""

    def cut(self, place: int, low: int, high: int) -> "_Worlds":
        return _Worlds(self.grid, self.cells, (place, low, high))

    def extent(self, place: int) -> tuple[int, int]:
        """The least and the greatest whole number that a cell can be. Raises TableError for no world."""
        polytope = self._polytope()
        return _extent(polytope, len(self.cells), place)

    def extents(self) -> list[tuple[int, int]]:
        polytope = self._polytope()
        return [_extent(polytope, len(self.cells), place) for place in range(len(self.cells))]

    def _polytope(self) -> Polytope:
        low = self.grid.low[self.cells].astype(np.float64)
        high = self.grid.high[self.cells].astype(np.float64)
        if self.bounds is not None:
            place, low[place], high[place] = self.bounds
        return Polytope(_rows(self.grid, self.cells), low, high, lambda: np.inf)


def _extent(polytope: Polytope, size: int, place: int) -> tuple[int, int]:
    aim = np.zeros(size)
    aim[place] = 1.0
    most = float(polytope.vertex(aim)[place])
    least = float(polytope.vertex(-aim)[place])
    return int(np.ceil(least - SLACK)), int(np.floor(most + SLACK))


def _rows(grid: Grid, cells: Ints) -> Rows:
    columns, coefs, sizes, rhs = [np.empty(0, np.int64)], [np.empty(0)], [0], []
    for withheld, signs, shown in grid.sums_within(cells):
        columns.append(np.searchsorted(cells, withheld))
        coefs.append(signs.astype(np.float64))
        sizes.append(len(withheld))
        rhs.append(float(-shown))
    return Rows(
        np.cumsum(sizes).astype(np.int64),
        np.concatenate(columns),
        np.concatenate(coefs),
        np.array(rhs),
    )

"""Feasible tables differing from a given table in a few cells around one cell: small linear programs.

A table inside the polytope leaves room around every cell. To find the reach of a cell it mostly suffices to
let a few hundred cells around it change and to keep all other cells fixed: the result is a table of the whole
part, at a fraction of the cost. The remaining cells are left to programs over the whole part.
"""

from dataclasses import dataclass

import numpy as np

from anonymisers.attack.constraint_rows import Rows
from anonymisers.attack.index_ranges import index_ranges
from anonymisers.attack.polytope import EXACT, SmallProgram
from anonymisers.tables.arrays import Floats, Ints

MATES = 3
"""Cells taken from each sum of the cell in the middle."""
ROOM = 3.0
"""Beyond this room to decrease, in people, a cell is not preferred any further as a neighbour."""


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Some columns that may change, in order, and all sums containing any of these columns, restricted to
    them."""

    columns: Ints
    rows: Rows
    low: Floats
    high: Floats
    program: SmallProgram

    def pushed(self, world: Floats, objective: Floats) -> Floats | None:
        """Return the values of the columns at the greatest objective, with all other columns fixed.

        None when the program has no result that keeps the sums exactly enough.
        """
        sums = self._sums(world[self.columns])
        rows = Rows(self.rows.indptr, self.rows.cols, self.rows.coefs, sums)
        found = self.program.solve(rows, self.low, self.high, objective[self.columns])
        if found is None or np.abs(self._sums(found) - sums).max(initial=0.0) > EXACT / 10:
            return None
        return found

    def least_change(self, world: Floats, column: int, step: float, cost: Floats) -> Floats | None:
        """Return the cheapest change of the columns that changes `column` by `step` and keeps all sums.

        `cost`: cost of changing each column by 1. None when the bounds leave no such change.
        """
        now = world[self.columns]
        up, down = self.high - now, now - self.low
        place = int(np.searchsorted(self.columns, column))
        if (up if step > 0 else down)[place] < abs(step):
            return None
        least = np.zeros((2, len(now)))
        most = np.stack([up, down])
        turn = 0 if step > 0 else 1
        least[turn, place] = most[turn, place] = abs(step)
        most[1 - turn, place] = 0.0
        rows = Rows(
            2 * self.rows.indptr,
            np.stack([self.rows.cols, self.rows.cols + len(now)], axis=1).ravel(),
            np.stack([self.rows.coefs, -self.rows.coefs], axis=1).ravel(),
            self.rows.rhs,
        )
        found = self.program.solve(rows, least.ravel(), most.ravel(), -np.tile(cost, 2))
        if found is None:
            return None
        change = found[: len(now)] - found[len(now) :]
        return None if np.abs(self._sums(change)).max(initial=0.0) > EXACT / 10 else change

    def _sums(self, values: Floats) -> Floats:
        rows = self.rows
        sums = np.bincount(rows.row_of, rows.coefs * values[rows.cols], minlength=len(rows.rhs))
        return sums.astype(np.float64)


class Neighbourhoods:
    """Builds the neighbourhoods of cells from the sums of one part."""

    def __init__(self, rows: Rows, low: Floats, high: Floats) -> None:
        self._rows, self._low, self._high = rows, low, high
        self._starts, self._rows_of = rows.by_column(len(low))
        self._degree = np.diff(self._starts)
        self._random = np.random.default_rng(2)
        self._program = SmallProgram()

    def push(self, world: Floats, objective: Floats, column: int, size: int) -> tuple[Ints, Floats] | None:
        """Return about `size` changeable cells, and their values at the greatest objective."""
        neighbourhood = self.neighbourhood(world, column, size)
        found = neighbourhood.pushed(world, objective)
        return None if found is None else (neighbourhood.columns, found)

    def neighbourhood(self, world: Floats, column: int, size: int, held: int | None = None) -> Neighbourhood:
        """Return the neighbourhood of a column: about `size` cells, without `held`."""
        columns = self._around(world - self._low, column, size)
        columns = columns[columns != held]
        rows = self._rows_at(columns)
        entries, lengths = index_ranges(self._rows.indptr[rows], self._rows.indptr[rows + 1])
        place = np.full(len(self._low), -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        cols, coefs = place[self._rows.cols[entries]], self._rows.coefs[entries]
        inside = cols >= 0
        sizes = np.bincount(np.repeat(np.arange(len(rows)), lengths)[inside], minlength=len(rows))
        indptr = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        own = Rows(indptr, cols[inside], coefs[inside], np.zeros(len(rows)))
        return Neighbourhood(columns, own, self._low[columns], self._high[columns], self._program)

    def _around(self, room: Floats, column: int, size: int) -> Ints:
        """Take a few cells of each sum of the column, preferring cells with room to decrease; then,
        repeatedly, cells whose sums are already included."""
        if size >= len(room):
            return np.arange(len(room))
        around = [np.array([column])]
        for row in self._rows_at(around[0]).tolist():
            members = self._rows.cols[self._rows.indptr[row] : self._rows.indptr[row + 1]]
            weight = self._random.random(len(members)) * (1 + 2 * np.minimum(room[members], ROOM))
            around.append(members[np.argsort(-weight)[:MATES]])
        chosen = np.unique(np.concatenate(around))
        while len(chosen) < size:
            rows = self._rows_at(chosen)
            entries, _ = index_ranges(self._rows.indptr[rows], self._rows.indptr[rows + 1])
            cells, met = np.unique(self._rows.cols[entries], return_counts=True)
            fresh = ~np.isin(cells, chosen)
            cells, missing = cells[fresh], (self._degree[cells] - met)[fresh]
            if not len(cells):
                break
            order = np.lexsort((self._random.random(len(cells)), missing))
            chosen = np.concatenate([chosen, cells[order[: (size - len(chosen)) // 2 + 1]]])
        return np.sort(chosen)

    def _rows_at(self, columns: Ints) -> Ints:
        return np.unique(self._rows_of[index_ranges(self._starts[columns], self._starts[columns + 1])[0]])

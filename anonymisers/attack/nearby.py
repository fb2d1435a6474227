"""Worlds that differ from one at hand in a few cells near one of them: small linear programs.

A world inside the polytope leaves room around every cell. To see how far a cell can go it mostly suffices to
let a few hundred cells near it change and to keep all others as they are: what is found is a world of the
whole part, at a fraction of the price. What is not found that way is left to programs over the whole part.
"""

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.polytope import EXACT, SmallProgram
from anonymisers.attack.reduction import Rows

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
FIRST = 40
"""Cells taken from each sum of the cell that is pushed."""


class Nearby:
    """Pushes one cell of a world through its neighbours. Holds the sums of one part."""

    def __init__(self, rows: Rows, low: Floats, high: Floats, rows_of: list[Index]) -> None:
        self._rows, self._low, self._high, self._rows_of = rows, low, high, rows_of
        self._random = np.random.default_rng(2)
        self._program = SmallProgram()

    def push(
        self, world: Floats, objective: Floats, column: int, size: int, held: int | None = None
    ) -> tuple[Index, Floats] | None:
        """The cells that may change, about `size` without `held`, and their values at the greatest objective.

        None when the program has no result that keeps the sums exactly enough.
        """
        columns = self._around(column, size)
        columns = columns[columns != held]
        rows = np.unique(np.concatenate([self._rows_of[c] for c in columns.tolist()]))
        entries, lengths = _entries(self._rows, rows)
        place = np.full(len(world), -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        cols, coefs = place[self._rows.cols[entries]], self._rows.coefs[entries]
        inside = cols >= 0
        row_of = np.repeat(np.arange(len(rows)), lengths)[inside]
        cols, coefs = cols[inside], coefs[inside]
        sums: Floats = np.bincount(row_of, coefs * world[columns][cols], minlength=len(rows)).astype(
            np.float64
        )
        indptr = np.concatenate(([0], np.cumsum(np.bincount(row_of, minlength=len(rows))))).astype(np.int64)
        local = Rows(indptr, cols, coefs, sums)
        found = self._program.solve(local, self._low[columns], self._high[columns], objective[columns])
        if found is None:
            return None
        error = np.abs(np.bincount(row_of, coefs * found[cols], minlength=len(rows)) - sums)
        return None if error.max(initial=0.0) > EXACT / 10 else (columns, found)

    def _around(self, column: int, size: int) -> Index:
        """Cells that share sums with the column, then those of which most sums are met already."""
        first = [np.array([column])]
        for row in self._rows_of[column].tolist():
            members = self._rows.cols[self._rows.indptr[row] : self._rows.indptr[row + 1]]
            few = min(len(members), FIRST, size)
            first.append(self._random.choice(members, few, replace=False))
        ring = np.unique(np.concatenate(first))
        rows = np.unique(np.concatenate([self._rows_of[c] for c in ring.tolist()]))
        entries, _ = _entries(self._rows, rows)
        cells, met = np.unique(self._rows.cols[entries], return_counts=True)
        missing = np.array([len(self._rows_of[c]) for c in cells.tolist()]) - met
        missing[np.isin(cells, ring)] = -1
        order = np.lexsort((self._random.random(len(cells)), missing))
        return np.sort(cells[order[: max(size, len(ring))]])


def _entries(rows: Rows, chosen: Index) -> tuple[Index, Index]:
    """The entries of some rows, row by row, and how many each has."""
    lengths = rows.indptr[chosen + 1] - rows.indptr[chosen]
    starts = np.repeat(rows.indptr[chosen] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return starts + np.arange(int(lengths.sum())), lengths

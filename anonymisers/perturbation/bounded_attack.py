"""The attacker on perturbed counts, who knows the largest difference of each shown count from the true count.

For each cell the attacker knows a least and a largest true count, narrowed by the facts that counts are
whole, not negative and additive. The final bounds come from linear programs over the inner cells, rounded to
whole numbers.
"""

import time
from dataclasses import dataclass

import highspy
import numpy as np

from anonymisers.errors import TableError
from anonymisers.perturbation.ptable import PTable
from anonymisers.solving.solvers import Highs, new_solver
from anonymisers.tables.arrays import Ints
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock

ENDLESS = 2**40
CLOSE = 1e-6


@dataclass(frozen=True, eq=False)
class FoundBounds:
    """The attacker's knowledge of the cells asked about: `cells` with their least and largest counts; `open`
    lists the cells left when the time was up."""

    cells: Ints
    low: Ints
    high: Ints
    open: Ints

    @property
    def disclosed(self) -> Ints:
        """Cells with a single possible count."""
        single: Ints = self.cells[self.low == self.high]
        return single

    @property
    def mean_width(self) -> float:
        """The mean of largest less least."""
        return float((self.high - self.low).mean()) if len(self.cells) else 0.0


def within(shown: Ints, distance: int) -> tuple[Ints, Ints]:
    """Return the bounds of counts at most `distance` from the shown counts."""
    return np.maximum(shown - distance, 0), shown + distance


def by_ptable(shown: Ints, ptable: PTable) -> tuple[Ints, Ints]:
    """Return the bounds of the counts that the cell-key method can have changed into the shown counts."""
    most, rows = ptable.noise.most, ptable.noise.rows
    low, high = within(shown, most)
    for value in np.unique(shown).tolist():
        possible = [
            count
            for count in range(max(0, value - most), value + most + 1)
            if _reaches(ptable, min(count, rows), value - count)
        ]
        if not possible:
            raise TableError("a shown count cannot come from this perturbation table")
        low[shown == value], high[shown == value] = possible[0], possible[-1]
    return low, high


def _reaches(ptable: PTable, row: int, change: int) -> bool:
    place = np.flatnonzero(ptable.changes[row] == change)
    return bool(len(place)) and float(ptable.chances[row][place[0]]) > 0


def attack_bounded(
    lattice: Lattice, bounds: tuple[Ints, Ints], asked: Ints, *, seconds: float
) -> FoundBounds:
    """The least and the largest count of the asked cells. Raises TableError when no table fits the bounds."""
    solver, above = _program(lattice, bounds)
    until = time.monotonic() + seconds
    columns = np.arange(above.shape[0], dtype=np.int32)
    low, high, done = [], [], []
    for cell in asked.tolist():
        if time.monotonic() > until:
            break
        inside = (above == cell).any(axis=1).astype(np.float64)
        ends = []
        for sign in (1.0, -1.0):
            solver.changeColsCost(len(columns), columns, sign * inside)
            solver.run()
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise TableError("no table of counts agrees with what is shown")
            ends.append(sign * solver.getInfo().objective_function_value)
        done.append(cell)
        low.append(int(np.ceil(ends[0] - CLOSE)))
        high.append(int(np.floor(ends[1] + CLOSE)))
    settled = np.array(done, dtype=np.int64)
    return FoundBounds(
        settled, np.array(low, dtype=np.int64), np.array(high, dtype=np.int64), asked[len(done) :]
    )


def _program(lattice: Lattice, bounds: tuple[Ints, Ints]) -> tuple[Highs, Ints]:
    """Build the program of feasible tables over the inner cells, and list for each inner cell the cells above
    it."""
    axes = sorted({a for table in lattice.tables for a in table})
    grid = np.meshgrid(*(lattice.dims[a].leaves for a in axes), indexing="ij")
    coords = np.empty((grid[0].size, len(lattice.dims)), dtype=np.int32)
    coords[:] = [d.root for d in lattice.dims]
    coords[:, axes] = np.stack([g.ravel() for g in grid], axis=1)
    above = LinkedTables(lattice.dims, (TableBlock.whole(lattice),)).above(coords)
    entries = above >= 0
    start = np.concatenate([[0], entries.sum(axis=1).cumsum()]).astype(np.int32)
    index = above[entries].astype(np.int32)
    size = len(coords)
    solver = new_solver()
    low, high = (b.astype(np.float64) for b in bounds)
    solver.passModel(
        size, lattice.size, len(index), 1, 1, 0.0, np.zeros(size), np.zeros(size),
        np.full(size, float(ENDLESS)), low, high, start, index, np.ones(len(index)),
        np.zeros(size, dtype=np.int32),
    )  # fmt: skip
    return solver, above

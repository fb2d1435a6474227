"""The attacker of magnitude tables: the exact interval of every withheld cell, by linear programming.

The attacker knows every shown cell, the hierarchies, and that magnitudes are 0 or more. The attacker shares
no code with protection, and lists the inner cells and the sums independently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from anonymisers.attack.constraint_rows import Rows
from anonymisers.attack.polytope import PRIMAL_SIMPLEX, SHARP, Status, model_of
from anonymisers.errors import TableError
from anonymisers.solving.solvers import Highs, new_solver
from anonymisers.tables.arrays import Floats
from anonymisers.tables.hierarchy import ROOT, Hierarchy

Cell = tuple[str, ...]
EXACT = 1e-6
"""Two magnitudes differing by less than this share of the larger are equal: programs are over real numbers.
"""
SCALE = 1e4
"""The largest magnitude as the solver sees it: tolerances of the solver are absolute."""
PUSHES = 3
"""Pairs of tables that push all cells at once, before each remaining cell has its own programs."""
MIXED = 12
"""Number of known tables on either side of a singleton's magnitude that are mixed with each other."""
CLOSE = 1e-5
"""An interval narrower than required by only this share is wide enough."""


@dataclass(frozen=True)
class FeasibilityInterval:
    """A withheld cell with its least and its largest possible magnitude."""

    cell: Cell
    low: float
    high: float

    @property
    def is_one_value(self) -> bool:
        """Whether only one magnitude is possible."""
        return self.high - self.low <= EXACT * max(1.0, self.high)


class MagnitudeAttacker:
    """All tables agreeing with a release: an unknown for each inner cell and for each withheld cell."""

    def __init__(
        self, dims: Sequence[Hierarchy], shown: Mapping[Cell, float], withheld: Sequence[Cell]
    ) -> None:
        leaves = [[d.codes[p] for p in d.leaves.tolist()] for d in dims]
        self._number = {cell: n for n, cell in enumerate(product(*leaves))}
        self._below = [_below(d) for d in dims]
        self.withheld = tuple(withheld)
        self._column = {cell: len(self._number) + n for n, cell in enumerate(self.withheld)}
        self._place = {cell: n for n, cell in enumerate(self.withheld)}
        self._first = len(self._number)
        self._columns = np.arange(self._first + len(self.withheld), dtype=np.int32)
        self._random = np.random.default_rng(0)
        self._known: list[Floats] = []
        self._unit = max([1.0, *shown.values()]) / SCALE
        self._solver = self._solver_of(shown)

    def insufficiently_protected(self, needed: Mapping[Cell, float]) -> list[FeasibilityInterval]:
        """Return the exact intervals of the withheld cells whose interval is narrower than needed, or one
        value.

        `needed` maps cells to required widths. Every table found shows the reach of all cells, so that most
        cells need no program of their own.
        """
        low, high = np.full(len(self.withheld), np.inf), np.full(len(self.withheld), -np.inf)
        wanted = np.array([needed.get(cell, 0.0) for cell in self.withheld])
        found = []
        for _ in range(PUSHES):
            for world in self._pushed(self.withheld):
                self._known.append(world)
                low, high = np.minimum(low, world), np.maximum(high, world)
        for row, cell in enumerate(self.withheld):
            if high[row] - low[row] > max(wanted[row], 2 * EXACT * max(1.0, high[row])):
                continue
            least, most = (self._extreme(cell, turn) for turn in (-1.0, 1.0))
            self._known += [least, most]
            low, high = np.minimum(low, np.minimum(least, most)), np.maximum(high, np.maximum(least, most))
            interval = FeasibilityInterval(cell, float(least[row]), float(most[row]))
            if interval.is_one_value or interval.high - interval.low < (1 - CLOSE) * wanted[row]:
                found.append(interval)
        return found

    def computable_by(self, own: Cell, value: float, others: Sequence[Cell]) -> list[Cell]:
        """Return the cells with only one value for a singleton who knows the value of the own cell."""
        left, found = self._still(others, self._mixed(own, value)), []
        self._solver.changeColBounds(self._column[own], value / self._unit, value / self._unit)
        try:
            for _ in range(PUSHES):
                left = self._still(left, self._pushed(left)) if left else []
            while left:
                cell, *others = left
                both = [self._extreme(cell, turn) for turn in (-1.0, 1.0)]
                found += self._still([cell], both)
                left = self._still(others, both)
        finally:
            self._solver.changeColBounds(self._column[own], 0.0, np.inf)
        return found

    def _solver_of(self, shown: Mapping[Cell, float]) -> Highs:
        parts = [self._parts(cell) for cell in (*shown, *self.withheld)]
        own: list[list[int]] = [[] for _ in shown] + [[self._column[cell]] for cell in self.withheld]
        sizes = [len(inner) + len(mine) for inner, mine in zip(parts, own, strict=True)]
        rows = Rows(
            np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            np.array([c for both in zip(parts, own, strict=True) for p in both for c in p], dtype=np.int64),
            np.array([s for p, m in zip(parts, own, strict=True) for s in [1.0] * len(p) + [-1.0] * len(m)]),
            np.array([*shown.values(), *([0.0] * len(self.withheld))], dtype=np.float64) / self._unit,
        )
        solver = new_solver(**dict(SHARP))
        high = np.full(len(self._columns), np.inf)
        solver.passModel(model_of(rows, np.zeros(len(high)), high))
        return solver

    def _parts(self, cell: Cell) -> list[int]:
        held = (below[code] for below, code in zip(self._below, cell, strict=True))
        return [self._number[part] for part in product(*held)]

    def _mixed(self, own: Cell, value: float) -> list[Floats]:
        """Return the least and the largest magnitudes over mixtures of known tables in which a cell has a
        value."""
        known = np.array(self._known)
        place = known[:, self._place[own]] if len(known) else np.empty(0)
        below, above = known[place < value][-MIXED:], known[place > value][-MIXED:]
        if not (len(below) and len(above)):
            return [np.zeros(len(self.withheld))] * 2
        down, up = (abs(tables[:, self._place[own]] - value) for tables in (below, above))
        share = (down[:, None] / (down[:, None] + up[None, :]))[:, :, None]
        mixtures = share * above[None] + (1 - share) * below[:, None]
        return [mixtures.min(axis=(0, 1)), mixtures.max(axis=(0, 1))]

    def _still(self, cells: Sequence[Cell], tables: Sequence[Floats]) -> list[Cell]:
        """Return the cells with the same magnitude in two tables."""
        one, other = tables
        moved = np.abs(one - other) > EXACT * np.maximum(1.0, np.maximum(one, other))
        return [cell for cell in cells if not moved[self._place[cell]]]

    def _pushed(self, cells: Sequence[Cell]) -> list[Floats]:
        """Return two tables in which many of the cells differ widely, each pushed at random."""
        aim = np.zeros(len(self._columns))
        aim[[self._column[cell] for cell in cells]] = self._random.standard_normal(len(cells))
        return [self._solved(aim), self._solved(-aim)]

    def _extreme(self, cell: Cell, turn: float) -> Floats:
        """Return all withheld cells of a table in which one cell is as large (or as small) as possible."""
        aim = np.zeros(len(self._columns))
        aim[self._column[cell]] = -turn
        return self._solved(aim)

    def _solved(self, aim: Floats) -> Floats:
        self._solver.changeColsCost(len(aim), self._columns, aim)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != Status.kOptimal:
            # A basis spoilt by rounding errors: solve once more from scratch.
            self._solver.clearSolver()
            self._solver.setOptionValue("presolve", "choose")
            self._solver.run()
            status = self._solver.getModelStatus()
        if status == Status.kInfeasible:
            raise TableError("no table of amounts of 0 or more agrees with this release")
        if status != Status.kOptimal:
            raise TableError("nothing bounds the withheld cells of this release, or no program could tell")
        # The next table is near this one.
        self._solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
        self._solver.setOptionValue("presolve", "off")
        found: Floats = np.array(self._solver.getSolution().col_value)[self._first :] * self._unit
        return found


def _below(dim: Hierarchy) -> dict[str, list[str]]:
    """Map each code to the finest codes below it."""
    found: dict[str, list[str]] = {code: [] for code in dim.codes}
    for leaf in dim.leaves.tolist():
        code = dim.codes[leaf]
        while True:
            found[code].append(dim.codes[leaf])
            if code == ROOT:
                break
            code = dim.parent[code]
    return found

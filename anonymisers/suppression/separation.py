"""Separation: whether cells of a region could change under a pattern; otherwise a violated cut.

A region is a small table: the inner cells under a code, and the cells above these inner cells under the same
code. Each question is a linear program over all inner cells of the region. The program stays in the solver;
from question to question only a few numbers change. Separation of capacity constraints: Fischetti and Salazar
(2001). The answers guide the search (`anonymisers/suppression/cutting_planes.py`); nothing is proved by the
answers.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anonymisers.solving.solvers import UNSCALED, Highs, new_solver
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.tables.arrays import Floats, Ints

TINY = 1e-6
FULLY = 0.999
"""Share of suppression from which a cell above others sets no bound of its own."""
FAR = 50.0
"""A bound that never binds."""
PRIMAL = 4
"""The solver's number for the primal simplex method: the former solution remains feasible for the next
question."""
RUN = 20
"""Steps that starting a program counts, beside its simplex iterations."""


class Requirement(NamedTuple):
    """A cell can change by an amount, up (1) or down (-1), while another cell, or none (-1), stays."""

    amount: int
    sign: int
    cell: int
    other: int


@dataclass(frozen=True, eq=False)
class Cut:
    """A condition on a pattern: the weights of some cells, each times its share of suppression, sum to an
    amount or more."""

    cells: Ints
    weights: Floats
    amount: int


class Region:
    """Inner cells, `columns` (m,), by number; entries: inner cell `owner` is counted in a cell `above`."""

    def __init__(self, pattern: SuppressionPattern, columns: Ints, owner: Ints, above: Ints) -> None:
        rows, place = np.unique(above, return_inverse=True)
        self.columns, self.rows, self.owner, self.place = len(columns), len(rows), owner, place
        self.cells = np.concatenate([columns, rows])
        self.values = pattern.values[self.cells]
        self._falls = self.values - pattern.least[self.cells]
        self._number = {cell: n for n, cell in enumerate(self.cells.tolist())}
        sensitive = pattern.rules.is_sensitive(self.values)
        self.small = np.flatnonzero(sensitive & pattern.must_suppress[self.cells])
        self.steps = 0
        self._covered: set[tuple[int, int]] = set()
        self._counted: dict[int, NDArray[np.int32]] = {}
        self._amount = 0
        self._highs = self._program()

    def _program(self) -> Highs:
        highs = new_solver(presolve="off", solver="simplex", simplex_strategy=PRIMAL, **UNSCALED)
        order = np.lexsort((self.place, self.owner))
        ends = np.bincount(self.owner, minlength=self.columns).cumsum()
        none, nothing = np.zeros(self.columns), np.zeros(self.rows)
        highs.passModel(
            self.columns, self.rows, len(order), 1, 1, 0.0, none, none, none, nothing, nothing,
            np.concatenate([[0], ends]).astype(np.int32), self.place[order].astype(np.int32),
            np.ones(len(order)), np.zeros(self.columns, dtype=np.int32),
        )  # fmt: skip
        return highs

    def set_pattern(self, suppression: Floats) -> None:
        """Ask from now on about this pattern: the share (0..1) to which each cell is suppressed."""
        self._suppression = suppression[self.cells]
        self._free = self._suppression > FULLY
        self._free[: self.columns] = False
        self._covered.clear()
        self._amount = 0

    def separate(self, requirement: Requirement) -> Cut | None:
        """Return a cut that a requirement violates, None where the requirement is met."""
        if requirement.other < 0 and (requirement.cell, requirement.sign) in self._covered:
            return None
        self._bound(requirement.amount)
        number = self._number[requirement.cell]
        own = self._inside(number)
        self._between(number, -float(min(self._falls[number], requirement.amount)), float(requirement.amount))
        if requirement.other >= 0:
            self._between(self._number[requirement.other], 0.0, 0.0)
        self._highs.changeColsCost(len(own), own, np.full(len(own), -float(requirement.sign)))
        self._highs.run()
        info = self._highs.getInfo()
        self.steps += RUN + max(0, int(info.simplex_iteration_count))
        met = -info.objective_function_value >= requirement.amount - 10 * TINY
        cut = None if met else self._cut(requirement, own)
        if met:
            self._remember(requirement)
        self._highs.changeColsCost(len(own), own, np.zeros(len(own)))
        for changed in (number, *([self._number[requirement.other]] if requirement.other >= 0 else ())):
            self._between(changed, self._low[changed], self._high[changed])
        return cut

    def _bound(self, amount: int) -> None:
        """Let every cell change by an amount at most, in proportion to its suppression."""
        if amount == self._amount:
            return
        self._amount = amount
        self._low = np.where(self._free, -FAR, -np.minimum(self._falls, amount) * self._suppression)
        self._high = np.where(self._free, FAR, amount * self._suppression)
        m, highs = self.columns, self._highs
        highs.changeColsBounds(m, np.arange(m, dtype=np.int32), self._low[:m], self._high[:m])
        rows = np.arange(self.rows, dtype=np.int32)
        # The solver has this method; its type stubs lack it.
        highs.changeRowsBounds(self.rows, rows, self._low[m:], self._high[m:])  # type: ignore[attr-defined]

    def _between(self, number: int, low: float, high: float) -> None:
        if number < self.columns:
            self._highs.changeColBounds(number, low, high)
        else:
            self._highs.changeRowBounds(number - self.columns, low, high)

    def _inside(self, number: int) -> NDArray[np.int32]:
        """Return the inner cells that a cell counts."""
        if number < self.columns:
            return np.array([number], dtype=np.int32)
        if number not in self._counted:
            self._counted[number] = self.owner[self.place == number - self.columns].astype(np.int32)
        return self._counted[number]

    def _remember(self, requirement: Requirement) -> None:
        """Remember which other requirements of at most that amount the same solution meets."""
        inner = np.array(self._highs.getSolution().col_value)
        sums = np.bincount(self.place, weights=inner[self.owner], minlength=self.rows)
        change = np.concatenate([inner, sums])[self.small]
        for sign in (1, -1):
            for cell in self.cells[self.small[sign * change >= requirement.amount - TINY]].tolist():
                self._covered.add((cell, sign))

    def _cut(self, requirement: Requirement, own: NDArray[np.int32]) -> Cut:
        """Return the cut of the program's dual: by how much each cell would widen the change, were it
        suppressed."""
        dual = -np.array(self._highs.getSolution().row_dual)
        inner = -np.bincount(self.owner, weights=dual[self.place], minlength=self.columns)
        inner[own] += requirement.sign
        each = np.concatenate([inner, dual])
        weights = np.where(
            each > 0, requirement.amount * each, -np.minimum(self._falls, requirement.amount) * each
        )
        weights[self._free] = 0.0
        kept = [self._number[cell] for cell in (requirement.cell, requirement.other) if cell >= 0]
        weights[kept] = 0.0
        used = np.flatnonzero(weights > TINY)
        return Cut(self.cells[used], np.minimum(weights[used], requirement.amount), requirement.amount)


def separation_regions(pattern: SuppressionPattern) -> tuple[Region, ...]:
    """Divide the full table of block 0 into regions.

    One region for each code directly above leaves of the widest dimension, and one of the cells at these
    codes.
    """
    system, lattice = pattern.system, pattern.system.blocks[0].lattice
    coords = _inner(pattern)
    axis = max(range(len(system.dims)), key=lambda a: len(system.dims[a].codes))
    dim, keys = system.dims[axis], lattice.keys()
    cells, above = lattice.cells(coords), system.above(coords)
    codes = keys[above, axis]
    leaf, parent = coords[:, axis : axis + 1], dim.parents[coords[:, axis]]
    even = len(set(dim.depth[coords[:, axis]].tolist())) == 1
    if not even or (parent == dim.root).all():
        return (_region(pattern, cells, above, above != cells[:, None]),)
    near = ((codes == leaf) | (codes == parent[:, None])) & (above != cells[:, None])
    found = [_region(pattern, cells[own], above[own], near[own]) for own in _groups(parent)]
    higher = coords.copy()
    higher[:, axis] = parent
    top, first = np.unique(lattice.cells(higher), return_index=True)
    far = (codes[first] != leaf[first]) & (above[first] != top[:, None])
    return (*found, _region(pattern, top, above[first], far))


def _inner(pattern: SuppressionPattern) -> NDArray[np.int32]:
    """Return the inner cells that may be suppressed: those with people, and all where zeros may be
    suppressed."""
    if pattern.rules.zeros == "publish":
        return pattern.people.coords
    leaves = np.meshgrid(*(d.leaves for d in pattern.system.dims), indexing="ij")
    return np.stack([codes.ravel() for codes in leaves], axis=1).astype(np.int32)


def _groups(codes: NDArray[np.int32]) -> list[Ints]:
    return [np.flatnonzero(codes == code) for code in np.unique(codes)]


def _region(pattern: SuppressionPattern, columns: Ints, above: Ints, inside: NDArray[np.bool_]) -> Region:
    real = inside & (above >= 0)
    return Region(pattern, columns, np.nonzero(real)[0], above[real])

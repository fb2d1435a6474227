"""Changes of all cliques at once, as a single linear program: the cheapest changes with a given change of a
cell.

The program leaves nothing out: without a solution, there is no feasible table in which the cell differs by
the amount and no other cell by more than twice the threshold, not even in fractions of people. The matrix
stays in the solver; from cell to cell only costs and bounds change, and each program is begun without the
former solution. Solutions have nearly always been integral; a fractional solution is nudged, and at last
whole numbers are sought by branch and bound.

Columns: the rises of all cliques' cells, the falls of cells with people, the rises and the falls of those
cells of the linked tables that have no twin. A twin is the one cell of a clique with the same people. Rows:
each other cell as a sum, of cells a level below or of cells of a clique; people only swap places; and
adjacent cliques agree in shared levels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from anonymisers.solving.solvers import UNSCALED, Highs, new_solver
from anonymisers.suppression.strategies.junction_tree import Clique, table_levels, tables_of, with_guards
from anonymisers.suppression.strategies.linear_program import EPSILON, Solver, nudges, steps_of
from anonymisers.suppression.strategies.linear_program import TUNING as SOLVER
from anonymisers.suppression.strategies.local_program import TUNING as LOCAL
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.tables.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class JunctionTreeTuning:
    """How large the cliques of a junction tree may be, and how long whole numbers are sought."""

    most_cells: int = 6_000
    """Cells of all cliques together up to which the junction tree replaces the local search."""
    most_cells_as_last_resort: int = 12_000
    """Cells of all cliques together up to which the junction tree is the last resort: seconds for each
    cell."""
    nudges: int = 6
    """Nudges of a fractional solution to a neighbouring vertex."""
    nodes: int = 20
    """Nodes of branch and bound: a bound in steps, so that every machine finds the same."""


TUNING = JunctionTreeTuning()


class ZeroSums(NamedTuple):
    """Rows that equal 0: entries of cliques' cells and of released cells, each with a row and a sign."""

    inside: Ints
    inside_row: Ints
    inside_sign: Floats
    cells: Ints
    cell_row: Ints
    cell_sign: Floats


class JunctionTreeProgram:
    """The changes of some cliques, and of all present cells of a pattern's linked tables."""

    def __init__(
        self, pattern: SuppressionPattern, cliques: Sequence[Clique], counts: Sequence[Ints]
    ) -> None:
        self.cells = np.flatnonzero(pattern.system.present)
        self._number = np.full(pattern.system.size, -1, dtype=np.int64)
        self._number[self.cells] = np.arange(len(self.cells))
        self._starts = np.concatenate([[0], np.cumsum([len(clique.codes) for clique in cliques])])
        self.inside = int(self._starts[-1])
        """Number of cells of all cliques together."""
        people = np.concatenate(counts)
        self._falling = np.flatnonzero(people > 0)
        self._steps = self.inside + len(self._falling)
        self._fall_of = np.full(self.inside, -1, dtype=np.int64)
        self._fall_of[self._falling] = self.inside + np.arange(len(self._falling))
        self._twin = np.full(len(self.cells), -1, dtype=np.int64)
        every = [*self._sums(pattern, cliques), *self._agreeing(cliques)]
        self._place_columns()
        furthest = 2.0 * pattern.rules.threshold
        self._least_cost, self._most = np.zeros(self._width), np.full(self._width, furthest)
        self._least_cost[: self._steps] = LOCAL.step_cost
        self._most[self.inside : self._steps] = np.minimum(people[self._falling], furthest)
        self._cost, self._lower, self._upper = self._least_cost, np.zeros(self._width), self._most
        self._rows = 0
        self._matrix = self._entries(every)
        self._highs = self._solver(self._cost, self._upper, np.zeros(self._width, dtype=np.int32))

    def _place_columns(self) -> None:
        """Number the columns of the cells: those of a twin in a clique, else columns of their own."""
        apart = self._twin < 0
        number, others = np.cumsum(apart) - 1, int(apart.sum())
        self._rise = np.where(apart, self._steps + number, self._twin)
        self._fall = np.where(apart, self._steps + others + number, self._fall_of[self._twin])
        self._width = self._steps + 2 * others

    def cheapest(
        self, cell_costs: Floats, room: tuple[Floats, Floats], target: tuple[int, int], solver: Solver
    ) -> Ints | None:
        """Return integral changes of all cliques' cells; None where there are none, or none were found.

        `cell_costs` for each unit and `room` to fall and to rise are those of `cells`; `target`: a cell and
        the amount by which the cell must change. Raises ProtectionError when the solver's steps are used up.
        """
        cost, upper, lower = self._least_cost.copy(), self._most.copy(), np.zeros(self._width)
        falls = self._fall >= 0
        for columns, costs, most in (
            (self._rise, cell_costs, room[1]),
            (self._fall[falls], cell_costs[falls], room[0][falls]),
        ):
            np.add.at(cost, columns, costs)
            np.minimum.at(upper, columns, most)
        cell, amount = int(self._number[target[0]]), abs(target[1])
        with_it, against = (self._rise, self._fall) if target[1] > 0 else (self._fall, self._rise)
        own, other = int(with_it[cell]), int(against[cell])
        if own < 0 or upper[own] < amount:
            solver.spend(steps_of(0, columns=self._width, whole=False))
            return None
        lower[own] = upper[own] = amount
        if other >= 0:
            upper[other] = 0.0
        self._pass(cost, lower, upper)
        return self._whole_numbers(solver)

    def _pass(self, cost: Floats, lower: Floats, upper: Floats) -> None:
        """Pass the costs and bounds that differ from the former program's to the solver, and forget its
        solution.

        The solver begins each program anew: nearly nothing changes beside the target, so that it is sooner
        done than from a solution for another target; and equal programs have equal solutions.
        """
        bounds = np.flatnonzero((lower != self._lower) | (upper != self._upper)).astype(np.int32)
        self._highs.changeColsBounds(len(bounds), bounds, lower[bounds], upper[bounds])
        costs = np.flatnonzero(cost != self._cost).astype(np.int32)
        self._highs.changeColsCost(len(costs), costs, cost[costs])
        self._cost, self._lower, self._upper = cost, lower, upper
        self._highs.clearSolver()

    def _whole_numbers(self, solver: Solver) -> Ints | None:
        """Return the cheapest solution, nudged until integral; at last whole numbers are sought by branch and
        bound."""
        steps, used = np.arange(self._steps, dtype=np.int32), np.zeros(self._width, dtype=np.bool_)
        turn = 0
        try:
            while True:
                values = self._run(self._highs, solver)
                if values is None:
                    return None
                change = self._net(values)
                if np.abs(change - np.rint(change)).max(initial=0.0) <= EPSILON:
                    return np.rint(change).astype(np.int64)
                used |= values > EPSILON
                if turn == TUNING.nudges:
                    return self._in_whole_numbers(used, solver)
                turn += 1
                self._highs.changeColsCost(
                    self._steps, steps, self._cost[: self._steps] * (1.0 + nudges(self._steps, turn))
                )
        finally:
            if turn:
                self._highs.changeColsCost(self._steps, steps, self._cost[: self._steps])

    def _in_whole_numbers(self, used: Bools, solver: Solver) -> Ints | None:
        """Seek whole numbers among the columns that any of the solutions uses, then among all."""
        kinds = (np.arange(self._width) < self._steps).astype(np.int32)
        for upper in (np.where(used, self._upper, self._lower), self._upper):
            highs = self._solver(
                self._cost, upper, kinds, presolve="on", mip_rel_gap=SOLVER.gap, mip_max_nodes=TUNING.nodes
            )
            values = self._run(highs, solver, whole=True)
            if values is not None:
                return np.rint(self._net(values)).astype(np.int64)
        return None

    @staticmethod
    def _run(highs: Highs, solver: Solver, *, whole: bool = False) -> Floats | None:
        highs.run()
        info = highs.getInfo()
        solver.spend(steps_of(int(info.simplex_iteration_count), columns=highs.getNumCol(), whole=whole))
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        solution: Floats = np.fromiter(highs.getSolution().col_value, dtype=np.float64)
        return solution

    def _net(self, values: Floats) -> Floats:
        change: Floats = values[: self.inside].copy()
        change[self._falling] -= values[self.inside : self._steps]
        return change

    def _solver(self, cost: Floats, upper: Floats, kinds: NDArray[np.int32], **options: str | float) -> Highs:
        highs = new_solver(**{"presolve": "off", "solver": "simplex", **UNSCALED, **options})
        nothing, (ends, row, sign) = np.zeros(self._rows), self._matrix
        highs.passModel(
            self._width, self._rows, len(row), 1, 1, 0.0, cost, self._lower, upper, nothing, nothing,
            ends, row, sign, kinds,
        )  # fmt: skip
        return highs

    def _entries(self, every: Sequence[ZeroSums]) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
        """Stack the rows, and return them by column: where each column begins, its rows and signs."""
        columns, rows, signs = [], [], []
        for sums in every:
            for rises, falls, row, sign in (
                (sums.inside, self._fall_of[sums.inside], sums.inside_row, sums.inside_sign),
                (self._rise[sums.cells], self._fall[sums.cells], sums.cell_row, sums.cell_sign),
            ):
                real = falls >= 0
                columns += [rises, falls[real]]
                rows += [self._rows + row, self._rows + row[real]]
                signs += [sign, -sign[real]]
            self._rows += 1 + int(np.concatenate([sums.inside_row, sums.cell_row]).max(initial=-1))
        column, row, sign = np.concatenate(columns), np.concatenate(rows), np.concatenate(signs)
        order = np.lexsort((row, column))
        ends = np.bincount(column, minlength=self._width).cumsum()
        starts = np.concatenate([[0], ends]).astype(np.int32)
        return starts, row[order].astype(np.int32), sign[order]

    def _sums(self, pattern: SuppressionPattern, cliques: Sequence[Clique]) -> Iterator[ZeroSums]:
        """Yield each cell as a sum: of cells one level below if all of them exist, else of cells of a clique.

        A cell that one cell of a clique counts alone is no sum: that one is its twin.
        """
        for block, start in zip(pattern.system.blocks, pattern.system.starts, strict=True):
            lattice, number = block.lattice, self._number[start : start + block.lattice.size]
            done = number < 0
            for axis, (parts, above) in enumerate(lattice.parents()):
                wanted = np.array([len(own) for own in lattice.dims[axis].children()])
                real = block.present[parts] & (above >= 0)
                real[real] &= ~done[above[real]]
                part, whole = parts[real], above[real]
                there = np.bincount(whole, minlength=lattice.size)
                full = there[whole] == wanted[lattice.keys()[whole, axis]]
                part, whole = part[full], whole[full]
                if not len(whole):
                    continue
                own, place = np.unique(whole, return_inverse=True)
                done[own] = True
                yield _below(number[part], place.ravel(), number[own])
            for depths in tables_of(block).tolist():
                table, whose = table_levels(depths), table_levels(with_guards(block, depths))
                host = min(
                    (n for n, clique in enumerate(cliques) if clique.contains(whose)),
                    key=lambda n: len(cliques[n].codes),
                )
                cells = lattice.cells(cliques[host].at(table))
                new = (cells >= 0) & ~done[cells]
                if new.any():
                    own, place = np.unique(cells[new], return_inverse=True)
                    done[own] = True
                    # A cell in which nobody can be is an empty sum.
                    counted = block.belongs(cliques[host].at(whose))[new]
                    inside, place = self._starts[host] + np.flatnonzero(new)[counted], place.ravel()[counted]
                    often = np.bincount(place, minlength=len(own))
                    alone = often[place] == 1
                    self._twin[number[own[place[alone]]]] = inside[alone]
                    rest = np.flatnonzero(often != 1)
                    if len(rest):
                        yield _inside(inside[~alone], np.searchsorted(rest, place[~alone]), number[own[rest]])

    def _agreeing(self, cliques: Sequence[Clique]) -> Iterator[ZeroSums]:
        """Yield the rows for people only swapping places, and for adjacent cliques agreeing in shared
        levels."""
        nothing, first = np.zeros(0, dtype=np.int64), np.arange(len(cliques[0].codes))
        yield ZeroSums(first, np.zeros_like(first), np.ones(len(first)), nothing, nothing, np.zeros(0))
        for number, clique in enumerate(cliques):
            if clique.parent < 0:
                continue
            sizes = len(clique.codes), len(cliques[clique.parent].codes)
            both = np.concatenate([clique.at(clique.shared), cliques[clique.parent].at(clique.shared)])
            _, place = np.unique(both, axis=0, return_inverse=True)
            inside = [
                self._starts[n] + np.arange(size)
                for n, size in zip((number, clique.parent), sizes, strict=True)
            ]
            sign = np.repeat([1.0, -1.0], sizes)
            yield ZeroSums(np.concatenate(inside), place.ravel(), sign, nothing, nothing, np.zeros(0))


def _below(parts: Ints, row: Ints, wholes: Ints) -> ZeroSums:
    """Return rows in which some cells add up to others."""
    nothing = np.zeros(0, dtype=np.int64)
    signs = np.repeat([1.0, -1.0], [len(parts), len(wholes)])
    rows = np.concatenate([row, np.arange(len(wholes))])
    return ZeroSums(nothing, nothing, np.zeros(0), np.concatenate([parts, wholes]), rows, signs)


def _inside(inside: Ints, row: Ints, wholes: Ints) -> ZeroSums:
    """Return rows in which cells of a clique add up to others."""
    return ZeroSums(inside, row, np.ones(len(inside)), wholes, np.arange(len(wholes)), -np.ones(len(wholes)))

"""Tables that agree with a release: the program that finds one with a cell at a value.

All is linear over the inner cells of the view. The relaxation is solved first: its vertices are nearly always
whole numbers in tables of two dimensions, and an infeasible relaxation is an exact no.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import highspy
import numpy as np

from anonymisers.simulatable.masked_view import Class, MaskedView
from anonymisers.solving.solvers import Highs, new_solver
from anonymisers.tables.arrays import Bools, Floats, Ints

EPSILON = 1e-6
DIGITS = 6
NODES = 200
"""Nodes of branch and bound where a vertex is not whole: a bound in steps, never in seconds."""
MOST_EACH = 4
"""The greatest total that is tried where the total is withheld: so many times k for each inner cell."""
BY_ROWS = 2
"""The solver's number for a matrix that is given row by row."""


class Goal(NamedTuple):
    """A cell has a value from `low` to `high`; beside it, for a singleton intruder, the cell `single` is 1.

    `in_class`: whether the table must have the same view as the truth, and not only agree with the release.
    """

    cell: int
    low: float
    high: float
    single: int = -1
    in_class: bool = True


@dataclass(frozen=True, eq=False)
class Costs:
    """What it costs to withhold a further cell, for each person by whom the cell then differs: (size,).

    Infinite where a cell must stay shown.
    """

    each: Floats


class AgreeingTables:
    """The tables over the view's inner cells that have the shown values.

    With `costs`, shown cells may differ at their cost: the cheapest table that meets a goal names the cells
    to withhold. Without, a table
    with few zeros among drawn cells is sought (`few_zeros`), since each of them makes the view rarer. Without
    `whole` parts of people are allowed, which is quicker: enough where a pattern is looked for, not for a
    proof.
    """

    def __init__(
        self,
        view: MaskedView,
        suppressed: Bools,
        values: Ints,
        *,
        in_class: bool,
        costs: Costs | None = None,
        few_zeros: bool = True,
        whole: bool = True,
    ) -> None:
        self._view, self._whole = view, whole
        present = view.cells.system.present
        self._low, self._high = _limits(view, in_class=in_class)
        shown = ~suppressed & present
        self._low[shown] = self._high[shown] = values[shown]
        self._rows = np.flatnonzero(view.sums.any(axis=1) & present)
        self._row_of = {int(cell): row for row, cell in enumerate(self._rows)}
        self._contradiction = bool((shown & ~view.sums.any(axis=1) & (values != 0)).any())
        drawn = view.drawn & ~shown & view.sums.any(axis=1)
        costly = np.flatnonzero(drawn) if in_class and few_zeros and costs is None else np.zeros(0, dtype=int)
        self._highs = self._model(shown, values, costs, costly)

    def find(self, goal: Goal) -> Ints | None:
        """Return the counts (m,) of a table that meets a goal, None where there is none."""
        if goal.cell not in self._row_of or self._contradiction:
            return None
        self._bound(goal.cell, goal.low, goal.high)
        if goal.single >= 0:
            self._bound(goal.single, 1, 1)
        found = self._run()
        for cell in {goal.cell, goal.single} & self._row_of.keys():
            self._bound(cell, self._low[cell], self._high[cell])
        return found

    def extreme(self, inner: Ints, sign: int, single: int = -1) -> Ints | None:
        """Return a table in which the sum over inner cells, by number in the view, is greatest (1) or least
        (-1)."""
        for column in inner.tolist():
            self._highs.changeColCost(column, -float(sign))
        if single >= 0:
            self._bound(single, 1, 1)
        found = self._run()
        if single >= 0:
            self._bound(single, self._low[single], self._high[single])
        for column in inner.tolist():
            self._highs.changeColCost(column, 0.0)
        return found

    def _bound(self, cell: int, low: float, high: float) -> None:
        self._highs.changeRowBounds(self._row_of[cell], float(low), float(high))

    def _model(self, shown: Bools, values: Ints, costs: Costs | None, costly: Ints) -> Highs:
        view = self._view
        index = [np.flatnonzero(view.sums[cell]) for cell in self._rows]
        value = [np.ones(len(i)) for i in index]
        low, high = self._low[self._rows], self._high[self._rows]
        columns, cost, upper = view.sums.shape[1], [0.0] * view.sums.shape[1], [np.inf] * view.sums.shape[1]
        for row, cell in enumerate(self._rows.tolist()):
            if costs is not None and shown[cell] and np.isfinite(costs.each[cell]):
                index[row] = np.append(index[row], [len(cost), len(cost) + 1])
                value[row] = np.append(value[row], [1.0, -1.0])
                cost += [float(costs.each[cell])] * 2
                upper += [max(0.0, float(values[cell] - view.least[cell])), np.inf]
        for cell in costly.tolist():
            index.append(np.append(np.flatnonzero(view.sums[cell]), len(cost)))
            value.append(np.ones(len(index[-1])))
            low, high = np.append(low, 1.0), np.append(high, np.inf)
            cost.append(1.0)
            upper.append(1.0)
        return program_of(Rows(index, value, low.tolist(), high.tolist()), cost, upper, whole=columns)

    def _run(self) -> Ints | None:
        return solved(self._highs, self._view.sums.shape[1], whole=self._whole)


def _limits(view: MaskedView, *, in_class: bool) -> tuple[Floats, Floats]:
    nobody = (view.classes == Class.NOBODY) & view.cells.system.present
    if in_class:
        low, high = view.least.astype(np.float64), view.most.copy()
    else:
        # A zero that everybody sees, and that is withheld with its group, may be anything in other classes.
        low = np.where(view.to_protect & ~nobody, float(view.task.rules.least), 0.0)
        high = np.where(nobody & view.known, 0.0, np.inf)
    # A withheld total has no limit that anybody knows; the solver needs one.
    high[view.cells.total] = min(
        high[view.cells.total], MOST_EACH * view.task.rules.threshold * len(view.inner)
    )
    return low, high


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a program: the columns of each, their factors, and the bounds of their sum."""

    index: Sequence[Ints]
    value: Sequence[Floats]
    low: Sequence[float]
    high: Sequence[float]


def program_of(rows: Rows, cost: Sequence[float], upper: Sequence[float], *, whole: int) -> Highs:
    """Return a solver with a program: columns from 0 to `upper` at a `cost`, the first `whole` of them whole
    numbers."""
    highs = new_solver(mip_rel_gap=0.0, mip_max_nodes=NODES)  # no limit in seconds
    kinds = np.zeros(len(cost), dtype=np.int32)
    kinds[:whole] = 1
    starts = np.concatenate([[0], np.cumsum([len(i) for i in rows.index])]).astype(np.int32)
    highs.passModel(
        len(cost), len(rows.index), int(starts[-1]), BY_ROWS, 1, 0.0, np.array(cost), np.zeros(len(cost)),
        np.array(upper), np.array(rows.low, dtype=np.float64), np.array(rows.high, dtype=np.float64), starts,
        np.concatenate([np.zeros(0, int), *rows.index]).astype(np.int32),
        np.concatenate([np.zeros(0), *rows.value]), kinds,
    )  # fmt: skip
    return highs


def solved(highs: Highs, columns: int, *, whole: bool = True) -> Ints | None:
    """Return the first `columns` of a solution in whole numbers, None where none was found.

    Without `whole` the numbers may be parts of people, to six digits.
    """
    for relaxed in (True, False):
        highs.setOptionValue("solve_relaxation", relaxed)
        highs.setOptionValue("presolve", "off" if relaxed else "on")
        highs.run()
        if relaxed and highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            continue
        found = np.array(highs.getSolution().col_value[:columns])
        if np.abs(found - np.rint(found)).max(initial=0.0) <= EPSILON:
            people: Ints = np.rint(found).astype(np.int64)
            return people
        if not whole:
            return np.asarray(np.round(found, DIGITS))
    return None

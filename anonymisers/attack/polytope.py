"""One connected part of the attacker's system as a linear program that is solved again and again.

Only the objective changes between solves, so that each starts where the last one ended (primal simplex from
a feasible basis). Every optimum is a *world* over the reals: one assignment that agrees with all releases.
"""

from collections.abc import Callable

import highspy
import numpy as np
from highspy._core import _Highs  # the public class greets on standard output before it can be told not to
from numpy.typing import NDArray

from anonymisers.attack.reduction import Rows
from anonymisers.errors import TableError

ENDLESS = 1e7
"""Stands in for a missing upper bound. Widths are compared with a threshold far below it, and by convexity a
cell that is constant below the cap is constant beyond it, so no verdict depends on it."""
PRIMAL_SIMPLEX = 4
TOLERANCE = 1e-6
"""Feasibility within 1e-9 is asked of the solver; counts are told apart at this distance."""

Floats = NDArray[np.float64]


class OutOfTimeError(Exception):
    """The time limit passed inside a solve."""


class Polytope:
    """Worlds {x : rows, low <= x <= high}; `world` returns a vertex that is best for an objective."""

    def __init__(self, rows: Rows, low: Floats, high: Floats, seconds_left: Callable[[], float]) -> None:
        self.low, self.high = low.copy(), np.minimum(high, ENDLESS)
        self._seconds_left = seconds_left
        self._solver = _Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 1),
            ("primal_feasibility_tolerance", 1e-9),
            ("dual_feasibility_tolerance", 1e-9),
        ):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(_model(rows, self.low, self.high))
        self._started = False
        self._columns = np.arange(len(low), dtype=np.int32)

    def world(self, objective: Floats) -> Floats:
        """A vertex with the greatest objective.

        Raises TableError when there is no world at all, OutOfTimeError when the time is up.
        """
        self._solver.changeColsCost(len(self._columns), self._columns, -objective)
        self._run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise TableError(
                "no table of counts agrees with these releases",
                remedy="Check --lower and --zeros, and that the releases are of one snapshot.",
            )
        if status != highspy.HighsModelStatus.kOptimal:
            self._solver.clearSolver()
            self._started = False
            self._run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise OutOfTimeError
        if not self._started:
            self._started = True
            self._solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
            self._solver.setOptionValue("presolve", "off")
        return np.asarray(self._solver.getSolution().col_value)

    @property
    def steps(self) -> int:
        """Simplex steps of the last solve: a measure of its cost that is the same on every machine."""
        return int(self._solver.getInfo().simplex_iteration_count)

    def restrict(self, column: int, low: float, high: float) -> None:
        """Change the bounds of one column."""
        self._solver.changeColBounds(column, low, high)

    def _run(self) -> None:
        left = self._seconds_left()
        if left <= 0:
            raise OutOfTimeError
        # HiGHS counts its time limit from the first run on.
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + left)
        self._solver.run()


def _model(rows: Rows, low: Floats, high: Floats) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(low), len(rows.rhs)
    model.col_cost_ = np.zeros(len(low))
    model.col_lower_, model.col_upper_ = low, high
    model.row_lower_ = model.row_upper_ = rows.rhs
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.indptr
    model.a_matrix_.index_ = rows.cols
    model.a_matrix_.value_ = rows.coefs
    return model

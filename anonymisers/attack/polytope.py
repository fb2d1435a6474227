"""One connected part of the attacker's model as a linear program, solved again and again.

Only the objective changes between solves. Every solution is a feasible table agreeing with all releases: of
whole people in small parts, else over the reals. A vertex costs few steps when the last vertex was near
(primal simplex from a feasible basis); an interior table (interior point, no crossover) costs the same
whatever came before, which is much less where a part has many thousand cells.
"""

from collections.abc import Callable

import highspy
import numpy as np

from anonymisers.attack.constraint_rows import Rows
from anonymisers.attack.time_limit import OutOfTimeError
from anonymisers.errors import ProtectionError, TableError
from anonymisers.solving.solvers import Highs, new_solver
from anonymisers.tables.arrays import Floats

ENDLESS = 1e7
"""Replaces a missing upper bound. Widths are compared with a threshold far below, and by convexity a cell
constant below the cap is constant beyond, so that no verdict depends on the cap."""
PRIMAL_SIMPLEX = 4
EXACT = 1e-6
"""Counts are distinguished at this distance; the solver is asked for 1e-9."""

WHOLE = 120
"""A part of at most WHOLE columns is solved in whole numbers: every table found consists of people. In larger
parts tables are over the reals, and disclosure that needs integrality may stay unseen."""

WHOLE_SECONDS = 5.0
"""A longer search in whole numbers is given up, and the part treated like a larger part: such a search rarely
fails to end, and must not use up the time of all other parts."""

SHARP = (("primal_feasibility_tolerance", 1e-9), ("dual_feasibility_tolerance", 1e-9))

Status = highspy.HighsModelStatus


class Polytope:
    """Worlds {x : rows, low <= x <= high}."""

    def __init__(self, rows: Rows, low: Floats, high: Floats, seconds_left: Callable[[], float]) -> None:
        self._rows, self._row_of = rows, rows.row_of
        self.low, self.high = low.copy(), np.minimum(high, ENDLESS)
        self._low_now, self._high_now = self.low.copy(), self.high.copy()
        self.whole = len(low) <= WHOLE
        self._seconds_left = seconds_left
        self._columns = np.arange(len(low), dtype=np.int32)
        self._simplex: Highs | None = None
        self._barrier: Highs | None = None

    def vertex(self, objective: Floats) -> Floats:
        """A world with the greatest objective: a vertex, or in a small part one of whole people.

        Raises TableError when there is no world at all, OutOfTimeError when the time is up.
        """
        if self._simplex is None:
            self._simplex = self._solver(**({} if self.whole else {"solver": "simplex"}))
        solver = self._simplex
        self._aim(solver, objective)
        try:
            done = self._run(solver, WHOLE_SECONDS if self.whole else None)
        except OutOfTimeError:
            self.check_time()
            self.whole, self._simplex = False, None
            return self.vertex(objective)
        if not done:
            # A basis spoilt by rounding errors: solve once more from scratch.
            solver.clearSolver()
            self._run(solver)
        self._judge(solver)
        found = np.asarray(solver.getSolution().col_value)
        if self.whole:
            return np.asarray(np.rint(found), dtype=np.float64)
        solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
        solver.setOptionValue("presolve", "off")
        return found

    def interior(self, objective: Floats) -> Floats:
        """Return a table with the greatest objective (to 1e-8), as far from other bounds as the objective
        allows.

        Raises the errors of `vertex`.
        """
        if self._barrier is None:
            self._barrier = self._solver(solver="ipm", run_crossover="off")
        self._aim(self._barrier, objective)
        if self._run(self._barrier):
            found = np.asarray(self._barrier.getSolution().col_value, dtype=np.float64)
            world: Floats = np.clip(found, self.low, self.high)
            if self._error(world) <= EXACT / 10:
                return world
        return self.vertex(objective)

    def hold(self, column: int, value: float) -> None:
        """Fix one column in all later tables."""
        self._bound(column, value, value)

    def release(self, column: int) -> None:
        """Restore the bounds of a column."""
        self._bound(column, self.low[column], self.high[column])

    def _bound(self, column: int, low: float, high: float) -> None:
        self._low_now[column], self._high_now[column] = low, high
        for solver in (self._simplex, self._barrier):
            if solver is not None:
                solver.changeColBounds(column, low, high)

    def _error(self, world: Floats) -> float:
        """How far a world is from keeping the sums."""
        rows = self._rows
        sums = np.bincount(self._row_of, rows.coefs * world[rows.cols], minlength=len(rows.rhs))
        return float(np.abs(sums - rows.rhs).max(initial=0.0))

    def _solver(self, **options: str) -> Highs:
        solver = new_solver(**{**dict(SHARP), **options})
        model = model_of(self._rows, self._low_now, self._high_now)
        if self.whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.low)
        solver.passModel(model)
        return solver

    def check_time(self) -> None:
        """Raise OutOfTimeError when the time is up."""
        if self._seconds_left() <= 0:
            raise OutOfTimeError

    def _aim(self, solver: Highs, objective: Floats) -> None:
        solver.changeColsCost(len(self._columns), self._columns, -objective)

    def _run(self, solver: Highs, at_most: float | None = None) -> bool:
        left = self._seconds_left()
        if left <= 0:
            raise OutOfTimeError
        if at_most is not None:
            left = min(left, at_most)
        # HiGHS counts its time limit from the first run on.
        solver.setOptionValue("time_limit", solver.getRunTime() + left)
        solver.run()
        if solver.getModelStatus() == Status.kTimeLimit:
            raise OutOfTimeError
        return bool(solver.getModelStatus() == Status.kOptimal)

    def _judge(self, solver: Highs) -> None:
        status = solver.getModelStatus()
        if status == Status.kInfeasible:
            raise no_world()
        if status != Status.kOptimal:
            message = f"the solver could not finish: {solver.modelStatusToString(status)}"
            raise ProtectionError(message, remedy="Report this with the releases that caused it.")


class SmallProgram:
    """Small linear programs, each solved from scratch."""

    def __init__(self) -> None:
        self._solver = new_solver(**dict(SHARP))

    def solve(self, rows: Rows, low: Floats, high: Floats, objective: Floats) -> Floats | None:
        """The columns with the greatest objective; None when the solver finds no optimum."""
        model = model_of(rows, low, np.minimum(high, ENDLESS))
        model.col_cost_ = -objective
        self._solver.passModel(model)
        self._solver.run()
        if self._solver.getModelStatus() != Status.kOptimal:
            return None
        return np.asarray(self._solver.getSolution().col_value, dtype=np.float64)


def no_world() -> TableError:
    """Return the error for releases contradicting each other or the attacker's knowledge."""
    return TableError(
        "no table of counts agrees with these releases",
        remedy="Check --lower and --zeros, and that the releases are of one snapshot.",
    )


def model_of(rows: Rows, low: Floats, high: Floats) -> highspy.HighsLp:
    """The linear program of rows and bounds, without an objective."""
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

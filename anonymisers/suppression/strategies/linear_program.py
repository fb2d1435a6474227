"""One small linear program: the cheapest change of a few inner cells changing one cell by an amount."""

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from highspy._core import cb
from numpy.typing import NDArray

from anonymisers.errors import ProtectionError
from anonymisers.solving.solvers import UNSCALED, new_solver
from anonymisers.tables.arrays import Floats, Ints

EPSILON = 1e-6


@dataclass(frozen=True)
class SolverTuning:
    """How long whole numbers are sought for one small program, and what the solver's work counts."""

    nudges: int = 20
    """Nudges of a fractional solution to a neighbouring vertex. Most of those are integral, and
    twenty nudges take a tenth of the time of one branch and bound."""
    nudges_of_large: int = 3
    """Nudges in a large program, where a branch and bound follows each of them."""
    run_steps: int = 20
    """Steps counted for setting up a program, beside the simplex iterations."""
    integer_run_steps: int = 100
    """Steps counted for starting a branch and bound."""
    integer_columns: int = 10
    """Columns for which a further step is counted then."""
    integer_step: int = 2
    """Steps counted for each simplex iteration of a branch and bound: cuts take as long again."""
    integer_questions: int = 30
    """How often a branch and bound may go on where steps are limited: HiGHS asks after each round of cuts and
    each node. Nearly all that find anything are asked fewer times, and the others would leave nothing for
    other programs."""
    large: int = 1000
    """Inner cells above which a program is large."""
    gap: float = 0.2
    """Relative gap at which branch and bound stops: closing it takes as long again."""
    bound_rounds: int = 2
    """Rounds of bound propagation before the solver is called: a third round finds hardly any more."""
    nodes: int = 60
    """Nodes of branch and bound: a bound in steps, not in seconds, so that the same input gives the same
    pattern on a slower machine."""
    nodes_when_limited: int = 5
    """Nodes where the steps of all programs together are limited: one program must not use up the limit.
    Branches are chosen without trying them there, since trials took most of the time."""


TUNING = SolverTuning()


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """Changes d of m inner cells: sums over rows are 0 (or may differ at a cost), one row must equal an
    amount.

    Entries: the inner cell `owner` (ascending) is counted in `row`. Rows 0..r-1 are cells with a `row_cost`
    for each unit (0 or more; infinite: must not change) and bounds `floor`/`ceiling` on their change; the
    next rows must equal `required` (0 where people only swap places); the last row is the target. `down`,
    `up` (m,): how far each inner cell can change, each unit at its `step_cost`.
    """

    owner: Ints
    row: Ints
    row_cost: Floats
    floor: Floats
    ceiling: Floats
    required: Floats
    down: Floats
    up: Floats
    step_cost: Floats

    @classmethod
    def of(cls, owner: Ints, row: Ints, **fields: Any) -> "LinearProgram":
        """Return a program of entries in any order."""
        order = np.argsort(owner, kind="stable")
        return cls(owner[order], row[order], **fields)

    def only(self, steps: Ints) -> "LinearProgram":
        """Return the program of some of the inner cells (ascending); the others do not change."""
        number = np.full(len(self.down), -1, dtype=np.int64)
        number[steps] = np.arange(len(steps))
        kept = number[self.owner] >= 0
        return replace(
            self,
            owner=number[self.owner[kept]],
            row=self.row[kept],
            down=self.down[steps],
            up=self.up[steps],
            step_cost=self.step_cost[steps],
        )

    def requiring(self, sets: Ints, required: Ints) -> "LinearProgram":
        """Return the program in which inner cells of the same set together change by the set's `required`
        amount.

        `sets` (m,): the set of each inner cell. One of the sets must be the target's, with its amount.
        """
        last = len(self.row_cost) + len(self.required)
        row = np.where(self.row == last, last + len(required), self.row)
        return LinearProgram.of(
            np.concatenate([self.owner, np.arange(len(sets))]),
            np.concatenate([row, last + sets]),
            row_cost=self.row_cost,
            floor=self.floor,
            ceiling=self.ceiling,
            required=np.concatenate([self.required, required]),
            down=self.down,
            up=self.up,
            step_cost=self.step_cost,
        )


class _Questions:
    """How often HiGHS asked whether a branch and bound may go on. Not part of the solver: HiGHS keeps it, and
    Python would never free a solver that it keeps itself."""

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, _: Any, __: str, ___: Any, answer: cb.HighsCallbackInput, ____: Any) -> None:
        """Stop a branch and bound that asks too often."""
        self.asked += 1
        if self.asked > TUNING.integer_questions:
            answer.user_interrupt = True


class PausedError(ProtectionError):
    """The programs for one cell took the steps that they may; those for others may go on."""


class Solver:
    """HiGHS, without any state that passes from one program to the next.

    With `most` the solver raises ProtectionError once so many steps were taken.
    """

    def __init__(self, most: int | None = None) -> None:
        self._highs = new_solver(
            presolve="off",
            solver="simplex",
            mip_rel_gap=TUNING.gap,
            mip_max_nodes=TUNING.nodes if most is None else TUNING.nodes_when_limited,
            **({} if most is None else {"mip_pscost_minreliable": 0}),
            **UNSCALED,
        )
        self.runs = self.steps = 0
        self._most = most
        self.pause_at: int | None = None
        """Steps from which on no further program is begun, until this is set anew (`PausedError`)."""
        self._questions = _Questions()
        if most is not None:
            self._highs.setCallback(self._questions.answer, None)
            self._highs.startCallback(cb.HighsCallbackType.kCallbackMipInterrupt)

    def spend(self, steps: int) -> None:
        """Count the steps of a program solved elsewhere."""
        self.runs += 1
        self.steps += steps
        if self._most is not None and self.steps >= self._most:
            raise ProtectionError("the search took more steps than it may")

    def solve(self, program: LinearProgram, amount: int) -> Ints | None:
        """Return the cheapest changes (m,) in whole numbers, or None without (or without finding) a solution.

        A fractional solution is nudged by slightly different costs of steps; if that fails, whole numbers are
        sought among the steps used by any solution so far, then among all. In a large program whole numbers
        are sought among the used steps after each nudge: the cheaper way there.
        """
        if not _within_bounds(program, amount):
            return None
        size = len(program.down)
        used = np.zeros(size, dtype=np.bool_)
        nudged = program
        for turn in range(1 + (TUNING.nudges_of_large if size > TUNING.large else TUNING.nudges)):
            found = self._changes(nudged, amount, whole=False)
            if found is None:
                return None
            if _is_whole(found):
                return np.rint(found).astype(np.int64)
            used |= np.abs(found) > EPSILON
            change = self._whole(program, amount, np.flatnonzero(used)) if size > TUNING.large else None
            if change is not None:
                return change
            nudged = replace(program, step_cost=program.step_cost * (1.0 + nudges(size, turn)))
        if size > TUNING.large:
            return None
        change = self._whole(program, amount, np.flatnonzero(used))
        return self._whole(program, amount, np.arange(size)) if change is None else change

    def _whole(self, program: LinearProgram, amount: int, steps: Ints) -> Ints | None:
        """Return whole numbers for some of the steps; the others do not change."""
        found = self._changes(program.only(steps), amount, whole=True)
        if found is None or not _is_whole(found):
            return None
        change = np.zeros(len(program.down), dtype=np.int64)
        change[steps] = np.rint(found).astype(np.int64)
        return change

    def _changes(self, program: LinearProgram, amount: int, *, whole: bool) -> Floats | None:
        values = self._run(_model(program, amount), whole=whole)
        if values is None:
            return None
        size, falling = len(program.down), np.flatnonzero(program.down > 0)
        change: Floats = values[:size]
        change[falling] -= values[size : size + len(falling)]
        return change

    def _run(self, model: "_Model", *, whole: bool) -> Floats | None:
        if self.pause_at is not None and self.steps >= self.pause_at:
            raise PausedError("the search for one cell took more steps than it may")
        if self._most is not None and self.steps >= self._most:
            raise ProtectionError("the search took more steps than it may")
        size = len(model.cost)
        if whole and self._most is not None:
            until = self._most if self.pause_at is None else min(self._most, self.pause_at)
            if until - self.steps < steps_of(0, columns=size, whole=True):
                return None
            self._questions.asked = 0
        kinds = np.full(size, int(whole), dtype=np.int32)
        # Presolve slows the small continuous programs down, and halves the time of branch and bound.
        self._highs.setOptionValue("presolve", "on" if whole else "off")
        self._highs.passModel(
            size, len(model.rows), len(model.index), 1, 1, 0.0, model.cost, np.zeros(size), model.upper,
            model.rows, model.rows, model.start, model.index, model.value, kinds,
        )  # fmt: skip
        self._highs.run()
        self.runs += 1
        self.steps += steps_of(int(self._highs.getInfo().simplex_iteration_count), columns=size, whole=whole)
        if not (
            self._found() if whole else self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        ):
            return None
        solution: Floats = np.fromiter(self._highs.getSolution().col_value, dtype=np.float64)
        return solution

    def _found(self) -> bool:
        """Whether there is a solution, the cheapest or the best until the nodes were used up."""
        return bool(
            self._highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        )


def steps_of(iterations: int, *, columns: int, whole: bool) -> int:
    """Return the steps that a program counts by its simplex iterations (-1 where none were counted)."""
    iterations = max(0, iterations)
    if whole:
        start = TUNING.integer_run_steps + columns // TUNING.integer_columns
        return start + TUNING.integer_step * iterations
    return TUNING.run_steps + iterations


def _within_bounds(program: LinearProgram, amount: int) -> bool:
    """False where a few rounds of bound propagation show that a row cannot have its required value.

    Most infeasible programs are found in this way, in a fraction of the solver's time.
    """
    cells = len(program.row_cost)
    required = np.concatenate([np.zeros(cells), program.required, [amount]])
    must = np.concatenate([np.isinf(program.row_cost), np.ones(len(program.required) + 1, dtype=np.bool_)])
    required[~must] = 0.0
    kept = must[program.row]
    owner, row = program.owner[kept], program.row[kept]
    up, down = program.up, program.down
    for turn in range(TUNING.bound_rounds):
        highest = np.bincount(row, weights=up[owner], minlength=len(required))
        lowest = -np.bincount(row, weights=down[owner], minlength=len(required))
        if (must & ((highest < required) | (lowest > required))).any():
            return False
        if turn + 1 < TUNING.bound_rounds:
            # An inner cell cannot rise by more than the other cells of its row can fall, and vice versa.
            rise, fall = np.full(len(up), np.inf), np.full(len(up), np.inf)
            np.minimum.at(rise, owner, (required - lowest)[row] - down[owner])
            np.minimum.at(fall, owner, (highest - required)[row] - up[owner])
            up, down = np.minimum(up, np.maximum(rise, 0.0)), np.minimum(down, np.maximum(fall, 0.0))
    return True


def _is_whole(change: Floats) -> bool:
    return bool(np.abs(change - np.rint(change)).max(initial=0.0) <= EPSILON)


def nudges(size: int, turn: int) -> Floats:
    """Return numbers in 0..20 by which costs are nudged, the same on any machine.

    The numbers are the fractional parts of multiples of the golden ratio.
    """
    numbers: Floats = (
        20.0 * np.modf(np.arange(1, size + 1) * (0.6180339887498949 + turn * 0.1270166537925831))[0]
    )
    return numbers


@dataclass(frozen=True, eq=False)
class _Model:
    """Columns: rises of inner cells, falls of inner cells, then for each elastic row (with a finite cost) a
    rise and a fall."""

    cost: Floats
    upper: Floats
    rows: Floats
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats


def _model(program: LinearProgram, amount: int) -> _Model:
    cells = len(program.row_cost)
    elastic = np.flatnonzero(np.isfinite(program.row_cost))
    lengths = np.bincount(program.owner, minlength=len(program.down))
    falls = program.down > 0
    fallen = program.row[falls[program.owner]]
    ones = np.ones(len(elastic), dtype=np.int64)
    target = np.concatenate([np.zeros(cells), program.required, [amount]])
    row_cost, step_costs = program.row_cost[elastic], program.step_cost
    lengths = np.concatenate([lengths, lengths[falls], ones, ones])
    signs = np.array([1.0, -1.0, -1.0, 1.0])
    return _Model(
        cost=np.concatenate([step_costs, step_costs[falls], row_cost, row_cost]),
        upper=np.concatenate(
            [program.up, program.down[falls], program.ceiling[elastic], program.floor[elastic]]
        ),
        rows=target,
        start=np.concatenate([[0], lengths]).cumsum().astype(np.int32),
        index=np.concatenate([program.row, fallen, elastic, elastic]).astype(np.int32),
        value=np.repeat(signs, [len(program.row), len(fallen), len(elastic), len(elastic)]),
    )

"""One small linear program: the cheapest change of a few inner cells that changes one cell by so much."""

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from highspy._core import _Highs  # the public class greets on standard output
from numpy.typing import NDArray

from anonymisers.errors import ProtectionError
from anonymisers.tables.arrays import Floats, Ints

EPSILON = 1e-6
NUDGES, NUDGES_OF_LARGE = 20, 3
"""Times that a fractional result is nudged to a vertex beside it. Most of those are whole, and twenty take a
tenth of the time of one search for whole numbers. In a large program each is followed by such a search."""
RUN, WHOLE = 20, 1000
"""What making and starting a program costs, and one in whole numbers, in steps of the simplex method."""
LARGE = 1000
"""Inner cells above which a program is a large one."""
GAP = 0.2
"""By how much a result in whole numbers may be dearer than the cheapest: to find out takes as long again."""
BOUND_ROUNDS = 2
"""Rounds of bounds before a program is passed to the solver: a third finds hardly any more."""
MAX_NODES = 60
"""Nodes of the search for whole numbers before a neighbourhood is given up: a bound in steps, not in
seconds, so that the same input gives the same pattern on a slower machine."""
FEW_NODES = 5
"""The same where all steps are counted: one program must not use up what is there for hundreds."""


@dataclass(frozen=True, eq=False)
class Program:
    """Changes d of m inner cells: sums over rows are 0 (or may differ at a price), one row must be an amount.

    Entries: the inner cell `owner` (ascending) is counted in `row`. Rows 0..r-1 are cells with a `price` for
    each unit (0 or more; infinite: must not change) and bounds `floor`/`ceiling` on their change; rows r..
    must be what `needed` says (0 where people only change places); the last row is the target. `down`, `up`
    (m,): how far each inner cell can change, each unit at its `step_price`.
    """

    owner: Ints
    row: Ints
    price: Floats
    floor: Floats
    ceiling: Floats
    needed: Floats
    down: Floats
    up: Floats
    step_price: Floats

    @classmethod
    def of(cls, owner: Ints, row: Ints, **fields: Any) -> "Program":
        """A program of entries in any order."""
        order = np.argsort(owner, kind="stable")
        return cls(owner[order], row[order], **fields)

    def only(self, steps: Ints) -> "Program":
        """The program of some of the inner cells (ascending); the others do not change."""
        number = np.full(len(self.down), -1, dtype=np.int64)
        number[steps] = np.arange(len(steps))
        kept = number[self.owner] >= 0
        return replace(
            self,
            owner=number[self.owner[kept]],
            row=self.row[kept],
            down=self.down[steps],
            up=self.up[steps],
            step_price=self.step_price[steps],
        )

    def requiring(self, sets: Ints, needed: Ints) -> "Program":
        """The program in which inner cells of the same set together change by what is `needed` of it.

        `sets` (m,): the set of each inner cell. One of the sets has to be the target's, with its amount.
        """
        last = len(self.price) + len(self.needed)
        row = np.where(self.row == last, last + len(needed), self.row)
        return Program.of(
            np.concatenate([self.owner, np.arange(len(sets))]),
            np.concatenate([row, last + sets]),
            price=self.price,
            floor=self.floor,
            ceiling=self.ceiling,
            needed=np.concatenate([self.needed, needed]),
            down=self.down,
            up=self.up,
            step_price=self.step_price,
        )


class Solver:
    """HiGHS, not parallel, fixed seed; holds no state from one program to the next.

    With `most` it raises ProtectionError once so many steps were taken.
    """

    def __init__(self, most: int | None = None) -> None:
        self._highs = _Highs()
        for name, value in (
            ("output_flag", False),
            # Not "threads": HiGHS fixes their number for the whole process at its first run, and every solver
            # that asks for another number fails from then on.
            ("parallel", "off"),
            ("presolve", "off"),
            ("solver", "simplex"),
            ("random_seed", 1),
            ("mip_rel_gap", GAP),
            ("mip_max_nodes", MAX_NODES if most is None else FEW_NODES),
        ):
            self._highs.setOptionValue(name, value)
        self.runs = self.steps = 0
        self._most = most

    def spend(self, steps: int) -> None:
        """Count the steps of a program that was solved elsewhere."""
        self.runs += 1
        self.steps += steps
        if self._most is not None and self.steps >= self._most:
            raise ProtectionError("the search took more steps than it may")

    def solve(self, program: Program, amount: int) -> Ints | None:
        """The cheapest changes (m,), as whole numbers, or None when there are none (or none was found).

        A fractional cheapest result is nudged by prices that differ a little from step to step; where that
        fails, whole numbers are sought among the steps that any of the results takes, then among all. In a
        large program they are sought among those steps at once: that is the cheaper way there.
        """
        if not _within_bounds(program, amount):
            return None
        size = len(program.down)
        used = np.zeros(size, dtype=np.bool_)
        nudged = program
        for turn in range(1 + (NUDGES_OF_LARGE if size > LARGE else NUDGES)):
            found = self._changes(nudged, amount, whole=False)
            if found is None:
                return None
            if _is_whole(found):
                return np.rint(found).astype(np.int64)
            used |= np.abs(found) > EPSILON
            change = self._whole(program, amount, np.flatnonzero(used)) if size > LARGE else None
            if change is not None:
                return change
            nudged = replace(program, step_price=program.step_price * (1.0 + nudges(size, turn)))
        if size > LARGE:
            return None
        change = self._whole(program, amount, np.flatnonzero(used))
        return self._whole(program, amount, np.arange(size)) if change is None else change

    def _whole(self, program: Program, amount: int, steps: Ints) -> Ints | None:
        """Whole numbers for some of the steps; the others do not change."""
        found = self._changes(program.only(steps), amount, whole=True)
        if found is None or not _is_whole(found):
            return None
        change = np.zeros(len(program.down), dtype=np.int64)
        change[steps] = np.rint(found).astype(np.int64)
        return change

    def _changes(self, program: Program, amount: int, *, whole: bool) -> Floats | None:
        values = self._run(_model(program, amount), whole=whole)
        if values is None:
            return None
        size, falling = len(program.down), np.flatnonzero(program.down > 0)
        change: Floats = values[:size]
        change[falling] -= values[size : size + len(falling)]
        return change

    def _run(self, model: "_Model", *, whole: bool) -> Floats | None:
        if self._most is not None and self.steps >= self._most:
            raise ProtectionError("the search took more steps than it may")
        size = len(model.cost)
        kinds = np.full(size, int(whole), dtype=np.int32)
        # It makes the small programs of fractions slower, and halves the time of those in whole numbers.
        self._highs.setOptionValue("presolve", "on" if whole else "off")
        self._highs.passModel(
            size, len(model.rows), len(model.index), 1, 1, 0.0, model.cost, np.zeros(size), model.upper,
            model.rows, model.rows, model.start, model.index, model.value, kinds,
        )  # fmt: skip
        self._highs.run()
        self.runs += 1
        self.steps += (WHOLE if whole else RUN) + max(0, int(self._highs.getInfo().simplex_iteration_count))
        if not (
            self._found() if whole else self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        ):
            return None
        solution: Floats = np.array(self._highs.getSolution().col_value, dtype=np.float64)
        return solution

    def _found(self) -> bool:
        """Whether there is a result, the cheapest or the best until the nodes were used up."""
        return bool(
            self._highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        )


def _within_bounds(program: Program, amount: int) -> bool:
    """False where bounds alone tell, in so many rounds, that a row cannot be what it must be.

    Most of what cannot be is found so, for a fraction of what the solver takes to find it.
    """
    cells = len(program.price)
    needed = np.concatenate([np.zeros(cells), program.needed, [amount]])
    must = np.concatenate([np.isinf(program.price), np.ones(len(program.needed) + 1, dtype=np.bool_)])
    needed[~must] = 0.0
    kept = must[program.row]
    owner, row = program.owner[kept], program.row[kept]
    up, down = program.up, program.down
    for turn in range(BOUND_ROUNDS):
        highest = np.bincount(row, weights=up[owner], minlength=len(needed))
        lowest = -np.bincount(row, weights=down[owner], minlength=len(needed))
        if (must & ((highest < needed) | (lowest > needed))).any():
            return False
        if turn + 1 < BOUND_ROUNDS:
            # Nobody rises by more than the others of a row can fall, and the other way round.
            rise, fall = np.full(len(up), np.inf), np.full(len(up), np.inf)
            np.minimum.at(rise, owner, (needed - lowest)[row] - down[owner])
            np.minimum.at(fall, owner, (highest - needed)[row] - up[owner])
            up, down = np.minimum(up, np.maximum(rise, 0.0)), np.minimum(down, np.maximum(fall, 0.0))
    return True


def _is_whole(change: Floats) -> bool:
    return bool(np.abs(change - np.rint(change)).max(initial=0.0) <= EPSILON)


def nudges(size: int, turn: int) -> Floats:
    """To nudge prices by: numbers in 0..20, the same on any machine.

    They are multiples of the golden ratio without their whole part.
    """
    numbers: Floats = (
        20.0 * np.modf(np.arange(1, size + 1) * (0.6180339887498949 + turn * 0.1270166537925831))[0]
    )
    return numbers


@dataclass(frozen=True, eq=False)
class _Model:
    """Columns: ups, downs of what can go down, then for each row that may change at a price its rise and its
    fall."""

    cost: Floats
    upper: Floats
    rows: Floats
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats


def _model(program: Program, amount: int) -> _Model:
    cells = len(program.price)
    elastic = np.flatnonzero(np.isfinite(program.price))
    lengths = np.bincount(program.owner, minlength=len(program.down))
    falls = program.down > 0
    fallen = program.row[falls[program.owner]]
    ones = np.ones(len(elastic), dtype=np.int64)
    target = np.concatenate([np.zeros(cells), program.needed, [amount]])
    price, prices = program.price[elastic], program.step_price
    lengths = np.concatenate([lengths, lengths[falls], ones, ones])
    signs = np.array([1.0, -1.0, -1.0, 1.0])
    return _Model(
        cost=np.concatenate([prices, prices[falls], price, price]),
        upper=np.concatenate(
            [program.up, program.down[falls], program.ceiling[elastic], program.floor[elastic]]
        ),
        rows=target,
        start=np.concatenate([[0], lengths]).cumsum().astype(np.int32),
        index=np.concatenate([program.row, fallen, elastic, elastic]).astype(np.int32),
        value=np.repeat(signs, [len(program.row), len(fallen), len(elastic), len(elastic)]),
    )

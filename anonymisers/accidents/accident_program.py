"""The integer program of one world: numbers of accidents that contradict as few shown numbers as possible.

Nearly all of these programs have whole numbers at the best vertex of their linear relaxation, which is found
in a hundredth of the time of a branch and bound. Only where it has fractions are whole numbers sought.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import highspy
import numpy as np
from numpy.typing import NDArray

from anonymisers.solving.solvers import UNSCALED, new_solver
from anonymisers.tables.arrays import Floats, Ints

MAX_NODES = 500
"""Nodes of a branch and bound: a limit in steps, not in time, gives the same result on any machine."""
OPTIMAL = highspy.HighsModelStatus.kOptimal
FEASIBLE = highspy.SolutionStatus.kSolutionStatusFeasible
WHOLE = 1e-6
"""How near to a whole number a step counts as whole."""


class AccidentProgram:
    """A solver that keeps nothing from one program to the next."""

    def __init__(self) -> None:
        self._highs = new_solver(mip_max_nodes=MAX_NODES, **UNSCALED)

    def solve(
        self,
        ranges: Sequence[tuple[int, int]],
        rows_of: Sequence[Sequence[int]],
        costs: Floats,
        required: Mapping[int, int],
    ) -> Ints | None:
        """Return the cheapest steps (n,) in whole numbers, each within its range; None where there are none.

        `rows_of` has the rows that each step counts in. Each unit by which the sum of a row differs from 0
        costs the row's entry of `costs` (rows,); the sum of a `required` row must be the amount given
        instead.
        """
        model = _Model.of(ranges, rows_of, costs, required)
        steps = self._run(model, whole=False)
        if steps is not None and np.abs(steps - np.rint(steps)).max(initial=0.0) > WHOLE:
            steps = self._run(model, whole=True)
        return None if steps is None else np.rint(steps).astype(np.int64)

    def _run(self, model: "_Model", *, whole: bool) -> Floats | None:
        size = len(model.cost)
        kinds = np.zeros(size, dtype=np.int32)
        kinds[: model.steps] = whole
        # Presolve takes longer than so small a program, but for a branch and bound.
        for name, value in (
            ("presolve", "on" if whole else "off"),
            ("solver", "choose" if whole else "simplex"),
        ):
            self._highs.setOptionValue(name, value)
        self._highs.passModel(
            size, len(model.rows), len(model.index), 1, 1, 0.0, model.cost, model.low, model.high,
            model.rows, model.rows, model.start, model.index, model.value, kinds,
        )  # fmt: skip
        self._highs.run()
        if not (self._found() if whole else self._highs.getModelStatus() == OPTIMAL):
            return None
        found: Floats = np.fromiter(self._highs.getSolution().col_value, dtype=np.float64, count=size)
        return found[: model.steps]

    def _found(self) -> bool:
        """Whether there are whole numbers, the best or those found until the nodes were used up."""
        return bool(self._highs.getInfo().primal_solution_status == FEASIBLE)


@dataclass(frozen=True, eq=False)
class _Model:
    """Columns: the steps, then for each row that may differ from 0 how much it is more, and less."""

    steps: int
    cost: Floats
    low: Floats
    high: Floats
    rows: Floats
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats

    @classmethod
    def of(
        cls,
        ranges: Sequence[tuple[int, int]],
        rows_of: Sequence[Sequence[int]],
        costs: Floats,
        required: Mapping[int, int],
    ) -> "_Model":
        size = len(ranges)
        sums = np.zeros(len(costs))
        sums[list(required)] = list(required.values())
        elastic = np.setdiff1d(np.arange(len(costs)), list(required))
        low, high = np.array(ranges, dtype=np.float64).reshape(size, 2).T
        none, endless = np.zeros(2 * len(elastic)), np.full(2 * len(elastic), np.inf)
        counted = np.array([len(rows) for rows in rows_of], dtype=np.int64)
        ones = np.ones(2 * len(elastic), dtype=np.int64)
        entries = np.fromiter(chain.from_iterable(rows_of), dtype=np.int64, count=int(counted.sum()))
        return cls(
            steps=size,
            cost=np.concatenate([np.zeros(size), costs[elastic], costs[elastic]]),
            low=np.concatenate([low, none]),
            high=np.concatenate([high, endless]),
            rows=sums,
            start=np.concatenate([[0], counted, ones]).cumsum().astype(np.int32),
            index=np.concatenate([entries, elastic, elastic]).astype(np.int32),
            value=np.repeat([1.0, -1.0, 1.0], [len(entries), len(elastic), len(elastic)]),
        )

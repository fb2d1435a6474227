"""One small linear program: the cheapest change of a few inner cells that changes one cell by so much."""

from dataclasses import dataclass

import highspy
import numpy as np
from highspy._core import _Highs  # the public class greets on standard output
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EPSILON = 1e-6
MAX_NODES = 60
"""Nodes of the search for whole numbers before a neighbourhood is given up: a bound in steps, not in
seconds, so that the same input gives the same pattern on a slower machine."""


@dataclass(frozen=True, eq=False)
class Program:
    """Changes d of m inner cells: sums over rows are 0 (or may differ at a price), one row must be `amount`.

    `incidence` (m, T): numbers of the rows that each inner cell is counted in, -1 pads; rows 0..r-1 are
    cells with a `price` for each unit (0 or more; infinite: must not change) and bounds `floor`/`ceiling` on
    their change; rows r.. are balances that must be 0; the last row is the target. `down`, `up` (m,): how far
    each inner cell can change.
    """

    incidence: NDArray[np.int32]
    price: Floats
    floor: Floats
    ceiling: Floats
    balances: int
    amount: int
    down: Floats
    up: Floats
    step_price: Floats


class Solver:
    """HiGHS, not parallel, fixed seed; holds no state from one program to the next."""

    def __init__(self) -> None:
        self._highs = _Highs()
        for name, value in (
            ("output_flag", False),
            # Not "threads": HiGHS fixes their number for the whole process at its first run, and every solver
            # that asks for another number fails from then on.
            ("parallel", "off"),
            ("presolve", "off"),
            ("solver", "simplex"),
            ("random_seed", 1),
            ("mip_max_nodes", MAX_NODES),
        ):
            self._highs.setOptionValue(name, value)
        self.runs = 0

    def solve(self, program: Program) -> tuple[float, NDArray[np.int64]] | None:
        """The cost and the changes (m,) as whole numbers, or None when there are none (or none was found)."""
        model = _model(program)
        size = len(program.down)
        for whole in (False, True):
            values = self._run(model, whole=whole)
            if values is None:
                return None
            change = values[:size] - values[size : 2 * size]
            rounded = np.rint(change)
            if np.abs(change - rounded).max() <= EPSILON:
                return float(model.cost @ values), rounded.astype(np.int64)
        return None

    def _run(self, model: "_Model", *, whole: bool) -> Floats | None:
        size = len(model.cost)
        kinds = np.full(size, int(whole), dtype=np.int32)
        self._highs.passModel(
            size, len(model.rows), len(model.index), 1, 1, 0.0, model.cost, np.zeros(size), model.upper,
            model.rows, model.rows, model.start, model.index, model.value, kinds,
        )  # fmt: skip
        self._highs.run()
        self.runs += 1
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._highs.getSolution().col_value)


@dataclass(frozen=True, eq=False)
class _Model:
    """Columns: ups, downs, then for each row that may change at a price its rise and its fall."""

    cost: Floats
    upper: Floats
    rows: Floats
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats


def _model(program: Program) -> _Model:
    cells = len(program.price)
    elastic = np.flatnonzero(np.isfinite(program.price)).astype(np.int32)
    filled = program.incidence >= 0
    index = program.incidence[filled]
    lengths = filled.sum(axis=1)
    ones = np.ones(len(elastic), dtype=np.int64)
    target = np.zeros(cells + program.balances + 1)
    target[-1] = program.amount
    return _Model(
        cost=np.concatenate([program.step_price, program.step_price, *(2 * [program.price[elastic]])]),
        upper=np.concatenate([program.up, program.down, program.ceiling[elastic], program.floor[elastic]]),
        rows=target,
        start=np.cumsum(np.concatenate([[0], lengths, lengths, ones, ones])).astype(np.int32),
        index=np.concatenate([index, index, elastic, elastic]).astype(np.int32),
        value=np.concatenate(
            [np.ones(len(index)), -np.ones(len(index)), -np.ones(len(elastic)), np.ones(len(elastic))]
        ),
    )

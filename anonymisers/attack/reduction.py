"""Shrink the attacker's model without losing a feasible table: bounds, fixed cells, dependent cells.

Exact steps only, repeated until nothing changes: shown values move to the right-hand side; bounds propagate
through every sum and are rounded inwards to integers; a cell with equal bounds is known; a sum with two
unknown cells left makes one cell depend on the other. Every result holds in every feasible table, and each
step keeps exactly the integer tables (rounding bounds drops only fractional tables).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.attack_model import AttackModel, BaseTableSums, label
from anonymisers.attack.constraint_rows import Rows, first_of_each, merged
from anonymisers.attack.dependent_pairs import DependentPairs
from anonymisers.attack.quick_bounds import ContradictionError, check_crossing, propagate
from anonymisers.attack.time_limit import ENDLESS, Clock
from anonymisers.tables.arrays import Floats, Ints


@dataclass(frozen=True, eq=False)
class Reduced:
    """The model over *representatives*.

    The unknown cuboid `cuboids[i]` equals sign[i] * representative rep[i] + offset[i]; where rep is -1 the
    only possible value is offset[i]. Representatives have integer bounds `low`, `high` (inf: none) and
    satisfy `rows`. `complete`: whether no sum tightens any bound further.
    """

    cuboids: Ints
    rep: Ints
    sign: Floats
    offset: Floats
    low: Floats
    high: Floats
    rows: Rows
    complete: bool = True

    def interval(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Intervals of the unknown cuboids, given (maybe empty) intervals of the representatives."""
        low, high = np.append(low, 0.0), np.append(high, 0.0)
        one, two = self.sign * low[self.rep], self.sign * high[self.rep]
        up = self.sign >= 0
        return np.where(up, one, two) + self.offset, np.where(up, two, one) + self.offset


def reduce_model(model: AttackModel, lower: int, clock: Clock = ENDLESS) -> Reduced:
    """Reduce a model in which withheld cells are at least `lower`, and all other cells at least 0.

    When the time is up the model is left partly reduced: bounds are wider than possible, never wrong. Raises
    TableError when no table agrees with the releases.
    """
    values = model.values
    cuboids = np.flatnonzero(values < 0)
    low = np.where(model.withheld[cuboids], float(lower), 0.0)
    rows, needed = _rows(model, values, cuboids)
    state = _State(low, np.full(len(cuboids), np.inf), rows, needed)
    try:
        state.settle(clock)
        return state.result(cuboids)
    except ContradictionError as error:
        if error.column is None:
            raise
        cuboid = int(cuboids[np.flatnonzero(state.rep == error.column)[0]])
        raise ContradictionError(error.column, label(model, cuboid)) from None


def _rows(model: AttackModel, values: Ints, cuboids: Ints) -> tuple[Rows, NDArray[np.bool_]]:
    column = np.full(len(values), -1, dtype=np.int64)
    column[cuboids] = np.arange(len(cuboids))
    sizes, cols, coefs, rhs, needed = [], [], [], [], []
    for block, need in zip(model.sums, model.needed, strict=True):
        sign = np.ones(block.shape[1])
        sign[0] = -1.0
        unknown = values[block] < 0
        open_rows = unknown.any(axis=1)
        block, unknown = block[open_rows], unknown[open_rows]  # noqa: PLW2901 - the same block, less
        sizes.append(unknown.sum(axis=1))
        cols.append(column[block][unknown])
        coefs.append(np.broadcast_to(sign, block.shape)[unknown])
        rhs.append(-(np.where(unknown, 0, values[block]) * sign).sum(axis=1))
        needed.append(need[open_rows])
    if model.base_sums is not None:
        base_sums = _base_rows(model.base_sums, values, column)
        sizes.append(np.diff(base_sums.indptr))
        cols.append(base_sums.cols)
        coefs.append(base_sums.coefs)
        rhs.append(base_sums.rhs)
        needed.append(np.ones(len(base_sums.rhs), dtype=np.bool_))
    if not sizes:
        empty = np.empty(0)
        return Rows(np.zeros(1, np.int64), np.empty(0, np.int64), empty, empty), np.empty(0, np.bool_)
    indptr = np.concatenate(([0], np.cumsum(np.concatenate(sizes)))).astype(np.int64)
    rows = Rows(indptr, np.concatenate(cols), np.concatenate(coefs), np.concatenate(rhs))
    return rows, np.concatenate(needed)


def _base_rows(base_sums: BaseTableSums, values: Ints, column: Ints) -> Rows:
    """Sums over cells of the base table; the whole and some of the cells may be shown."""
    count = len(base_sums.whole)
    # Each whole before its parts: so they mostly stand in order already.
    ends = np.insert(base_sums.parts, base_sums.indptr[:-1], base_sums.whole)
    row_of = np.repeat(np.arange(count), np.diff(base_sums.indptr) + 1)
    coefs = np.ones(len(ends))
    coefs[base_sums.indptr[:-1] + np.arange(count)] = -1.0
    amounts = values[ends]
    unknown = amounts < 0
    shown = np.flatnonzero(~unknown)
    rhs = np.bincount(row_of[shown], -(coefs[shown] * amounts[shown]), minlength=count).astype(np.float64)
    return merged(row_of[unknown], column[ends[unknown]], coefs[unknown], rhs)


class _State:
    """The reduction under way: each original column is sign * representative + offset."""

    def __init__(self, low: Floats, high: Floats, rows: Rows, needed: NDArray[np.bool_]) -> None:
        self.low, self.high, self.rows, self.needed = low, high, rows, needed
        self.rep = np.arange(len(low))
        self.sign = np.ones(len(low))
        self.offset = np.zeros(len(low))
        self.complete = False
        self.merged = False
        """Whether the entries of the rows stand in order, each column of a row once."""

    def settle(self, clock: Clock) -> None:
        self._drop_empty()
        changed = True
        while changed and clock.left() > 0:
            self.complete = propagate(self.rows, self.low, self.high, clock)
            changed = self._substitute_known() | self._merge_pairs()

    def _substitute_known(self) -> bool:
        known = self.low == self.high
        entries = np.flatnonzero(known[self.rows.cols])
        if not len(entries):
            return False
        sign, offset = np.where(known, 0.0, 1.0), np.where(known, self.low, 0.0)
        if self.merged:
            self._drop(known, entries)
            self._replace(sign, offset, np.arange(len(known)))
        else:
            self._rewrite(sign, offset, np.arange(len(known)))
        return True

    def _drop(self, known: NDArray[np.bool_], entries: Ints) -> None:
        """Move the entries of known columns to the right-hand side; the others stay as they stand."""
        rows = self.rows
        amounts = rows.coefs[entries] * self.low[rows.cols[entries]]
        moved = np.bincount(rows.row_of[entries], amounts, minlength=len(rows.rhs))
        self.rows = rows.without(known, rows.rhs - moved)
        self._drop_empty()

    def _merge_pairs(self) -> bool:
        ties = DependentPairs(len(self.low))
        two = np.flatnonzero(np.diff(self.rows.indptr) == 2)
        first = self.rows.indptr[two]
        unit = (np.abs(self.rows.coefs[first]) == 1) & (np.abs(self.rows.coefs[first + 1]) == 1)
        for row, at in zip(two[unit].tolist(), first[unit].tolist(), strict=True):
            one, other = self.rows.cols[at : at + 2].tolist()
            mine, theirs = self.rows.coefs[at : at + 2].tolist()
            ties.add(one, other, -theirs / mine, self.rows.rhs[row] / mine)
        if not ties.changed:
            return False
        rep, sign, offset = ties.resolved()
        np.maximum.at(self.low, rep, np.where(sign > 0, self.low - offset, offset - self.high))
        np.minimum.at(self.high, rep, np.where(sign > 0, self.high - offset, offset - self.low))
        for column, value in ties.known.items():
            self._narrow_to(int(rep[column]), sign[column] * (value - offset[column]))
        self._rewrite(sign, offset, rep)
        return True

    def _narrow_to(self, column: int, value: float) -> None:
        self.low[column] = max(self.low[column], value)
        self.high[column] = min(self.high[column], value)

    def _rewrite(self, sign: Floats, offset: Floats, rep: Ints) -> None:
        """Substitute sign * rep + offset for every column, in the rows and in earlier substitutions."""
        self._replace(sign, offset, rep)
        rows = self.rows
        moved = np.bincount(rows.row_of, rows.coefs * offset[rows.cols], minlength=len(rows.rhs))
        self.rows = merged(rows.row_of, rep[rows.cols], rows.coefs * sign[rows.cols], rows.rhs - moved)
        self.merged = True
        self._drop_empty()

    def _replace(self, sign: Floats, offset: Floats, rep: Ints) -> None:
        """Substitute sign * rep + offset for every column in earlier substitutions."""
        self.offset = self.offset + self.sign * offset[self.rep]
        self.sign = self.sign * sign[self.rep]
        self.rep = rep[self.rep]

    def _drop_empty(self) -> None:
        keep = np.diff(self.rows.indptr) > 0
        if np.any(self.rows.rhs[~keep]):
            raise ContradictionError
        self.rows, self.needed = self.rows.subset(keep), self.needed[keep]

    def result(self, cuboids: Ints) -> Reduced:
        """Drop implied and repeated sums, and number the remaining representatives."""
        self._substitute_known()
        check_crossing(self.low, self.high)
        single = self.low == self.high
        fixed = (self.sign == 0) | single[self.rep]
        value = np.where(single[self.rep], self.low[self.rep], 0.0)
        offset = self.offset + np.where(fixed, self.sign * value, 0.0)
        kept = np.unique(self.rep[~fixed])
        number = np.full(len(self.low), -1, dtype=np.int64)
        number[kept] = np.arange(len(kept))
        rows = self.rows.subset(self.needed)
        rows = rows.subset(first_of_each(rows))
        rows = Rows(rows.indptr, number[rows.cols], rows.coefs, rows.rhs)
        rep = np.where(fixed, -1, number[self.rep])
        return Reduced(
            cuboids,
            rep,
            np.where(fixed, 0.0, self.sign),
            offset,
            self.low[kept],
            self.high[kept],
            rows,
            self.complete,
        )

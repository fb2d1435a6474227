"""Make the attacker's system small without losing a world: bounds, fixed cells, cells that go together.

Exact steps only, repeated until nothing changes: what is shown moves to the right-hand side; bounds
propagate through every sum and are rounded inwards to integers; a cell whose bounds meet is known; a sum
with two unknown cells left ties one to the other. Everything found here holds in every world, and no world
is lost: each step keeps exactly the integer worlds (rounding bounds drops only fractional ones).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from anonymisers.attack.system import Crossed, System
from anonymisers.errors import TableError

PASSES = 200
"""Bound propagation may creep; stopping early leaves bounds wider, never wrong."""

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rows:
    """Sparse equations: row i says that the sum of coef * column over indptr[i]:indptr[i+1] is rhs[i]."""

    indptr: Index
    cols: Index
    coefs: Floats
    rhs: Floats

    @property
    def row_of(self) -> Index:
        """The row of each entry."""
        return np.repeat(np.arange(len(self.rhs)), np.diff(self.indptr))

    def rows_of(self, columns: int) -> list[Index]:
        """For each column the rows it stands in."""
        order = np.argsort(self.cols, kind="stable")
        sizes = np.bincount(self.cols, minlength=columns)
        return np.split(self.row_of[order], np.cumsum(sizes)[:-1])

    def subset(self, keep: NDArray[np.bool_]) -> "Rows":
        """Only these rows."""
        entries = keep[self.row_of]
        sizes = np.diff(self.indptr)[keep]
        return Rows(
            np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            self.cols[entries],
            self.coefs[entries],
            self.rhs[keep],
        )


@dataclass(frozen=True, eq=False)
class Reduced:
    """The system over *representatives*.

    The unknown box `boxes[i]` equals sign[i] * representative rep[i] + offset[i]; where rep is -1 it has the
    one possible value offset[i]. Representatives have integer bounds `low`, `high` (inf: none) and satisfy
    `rows`.
    """

    boxes: Index
    rep: Index
    sign: Floats
    offset: Floats
    low: Floats
    high: Floats
    rows: Rows

    def interval(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Intervals of the unknown boxes, given (maybe empty) intervals of the representatives."""
        low, high = np.append(low, 0.0), np.append(high, 0.0)
        one, two = self.sign * low[self.rep], self.sign * high[self.rep]
        up = self.sign >= 0
        return np.where(up, one, two) + self.offset, np.where(up, two, one) + self.offset


def reduce_system(system: System, lower: int, fixed: Iterable[tuple[int, int]] = ()) -> Reduced:
    """Reduce a system in which a withheld cell is at least `lower`, others at least 0.

    `fixed` are boxes whose value the attacker knows besides (an insider's own cell).
    Raises TableError when no world agrees with the releases.
    """
    values = system.values.copy()
    for box, value in fixed:
        values[box] = value
    boxes = np.flatnonzero(values < 0)
    low = np.where(system.withheld[boxes], float(lower), 0.0)
    rows, needed = _rows(system, values, boxes)
    state = _State(low, np.full(len(boxes), np.inf), rows, needed)
    state.settle()
    return state.result(boxes)


def _rows(system: System, values: Index, boxes: Index) -> tuple[Rows, NDArray[np.bool_]]:
    column = np.full(len(values), -1, dtype=np.int64)
    column[boxes] = np.arange(len(boxes))
    sizes, cols, coefs, rhs, needed = [], [], [], [], []
    for block, need in zip(system.sums, system.needed, strict=True):
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
    if system.crossed is not None:
        crossed = _crossed_rows(system.crossed, values, column)
        sizes.append(np.diff(crossed.indptr))
        cols.append(crossed.cols)
        coefs.append(crossed.coefs)
        rhs.append(crossed.rhs)
        needed.append(np.ones(len(crossed.rhs), dtype=np.bool_))
    if not sizes:
        empty = np.empty(0)
        return Rows(np.zeros(1, np.int64), np.empty(0, np.int64), empty, empty), np.empty(0, np.bool_)
    indptr = np.concatenate(([0], np.cumsum(np.concatenate(sizes)))).astype(np.int64)
    rows = Rows(indptr, np.concatenate(cols), np.concatenate(coefs), np.concatenate(rhs))
    return rows, np.concatenate(needed)


def _crossed_rows(crossed: Crossed, values: Index, column: Index) -> Rows:
    """Sums over cells of the full cross; the whole and some of the cells may be shown."""
    ends = np.concatenate([crossed.parts, crossed.whole])
    count = len(crossed.whole)
    row_of = np.concatenate([np.repeat(np.arange(count), np.diff(crossed.indptr)), np.arange(count)])
    coefs = np.where(np.arange(len(ends)) < len(crossed.parts), 1.0, -1.0)
    shown = values[ends] >= 0
    rhs = np.bincount(row_of[shown], -(coefs * values[ends])[shown], minlength=count).astype(np.float64)
    return _merge(row_of[~shown], column[ends[~shown]], coefs[~shown], rhs)


class _State:
    """The reduction under way: each original column is sign * representative + offset."""

    def __init__(self, low: Floats, high: Floats, rows: Rows, needed: NDArray[np.bool_]) -> None:
        self.low, self.high, self.rows, self.needed = low, high, rows, needed
        self.rep = np.arange(len(low))
        self.sign = np.ones(len(low))
        self.offset = np.zeros(len(low))

    def settle(self) -> None:
        self._drop_empty()
        changed = True
        while changed:
            propagate(self.rows, self.low, self.high)
            changed = self._substitute_known() | self._tie_pairs()

    def _substitute_known(self) -> bool:
        known = self.low == self.high
        entries = known[self.rows.cols]
        if not entries.any():
            return False
        self._rewrite(np.where(known, 0.0, 1.0), np.where(known, self.low, 0.0), np.arange(len(known)))
        return True

    def _tie_pairs(self) -> bool:
        ties = _Ties(len(self.low))
        two = np.flatnonzero(np.diff(self.rows.indptr) == 2)
        first = self.rows.indptr[two]
        unit = (np.abs(self.rows.coefs[first]) == 1) & (np.abs(self.rows.coefs[first + 1]) == 1)
        for row, at in zip(two[unit].tolist(), first[unit].tolist(), strict=True):
            one, other = self.rows.cols[at : at + 2].tolist()
            mine, theirs = self.rows.coefs[at : at + 2].tolist()
            ties.tie(one, other, -theirs / mine, self.rows.rhs[row] / mine)
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

    def _rewrite(self, sign: Floats, offset: Floats, rep: Index) -> None:
        """Put sign * rep + offset in place of every column, in the rows and in what was put before."""
        self.offset = self.offset + self.sign * offset[self.rep]
        self.sign = self.sign * sign[self.rep]
        self.rep = rep[self.rep]
        rows = self.rows
        moved = np.bincount(rows.row_of, rows.coefs * offset[rows.cols], minlength=len(rows.rhs))
        self.rows = _merge(rows.row_of, rep[rows.cols], rows.coefs * sign[rows.cols], rows.rhs - moved)
        self._drop_empty()

    def _drop_empty(self) -> None:
        keep = np.diff(self.rows.indptr) > 0
        if np.any(self.rows.rhs[~keep]):
            raise _contradiction()
        self.rows, self.needed = self.rows.subset(keep), self.needed[keep]

    def result(self, boxes: Index) -> Reduced:
        """Drop sums that others imply or repeat, and number the representatives that are left."""
        single = self.low == self.high
        fixed = (self.sign == 0) | single[self.rep]
        value = np.where(single[self.rep], self.low[self.rep], 0.0)
        offset = self.offset + np.where(fixed, self.sign * value, 0.0)
        kept = np.unique(self.rep[~fixed])
        number = np.full(len(self.low), -1, dtype=np.int64)
        number[kept] = np.arange(len(kept))
        rows = self.rows.subset(self.needed)
        rows = rows.subset(_first_of_each(rows))
        rows = Rows(rows.indptr, number[rows.cols], rows.coefs, rows.rhs)
        rep = np.where(fixed, -1, number[self.rep])
        return Reduced(
            boxes, rep, np.where(fixed, 0.0, self.sign), offset, self.low[kept], self.high[kept], rows
        )


def propagate(rows: Rows, low: Floats, high: Floats) -> None:
    """Tighten integer bounds in place until no row tightens them. Raises TableError when they cross."""
    if not len(rows.cols):
        _check_crossing(low, high)
        return
    row_of, order = rows.row_of, np.argsort(rows.cols, kind="stable")
    cols, starts = np.unique(rows.cols[order], return_index=True)
    up = rows.coefs > 0
    for _ in range(PASSES):
        least = np.where(up, rows.coefs * low[rows.cols], rows.coefs * high[rows.cols])
        most = np.where(up, rows.coefs * high[rows.cols], rows.coefs * low[rows.cols])
        room_up = (rows.rhs[row_of] - _others(least, row_of, -np.inf)) / rows.coefs
        room_down = (rows.rhs[row_of] - _others(most, row_of, np.inf)) / rows.coefs
        top = np.floor(np.where(up, room_up, room_down))
        bottom = np.ceil(np.where(up, room_down, room_up))
        new_high = np.minimum(high[cols], np.minimum.reduceat(top[order], starts))
        new_low = np.maximum(low[cols], np.maximum.reduceat(bottom[order], starts))
        moved = (new_high < high[cols]).any() or (new_low > low[cols]).any()
        high[cols], low[cols] = new_high, new_low
        _check_crossing(low, high)
        if not moved:
            return


def _others(share: Floats, row_of: Index, infinite: float) -> Floats:
    """For each entry the sum of the shares of the others in its row, `infinite` where one of them is."""
    endless = np.isinf(share)
    finite = np.where(endless, 0.0, share)
    total = np.bincount(row_of, finite)
    number = np.bincount(row_of, endless.astype(np.float64))
    others = total[row_of] - finite
    return np.where(number[row_of] - endless > 0, infinite, others)


def _check_crossing(low: Floats, high: Floats) -> None:
    if (low > high).any():
        raise _contradiction()


def _contradiction() -> TableError:
    return TableError(
        "no table of counts agrees with these releases",
        remedy="Check the threshold's --lower and --zeros, and that the releases are of one snapshot.",
    )


def _merge(row_of: Index, cols: Index, coefs: Floats, rhs: Floats) -> Rows:
    """Rows from entries that may repeat a column or have coefficient 0."""
    order = np.lexsort((cols, row_of))
    row_of, cols, coefs = row_of[order], cols[order], coefs[order]
    fresh = np.ones(len(cols), dtype=np.bool_)
    fresh[1:] = (row_of[1:] != row_of[:-1]) | (cols[1:] != cols[:-1])
    starts = np.flatnonzero(fresh)
    total = np.add.reduceat(coefs, starts) if len(starts) else coefs
    kept = total != 0
    sizes = np.bincount(row_of[starts][kept], minlength=len(rhs))
    indptr = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    return Rows(indptr, cols[starts][kept], total[kept], rhs)


def _first_of_each(rows: Rows) -> NDArray[np.bool_]:
    """Mask of the rows that do not repeat an earlier one, up to a factor of -1."""
    seen: set[bytes] = set()
    first = np.ones(len(rows.rhs), dtype=np.bool_)
    turn = np.sign(rows.coefs[rows.indptr[:-1]]) if len(rows.rhs) else np.empty(0)
    for row, (start, stop) in enumerate(pairwise(rows.indptr.tolist())):
        body = rows.cols[start:stop].tobytes() + (turn[row] * rows.coefs[start:stop]).tobytes()
        first[row] = body not in seen
        seen.add(body)
    return first


class _Ties:
    """Union-find over columns, each sign * root + offset."""

    def __init__(self, size: int) -> None:
        self._above: npt.NDArray[np.int64] = np.arange(size)
        self._link: dict[int, tuple[float, float]] = {}
        self.changed = False
        self.known: dict[int, float] = {}

    def _root(self, column: int) -> tuple[int, float, float]:
        sign, offset, path = 1.0, 0.0, [column]
        while (above := int(self._above[path[-1]])) != path[-1]:
            path.append(above)
        for node in reversed(path[:-1]):
            step, shift = self._link[node]
            sign, offset = step * sign, step * offset + shift
            self._above[node], self._link[node] = path[-1], (sign, offset)
        return path[-1], sign, offset

    def tie(self, one: int, other: int, sign: float, offset: float) -> None:
        """Record that one = sign * other + offset."""
        root, s1, o1 = self._root(one)
        goal, s2, o2 = self._root(other)
        turn, shift = s1 * sign * s2, s1 * (sign * o2 + offset - o1)  # root = turn * goal + shift
        if root != goal:
            self._above[root], self._link[root] = goal, (turn, shift)
            self.changed = True
        elif turn < 0:
            if shift % 2:
                raise _contradiction()
            self.known[root] = shift / 2
            self.changed = True
        elif shift != 0:
            raise _contradiction()

    def resolved(self) -> tuple[Index, Floats, Floats]:
        size = len(self._above)
        rep, sign, offset = np.arange(size), np.ones(size), np.zeros(size)
        for column in self._link:
            rep[column], sign[column], offset[column] = self._root(column)
        return rep, sign, offset

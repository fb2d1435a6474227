"""Integer bounds of columns, tightened by each sum alone."""

import numpy as np

from anonymisers.attack.constraint_rows import Rows
from anonymisers.attack.time_limit import ENDLESS, Clock
from anonymisers.errors import TableError
from anonymisers.tables.arrays import Bools, Floats

PASSES = 200
"""Bound propagation may creep; stopping early leaves bounds wider, never wrong."""


def propagate(rows: Rows, low: Floats, high: Floats, clock: Clock = ENDLESS) -> bool:
    """Tighten integer bounds in place until no row tightens any bound, or the time is up; whether none does.

    Lower bounds are finite. Raises ContradictionError when bounds cross. After the first pass only rows of
    moved columns are examined.
    """
    held = rows
    for _ in range(PASSES):
        moved = _tighten(held, low, high) if len(held.cols) else np.zeros(len(low), dtype=np.bool_)
        check_crossing(low, high)
        if not moved.any():
            return True
        if clock.left() <= 0:
            return False
        touched = np.zeros(len(rows.rhs), dtype=np.bool_)
        touched[rows.row_of[moved[rows.cols]]] = True
        held = rows.subset(touched)
    return False


def check_crossing(low: Floats, high: Floats) -> None:
    """Raise ContradictionError when a lower bound exceeds the upper bound."""
    crossed = low > high
    if crossed.any():
        raise ContradictionError(int(np.argmax(crossed)))


class ContradictionError(TableError):
    """No table agrees with the releases; `column` is a column without any value left, if known."""

    def __init__(self, column: int | None = None, cell: str = "") -> None:
        self.column = column
        place = f": nothing is left for the cell {cell}" if cell else ""
        super().__init__(
            f"no table of counts agrees with these releases{place}",
            remedy="Check the threshold's --lower and --zeros, and that the releases are of one snapshot.",
        )


def _tighten(rows: Rows, low: Floats, high: Floats) -> Bools:
    """Tighten bounds once by each row; return a mask of the columns with moved bounds."""
    before, row_of = (low.copy(), high.copy()), rows.row_of
    width = np.abs(rows.coefs) * (high - low)[rows.cols]
    least, most = _ends(rows, low, high)
    for end, upwards in ((least, True), (most, False)):
        # The freedom of a row above its least sum, or below its greatest.
        room = rows.rhs - end if upwards else end - rows.rhs
        _bind_endless(rows, before, (low, end, room), upwards=upwards)
        # A row tightens only columns whose bounds are farther apart than its freedom.
        held = np.flatnonzero(width > room[row_of])
        cols, coefs = rows.cols[held], rows.coefs[held]
        first = (coefs > 0) == upwards
        own = coefs * np.where(first, before[0][cols], before[1][cols])
        bound = (own + np.where(upwards, 1.0, -1.0) * room[row_of[held]]) / coefs
        np.minimum.at(high, cols[first], np.floor(bound[first]))
        np.maximum.at(low, cols[~first], np.ceil(bound[~first]))
    return (low > before[0]) | (high < before[1])


def _ends(rows: Rows, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the least and the greatest sum of each row; a column without upper bound counts with its lower
    bound."""
    # Imported here: a node that only answers starts sooner and stays smaller without scipy.
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # noqa: PLC0415

    shape = (len(rows.rhs), len(low))
    sums = csr_matrix((rows.coefs, rows.cols, rows.indptr), shape=shape)
    sizes = csr_matrix((np.abs(rows.coefs), sums.indices, sums.indptr), shape=shape)
    finite = np.where(np.isinf(high), low, high)
    middle, half = sums @ (low + finite), sizes @ (finite - low)
    return (middle - half) / 2, (middle + half) / 2


def _bind_endless(
    rows: Rows, bounds: tuple[Floats, Floats], found: tuple[Floats, Floats, Floats], *, upwards: bool
) -> None:
    """Remove, in place, the room of rows with an unbounded sum; bound the column where a single column is the
    cause."""
    low, end, room = found
    endless = np.flatnonzero(np.isinf(bounds[1])[rows.cols] & ((rows.coefs < 0) == upwards))
    if not len(endless):
        return
    row_of, cols, coefs = rows.row_of[endless], rows.cols[endless], rows.coefs[endless]
    many = np.bincount(row_of, minlength=len(rows.rhs))
    room[many > 0] = np.inf
    alone = many[row_of] == 1
    row_of, cols, coefs = row_of[alone], cols[alone], coefs[alone]
    others = end[row_of] - coefs * bounds[0][cols]
    np.maximum.at(low, cols, np.ceil((rows.rhs[row_of] - others) / coefs))

"""Sparse equations over columns, as arrays."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Floats, Ints


@dataclass(frozen=True, eq=False)
class Rows:
    """Sparse equations: for row i, coef * column summed over indptr[i]:indptr[i+1] is rhs[i]."""

    indptr: Ints
    cols: Ints
    coefs: Floats
    rhs: Floats

    @cached_property
    def row_of(self) -> Ints:
        """The row of each entry."""
        return np.repeat(np.arange(len(self.rhs)), np.diff(self.indptr))

    def by_column(self, columns: int) -> tuple[Ints, Ints]:
        """Return the rows of each column, concatenated, and the start (and end) of each list."""
        order = np.argsort(self.cols, kind="stable")
        sizes = np.bincount(self.cols, minlength=columns)
        return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64), self.row_of[order]

    def subset(self, keep: NDArray[np.bool_]) -> "Rows":
        """Keep only the marked rows."""
        if keep.all():
            return self
        entries = keep[self.row_of]
        sizes = np.diff(self.indptr)[keep]
        return Rows(
            np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            self.cols[entries],
            self.coefs[entries],
            self.rhs[keep],
        )

    def without(self, columns: NDArray[np.bool_], rhs: Floats) -> "Rows":
        """Drop the entries of the marked columns, whose part the new right-hand side has."""
        kept = ~columns[self.cols]
        return _in_order(self.row_of[kept], self.cols[kept], self.coefs[kept], rhs)


def _in_order(row_of: Ints, cols: Ints, coefs: Floats, rhs: Floats) -> Rows:
    """Rows of entries that stand in order, each column of a row once."""
    sizes = np.bincount(row_of, minlength=len(rhs))
    return Rows(np.concatenate(([0], np.cumsum(sizes))).astype(np.int64), cols, coefs, rhs)


def merged(row_of: Ints, cols: Ints, coefs: Floats, rhs: Floats) -> Rows:
    """Build rows from entries, where columns may repeat and coefficients may be 0."""
    place = row_of * (int(cols.max(initial=0)) + 1)
    place += cols
    back = np.flatnonzero(place[1:] < place[:-1])
    if len(back):
        moved = _to_be_ordered(row_of, back, len(rhs))
        order = moved[np.argsort(place[moved], kind="stable")]
        sources = [place, row_of, cols, coefs]
        place, row_of, cols, coefs = (_with(entries, moved, entries[order]) for entries in sources)
    fresh = np.ones(len(cols), dtype=np.bool_)
    fresh[1:] = place[1:] != place[:-1]
    if not fresh.all():
        starts = np.flatnonzero(fresh)
        row_of, cols, coefs = row_of[starts], cols[starts], np.add.reduceat(coefs, starts)
    kept = coefs != 0
    if not kept.all():
        row_of, cols, coefs = row_of[kept], cols[kept], coefs[kept]
    return _in_order(row_of, cols, coefs, rhs)


def _to_be_ordered(row_of: Ints, back: Ints, rows: int) -> Ints:
    """The entries that are out of order: those of a few rows, mostly, where only columns are.

    `back`: the entries after which a row or a column goes back.
    """
    if (row_of[back] != row_of[back + 1]).any():
        return np.arange(len(row_of))
    touched = np.zeros(rows, dtype=np.bool_)
    touched[row_of[back]] = True
    return np.flatnonzero(touched[row_of])


def _with(entries: NDArray[Any], places: Ints, new: NDArray[Any]) -> NDArray[Any]:
    entries = entries.copy()
    entries[places] = new
    return entries


def first_of_each(rows: Rows) -> NDArray[np.bool_]:
    """Mark the rows that do not repeat an earlier row, up to a factor of -1."""
    first = np.ones(len(rows.rhs), dtype=np.bool_)
    if not len(rows.rhs):
        return first
    coefs = rows.coefs * np.sign(rows.coefs[rows.indptr[:-1]])[rows.row_of]
    # Equal rows have equal sums of random integers drawn for the columns: only such rows are compared.
    drawn = np.random.default_rng(0).integers(1, 2**20, int(rows.cols.max()) + 1).astype(np.float64)
    alike = np.bincount(rows.row_of, coefs * drawn[rows.cols])
    _, kind, often = np.unique(alike, return_inverse=True, return_counts=True)
    seen: set[bytes] = set()
    for row in np.flatnonzero(often[kind] > 1).tolist():
        entries = slice(rows.indptr[row], rows.indptr[row + 1])
        body = rows.cols[entries].tobytes() + coefs[entries].tobytes()
        first[row] = body not in seen
        seen.add(body)
    return first

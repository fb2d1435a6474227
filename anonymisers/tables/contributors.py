"""Rows to leave out of a count where one person has several rows.

A threshold is about people: five casualties of four people are as small as four. Protection works on counts,
so the rows that would make a small group look large enough are left out of the count.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Bools
from anonymisers.tables.hierarchy import Hierarchy

FEW_CELLS = 100_000
"""Up to so many cells, counting takes less time than sorting rows."""


def misleading_rows(
    dims: Sequence[Hierarchy],
    coords: NDArray[np.int32],
    people: NDArray[np.int64],
    *,
    max_dims: int,
    threshold: int,
) -> Bools:
    """A mask (n,) over rows to leave out, so that no small cell has `threshold` rows or more.

    `coords` (n, dims) are positions of leaf codes, `people` (n,) is the person of each row. In every table of
    up to `max_dims` dimensions, at any levels, no cell is left with `threshold` rows or more of fewer people.
    The first row of each person always stays. Time: tables times rows, for each round until nothing more is
    left out.
    """
    left_out = np.zeros(len(coords), dtype=np.bool_)
    again = _later_rows(people)
    while again[~left_out].any():
        counted = np.flatnonzero(~left_out)
        cells = _cells(dims, coords[counted], max_dims)
        found = _misleading(cells, people[counted], again[counted], threshold)
        if not found.any():
            break
        left_out[counted[found]] = True
    return left_out


def _later_rows(people: NDArray[np.int64]) -> Bools:
    """A mask (n,) over every row of a person but the first."""
    later = np.ones(len(people), dtype=np.bool_)
    later[np.unique(people, return_index=True)[1]] = False
    return later


def _misleading(
    cells: Iterator[NDArray[np.int64]], people: NDArray[np.int64], again: Bools, threshold: int
) -> Bools:
    """A mask (n,) over repeated rows (`again`) in cells that reach the threshold in rows, not in people."""
    found = np.zeros(len(people), dtype=np.bool_)
    for cell in cells:
        dense = _dense(cell)
        of_cell = np.bincount(dense)
        # A cell has at least as many people as first rows: only cells with few of these need a closer look.
        firsts = of_cell - np.bincount(dense[again], minlength=len(of_cell))
        inside = ((of_cell >= threshold) & (firsts < threshold))[dense]
        if not inside.any():
            continue
        number = np.unique(dense[inside], return_inverse=True)[1]
        rows = np.bincount(number)
        pairs = np.unique(np.column_stack((number, people[inside])), axis=0)
        distinct = np.bincount(pairs[:, 0], minlength=len(rows))
        wrong = (rows >= threshold) & (distinct < threshold)
        if wrong.any():
            places = np.flatnonzero(inside)[wrong[number]]
            found[places[_later_rows_within(number[wrong[number]], people[places])]] = True
    return found & again


def _dense(cell: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cell numbers small enough to count by: those of a large table are renumbered, by sorting."""
    if len(cell) and int(cell.max()) < FEW_CELLS + 4 * len(cell):
        return cell
    return np.unique(cell, return_inverse=True)[1].astype(np.int64)


def _later_rows_within(cell: NDArray[np.int64], people: NDArray[np.int64]) -> Bools:
    later = np.ones(len(people), dtype=np.bool_)
    later[np.unique(np.column_stack((cell, people)), axis=0, return_index=True)[1]] = False
    return later


def _cells(
    dims: Sequence[Hierarchy], coords: NDArray[np.int32], max_dims: int
) -> Iterator[NDArray[np.int64]]:
    """For every table and every choice of levels, the cell (n,) of each row, as a number."""
    levels = [_at_levels(dim, coords[:, axis]) for axis, dim in enumerate(dims)]
    for size in range(max_dims + 1):
        for axes in combinations(range(len(dims)), size):
            for choice in product(*(levels[a] for a in axes)):
                cell = np.zeros(len(coords), dtype=np.int64)
                for axis, codes in zip(axes, choice, strict=True):
                    cell = cell * len(dims[axis].codes) + codes
                yield cell


def _at_levels(dim: Hierarchy, positions: NDArray[np.int32]) -> list[NDArray[np.int64]]:
    """The code (n,) of each row at each depth below the root; at depths below a leaf, the leaf."""
    codes = positions.astype(np.int64)
    found = [codes]
    for depth in range(int(dim.depth.max()) - 1, 0, -1):
        codes = np.where(dim.depth[codes] > depth, dim.parents[codes], codes).astype(np.int64)
        found.append(codes)
    return found

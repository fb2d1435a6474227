"""Structural zeros: groups in which nobody can be, which everybody knows. They are shown, always.

A group that is declared holds all that is below it, and what only such groups make up is one too.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np

from anonymisers.tables.arrays import Bools
from anonymisers.tables.cell_names import CellName, cell_positions, check_empty
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice

WHAT = "the structural zeros"


def with_structural(table: Table, places: Iterable[CellName]) -> Table:
    """The table with these structural zeros besides its own.

    Raises TableError, naming it, for a place that no dimension has, for everybody, and for one with people.
    """
    both = tuple(dict.fromkeys((*table.structural, *places)))
    pieces = [table.coords, *([table.beyond[0]] if table.beyond is not None else [])]
    check_empty(table.dims, np.concatenate(pieces), both, WHAT)
    return replace(table, structural=both)


def structural_cells(lattice: Lattice, places: tuple[CellName, ...]) -> Bools:
    """The cells of a lattice in which nobody can be."""
    if not places:
        return np.zeros(lattice.size, dtype=np.bool_)
    coords = cell_positions(lattice.dims, places, WHAT)
    roots = np.array([d.root for d in lattice.dims], dtype=np.int32)
    named = {tuple(np.flatnonzero(row).tolist()) for row in np.unique(coords != roots, axis=0)}
    margins = {m for t in named for n in range(len(t) + 1) for m in combinations(t, n)}
    whole = Lattice(lattice.dims, (*lattice.tables, *margins))
    empty = np.zeros(whole.size, dtype=np.bool_)
    empty[whole.cells(coords)] = True
    spread(whole, empty)
    return empty[whole.cells(lattice.keys())]


def spread(lattice: Lattice, empty: Bools) -> None:
    """Mark, in place, every part of an empty cell, and what has no part along a dimension but empty ones."""
    pairs = [(parts[above >= 0], above[above >= 0]) for parts, above in lattice.parents()]
    # A cell whose parts a lattice lacks along some dimension stands in no pair of that dimension.
    wholes = [np.unique(above) for _, above in pairs]
    while True:
        before = int(empty.sum())
        for (parts, above), whole in zip(pairs, wholes, strict=True):
            empty[parts] |= empty[above]
            left = np.bincount(above[~empty[parts]], minlength=lattice.size)
            empty[whole] |= left[whole] == 0
        if int(empty.sum()) == before:
            return

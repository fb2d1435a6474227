"""Structural zeros: groups in which, as everybody knows, nobody can be. Structural zeros are always shown.

Every part of a declared group is a structural zero, and so is every cell whose parts along some dimension are
all structural zeros (structural and sampling zeros: Bishop, Fienberg and Holland, 1975).
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


def with_structural(table: Table, names: Iterable[CellName]) -> Table:
    """The table with these structural zeros besides its own.

    Raises TableError, naming the cell, for a dimension or code that does not exist, for the total of all,
    and for a cell with people.
    """
    both = tuple(dict.fromkeys((*table.structural, *names)))
    pieces = [table.coords, *([table.beyond[0]] if table.beyond is not None else [])]
    check_empty(table.dims, np.concatenate(pieces), both, WHAT)
    return replace(table, structural=both)


def structural_cells(lattice: Lattice, names: tuple[CellName, ...]) -> Bools:
    """A mask (size,) over the structural zeros among the cells of a lattice."""
    if not names:
        return np.zeros(lattice.size, dtype=np.bool_)
    coords = cell_positions(lattice.dims, names, WHAT)
    roots = np.array([d.root for d in lattice.dims], dtype=np.int32)
    named = {tuple(np.flatnonzero(row).tolist()) for row in np.unique(coords != roots, axis=0)}
    margins = {m for t in named for n in range(len(t) + 1) for m in combinations(t, n)}
    whole = Lattice(lattice.dims, (*lattice.tables, *margins))
    empty = np.zeros(whole.size, dtype=np.bool_)
    empty[whole.cells(coords)] = True
    spread(whole, empty)
    return empty[whole.cells(lattice.keys())]


def spread(lattice: Lattice, empty: Bools) -> None:
    """Extend the mask `empty` (size,), in place, to all parts of empty cells and sums of empty cells."""
    pairs = [(parts[above >= 0], above[above >= 0]) for parts, above in lattice.parents()]
    # A cell without parts in the lattice along some dimension is in no pair of the dimension.
    wholes = [np.unique(above) for _, above in pairs]
    while True:
        before = int(empty.sum())
        for (parts, above), whole in zip(pairs, wholes, strict=True):
            empty[parts] |= empty[above]
            left = np.bincount(above[~empty[parts]], minlength=lattice.size)
            empty[whole] |= left[whole] == 0
        if int(empty.sum()) == before:
            return

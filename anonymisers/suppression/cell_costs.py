"""What withholding a cell costs: less where no table that the rules name is read for it.

A table by device and year is read for its devices and years. Its groups of devices in periods of five years
are there too, for whoever finds a cell withheld. Did each of their people cost as much, another device of the
same group would be withheld beside a small one, however large it is, so that the group's number stays.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import TableOf

BETWEEN = 0.3
"""What each person counts in a cell that is part of a named table and not at its finest levels."""


def weights(lattice: Lattice, tables: Iterable[TableOf]) -> NDArray[np.float64]:
    """For each cell what each of its people counts: 1, or BETWEEN.

    Totals of one dimension count in full, as does whatever no table has that is named.
    """
    keys = lattice.keys()
    names = np.array([len(axes) for axes in lattice.tables])[lattice.table_of()]
    inside, finest = np.zeros(lattice.size, dtype=np.bool_), np.zeros(lattice.size, dtype=np.bool_)
    for table in tables:
        part, whole = np.ones_like(inside), np.ones_like(inside)
        cuts = dict(table.levels)
        for axis, dim in enumerate(lattice.dims):
            depth, leaf = dim.depth[keys[:, axis]], dim.is_leaf[keys[:, axis]]
            cut = cuts.get(dim.name, len(dim.codes)) if dim.name in table.dims else 0
            part &= depth <= cut
            whole &= (depth == cut) | (leaf & (depth < cut))
        inside |= part
        finest |= whole
    return np.where(inside & ~finest & (names > 1), BETWEEN, 1.0)

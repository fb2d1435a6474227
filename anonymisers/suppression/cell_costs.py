"""Cell costs: suppressing a cell costs less where no named table is read for the cell.

A table by device and year is read for devices and years. Groups of devices in periods of five years are in
the table too, for readers who find a cell withheld. If the people of groups cost as much, another device of
the same group would be suppressed beside a small device, however large, to keep the number of the group.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import TableOf

BETWEEN = 0.3
"""How much each person counts in a cell that is part of a named table and not at the table's finest
levels."""


def cost_factors(lattice: Lattice, tables: Iterable[TableOf]) -> NDArray[np.float64]:
    """Return for each cell how much each of its people counts: 1, or BETWEEN.

    Totals of a dimension count in full, and so does every cell that is in no named table.
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

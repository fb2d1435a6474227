"""How much of a table can be read, and whether a further one is worth what others lose for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import TableOf

Shares = Mapping[TableOf, float]

GAIN = 2.0
"""How many times as much is to be won as is lost, in shares of the people of each table."""
KEPT = 0.85
"""What a table that comes first keeps of what could be read of it."""


@dataclass(frozen=True, eq=False)
class Reading:
    """Which cells of a lattice are shown, and how many people each holds."""

    lattice: Lattice
    shown: NDArray[np.bool_]
    values: NDArray[np.int64]

    def share(self, table: TableOf) -> float:
        """The share of people whose cell at the finest levels of a table is shown; 0 without the table."""
        dims = self.lattice.dims
        axes = tuple(a for a, d in enumerate(dims) if d.name in table.dims)
        if axes not in self.lattice.tables:
            return 0.0
        cells = np.flatnonzero(self.lattice.table_of() == self.lattice.tables.index(axes))
        keys, cuts = self.lattice.keys()[cells], dict(table.levels)
        for axis in axes:
            depth, leaf = dims[axis].depth[keys[:, axis]], dims[axis].is_leaf[keys[:, axis]]
            cut = cuts.get(dims[axis].name, len(dims[axis].codes))
            finest = (depth == cut) | (leaf & (depth < cut))
            cells, keys = cells[finest], keys[finest]
        everybody = int(self.values[cells].sum())
        return float(self.values[cells[self.shown[cells]]].sum() / everybody) if everybody else 0.0

    def shares(self, tables: Iterable[TableOf]) -> Shares:
        """The same for several tables, and for each single dimension: totals count too."""
        alone = (TableOf(frozenset((d.name,))) for d in self.lattice.dims)
        return {table: self.share(table) for table in dict.fromkeys((*tables, *alone))}


def worth(before: Shares, after: Shares, first: Shares, *, gain: float | None = None) -> bool:
    """Whether what is shown `after` is worth what is lost, and every table of `first` keeps what it may.

    What tables of `first` lose counts GAIN times, what others lose `gain` times, GAIN times without it.
    """
    times = GAIN if gain is None else gain
    changes = {table: after[table] - share for table, share in before.items()}
    gained = sum(c for c in changes.values() if c > 0)
    lost = -sum(c * (GAIN if table in first else times) for table, c in changes.items() if c < 0)
    kept = all(after[table] >= KEPT * share for table, share in first.items())
    return kept and gained > 0 and gained >= lost

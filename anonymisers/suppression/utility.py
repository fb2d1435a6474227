"""Utility: the share of a table's people that can be read, and whether a further table is worth its
losses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import TableOf

Shares = Mapping[TableOf, float]


@dataclass(frozen=True)
class UtilityTuning:
    """What a further table must be worth."""

    gain: float = 2.0
    """How many times as much must be gained as is lost, in shares of the people of each table."""
    kept: float = 0.85
    """Share of the former utility to be kept by a priority table."""


TUNING = UtilityTuning()


@dataclass(frozen=True, eq=False)
class Utility:
    """The released cells of a lattice, and the number of people in each cell."""

    lattice: Lattice
    released: NDArray[np.bool_]
    values: NDArray[np.int64]

    def share(self, table: TableOf) -> float:
        """Return the share of people whose cell at the table's finest levels is released; 0 without the
        table."""
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
        return float(self.values[cells[self.released[cells]]].sum() / everybody) if everybody else 0.0

    def shares(self, tables: Iterable[TableOf]) -> Shares:
        """Return the shares of several tables, and of each single dimension, since totals count too."""
        alone = (TableOf(frozenset((d.name,))) for d in self.lattice.dims)
        return {table: self.share(table) for table in dict.fromkeys((*tables, *alone))}


def is_worth(before: Shares, after: Shares, first: Shares, *, gain: float | None = None) -> bool:
    """Whether the gains of `after` outweigh the losses, and every table of `first` keeps a large enough
    share.

    Losses of tables in `first` count `UtilityTuning.gain` times, other losses `gain` times, by default the
    same.
    """
    times = TUNING.gain if gain is None else gain
    changes = {table: after[table] - share for table, share in before.items()}
    gained = sum(c for c in changes.values() if c > 0)
    lost = -sum(c * (TUNING.gain if table in first else times) for table, c in changes.items() if c < 0)
    kept = all(after[table] >= TUNING.kept * share for table, share in first.items())
    return kept and gained > 0 and gained >= lost

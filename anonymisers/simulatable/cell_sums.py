"""The cells of linked tables as sums over inner cells: what is known of them before any count is read."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.linked_tables import LinkedTables


@dataclass(frozen=True, eq=False)
class CellSums:
    """Every cell as a sum over all inner cells, with people or without.

    `inner` (n, dims): positions of the inner cells. `sums` (size, n): 1 where a cell counts an inner cell.
    `parts`: for each cell that is broken down, the cells (m,) that add up to it, for each dimension that
    breaks it down. `order`: all cells, parts before what they add up to. `names` (size,): the same number for
    cells that count the same inner cells, and one of its own for each cell that is not there.
    """

    system: LinkedTables
    inner: Positions
    sums: Ints
    parts: dict[int, tuple[Ints, ...]]
    order: tuple[int, ...]
    names: Ints

    @classmethod
    def of(cls, system: LinkedTables) -> "CellSums":
        """Return the sums of linked tables over every combination of leaf codes."""
        inner = np.array(list(product(*(d.leaves.tolist() for d in system.dims))), dtype=np.int32)
        sums = np.zeros((system.size, len(inner)), dtype=np.int64)
        for column in system.above(inner).T:
            counted = np.flatnonzero(column >= 0)
            sums[column[counted], counted] = 1
        names = np.unique(sums, axis=0, return_inverse=True)[1].ravel()
        alone = np.where(system.present, names, len(names) + np.arange(len(names)))
        names = np.unique(alone, return_inverse=True)[1].ravel()
        return cls(system, inner, sums, _parts(system), _order(system), names)

    @property
    def own(self) -> int:
        """The number of cells of our own tables, which come first."""
        return self.system.blocks[0].lattice.size

    @cached_property
    def first_of_name(self) -> Ints:
        """For each cell (size,) the first cell that counts the same inner cells."""
        first = np.unique(self.names, return_index=True)[1]
        return np.asarray(first[self.names])

    @cached_property
    def total(self) -> int:
        """The cell of everybody."""
        lattice = self.system.blocks[0].lattice
        root = np.array([[d.root for d in self.system.dims]], dtype=np.int32)
        return int(lattice.cells(root)[0])


def _parts(system: LinkedTables) -> dict[int, tuple[Ints, ...]]:
    found: dict[int, list[Ints]] = {}
    for block, start in zip(system.blocks, system.starts, strict=True):
        for parts, above in block.lattice.parents():
            there = (above >= 0) & block.present[parts] & block.present[np.maximum(above, 0)]
            for cell in np.unique(above[there]):
                found.setdefault(start + int(cell), []).append(start + parts[there & (above == cell)])
    return {cell: tuple(ways) for cell, ways in found.items()}


def _order(system: LinkedTables) -> tuple[int, ...]:
    depths = [
        np.sum([d.depth[block.lattice.keys()[:, a]] for a, d in enumerate(system.dims)], axis=0)
        for block in system.blocks
    ]
    return tuple(np.argsort(-np.concatenate(depths), kind="stable").tolist())

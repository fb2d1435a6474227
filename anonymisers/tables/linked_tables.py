"""Linked tables: all tables that were or may be released, as numbered sums over the same base table.

Tables that share cells disclose something of each other (de Wolf and Giessing, 2009). A *block* is a lattice
of cells about one population: our own tables, an earlier release, or the people by whom two populations
differ. The number of a cell is the start of its block plus its number in the lattice.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.count_table import Where, population
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.stable_order import stable_order

Masks = tuple[NDArray[np.bool_], ...]

SHORT, MOST_SHORT = 1 << 26, 31
"""Cells below which numbers of cells are short, where fewer dimensions add to a number: then a height that
reaches the root of some or of all dimensions still leaves a number below 0, and none too low to be stored."""

AT_ONCE = 512
"""Inner cells whose cells are looked up at once: so few that the processor keeps their numbers near."""


@dataclass(frozen=True, eq=False)
class TableBlock:
    """Cells of a lattice about the people inside `within` and outside `without`.

    Both are masks (codes,) over leaf codes, one for each dimension. `present` (size,) marks the cells of the
    lattice that the block has.
    """

    lattice: Lattice
    within: Masks
    without: Masks | None
    present: NDArray[np.bool_]

    @classmethod
    def whole(cls, lattice: Lattice, where: Where | None = None) -> "TableBlock":
        """A block of all cells of a lattice, about everybody or about the people of `where`."""
        return cls(
            lattice, population(lattice.dims, where or {}), None, np.ones(lattice.size, dtype=np.bool_)
        )

    @cached_property
    def guards(self) -> frozenset[int]:
        """The axes that decide whether a person belongs to the population of the block."""
        axes = set()
        for masks in filter(None, (self.within, self.without)):
            axes |= {
                a
                for a, (m, d) in enumerate(zip(masks, self.lattice.dims, strict=True))
                if (m != d.is_leaf).any()
            }
        return frozenset(axes)

    @cached_property
    def complete(self) -> bool:
        """Whether the block has every cell of the lattice."""
        return bool(self.present.all())

    def belongs(self, coords: NDArray[np.int32]) -> NDArray[np.bool_]:
        """A mask (m,) over inner cells (m, dims) inside the population of the block."""
        inside = np.ones(len(coords), dtype=np.bool_)
        for axis in self.guards:
            inside &= self.within[axis][coords[:, axis]]
        if self.without is not None:
            outside = np.ones(len(coords), dtype=np.bool_)
            for axis in self.guards:
                outside &= self.without[axis][coords[:, axis]]
            inside &= ~outside
        return inside


@dataclass(frozen=True, eq=False)
class Target:
    """A cell: its number, the index of its block, the positions of its codes, and its footprint.

    The footprint is the set of axes on which the value of the cell depends.
    """

    cell: int
    block: int
    key: NDArray[np.int32]
    footprint: frozenset[int]


@dataclass(frozen=True, eq=False)
class LinkedTables:
    """Blocks over the same dimensions. Block 0 holds our own tables, the cells to protect."""

    dims: tuple[Hierarchy, ...]
    blocks: tuple[TableBlock, ...]
    starts: tuple[int, ...] = field(init=False)
    size: int = field(init=False)
    _lookups: dict[frozenset[int] | None, "_Lookup"] = field(init=False, repr=False)
    _summed: list[tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]] = field(
        init=False, repr=False
    )

    def __post_init__(self) -> None:
        ends = np.cumsum([b.lattice.size for b in self.blocks]).tolist()
        object.__setattr__(self, "starts", (0, *ends[:-1]))
        object.__setattr__(self, "size", ends[-1])
        object.__setattr__(self, "_lookups", {})
        object.__setattr__(self, "_summed", [])

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """A mask (size,) over the cells that the blocks have."""
        return np.concatenate([b.present for b in self.blocks])

    def least(self, withheld: int) -> NDArray[np.int64]:
        """The least value (size,) of each cell that intruders know; `withheld` is that of withheld cells.

        Cells of differences between populations may be 0: no release shows zeros among these people.
        """
        known = [b.present if b.without is None else np.zeros_like(b.present) for b in self.blocks]
        return np.where(np.concatenate(known), withheld, 0).astype(np.int64)

    @cached_property
    def footprints(self) -> tuple[frozenset[int], ...]:
        """For each table of each block the axes on which the values of its cells depend."""
        return tuple(frozenset(t) | b.guards for b in self.blocks for t in b.lattice.tables)

    def above(self, coords: NDArray[np.int32], swapped: frozenset[int] | None = None) -> NDArray[np.int64]:
        """The cells (m, T) that count each inner cell (m, dims), padded with -1.

        With `swapped`, a set of axes, the result has only tables that depend on one of these axes.
        Coordinates on axes without influence on these tables may then have any position.
        """
        lookup = self._lookup(swapped)
        rows = np.empty((len(coords), len(lookup.starts)), dtype=np.int64)
        for start in range(0, len(coords), AT_ONCE):
            places = coords[start : start + AT_ONCE]
            here = np.empty((len(places), len(lookup.starts)), dtype=lookup.starts.dtype)
            here[:] = lookup.starts
            for axis, part in lookup.parts.items():
                here += part[places[:, axis]]
            np.maximum(here, -1, out=rows[start : start + AT_ONCE])
        for block, columns in zip(self.blocks, lookup.columns, strict=True):
            part = rows[:, columns]
            if block.guards:
                part[~block.belongs(coords)] = -1
            if not block.complete:
                part[~self.present[part]] = -1
        return rows

    def target(self, cell: int) -> Target:
        """The cell of a number."""
        number = int(np.searchsorted(self.starts, cell, side="right")) - 1
        block, inside = self.blocks[number], cell - self.starts[number]
        table = int(np.searchsorted(block.lattice.offsets, inside, side="right")) - 1
        footprint = frozenset(block.lattice.tables[table]) | block.guards
        return Target(cell, number, self._keys[number][inside], footprint)

    @cached_property
    def _keys(self) -> tuple[NDArray[np.int32], ...]:
        return tuple(b.lattice.keys() for b in self.blocks)

    def sums(self, coords: NDArray[np.int32], counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """The value (size,) of each cell for a base table with `counts` (m,) at `coords` (m, dims).

        The values of the last base table are kept: one search asks for those of its people again and again.
        """
        if not (self._summed and self._summed[0][0] is coords and self._summed[0][1] is counts):
            rows = self.above(coords)
            values = np.zeros(self.size, dtype=np.int64)
            for column in rows.T:
                inside = column >= 0
                np.add.at(values, column[inside], counts[inside])
            self._summed[:] = [(coords, counts, values)]
        return self._summed[0][2].copy()

    def _lookup(self, swapped: frozenset[int] | None) -> "_Lookup":
        if swapped not in self._lookups:
            starts, parts, columns = [], [], []
            width = 0
            for block, start in zip(self.blocks, self.starts, strict=True):
                tables = [
                    table
                    for table, axes in enumerate(block.lattice.tables)
                    if swapped is None or (block.guards | set(axes)) & swapped
                ]
                own, by_axis = block.lattice.lookup(tables)
                starts.append(own + start)
                parts.append(by_axis)
                columns.append(slice(width, width + len(own)))
                width += len(own)
            merged = {
                axis: np.zeros((len(self.dims[axis].codes), width), dtype=np.int64)
                for axis in sorted({axis for by_axis in parts for axis in by_axis})
            }
            for by_axis, place in zip(parts, columns, strict=True):
                for axis, part in by_axis.items():
                    merged[axis][:, place] = part
            self._lookups[swapped] = _Lookup.of(np.concatenate(starts), merged, tuple(columns), self.size)
        return self._lookups[swapped]


@dataclass(frozen=True, eq=False)
class _Lookup:
    """`Lattice.lookup` over all blocks: block n has the columns `columns[n]`."""

    starts: NDArray[np.signedinteger]
    parts: dict[int, NDArray[np.signedinteger]]
    columns: tuple[slice, ...]

    @classmethod
    def of(
        cls,
        starts: NDArray[np.int64],
        parts: dict[int, NDArray[np.int64]],
        columns: tuple[slice, ...],
        size: int,
    ) -> "_Lookup":
        """Short numbers where all `size` cells allow it: they are added up in a quarter of the time."""
        if size >= SHORT or len(parts) >= MOST_SHORT:
            return cls(starts, dict(parts), columns)
        short = {axis: np.maximum(part, -SHORT).astype(np.int32) for axis, part in parts.items()}
        return cls(starts.astype(np.int32), dict(short), columns)


def changed_cells(
    rows: NDArray[np.int64], change: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cells whose value changes where inner cells change by `change` (m,), ascending, and by how much.

    `rows` (m, T): the cells that count each inner cell, as of `LinkedTables.above`.
    """
    real = rows >= 0
    cells, amounts = rows[real], np.broadcast_to(change[:, None], rows.shape)[real]
    if not len(cells):
        return cells, amounts
    order = stable_order(cells)
    cells = cells[order]
    first = np.flatnonzero(np.append(True, cells[1:] != cells[:-1]))
    total = np.add.reduceat(amounts[order], first)
    return cells[first[total != 0]], total[total != 0]

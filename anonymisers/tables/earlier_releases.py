"""The base table behind several releases, the earlier releases, and the differences of their populations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import TableError
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.cell_names import CellName, cell_positions
from anonymisers.tables.count_table import Table, Where, population
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import Masks, TableBlock
from anonymisers.tables.release import Release
from anonymisers.tables.structural_zeros import spread


@dataclass(frozen=True, eq=False)
class SharedBase:
    """The base table that several releases share.

    Its dimensions `dims` are those of any released table and those in which populations differ; `axes` are
    their indices in the table of counts. Codes that no population tells apart are merged to one code in a
    dimension without tables: `merged` has, for each axis, a mask (codes,) over such codes. `open_elsewhere`:
    whether people also differ in dimensions on which no release depends. `structural`: all structural zeros
    declared now or earlier.
    """

    dims: tuple[Hierarchy, ...]
    axes: tuple[int, ...]
    base_table: BaseTable
    merged: Masks
    open_elsewhere: bool
    structural: tuple[CellName, ...]
    _table: Table
    _codes: tuple[NDArray[np.int32], ...]

    @classmethod
    def of(cls, table: Table, known: Sequence[Release]) -> "SharedBase":
        """The base table of a table of counts and of earlier releases, with all people that the table lists.

        Raises TableError for an earlier release with dimensions or codes that the table does not have.
        """
        _check_codes(table, known)
        structural = tuple(dict.fromkeys((*table.structural, *(p for r in known for p in r.structural))))
        named = set(table.by) | {n for r in known for n in _named(r)} | {n for p in structural for n, _ in p}
        wheres = [table.where, *(r.where for r in known)]
        guards = {name for where in wheres for name in where} if known else set()
        axes = tuple(a for a, d in enumerate(table.dims) if d.name in named | guards)
        masks = [population(table.dims, where) for where in wheres]
        dims, codes, merged = [], [], []
        for axis in axes:
            dim = table.dims[axis]
            distinguishing = [m[axis] for m in masks]
            reduced, code = (dim, np.arange(len(dim.codes), dtype=np.int32))
            if dim.name not in named:
                reduced, code = _merge(dim, distinguishing)
            dims.append(reduced)
            codes.append(code)
            sizes = np.bincount(code[dim.leaves], minlength=len(reduced.codes))
            merged.append(sizes > 1)
        coords, counts = table.coords, table.counts
        if known and table.beyond is not None:
            coords = np.concatenate([coords, table.beyond[0]])
            counts = np.concatenate([counts, table.beyond[1]])
        placed = np.stack([c[coords[:, a]] for a, c in zip(axes, codes, strict=True)], axis=1)
        others = [d for a, d in enumerate(table.dims) if a not in axes]
        return cls(
            tuple(dims),
            axes,
            BaseTable.at(tuple(dims), placed, counts),
            tuple(merged),
            any(len(d.leaves) > 1 for d in others),
            structural,
            table,
            tuple(codes),
        )

    def population_masks(self, where: Where) -> Masks:
        """The population of a release: for each base dimension a mask (codes,) over leaf codes."""
        whole = population(self._table.dims, where)
        masks = []
        for axis, dim, code in zip(self.axes, self.dims, self._codes, strict=True):
            mask = np.zeros(len(dim.codes), dtype=np.bool_)
            mask[code[whole[axis]]] = True
            masks.append(mask & dim.is_leaf)
        return tuple(masks)

    def own_block(self, lattice: Lattice, present: Bools) -> TableBlock:
        """The block of our own tables."""
        return TableBlock(lattice, self.population_masks(self._table.where), None, present)

    def own_lattice(self, max_dims: int | None) -> Lattice:
        """The lattice of our own tables."""
        return Lattice.of(self.dims, self._table.by, max_dims)

    def positions_of(self, release: Release) -> NDArray[np.int32]:
        """The positions (n, dims) of the cells of a release in the base dimensions."""
        coords = np.empty((len(release.coords), len(self.dims)), dtype=np.int32)
        for column, dim in enumerate(self.dims):
            coords[:, column] = dim.root
            for axis, other in enumerate(release.dims):
                if other.name == dim.name and dim.name in _named(release):
                    codes = np.array([dim.index[c] for c in other.codes], dtype=np.int32)
                    coords[:, column] = codes[release.coords[:, axis]]
        return coords


@dataclass(frozen=True, eq=False)
class EarlierBlock:
    """An earlier release as a block, with the shown value of each cell (size,), -1 where withheld."""

    block: TableBlock
    shown: Ints


def earlier_blocks(base: SharedBase, known: Sequence[Release]) -> tuple[EarlierBlock, ...]:
    """The earlier releases as blocks, and then the structural zeros as a block."""
    return (*(_known(base, release) for release in known), *_structural(base))


def difference_blocks(base: SharedBase, lattice: Lattice, known: Sequence[Release]) -> tuple[TableBlock, ...]:
    """Blocks of the people by whom each earlier population differs from ours, in both directions.

    A block has the tables that both releases have, and only cells that the earlier release has.
    """
    own = base.population_masks(base._table.where)
    placed: dict[tuple[bytes, ...], list[NDArray[np.int32]]] = {}
    masks: dict[tuple[bytes, ...], Masks] = {}
    for release in known:
        other = base.population_masks(release.where)
        signature = tuple(m.tobytes() for m in other)
        masks[signature] = other
        placed.setdefault(signature, []).append(base.positions_of(release))
    blocks: list[TableBlock] = []
    for signature, coords in placed.items():
        other = masks[signature]
        cells = np.unique(np.concatenate(coords), axis=0)
        tables = {tuple(np.flatnonzero(p).tolist()) for p in _table_masks(base, cells)} & set(lattice.tables)
        if tables and signature != tuple(m.tobytes() for m in own):
            shared = Lattice(base.dims, tuple(tables))
            numbers = shared.cells(cells)
            present = np.zeros(shared.size, dtype=np.bool_)
            present[numbers[numbers >= 0]] = True
            blocks += [
                TableBlock(shared, a, b, present) for a, b in ((own, other), (other, own)) if _differ(a, b)
            ]
    return tuple(blocks)


def public_cells(own: TableBlock, known: Sequence[EarlierBlock]) -> Bools:
    """A mask (size,) over cells of our own tables that earlier releases or figures show already."""
    public = np.zeros(own.lattice.size, dtype=np.bool_)
    for entry in known:
        same = all((a == b).all() for a, b in zip(own.within, entry.block.within, strict=True))
        if same:
            shown = entry.block.lattice.keys()[entry.block.present & (entry.shown >= 0)]
            cells = own.lattice.cells(shown)
            public[cells[cells >= 0]] = True
    return public | known_zeros(own, known)


def known_zeros(own: TableBlock, known: Sequence[EarlierBlock]) -> Bools:
    """A mask (size,) over own cells that are 0 by earlier releases about the same people or more."""
    zero = np.zeros(own.lattice.size, dtype=np.bool_)
    for entry in known:
        among = not any((a & ~b).any() for a, b in zip(own.within, entry.block.within, strict=True))
        if among and entry.block.without is None:
            keys = entry.block.lattice.keys()[entry.block.present & (entry.shown == 0)]
            cells = own.lattice.cells(keys)
            zero[cells[cells >= 0]] = True
    if zero.any():
        spread(own.lattice, zero)
    return zero


def check_known(known: Sequence[EarlierBlock], values: Sequence[Ints]) -> None:
    """Raise TableError, naming the cell, if an earlier release shows a value that the data contradict."""
    for entry, truth in zip(known, values, strict=True):
        wrong = (entry.shown >= 0) & entry.block.present & (entry.shown != truth)
        if wrong.any():
            dims = entry.block.lattice.dims
            key = entry.block.lattice.keys()[int(np.argmax(wrong))]
            named = [f"{d.name}={d.codes[p]}" for d, p in zip(dims, key, strict=True) if p != d.root]
            message = (
                f"an earlier release and the data contradict each other: {', '.join(named) or 'the total'}"
            )
            remedy = (
                "List the people of every release's population in the table; those outside its 'where' are "
                "never released. Or correct the release."
            )
            raise TableError(message, remedy=remedy)


def _structural(base: SharedBase) -> tuple[EarlierBlock, ...]:
    """The structural zeros as a release about everybody that shows 0 in each."""
    if not base.structural:
        return ()
    coords = cell_positions(base.dims, base.structural, "the structural zeros")
    return (_block(base, coords, np.zeros(len(coords), dtype=np.int64), {}),)


def _known(base: SharedBase, release: Release) -> EarlierBlock:
    return _block(base, base.positions_of(release), release.values, release.where)


def _block(base: SharedBase, coords: NDArray[np.int32], values: Ints, where: Where) -> EarlierBlock:
    lattice = Lattice(base.dims, tuple(tuple(np.flatnonzero(p).tolist()) for p in _table_masks(base, coords)))
    cells = lattice.cells(coords)
    present = np.zeros(lattice.size, dtype=np.bool_)
    shown = np.full(lattice.size, -1, dtype=np.int64)
    present[cells] = True
    shown[cells] = values
    return EarlierBlock(TableBlock(lattice, base.population_masks(where), None, present), shown)


def _table_masks(base: SharedBase, coords: NDArray[np.int32]) -> Bools:
    named: Bools = np.unique(coords != np.array([d.root for d in base.dims], dtype=np.int32), axis=0)
    return named


def _differ(within: Masks, without: Masks) -> bool:
    return any((a & ~b).any() for a, b in zip(within, without, strict=True))


def _named(release: Release) -> set[str]:
    """The dimensions in which some cell of a release is below `Total`."""
    roots = np.array([d.root for d in release.dims], dtype=np.int32)
    used = (release.coords != roots).any(axis=0)
    return {d.name for d, u in zip(release.dims, used.tolist(), strict=True) if u}


def _check_codes(table: Table, known: Sequence[Release]) -> None:
    for number, release in enumerate(known, 1):
        for dim in release.dims:
            declared = {name for cell in release.structural for name, _ in cell}
            if dim.name not in _named(release) | declared and dim.name not in release.where:
                continue
            ours = table.dim(dim.name)
            for code in dim.codes:
                # A code stays the same under a new level above, and a period that goes on keeps its parent.
                if code not in ours.index or (
                    ours.parent.get(code) != dim.parent.get(code)
                    and _leaves(ours, code) != _leaves(dim, code)
                ):
                    message = (
                        f"earlier release number {number}: the table places {dim.name}={code!r} otherwise"
                    )
                    remedy = "Give the table the codes of every earlier release, each below the same parent."
                    raise TableError(message, remedy=remedy)


def _leaves(dim: Hierarchy, code: str) -> set[str]:
    return {dim.codes[n] for n in np.flatnonzero(dim.covered_leaves(dim.position(code))).tolist()}


def _merge(dim: Hierarchy, distinguishing: Sequence[Bools]) -> tuple[Hierarchy, NDArray[np.int32]]:
    """A flat dimension whose codes are the classes of leaf codes that the masks tell apart.

    Also, for each code of the dimension, the position of its class (codes,).
    """
    leaves = dim.leaves
    signature = np.stack([mask[leaves] for mask in distinguishing], axis=1)
    _, first, place = np.unique(signature, axis=0, return_index=True, return_inverse=True)
    names = [dim.codes[leaves[n]] for n in first.tolist()]
    code = np.zeros(len(dim.codes), dtype=np.int32)
    code[leaves] = 1 + place.ravel()
    return Hierarchy(dim.name, (ROOT, *names), dict.fromkeys(names, ROOT)), code

"""The cells of linked tables that worlds change, and by how much."""

from collections.abc import Iterator, Sequence

import numpy as np

from anonymisers.proof.world import World
from anonymisers.tables.arrays import Ints
from anonymisers.tables.linked_tables import LinkedTables

BATCH = 4_000_000
"""Changes of cells that are summed at once: a bound on memory."""
LARGE = 10_000
"""Inner cells of a world from which each table is summed by itself: such a world changes most cells."""
FEW = 4
"""Cells for each change, above which changes are sorted instead of summed in an array over all cells."""


def changes_of(
    linked_tables: LinkedTables, worlds: Sequence[World], *, large: int = LARGE
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Yield the changed cells, in batches of worlds: three arrays (m,), ordered by world and cell.

    Each entry is the number of a world in its batch, the number of a cell, and the change, not 0.
    """
    batch: list[World] = []
    entries = 0
    for world in worlds:
        alone = len(world.change) >= large
        if alone and batch:
            yield _summed(linked_tables, batch)
            batch, entries = [], 0
        if alone:
            yield _summed_by_table(linked_tables, world)
            continue
        batch.append(world)
        entries += len(world.change) * linked_tables.above(world.coords[:1]).shape[1]
        if entries >= BATCH:
            yield _summed(linked_tables, batch)
            batch, entries = [], 0
    if batch:
        yield _summed(linked_tables, batch)


def _summed(linked_tables: LinkedTables, worlds: list[World]) -> tuple[Ints, Ints, Ints]:
    coords, size = np.concatenate([w.coords for w in worlds]), linked_tables.size
    change = np.concatenate([w.change for w in worlds])
    owner = np.repeat(np.arange(len(worlds)), [len(w.change) for w in worlds])
    rows = linked_tables.above(coords)
    real = rows >= 0
    weights = np.broadcast_to(change[:, None], rows.shape)[real]
    pairs, amounts = _nonzero_sums((rows + owner[:, None] * size)[real], weights, len(worlds) * size)
    return pairs // size, pairs % size, amounts


def _summed_by_table(linked_tables: LinkedTables, world: World) -> tuple[Ints, Ints, Ints]:
    """Sum the changes of one world by columns: the cells of one table are near each other in memory."""
    size = linked_tables.size
    sums = np.zeros(size + 1)
    for column in linked_tables.above(world.coords).T:
        sums += np.bincount(column + 1, weights=world.change, minlength=size + 1)
    amounts = np.rint(sums[1:]).astype(np.int64)
    cells = np.flatnonzero(amounts)
    return np.zeros_like(cells), cells, amounts[cells]


def _nonzero_sums(numbers: Ints, amounts: Ints, size: int) -> tuple[Ints, Ints]:
    """Sum amounts by number (below `size`): the numbers with a sum other than 0, in order, and the sums."""
    distinct, place = (
        np.unique(numbers, return_inverse=True) if size > FEW * len(numbers) else (None, numbers)
    )
    sums = np.rint(np.bincount(place, weights=amounts)).astype(np.int64)
    found = np.flatnonzero(sums)
    return (found if distinct is None else distinct[found]), sums[found]

"""Small sums of inner cells that stand in no protected table, and whether worlds change them.

Such are the cells of refused tables, and of tables with more dimensions than the lattice has: three
dimensions beside all tables of two. Nobody is shown them, and still they may have a single possible value: an
inner cell that loses a person to another inner cell of the same sum changes, and the sum does not.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from anonymisers.proof.world import World
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Axes, Lattice

BATCH = 400_000
"""Changes of inner cells that are summed at once: a bound on memory."""

Depths = tuple[int | None, ...]
"""For each dimension the depth of its codes in a table: 0 for `Total`, None for the finest."""


@dataclass(frozen=True, eq=False)
class InnerSums:
    """Sums of inner cells at one level: positions (n, dims), each row once."""

    depths: Depths
    coords: Positions


def levels(lattice: Lattice) -> Iterator[Depths]:
    """Yield each level of each table of the lattice's dimensions; of tables that it lacks the finest alone.

    The inner cells themselves are left out where the lattice lacks them: they have a rule of their own.
    """
    dims = lattice.dims
    tables = set(lattice.tables)
    for size in range(1, len(dims) + 1):
        for table in combinations(range(len(dims)), size):
            if table in tables:
                depths = [range(1, int(dims[a].depth.max()) + 1) for a in table]
                yield from (_depths(len(dims), table, chosen) for chosen in product(*depths))
            elif size < len(dims):
                yield _depths(len(dims), table, (None,) * size)


def unchanged_sums(
    people: BaseTable,
    worlds: Sequence[World],
    wanted: Iterable[Depths],
    threshold: int,
    excepted: Callable[[Positions], Bools],
) -> Iterator[InnerSums]:
    """Yield the sums of 1 to k-1 people at the `wanted` levels that no world changes, level by level.

    `excepted` tells of positions (n, dims) which need no change. Worlds with many changes come first.
    """
    order = sorted(worlds, key=lambda world: -len(world.change))
    for depths in wanted:
        lifts = [_lift(d, depth) for d, depth in zip(people.dims, depths, strict=True)]
        coords = _lifted(lifts, people.coords)
        # A dimension at `Total` has one position, and no part in the number.
        radix = [1 if depth == 0 else len(d.codes) for d, depth in zip(people.dims, depths, strict=True)]
        codes, first, place = np.unique(_number(coords, radix), return_index=True, return_inverse=True)
        counts = np.bincount(place, weights=people.counts)
        small = np.flatnonzero(counts < threshold)
        small = small[~excepted(coords[first[small]])]
        for batch in _batches(order):
            if not len(small):
                break
            changed = _changed(batch, lifts, radix, codes[small])
            small = small[~changed]
        if len(small):
            yield InnerSums(depths, coords[first[small]])


def changes(world: World, dims: Sequence[Hierarchy], depths: Depths, place: Positions) -> bool:
    """Whether a world changes the sum at a position (dims,) of a level."""
    lifts = [_lift(d, depth) for d, depth in zip(dims, depths, strict=True)]
    inside = (_lifted(lifts, world.coords) == place).all(axis=1)
    return bool(world.change[inside].sum())


def _depths(size: int, table: Axes, chosen: tuple[int | None, ...]) -> Depths:
    named = dict(zip(table, chosen, strict=True))
    return tuple(named.get(axis, 0) for axis in range(size))


def _lift(dim: Hierarchy, depth: int | None) -> Ints:
    """For each code the ancestor at this depth, or the code itself where it is nearer to `Total`."""
    at = np.arange(len(dim.codes))
    if depth is not None:
        while (deep := dim.depth[at] > depth).any():
            at = np.where(deep, dim.parents[at], at)
    return at


def _lifted(lifts: Sequence[Ints], coords: Positions) -> Positions:
    return np.stack([lift[coords[:, axis]] for axis, lift in enumerate(lifts)], axis=1).astype(np.int32)


def _number(coords: Positions, radix: Sequence[int]) -> Ints:
    number = np.zeros(len(coords), dtype=np.int64)
    for axis, base in enumerate(radix):
        if base > 1:
            number = number * base + coords[:, axis]
    return number


def _batches(worlds: Sequence[World]) -> Iterator[list[World]]:
    batch: list[World] = []
    entries = 0
    for world in worlds:
        batch.append(world)
        entries += len(world.change)
        if entries >= BATCH:
            yield batch
            batch, entries = [], 0
    if batch:
        yield batch


def _changed(worlds: Sequence[World], lifts: Sequence[Ints], radix: Sequence[int], sought: Ints) -> Bools:
    """A mask over the sought numbers, ascending, of sums that some world changes."""
    coords = np.concatenate([w.coords for w in worlds])
    numbers = _number(_lifted(lifts, coords), radix)
    at = np.minimum(np.searchsorted(sought, numbers), len(sought) - 1)
    here = np.flatnonzero(sought[at] == numbers)
    owner = np.repeat(np.arange(len(worlds)), [len(w.change) for w in worlds])[here]
    change = np.concatenate([w.change for w in worlds])[here]
    pairs, place = np.unique(owner * len(sought) + at[here], return_inverse=True)
    sums = np.rint(np.bincount(place, weights=change, minlength=len(pairs)))
    mask = np.zeros(len(sought), dtype=np.bool_)
    mask[pairs[sums != 0] % len(sought)] = True
    return mask

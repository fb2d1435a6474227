"""Small sums of inner cells that stand in no protected table, and whether worlds change them.

Such are the cells of refused tables, and of tables with more dimensions than the lattice has: three
dimensions beside all tables of two. Nobody is shown them, and still they may have a single possible value: an
inner cell that loses a person to another inner cell of the same sum changes, and the sum does not.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from anonymisers.proof.world import World
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Axes, Lattice

BATCH = 40_000
"""Changes of inner cells that are summed at once.

The first worlds have many changes, and leave few sums unchanged.
"""

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

    `excepted` tells of positions (n, dims) which need no change.
    """
    return unchanged(people.dims, small_sums(people, wanted, threshold, excepted), worlds)


def small_sums(
    people: BaseTable, wanted: Iterable[Depths], threshold: int, excepted: Callable[[Positions], Bools]
) -> Iterator[InnerSums]:
    """Yield the sums of 1 to k-1 people at the `wanted` levels that are not excepted, level by level."""
    columns = _columns(people.coords)
    for depths in wanted:
        lifts = _lifts(people.dims, depths)
        _, first, place = np.unique(_number(columns, lifts), return_index=True, return_inverse=True)
        counts = np.bincount(place, weights=people.counts)
        coords = _lifted(people, lifts, first[counts < threshold])
        yield InnerSums(depths, coords[~excepted(coords)])


def unchanged(
    dims: Sequence[Hierarchy], sums: Iterable[InnerSums], worlds: Sequence[World]
) -> Iterator[InnerSums]:
    """Yield those of the sums that no world changes; worlds with many changes are looked at first."""
    batches = list(_batches(sorted(worlds, key=lambda world: -len(world.change))))
    for level in sums:
        lifts, coords = _lifts(dims, level.depths), level.coords
        for batch in batches:
            if not len(coords):
                break
            coords = coords[~_changed(batch, lifts, _number(_columns(coords), lifts))]
        if len(coords):
            yield InnerSums(level.depths, coords)


def changes(world: World, dims: Sequence[Hierarchy], depths: Depths, place: Positions) -> bool:
    """Whether a world changes the sum at a position (dims,) of a level."""
    inside = np.ones(len(world.change), dtype=np.bool_)
    for axis, depth in enumerate(depths):
        if depth != 0:
            inside &= _lift(dims[axis], depth)[world.coords[:, axis]] == place[axis]
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


def _lifts(dims: Sequence[Hierarchy], depths: Depths) -> dict[int, Ints]:
    """Return the lift of each dimension of a level.

    A dimension at `Total` has one position, and no part in the number of a sum.
    """
    return {axis: _lift(dims[axis], depth) for axis, depth in enumerate(depths) if depth != 0}


def _lifted(people: BaseTable, lifts: Mapping[int, Ints], rows: Ints) -> Positions:
    coords = np.tile(np.array([d.root for d in people.dims], dtype=np.int32), (len(rows), 1))
    for axis, lift in lifts.items():
        coords[:, axis] = lift[people.coords[rows, axis]]
    return coords


def _columns(coords: Positions) -> Ints:
    """Return positions (n, dims) by dimension, (dims, n), in numbers by which codes are looked up fastest."""
    return np.ascontiguousarray(coords.T, dtype=np.int64)


def _number(columns: Ints, lifts: Mapping[int, Ints]) -> Ints:
    """The number of the sum that each inner cell belongs to; `columns`: positions (dims, n)."""
    number = np.zeros(columns.shape[1], dtype=np.int64)
    for axis, lift in lifts.items():
        number *= len(lift)
        number += lift[columns[axis]]
    return number


@dataclass(frozen=True, eq=False)
class _Batch:
    """Changes of some worlds: positions (dims, n), changes (n,) and the worlds' numbers (n,)."""

    columns: Ints
    change: Ints
    owner: Ints


def _batches(worlds: Sequence[World]) -> Iterator[_Batch]:
    batch: list[World] = []
    changes_in_batch = 0
    for world in worlds:
        batch.append(world)
        changes_in_batch += len(world.change)
        if changes_in_batch >= BATCH:
            yield _together(batch)
            batch, changes_in_batch = [], 0
    if batch:
        yield _together(batch)


def _together(worlds: Sequence[World]) -> _Batch:
    return _Batch(
        _columns(np.concatenate([w.coords for w in worlds])),
        np.concatenate([w.change for w in worlds]),
        np.repeat(np.arange(len(worlds)), [len(w.change) for w in worlds]),
    )


def _changed(batch: _Batch, lifts: Mapping[int, Ints], sought: Ints) -> Bools:
    """A mask over the sought numbers, ascending, of sums that some world changes."""
    numbers = _number(batch.columns, lifts)
    at = np.minimum(np.searchsorted(sought, numbers), len(sought) - 1)
    here = np.flatnonzero(sought[at] == numbers)
    pairs, place = np.unique(batch.owner[here] * len(sought) + at[here], return_inverse=True)
    sums = np.rint(np.bincount(place, weights=batch.change[here], minlength=len(pairs)))
    mask = np.zeros(len(sought), dtype=np.bool_)
    mask[pairs[sums != 0] % len(sought)] = True
    return mask

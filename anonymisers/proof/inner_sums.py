"""Small sums of inner cells that stand in no protected table, and whether worlds change them.

Such are the cells of refused tables, and of tables with more dimensions than the lattice has: three
dimensions beside all tables of two. Nobody is shown them, and still they may have a single possible value: an
inner cell that loses a person to another inner cell of the same sum changes, and the sum does not.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from anonymisers.proof.sum_numbers import ROOM, Depths, Lifts, Sought, SumNumbers, lift
from anonymisers.proof.world import World
from anonymisers.tables.arrays import Bools, Ints, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Axes, Lattice
from anonymisers.tables.stable_order import stable_order

FIRST_BATCH, BATCH = 5_000, 40_000
"""Changes of inner cells that are summed at once: of each batch twice as many as of the batch before.

The first worlds have many changes, and leave few sums unchanged, or none.
"""


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
    lifts = Lifts(people.dims)
    numbers = SumNumbers(lifts, people.coords)
    for depths in wanted:
        coords = _small(people, numbers.of(depths), (lifts, depths), threshold)
        yield InnerSums(depths, coords[~excepted(coords)])


def unchanged(
    dims: Sequence[Hierarchy], sums: Iterable[InnerSums], worlds: Sequence[World]
) -> Iterator[InnerSums]:
    """Yield those of the sums that no world changes; worlds with many changes are looked at first."""
    lifts = Lifts(dims)
    batches = [
        _Batch.of(lifts, batch) for batch in _batches(sorted(worlds, key=lambda world: -len(world.change)))
    ]
    for level in sums:
        coords = level.coords
        sought = SumNumbers(lifts, coords).of(level.depths)
        for batch in batches:
            if not len(sought):
                break
            kept = ~batch.changed(level.depths, sought, lifts.size(level.depths))
            coords, sought = coords[kept], sought[kept]
        if len(coords):
            yield InnerSums(level.depths, coords)


def changes(world: World, dims: Sequence[Hierarchy], depths: Depths, place: Positions) -> bool:
    """Whether a world changes the sum at a position (dims,) of a level."""
    inside = np.ones(len(world.change), dtype=np.bool_)
    for axis, depth in enumerate(depths):
        if depth != 0:
            inside &= lift(dims[axis], depth)[world.coords[:, axis]] == place[axis]
    return bool(world.change[inside].sum())


def _depths(size: int, table: Axes, chosen: tuple[int | None, ...]) -> Depths:
    named = dict(zip(table, chosen, strict=True))
    return tuple(named.get(axis, 0) for axis in range(size))


def _small(people: BaseTable, numbers: Ints, level: tuple[Lifts, Depths], threshold: int) -> Positions:
    """The sums (n, dims) of 1 to k-1 people at a level, by number; `numbers`: that of each inner cell."""
    lifts, depths = level
    size = lifts.size(depths)
    if not len(numbers) or size <= ROOM * len(numbers):
        counts = np.bincount(numbers, weights=people.counts)
        return lifts.positions(np.flatnonzero((counts > 0) & (counts < threshold)), depths)
    order = stable_order(numbers)
    ordered = numbers[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    counts = np.add.reduceat(people.counts[order], first)
    return lifts.lifted(people.coords[order[first[counts < threshold]]], depths)


class _Batch:
    """Changes of some worlds, and whether they change sums."""

    def __init__(self, numbers: SumNumbers, change: Ints, owner: Ints) -> None:
        """Of each change (n,): the numbers of the sums it belongs to, its amount, and its world's number."""
        self._numbers, self._change, self._owner = numbers, change, owner

    @classmethod
    def of(cls, lifts: Lifts, worlds: Sequence[World]) -> "_Batch":
        """The changes of these worlds together."""
        return cls(
            SumNumbers(lifts, np.concatenate([w.coords for w in worlds])),
            np.concatenate([w.change for w in worlds]),
            np.repeat(np.arange(len(worlds)), [len(w.change) for w in worlds]),
        )

    def changed(self, depths: Depths, sought: Ints, size: int) -> Bools:
        """A mask over the sought numbers of a level, ascending, of sums that some world changes.

        `size`: all numbers of the level are below.
        """
        here, at = Sought(sought, size).find(self._numbers.of(depths))
        mask = np.zeros(len(sought), dtype=np.bool_)
        if not len(here):
            return mask
        owner, change = self._owner[here], self._change[here]
        pairs = owner * len(sought) + at
        if (int(owner[-1]) + 1) * len(sought) > ROOM * len(pairs):
            order = stable_order(pairs)
            pairs = pairs[order]
            first = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1]))
            sums = pairs[first[np.add.reduceat(change[order], first) != 0]]
        else:
            sums = np.flatnonzero(np.rint(np.bincount(pairs, weights=change)))
        mask[sums % len(sought)] = True
        return mask


def _batches(worlds: Sequence[World]) -> Iterator[list[World]]:
    batch: list[World] = []
    changes_in_batch, enough = 0, FIRST_BATCH
    for world in worlds:
        batch.append(world)
        changes_in_batch += len(world.change)
        if changes_in_batch >= enough:
            yield batch
            batch, changes_in_batch, enough = [], 0, min(2 * enough, BATCH)
    if batch:
        yield batch

"""The base table behind linked tables: its cells as unknowns, so that every feasible table consists of
people.

Tables of up to three of eight dimensions show sums of cells listed in no table. An attacker who keeps those
cells as unknowns has every relation there is; the inner-cell rule asks that none of those cells be small and
certain. Cells inside any group shown (or proven) to be empty are empty and left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.attack_model import AttackModel, BaseTableSums
from anonymisers.attack.index_ranges import index_ranges
from anonymisers.attack.reduction import Reduced
from anonymisers.attack.time_limit import Clock
from anonymisers.tables.arrays import Ints

SPACE_LIMIT = 30_000_000
"""Limit of the cells of the base table that are examined, one byte each."""
CELL_LIMIT = 6_000
"""Limit of the possibly non-empty cells of the base table that enter the linear programs."""
BOUNDED_LIMIT = 200_000
"""Limit of the possibly non-empty cells of the base table whose bounds are computed."""


def base_table_size(model: AttackModel) -> int:
    """Return the number of cells of the base table."""
    size = 1
    for axis in model.axes:
        size *= len(axis.atoms)
    return size


def is_linked(model: AttackModel) -> bool:
    """Return whether some cuboid cut by no sum contains more than one cell of the base table."""
    inside = [axis.inside().sum(axis=1) for axis in model.axes]
    finest = ~_summed(model)
    many = np.zeros(int(finest.sum()), dtype=np.bool_)
    for number, counts in enumerate(inside):
        many |= counts[model.nodes[finest, number]] > 1
    return bool(many.any())


def with_base_table(model: AttackModel, reduced: Reduced, clock: Clock) -> AttackModel | None:
    """The model with the cells of the base table that may hold somebody.

    None beyond BOUNDED_LIMIT, or when the time is up.
    """
    if base_table_size(model) > SPACE_LIMIT:
        return None
    inside = [axis.inside() for axis in model.axes]
    empty, _ = _known(model, reduced)
    finest = np.flatnonzero(~_summed(model))
    alive = np.ones(tuple(len(axis.atoms) for axis in model.axes), dtype=np.bool_)
    for projection in _projections(model, inside, finest[empty[finest]]):
        if clock.left() <= 0:
            return None
        projection.clear(alive)
    cells = np.flatnonzero(alive)
    if len(cells) > BOUNDED_LIMIT:
        return None
    return _extended(model, cells, alive.shape, _projections(model, inside, finest[~empty[finest]]))


def _summed(model: AttackModel) -> NDArray[np.bool_]:
    """Mark the cuboids that are the whole of some sum."""
    summed = np.zeros(len(model.values), dtype=np.bool_)
    for block in model.sums:
        summed[block[:, 0]] = True
    return summed


def _known(model: AttackModel, reduced: Reduced) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Mark the cuboids that are certainly empty, and return the greatest value of each cuboid."""
    most = model.values.astype(np.float64)
    most[reduced.cuboids] = reduced.interval(reduced.low, reduced.high)[1]
    return most == 0, most


@dataclass(frozen=True, eq=False)
class _Projection:
    """Cuboids limiting the same axes, by their places in the cross of these axes alone.

    A cuboid is listed once for each of its places. Where a cuboid limits no axis beyond the cells of a table,
    as most cuboids do, the cuboid has one place, however many cells of the base table lie behind the place.
    """

    shape: tuple[int, ...]
    limited: tuple[int, ...]
    cuboids: Ints
    places: Ints

    def clear(self, alive: NDArray[np.bool_]) -> None:
        """Strike out, in place, all cells of the base table inside any of the cuboids."""
        kept = np.ones(int(np.prod(self._sizes)), dtype=np.bool_)
        kept[self.places] = False
        alive &= kept.reshape([n if a in self.limited else 1 for a, n in enumerate(self.shape)])

    def join(self, coords: Sequence[Ints]) -> tuple[Ints, Ints]:
        """Return all pairs of a cuboid and the number of a cell in the cuboid, cuboid by cuboid.

        `coords`: the places of the cells on each axis.
        """
        size = len(coords[0])
        seen = np.zeros(size, dtype=np.int64)
        for axis, length in zip(self.limited, self._sizes, strict=True):
            seen = seen * length + coords[axis]
        order = np.argsort(self.places, kind="stable")
        places, cuboids = self.places[order], self.cuboids[order]
        start, stop = np.searchsorted(places, seen, "left"), np.searchsorted(places, seen, "right")
        found, many = index_ranges(start, stop)
        owner, cell = cuboids[found], np.repeat(np.arange(size), many)
        distinct, rank = np.unique(cuboids, return_inverse=True)
        if len(distinct) < 2**16:
            # Short numbers are put in order without comparing them.
            order = np.argsort(rank[found].astype(np.uint16), kind="stable")
        else:
            order = np.argsort(owner, kind="stable")
        return owner[order], cell[order]

    @property
    def _sizes(self) -> tuple[int, ...]:
        return tuple(self.shape[axis] for axis in self.limited)


def _projections(model: AttackModel, inside: list[NDArray[np.bool_]], cuboids: Ints) -> Iterator[_Projection]:
    shape = tuple(len(axis.atoms) for axis in model.axes)
    counts = [held.sum(axis=1) for held in inside]
    limits = np.zeros(len(cuboids), dtype=np.int64)
    for axis, count in enumerate(counts):
        limits |= (count[model.nodes[cuboids, axis]] < shape[axis]).astype(np.int64) << axis
    for pattern in np.flatnonzero(np.bincount(limits)).tolist():
        limited = tuple(axis for axis in range(len(shape)) if pattern >> axis & 1)
        held = cuboids[limits == pattern]
        places = np.zeros(len(held), dtype=np.int64)
        for axis in limited:
            atoms = np.flatnonzero(inside[axis]) % shape[axis]
            starts = np.concatenate(([0], np.cumsum(counts[axis])))
            node = model.nodes[held, axis]
            found, many = index_ranges(starts[node], starts[node + 1])
            held, places = np.repeat(held, many), np.repeat(places, many) * shape[axis] + atoms[found]
        yield _Projection(shape, limited, held, places)


def _extended(
    model: AttackModel, cells: Ints, shape: tuple[int, ...], projections: Iterable[_Projection]
) -> AttackModel:
    coords = np.unravel_index(cells, shape)
    nodes = _nodes(model, coords)
    number = _numbers(model, nodes)
    fresh = number >= len(model.values)
    empty = np.empty(0, dtype=np.int64)
    wholes, sizes, parts = [empty], [empty], [empty]
    for projection in projections:
        owner, cell = projection.join(coords)
        cuboids = np.unique(projection.cuboids)
        wholes.append(cuboids)
        sizes.append(np.bincount(np.searchsorted(cuboids, owner), minlength=len(cuboids)))
        parts.append(number[cell])
    count = int(fresh.sum())
    return replace(
        model,
        nodes=np.concatenate([model.nodes, nodes[fresh]]),
        values=np.concatenate([model.values, np.full(count, -1, dtype=np.int64)]),
        withheld=np.concatenate([model.withheld, np.zeros(count, dtype=np.bool_)]),
        release=np.concatenate([model.release, np.full(count, -1, dtype=np.int32)]),
        base_sums=_without_itself(np.concatenate(wholes), np.concatenate(sizes), np.concatenate(parts)),
    )


def _without_itself(whole: Ints, sizes: Ints, parts: Ints) -> BaseTableSums:
    """Drop the sums of a single cell of the base table that some table lists: these are no sums."""
    row_of = np.repeat(np.arange(len(whole)), sizes)
    itself = (sizes[row_of] == 1) & (parts == whole[row_of])
    kept = np.ones(len(whole), dtype=np.bool_)
    kept[row_of[itself]] = False
    return BaseTableSums(
        whole[kept], np.concatenate(([0], np.cumsum(sizes[kept]))).astype(np.int64), parts[~itself]
    )


def _nodes(model: AttackModel, coords: Sequence[Ints]) -> NDArray[np.int32]:
    atoms = [np.array(axis.atoms)[places] for axis, places in zip(model.axes, coords, strict=True)]
    return np.stack(atoms, axis=1).astype(np.int32)


def _numbers(model: AttackModel, nodes: NDArray[np.int32]) -> Ints:
    """Return the cuboid of each cell of the base table: a cuboid of the model, or a new number after the
    last."""
    known, wanted = keys_of(model, model.nodes), keys_of(model, nodes)
    order = np.argsort(known)
    at = np.searchsorted(known, wanted, sorter=order)
    at[at == len(known)] = 0
    number = order[at]
    fresh = known[number] != wanted
    number[fresh] = len(known) + np.arange(int(fresh.sum()))
    return number


def keys_of(model: AttackModel, nodes: NDArray[np.int32]) -> Ints:
    """A number for each combination of nodes, the same for the same combination."""
    keys = np.zeros(len(nodes), dtype=np.int64)
    for axis, own in zip(model.axes, nodes.T, strict=True):
        keys = keys * len(axis.masks) + own
    return keys

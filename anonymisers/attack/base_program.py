"""The full cross behind linked tables: its cells as unknowns, so that every world is one of real people.

Tables of up to three of eight dimensions show sums of cells that no table lists. An attacker who keeps those
cells as unknowns has every relation there is; rule 3 of the disclosure rules asks that none of them be small
and certain. Cells that lie in any group shown (or proven) to be empty are empty and left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.attack_model import Crossed, System
from anonymisers.attack.reduction import Reduced
from anonymisers.attack.run_options import runs
from anonymisers.attack.time_limit import Clock
from anonymisers.tables.arrays import Ints

SPACE_LIMIT = 30_000_000
"""Cells of the full cross that are looked at, one byte each."""
CELL_LIMIT = 6_000
"""Cells of it that may hold somebody and enter the linear programs."""
BOUNDED_LIMIT = 200_000
"""Cells of it that may hold somebody and whose bounds are looked at."""


def cross_size(system: System) -> int:
    """Cells of the full cross."""
    size = 1
    for axis in system.axes:
        size *= len(axis.atoms)
    return size


def is_linked(system: System) -> bool:
    """Whether some box that no sum cuts further holds more than one cell of the full cross."""
    inside = [axis.inside().sum(axis=1) for axis in system.axes]
    finest = ~_summed(system)
    many = np.zeros(int(finest.sum()), dtype=np.bool_)
    for number, counts in enumerate(inside):
        many |= counts[system.nodes[finest, number]] > 1
    return bool(many.any())


def with_full_cross(system: System, reduced: Reduced, clock: Clock) -> System | None:
    """The system with the cells of the full cross that may hold somebody.

    None beyond BOUNDED_LIMIT, or when the time is up.
    """
    if cross_size(system) > SPACE_LIMIT:
        return None
    inside = [axis.inside() for axis in system.axes]
    empty, _ = _known(system, reduced)
    finest = np.flatnonzero(~_summed(system))
    alive = np.ones(tuple(len(axis.atoms) for axis in system.axes), dtype=np.bool_)
    for projection in _projections(system, inside, finest[empty[finest]]):
        if clock.left() <= 0:
            return None
        projection.clear(alive)
    cells = np.flatnonzero(alive)
    if len(cells) > BOUNDED_LIMIT:
        return None
    return _extended(system, cells, alive.shape, _projections(system, inside, finest[~empty[finest]]))


def _summed(system: System) -> NDArray[np.bool_]:
    """Boxes that are the whole of some sum."""
    summed = np.zeros(len(system.values), dtype=np.bool_)
    for block in system.sums:
        summed[block[:, 0]] = True
    return summed


def _known(system: System, reduced: Reduced) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which boxes are empty for certain, and the greatest value of each."""
    most = system.values.astype(np.float64)
    most[reduced.boxes] = reduced.interval(reduced.low, reduced.high)[1]
    return most == 0, most


@dataclass(frozen=True, eq=False)
class _Projection:
    """Boxes that limit the same axes, by the places that they hold in the cross of these axes alone.

    A box is listed once for each of its places. Where a box limits no axis beyond the cells of a table, as in
    most, it has one place, whatever number of cells of the full cross lies behind it.
    """

    shape: tuple[int, ...]
    limited: tuple[int, ...]
    boxes: Ints
    places: Ints

    def clear(self, alive: NDArray[np.bool_]) -> None:
        """Strike out, in place, all cells of the full cross that lie in any of the boxes."""
        kept = np.ones(int(np.prod(self._sizes)), dtype=np.bool_)
        kept[self.places] = False
        alive &= kept.reshape([n if a in self.limited else 1 for a, n in enumerate(self.shape)])

    def join(self, cells: Ints) -> tuple[Ints, Ints]:
        """All pairs of a box and the number of a cell in it, box by box."""
        coords = np.unravel_index(cells, self.shape)
        seen = np.zeros(len(cells), dtype=np.int64)
        for axis, size in zip(self.limited, self._sizes, strict=True):
            seen = seen * size + coords[axis]
        order = np.argsort(self.places, kind="stable")
        places, boxes = self.places[order], self.boxes[order]
        start, stop = np.searchsorted(places, seen, "left"), np.searchsorted(places, seen, "right")
        found, many = runs(start, stop)
        owner, cell = boxes[found], np.repeat(np.arange(len(cells)), many)
        distinct, rank = np.unique(boxes, return_inverse=True)
        if len(distinct) < 2**16:
            # Short numbers are put in order without comparing them.
            order = np.argsort(rank[found].astype(np.uint16), kind="stable")
        else:
            order = np.argsort(owner, kind="stable")
        return owner[order], cell[order]

    @property
    def _sizes(self) -> tuple[int, ...]:
        return tuple(self.shape[axis] for axis in self.limited)


def _projections(system: System, inside: list[NDArray[np.bool_]], boxes: Ints) -> Iterator[_Projection]:
    shape = tuple(len(axis.atoms) for axis in system.axes)
    counts = [held.sum(axis=1) for held in inside]
    limits = np.zeros(len(boxes), dtype=np.int64)
    for axis, count in enumerate(counts):
        limits |= (count[system.nodes[boxes, axis]] < shape[axis]).astype(np.int64) << axis
    for pattern in np.flatnonzero(np.bincount(limits)).tolist():
        limited = tuple(axis for axis in range(len(shape)) if pattern >> axis & 1)
        held = boxes[limits == pattern]
        places = np.zeros(len(held), dtype=np.int64)
        for axis in limited:
            atoms = np.flatnonzero(inside[axis]) % shape[axis]
            starts = np.concatenate(([0], np.cumsum(counts[axis])))
            node = system.nodes[held, axis]
            found, many = runs(starts[node], starts[node + 1])
            held, places = np.repeat(held, many), np.repeat(places, many) * shape[axis] + atoms[found]
        yield _Projection(shape, limited, held, places)


def _extended(
    system: System, cells: Ints, shape: tuple[int, ...], projections: Iterable[_Projection]
) -> System:
    nodes = _nodes(system, cells, shape)
    number = _numbers(system, nodes)
    fresh = number >= len(system.values)
    empty = np.empty(0, dtype=np.int64)
    wholes, sizes, parts = [empty], [empty], [empty]
    for projection in projections:
        owner, cell = projection.join(cells)
        boxes = np.unique(projection.boxes)
        wholes.append(boxes)
        sizes.append(np.bincount(np.searchsorted(boxes, owner), minlength=len(boxes)))
        parts.append(number[cell])
    count = int(fresh.sum())
    return replace(
        system,
        nodes=np.concatenate([system.nodes, nodes[fresh]]),
        values=np.concatenate([system.values, np.full(count, -1, dtype=np.int64)]),
        withheld=np.concatenate([system.withheld, np.zeros(count, dtype=np.bool_)]),
        release=np.concatenate([system.release, np.full(count, -1, dtype=np.int32)]),
        crossed=_without_itself(np.concatenate(wholes), np.concatenate(sizes), np.concatenate(parts)),
    )


def _without_itself(whole: Ints, sizes: Ints, parts: Ints) -> Crossed:
    """Sums of parts but for cells of the full cross that some table lists, which are no sums."""
    row_of = np.repeat(np.arange(len(whole)), sizes)
    itself = (sizes[row_of] == 1) & (parts == whole[row_of])
    kept = np.ones(len(whole), dtype=np.bool_)
    kept[row_of[itself]] = False
    return Crossed(
        whole[kept], np.concatenate(([0], np.cumsum(sizes[kept]))).astype(np.int64), parts[~itself]
    )


def _nodes(system: System, cells: Ints, shape: tuple[int, ...]) -> NDArray[np.int32]:
    places = np.unravel_index(cells, shape)
    atoms = [np.array(axis.atoms)[p] for axis, p in zip(system.axes, places, strict=True)]
    return np.stack(atoms, axis=1).astype(np.int32)


def _numbers(system: System, nodes: NDArray[np.int32]) -> Ints:
    """The box of each cell of the full cross: one already in the system, or a new number behind them."""
    known, wanted = _keys(system, system.nodes), _keys(system, nodes)
    order = np.argsort(known)
    at = np.searchsorted(known, wanted, sorter=order)
    at[at == len(known)] = 0
    number = order[at]
    fresh = known[number] != wanted
    number[fresh] = len(known) + np.arange(int(fresh.sum()))
    return number


def _keys(system: System, nodes: NDArray[np.int32]) -> Ints:
    keys = np.zeros(len(nodes), dtype=np.int64)
    for axis, own in zip(system.axes, nodes.T, strict=True):
        keys = keys * len(axis.masks) + own
    return keys

"""The full cross behind linked tables: its cells as unknowns, so that every world is one of real people.

Tables of up to three of eight dimensions show sums of cells that no table lists. An attacker who keeps those
cells as unknowns has every relation there is; rule 3 of the disclosure rules asks that none of them be small
and certain. Cells that lie in any group shown (or proven) to be empty are empty and left out.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.reduction import Reduced
from anonymisers.attack.system import Crossed, System

SPACE_LIMIT = 30_000_000
"""Cells of the full cross that are looked at, one byte each."""
CELL_LIMIT = 6_000
"""Cells of it that may hold somebody and enter the linear programs."""
BOUNDED_LIMIT = 200_000
"""Cells of it that may hold somebody and whose bounds are looked at."""
Index = NDArray[np.int64]


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


def with_full_cross(system: System, reduced: Reduced) -> System | None:
    """The system with the cells of the full cross that may hold somebody; None beyond BOUNDED_LIMIT."""
    if cross_size(system) > SPACE_LIMIT:
        return None
    inside = [axis.inside() for axis in system.axes]
    empty, _ = _known(system, reduced)
    finest = np.flatnonzero(~_summed(system))
    shape = tuple(len(axis.atoms) for axis in system.axes)
    alive = np.ones(shape, dtype=np.bool_)
    for box in finest[empty[finest]].tolist():
        alive[_members(inside, system.nodes[box])] = False
    cells = np.flatnonzero(alive.ravel())
    if len(cells) > BOUNDED_LIMIT:
        return None
    return _extended(system, inside, cells, alive, finest[~empty[finest]])


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


def _members(inside: list[NDArray[np.bool_]], nodes: NDArray[np.int32]) -> tuple[NDArray[np.int64], ...]:
    return np.ix_(*(np.flatnonzero(m[n]) for m, n in zip(inside, nodes.tolist(), strict=True)))


def _extended(
    system: System,
    inside: list[NDArray[np.bool_]],
    cells: Index,
    alive: NDArray[np.bool_],
    finest: Index,
) -> System:
    places = _place(system, cells, alive.shape)
    fresh = places >= len(system.values)
    number = np.full(alive.shape, -1, dtype=np.int64)
    number[alive] = places
    sizes, parts, wholes = [], [], []
    for box in finest.tolist():
        members = number[_members(inside, system.nodes[box])].ravel()
        members = members[members >= 0]
        if len(members) == 1 and members[0] == box:
            continue
        wholes.append(box)
        sizes.append(len(members))
        parts.append(members)
    count = int(fresh.sum())
    crossed = Crossed(
        np.array(wholes, dtype=np.int64),
        np.concatenate(([0], np.cumsum(np.array(sizes, dtype=np.int64)))).astype(np.int64),
        np.concatenate([*parts, np.empty(0, dtype=np.int64)]),
    )
    return replace(
        system,
        nodes=np.concatenate([system.nodes, _nodes(system, cells[fresh], alive.shape)]),
        values=np.concatenate([system.values, np.full(count, -1, dtype=np.int64)]),
        withheld=np.concatenate([system.withheld, np.zeros(count, dtype=np.bool_)]),
        release=np.concatenate([system.release, np.full(count, -1, dtype=np.int32)]),
        crossed=crossed,
    )


def _nodes(system: System, cells: Index, shape: tuple[int, ...]) -> NDArray[np.int32]:
    places = np.unravel_index(cells, shape)
    atoms = [np.array(axis.atoms)[p] for axis, p in zip(system.axes, places, strict=True)]
    return np.stack(atoms, axis=1).astype(np.int32)


def _place(system: System, cells: Index, shape: tuple[int, ...]) -> Index:
    """The box of each cell of the full cross: one already in the system, or a new number behind them."""
    known = {row.tobytes(): i for i, row in enumerate(system.nodes)}
    number, fresh = np.empty(len(cells), dtype=np.int64), len(system.values)
    for i, row in enumerate(_nodes(system, cells, shape)):
        at = known.get(row.tobytes())
        if at is None:
            at, fresh = fresh, fresh + 1
        number[i] = at
    return number

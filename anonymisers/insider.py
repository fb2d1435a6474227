"""What the only person of a withheld cell of 1 could compute: he adds the own cell to what is known.

A small cell is safe from him when some world differs in it and agrees with him about his own cell.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from anonymisers.people import People
from anonymisers.system import System

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def exposed(
    system: System, people: People, values: Ints, wanted: tuple[Bools, Bools], worlds: Iterable[Ints]
) -> tuple[tuple[int, int], ...]:
    """Pairs of a small withheld cell and a withheld cell of 1 that every world changes together.

    `wanted`: which cells are withheld, and which are small. `worlds` yields for each world the cells that it
    changes; all cells are those of block 0. Two cells of 1
    that hold the same person are no such pair: he learns of nobody but himself.
    """
    hidden, small = wanted
    single, sought = hidden & (values == 1), hidden & small
    common: dict[int, set[int]] = {}
    for rows in worlds:
        lone = set(rows[single[rows]].tolist())
        for cell in rows[sought[rows]].tolist():
            seen = common.get(cell)
            common[cell] = lone if seen is None else seen & lone
    person = anybody(system, people)
    pairs = []
    for cell, insiders in sorted(common.items()):
        others = [s for s in sorted(insiders) if values[cell] > 1 or person[s] != person[cell]]
        if others:
            pairs.append((cell, others[0]))
    return tuple(pairs)


def anybody(system: System, people: People) -> Ints:
    """For each cell an inner cell with people that is counted in it: for a cell of 1 the only one."""
    person = np.full(system.size, -1, dtype=np.int64)
    for column in system.above(people.coords).T:
        counted = column >= 0
        person[column[counted]] = np.flatnonzero(counted)
    return person

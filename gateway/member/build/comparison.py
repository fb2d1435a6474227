"""The effect of replacing a cube by another, for requesters. Pure; for the controller only."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.tables.arrays import Bools
from anonymisers.tables.count_table import Table
from gateway.member.cube.cube_measures import columns


@dataclass(frozen=True)
class Effect:
    """Cells, and the different people in them, that a change makes visible or withholds again.

    `other_numbers`: cells visible in both cubes with different numbers, as different people are counted.
    `lost`: released cells that the new cube would not show; they stay known all the same.
    """

    shown: int
    people_shown: int
    withheld: int
    people_withheld: int
    other_numbers: int
    lost: int
    people_lost: int

    @property
    def nothing(self) -> bool:
        """Whether nobody would see any difference."""
        return not (self.shown or self.withheld or self.other_numbers)


def compare(
    old: tuple[ReleasedCells, Table], new: tuple[ReleasedCells, Table], given_out: Iterable[ReleasedCells]
) -> Effect:
    """The effect of going from a cube to another, each with its people.

    `given_out`: every cube that has ever answered.
    """
    (before, were), (after, are) = old, new
    seen, number_before = _seen_in(before, after)
    shown = ~after.withheld & ~seen
    other = int((~after.withheld & seen & (number_before != after.values)).sum())
    kept, _ = _seen_in(after, before)
    gone = ~before.withheld & ~kept
    lost, people_lost = 0, 0
    for cube in given_out:
        still, _ = _seen_in(after, cube)
        missing = ~cube.withheld & ~still
        lost, people_lost = max(lost, int(missing.sum())), max(people_lost, people_in(cube, were, missing))
    return Effect(
        shown=int(shown.sum()),
        people_shown=people_in(after, are, shown),
        withheld=int(gone.sum()),
        people_withheld=people_in(before, were, gone),
        other_numbers=other,
        lost=lost,
        people_lost=people_lost,
    )


def people_in(cube: ReleasedCells, people: Table, cells: Bools) -> int:
    """How many different people are in any of these cells; 0 where the people are counted less finely."""
    names = {dim.name for dim in people.dims}
    if not cells.any() or not {dim.name for dim in cube.lattice.dims} <= names:
        return 0
    inside = np.zeros(len(people.counts), dtype=np.bool_)
    for column in columns(cube, people):
        inside |= (column >= 0) & cells[column]
    return int(people.counts[inside].sum())


def _seen_in(other: ReleasedCells, own: ReleasedCells) -> tuple[Bools, NDArray[np.int64]]:
    """For each cell of `own` whether `other` shows the cell too, and the number shown there (-1)."""
    keys = own.lattice.keys()
    coords = np.empty((len(keys), len(other.lattice.dims)), dtype=np.int32)
    coords[:] = [dim.root for dim in other.lattice.dims]
    there = np.ones(len(keys), dtype=np.bool_)
    names = [dim.name for dim in other.lattice.dims]
    for axis, dim in enumerate(own.lattice.dims):
        if dim.name not in names:
            there &= keys[:, axis] == dim.root
            continue
        target = names.index(dim.name)
        codes = other.lattice.dims[target].index
        places = np.array([codes.get(code, -1) for code in dim.codes], dtype=np.int32)
        at = places[keys[:, axis]]
        there &= at >= 0
        coords[:, target] = np.where(at >= 0, at, other.lattice.dims[target].root)
    cells = other.lattice.cells(coords)
    there &= cells >= 0
    seen = there & ~other.withheld[cells]
    return seen, np.where(seen, other.values[cells], -1)

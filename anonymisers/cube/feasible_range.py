"""The feasible range of every cell of a protected cube: a function of the release alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anonymisers.cube.released_cells import ReleasedCells
from anonymisers.errors import TableError
from anonymisers.proof.interval_bounds import UNBOUNDED as NO_BOUND
from anonymisers.proof.interval_bounds import interval_bounds
from anonymisers.tables.arrays import Bools, Ints

UNBOUNDED = 2**40
"""Replaces a missing upper bound; no count comes near this value."""


def bounds_from(cube: ReleasedCells, least: int, seen: Bools) -> tuple[Ints, Ints]:
    """Return the bounds of every cell that follow from the cells `seen` (size,) and from no other cell.

    A withheld cell that is seen is at least `least`. Of another cell neither the value is read nor whether
    the cell is withheld: it is at least 0.
    """
    lowest = np.where(seen, least, 0)
    low, high = interval_bounds(cube.lattice, cube.values, cube.withheld | ~seen, lowest)
    return low, np.where(high >= NO_BOUND, UNBOUNDED, high)


@dataclass(frozen=True, eq=False)
class FeasibleRanges:
    """Bounds of every cell of a cube, shown cells included."""

    cube: ReleasedCells
    low: Ints
    high: Ints

    @classmethod
    def of(cls, cube: ReleasedCells, least: int) -> "FeasibleRanges":
        """Compute the bounds of a cube whose withheld cells are at least `least`."""
        return cls(cube, *bounds_from(cube, least, np.ones(cube.lattice.size, dtype=np.bool_)))

    def at(self, key: Mapping[str, str]) -> int:
        """Return the cell at these codes, as an index of `low` and `high`. Raises TableError outside the
        cube."""
        return place_of(self.cube, key)


def place_of(cube: ReleasedCells, key: Mapping[str, str]) -> int:
    """Return the cell of a cube at these codes, as a place in its lattice. Raises TableError outside it."""
    cell = cube.lattice.cell(key)
    if cell < 0:
        raise TableError("a cell of the question is not in the cube")
    return cell

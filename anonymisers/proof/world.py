"""A world: a feasible table, as a certificate names it."""

from dataclasses import dataclass
from math import prod

import numpy as np

from anonymisers.tables.arrays import Ints, Positions

LARGEST = 1 << 62
"""Numbers below are exact."""


@dataclass(frozen=True, eq=False)
class World:
    """A feasible table: one table of the fibre, the set of all base tables that agree with the releases.

    A world is written as its difference from the true base table (Diaconis and Sturmfels, 1998, call such a
    difference a move): at the inner cell `coords[i]`, positions of leaf codes (m, dims), the world has
    `change[i]` more people (m,). All other inner cells are as in the true table.
    """

    coords: Positions
    change: Ints

    @classmethod
    def of(cls, coords: Positions, change: Ints) -> "World":
        """The difference with each changed inner cell once, in lexicographic order."""
        cells, place = _unique(coords)
        total = np.rint(np.bincount(place, weights=change, minlength=len(cells))).astype(np.int64)
        return cls(cells[total != 0].astype(np.int32), total[total != 0])


def _unique(coords: Positions) -> tuple[Positions, Ints]:
    """Each row once, in lexicographic order, and the place of every row among these.

    Rows are compared as numbers, each column a digit: ten times faster than row by row. Only where the
    numbers would be too large, or a position is no code, are they compared as rows.
    """
    sizes = [int(column.max()) + 1 for column in coords.T] if coords.size else []
    if not sizes or coords.min() < 0 or prod(sizes) >= LARGEST:
        cells, place = np.unique(coords, axis=0, return_inverse=True)
        return cells, place.ravel()
    numbers = np.zeros(len(coords), dtype=np.int64)
    for column, size in zip(coords.T, sizes, strict=True):
        numbers = numbers * size + column
    _, first, place = np.unique(numbers, return_index=True, return_inverse=True)
    return coords[first], place

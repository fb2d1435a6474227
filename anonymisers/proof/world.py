"""A world: a feasible table, as a certificate names it."""

from dataclasses import dataclass
from math import prod

import numpy as np

from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.stable_order import LARGEST, stable_order


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
        numbers = _numbers(coords)
        if numbers is None:
            cells, place = np.unique(coords, axis=0, return_inverse=True)
            total = np.bincount(place.ravel(), weights=change, minlength=len(cells))
        else:
            order = stable_order(numbers)
            ordered = numbers[order]
            first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
            cells, total = coords[order[first]], np.add.reduceat(change[order], first)
        total = np.rint(total).astype(np.int64)
        return cls(cells[total != 0].astype(np.int32), total[total != 0])


def _numbers(coords: Positions) -> Ints | None:
    """Return each row as one number, in the order of rows: each column a digit.

    Numbers are compared ten times as fast as rows. None where there is no row, where numbers would be too
    large, or where a position is no code.
    """
    sizes = [int(column.max()) + 1 for column in coords.T] if coords.size else []
    if not sizes or coords.min() < 0 or prod(sizes) >= LARGEST:
        return None
    numbers = np.zeros(len(coords), dtype=np.int64)
    for column, size in zip(coords.T, sizes, strict=True):
        numbers = numbers * size + column
    return numbers

"""A world: a feasible table, as a certificate names it."""

from dataclasses import dataclass

import numpy as np

from anonymisers.tables.arrays import Ints, Positions


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
        cells, place = np.unique(coords, axis=0, return_inverse=True)
        total = np.rint(np.bincount(place.ravel(), weights=change, minlength=len(cells))).astype(np.int64)
        return cls(cells[total != 0].astype(np.int32), total[total != 0])

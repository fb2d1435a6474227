"""A possible world of a certificate, over the full cross of the base dimensions."""

from dataclasses import dataclass

import numpy as np

from anonymisers.tables.arrays import Ints, Positions


@dataclass(frozen=True, eq=False)
class World:
    """A world, as its difference from the true one: `change` (m,) at inner cells `coords` (m, dims)."""

    coords: Positions
    change: Ints

    @classmethod
    def of(cls, coords: Positions, change: Ints) -> "World":
        """The difference with each inner cell once, in order, and none that does not change."""
        cells, place = np.unique(coords, axis=0, return_inverse=True)
        total = np.rint(np.bincount(place.ravel(), weights=change, minlength=len(cells))).astype(np.int64)
        return cls(cells[total != 0].astype(np.int32), total[total != 0])

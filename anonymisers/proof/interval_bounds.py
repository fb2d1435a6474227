"""What follows from shown cells by sums alone: a least and a largest value of every withheld cell.

The attacker knows at least this much. A withheld cell that is certainly k or more concerns nobody few, so
that rule 2 does not ask for its alternatives. Time is linear in the cells of the lattice.
"""

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Ints
from anonymisers.tables.lattice import Lattice

UNBOUNDED = 2**40
ROUNDS = 8


def interval_bounds(
    lattice: Lattice, values: Ints, hidden: NDArray[np.bool_], least: int | Ints
) -> tuple[Ints, Ints]:
    """Bounds for every cell: shown cells are their `values`, withheld ones at least `least` (0 for cells that
    no release has). A lattice may lack margins of its tables.

    A cell is at least the sum of what its parts along one dimension are at least; it is at most what holds it
    less what its siblings are at least; and the other way round. Repeated a fixed number of times.
    """
    low = np.where(hidden, least, values)
    high = np.where(hidden, UNBOUNDED, values)
    relations = [(parts[above >= 0], above[above >= 0]) for parts, above in lattice.parents()]
    for _ in range(ROUNDS):
        before = (low.copy(), high.copy())
        for parts, above in relations:
            _tighten(parts, above, low, high)
        if (low == before[0]).all() and (high == before[1]).all():
            break
    return low, high


def _tighten(parts: Ints, above: Ints, low: Ints, high: Ints) -> None:
    """One dimension's sums, in place."""
    parents, place = np.unique(above, return_inverse=True)
    least = np.bincount(place, weights=low[parts]).astype(np.int64)
    most = np.minimum(np.bincount(place, weights=high[parts]), UNBOUNDED).astype(np.int64)
    low[parents] = np.maximum(low[parents], least)
    high[parents] = np.minimum(high[parents], most)
    others_low = least[place] - low[parts]
    high[parts] = np.minimum(high[parts], high[above] - others_low)
    open_parts = np.bincount(place, weights=high[parts] >= UNBOUNDED)
    known = np.bincount(place, weights=np.where(high[parts] >= UNBOUNDED, 0, high[parts])).astype(np.int64)
    rest_open = open_parts[place] - (high[parts] >= UNBOUNDED)
    others_high = known[place] - np.where(high[parts] >= UNBOUNDED, 0, high[parts])
    bounded = rest_open == 0
    low[parts] = np.where(bounded, np.maximum(low[parts], low[above] - others_high), low[parts])

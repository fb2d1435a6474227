"""Bounds of every withheld cell that follow from the shown cells by sums alone.

Any intruder can compute these bounds (bounds of cell entries: Dobra and Fienberg, 2000). A withheld cell that
is certainly k or more is not small, so that the protection-level rule does not ask for its feasibility
interval. Time is linear in the number of cells of the lattice.
"""

from typing import NamedTuple

import numpy as np

from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.lattice import Lattice

UNBOUNDED = 2**40
"""The upper bound of a cell without any."""
ROUNDS = 8
"""The largest number of passes over all dimensions. The bounds hold after every pass."""


def interval_bounds(
    lattice: Lattice, values: Ints, suppressed: Bools, least: int | Ints
) -> tuple[Ints, Ints]:
    """The lower and the upper bound of each cell of a lattice: two arrays (size,).

    `values` (size,) are read where a cell is not `suppressed` (size,) only. A suppressed cell is at
    least `least`, one number or one for each cell (0 for cells that no release has). The lattice may lack
    margins of its tables.

    Along each dimension, the parts of a cell add up to the cell. So the cell is between the sums of the
    parts' lower and upper bounds, and each part is between the cell's bounds less the opposite bounds of the
    other parts. Such steps are repeated until no bound changes, or ROUNDS times.
    """
    low = np.where(suppressed, least, values)
    high = np.where(suppressed, UNBOUNDED, values)
    relations = [_Sums.of(parts[above >= 0], above[above >= 0]) for parts, above in lattice.parents()]
    for _ in range(ROUNDS):
        before = (low.copy(), high.copy())
        for relation in relations:
            _tighten(relation, low, high)
        if (low == before[0]).all() and (high == before[1]).all():
            break
    return low, high


class _Sums(NamedTuple):
    """The sums along a dimension: `parts[i]` is a part of `above[i]`, which is `parents[place[i]]`; every
    parent stands once, in ascending order."""

    parts: Ints
    above: Ints
    parents: Ints
    place: Ints

    @classmethod
    def of(cls, parts: Ints, above: Ints) -> "_Sums":
        there = np.zeros(int(above.max(initial=-1)) + 1, dtype=np.bool_)
        there[above] = True
        parents = np.flatnonzero(there)
        number = np.empty(len(there), dtype=np.int64)
        number[parents] = np.arange(len(parents))
        return cls(parts, above, parents, number[above])


def _tighten(sums: _Sums, low: Ints, high: Ints) -> None:
    """Tighten bounds in place by the sums along a dimension."""
    parts, above, parents, place = sums
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

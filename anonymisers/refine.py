"""Trying to show again, one by one, the largest cells that are withheld only for others' sake."""

import numpy as np
from numpy.typing import NDArray

from anonymisers.pattern import Pattern
from anonymisers.search import Search

Bools = NDArray[np.bool_]


def refine(search: Search, must_hide: Bools, trials: int) -> None:
    """Show a cell, find other alternatives for what depended on it, and keep that when less is withheld.

    At most `trials` cells, the largest first. What was fixed stays fixed; every cell that was shown to be
    safe still is.
    """
    pattern = search.pattern
    own = np.arange(pattern.system.size) < pattern.system.blocks[0].lattice.size
    free = np.flatnonzero(pattern.hidden & ~must_hide & own)
    order = free[np.lexsort((pattern.tie[free], -pattern.values[free]))][:trials]
    for cell in order.tolist():
        if pattern.hidden[cell]:
            _try_without(search, cell, must_hide)


def _try_without(search: Search, cell: int, must_hide: Bools) -> None:
    pattern = search.pattern
    before, worth = list(pattern.alternatives), _worth(pattern)
    kept = [a for a in before if cell not in a.rows]
    pattern.fixed[cell] = True
    pattern.rebuild(kept, must_hide)
    todo = pattern.open_cells()
    limit = int(pattern.values[cell])
    better = all(
        search.cover(c, limit) and _worth(pattern) < worth
        for c in todo[np.argsort(pattern.tie[todo])].tolist()
    )
    if not better or len(pattern.open_cells()) or _worth(pattern) >= worth:
        pattern.fixed[cell] = False
        pattern.rebuild(before, must_hide)


def _worth(pattern: Pattern) -> int:
    """What a pattern costs: withheld people, and a little for every withheld cell."""
    own = slice(0, pattern.system.blocks[0].lattice.size)
    return int((pattern.values[own][pattern.hidden[own]] + 1).sum())

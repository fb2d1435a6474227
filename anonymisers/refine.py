"""Trying to show again, one by one, the largest cells that are withheld only for others' sake."""

import numpy as np
from numpy.typing import NDArray

from anonymisers.search import Search

Ints = NDArray[np.int64]


def refine(search: Search, trials: int) -> None:
    """Show a cell, find other alternatives for what depended on it, and keep that when less is withheld.

    At most `trials` cells, the largest first. Cells shown again stay fixed; every cell that was shown to be
    safe still is.
    """
    pattern = search.pattern
    own = np.arange(pattern.system.size) < pattern.system.blocks[0].lattice.size
    free = np.flatnonzero(pattern.hidden & ~pattern.must_hide & own)
    order = free[np.lexsort((pattern.tie[free], -pattern.values[free]))][:trials]
    for cell in order.tolist():
        if pattern.hidden[cell]:
            _try_without(search, cell)


def _try_without(search: Search, cell: int) -> None:
    pattern = search.pattern
    worth, known = pattern.worth, pattern.numbered
    removed = [known[n] for n in pattern.touching[cell]]
    touched = pattern.remove(list(pattern.touching[cell]))
    pattern.fixed[cell] = True
    numbers = set(known)
    todo = touched[pattern.hidden[touched] & pattern.asked[touched] & ~pattern.safe(touched)]
    limit = int(pattern.values[cell])
    better = all(
        search.cover(c, limit) and pattern.worth < worth for c in todo[np.argsort(pattern.tie[todo])].tolist()
    )
    if not better or len(pattern.open_cells()) or pattern.worth >= worth:
        pattern.fixed[cell] = False
        pattern.remove([n for n in known if n not in numbers])
        for alternative in removed:
            pattern.add(alternative)

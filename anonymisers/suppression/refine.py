"""Looking once more for what the first search found when little was withheld yet."""

from collections.abc import Iterable

import numpy as np

from anonymisers.suppression.strategies.move_search import Search


def refine(search: Search, trials: int) -> None:
    """Take an alternative away, or show a cell, find other alternatives, and keep them if less is withheld.

    At most `trials` times each, the costliest first. Every cell that was shown to be safe still is.
    """
    pattern = search.pattern
    for _ in range(2):
        before = pattern.worth
        for number in _costliest(search, trials):
            if number in pattern.numbered:
                _try(search, [number])
        if pattern.worth > 0.99 * before:
            break
    own = np.arange(pattern.system.size) < pattern.system.blocks[0].lattice.size
    free = np.flatnonzero(pattern.hidden & ~pattern.must_hide & own)
    order = free[np.lexsort((pattern.tie[free], -pattern.values[free]))][:trials]
    for cell in order.tolist():
        if pattern.hidden[cell]:
            pattern.fixed[cell] = True
            if not _try(search, pattern.touching[cell], int(pattern.values[cell])):
                pattern.fixed[cell] = False


def _costliest(search: Search, most: int) -> list[int]:
    """The alternatives for which alone most people are withheld."""
    pattern = search.pattern
    gains = {}
    for number, alternative in pattern.numbered.items():
        rows = alternative.rows
        alone = [len(pattern.touching[row]) == 1 for row in rows.tolist()]
        gains[number] = int((pattern.values[rows] * (np.array(alone) & ~pattern.must_hide[rows])).sum())
    return sorted(gains, key=lambda n: (-gains[n], n))[:most]


def _try(search: Search, numbers: Iterable[int], limit: int | None = None) -> bool:
    """Do without some alternatives; whether that is better, else everything is as it was."""
    pattern = search.pattern
    worth, known = pattern.worth, pattern.numbered
    numbers = list(numbers)
    removed = [known[n] for n in numbers]
    touched = pattern.remove(numbers)
    before = set(known)
    todo = touched[pattern.hidden[touched] & pattern.asked[touched] & ~pattern.safe(touched)]
    better = all(
        search.cover(c, limit) and pattern.worth < worth for c in todo[np.argsort(pattern.tie[todo])].tolist()
    )
    if better and not len(pattern.open_cells()) and pattern.worth < worth:
        return True
    pattern.remove([n for n in known if n not in before])
    for alternative in removed:
        pattern.add(alternative)
    return False

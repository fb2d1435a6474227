"""Strategy "refinement": other moves are tried for each costly move and for each large suppressed cell.

Used for a search of its own by neighbourhoods or a junction tree, since the first moves are found when
little is suppressed; not after cutting planes, for linked tables covered together, or where a search
continues another.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from anonymisers.suppression.strategies.move_search import MoveSearch


@dataclass(frozen=True)
class RefineTuning:
    """How often another way is tried: a bound in steps, so that a slower machine finds the same."""

    trials: int = 70
    """Trials in a table of `cells` cells: fewer in a larger one, since each costs more there."""
    cells: int = 6000
    fewest_trials: int = 20
    most_trials: int = 250
    passes: int = 2
    """Passes over the costliest moves."""
    too_little: float = 0.99
    """Share of the former cost above which a pass was not worth another."""

    def trials_for(self, cells: int) -> int:
        """Return how many trials a table of so many cells gets."""
        return max(self.fewest_trials, min(self.most_trials, self.trials * self.cells // cells))


TUNING = RefineTuning()


def refine(search: MoveSearch) -> None:
    """Take a move away, or publish a cell, find other moves, and keep them if less is suppressed.

    The costliest come first. Every cell shown to be safe still is.
    """
    pattern = search.pattern
    trials = TUNING.trials_for(pattern.system.size)
    for _ in range(TUNING.passes):
        before = pattern.cost
        for number in _costliest(search, trials):
            if number in pattern.moves_by_number:
                _try(search, [number])
        if pattern.cost > TUNING.too_little * before:
            break
    own = np.arange(pattern.system.size) < pattern.system.blocks[0].lattice.size
    free = np.flatnonzero(pattern.suppressed & ~pattern.must_suppress & own)
    order = free[np.lexsort((pattern.tie[free], -pattern.values[free]))][:trials]
    for cell in order.tolist():
        if pattern.suppressed[cell]:
            pattern.fixed[cell] = True
            if not _try(search, pattern.move_index[cell], int(pattern.values[cell])):
                pattern.fixed[cell] = False


def _costliest(search: MoveSearch, most: int) -> list[int]:
    """Return the moves that alone cause the suppression of most people."""
    pattern = search.pattern
    gains = {}
    for number, move in pattern.moves_by_number.items():
        rows = move.rows
        alone = [len(pattern.move_index[row]) == 1 for row in rows.tolist()]
        gains[number] = int((pattern.values[rows] * (np.array(alone) & ~pattern.must_suppress[rows])).sum())
    return sorted(gains, key=lambda n: (-gains[n], n))[:most]


def _try(search: MoveSearch, numbers: Iterable[int], limit: int | None = None) -> bool:
    """Do without some moves, and return whether that is cheaper; otherwise everything is restored."""
    pattern = search.pattern
    cost, known = pattern.cost, pattern.moves_by_number
    numbers = list(numbers)
    removed = [known[n] for n in numbers]
    touched = pattern.remove(numbers)
    before = set(known)
    todo = touched[pattern.suppressed[touched] & pattern.to_protect[touched] & ~pattern.safe(touched)]
    better = all(
        search.cover(c, limit) and pattern.cost < cost for c in todo[np.argsort(pattern.tie[todo])].tolist()
    )
    if better and not len(pattern.open_cells()) and pattern.cost < cost:
        return True
    pattern.remove([n for n in known if n not in before])
    for move in removed:
        pattern.add(move)
    return False

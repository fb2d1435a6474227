"""Zeros withheld among other cells, where they may be: else a withheld cell is known to hold somebody.

A search for the fewest people withholds hardly a zero: worlds in which an empty cell fills up are seldom the
cheapest. Whoever knows the program then knows of each withheld cell that it is at least 1, and no certificate
for 0 and more speaks about him. A zero that changes with what is withheld already costs nobody's cell.
"""

from collections.abc import Callable

import numpy as np

from anonymisers.suppression.strategies.move_search import Search
from anonymisers.suppression.strategies.task import Task
from anonymisers.tables.keyed_random import random_fractions

ONE_OF = 10
"""One of so many withheld cells is to be a zero."""
TRIALS = 3
"""Zeros that are tried for each that is wanted: some cannot change beside what is shown."""


def withhold_zeros(search: Search, task: Task, progress: Callable[[str, float], None] | None = None) -> None:
    """Withhold zeros of block 0, chosen by the key, until there are enough or too many were tried.

    Only zeros are withheld for them, and these can be anything small too. There must be no open cell.
    """
    pattern, size = search.pattern, task.system.blocks[0].lattice.size
    hidden, zeros = pattern.hidden[:size], np.flatnonzero(pattern.values[:size] == 0)
    wanted = int(hidden.sum()) // ONE_OF
    shown = zeros[~hidden[zeros] & ~pattern.fixed[zeros]]
    turn = random_fractions(task.key, "zeros", size)[shown]
    there = int(hidden[zeros].sum())
    for number, cell in enumerate(shown[np.argsort(turn, kind="stable")][: TRIALS * wanted].tolist()):
        if there >= wanted:
            return
        if not hidden[cell] and search.withhold_zero(cell):
            there = int(hidden[zeros].sum())
        if progress is not None and number % 64 == 0:
            progress("searching", there / wanted)

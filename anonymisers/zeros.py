"""Zeros withheld among other cells, where they may be: else a withheld cell is known to hold somebody.

A search for the fewest people withholds hardly a zero: worlds in which an empty cell fills up are seldom the
cheapest. Whoever knows the program then knows of each withheld cell that it is at least 1, and no certificate
for 0 and more speaks about him. A zero that changes with what is withheld already costs nobody's cell.
"""

import numpy as np

from anonymisers.keyed import fractions
from anonymisers.search import Search
from anonymisers.task import Task

ONE_OF = 10
"""One of so many withheld cells is to be a zero."""
TRIALS = 3
"""Zeros that are tried for each that is wanted: some cannot change beside what is shown."""


def withhold_zeros(search: Search, task: Task) -> None:
    """Withhold zeros of block 0, chosen by the key, until there are enough or each was tried that may be.

    Only zeros are withheld for them, and these can be anything small too. There must be no open cell.
    """
    pattern, size = search.pattern, task.system.blocks[0].lattice.size
    values, hidden = pattern.values[:size], pattern.hidden[:size]
    wanted = int(hidden.sum()) // ONE_OF
    shown = np.flatnonzero((values == 0) & ~hidden & ~pattern.fixed[:size])
    turn = fractions(task.key, "zeros", size)
    for cell in shown[np.argsort(turn[shown], kind="stable")][: TRIALS * wanted].tolist():
        if np.count_nonzero(hidden & (values == 0)) >= wanted:
            return
        if not hidden[cell]:
            search.withhold_zero(cell)

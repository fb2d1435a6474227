"""Strategy "zero suppression": zeros are suppressed among other cells.

Used where zeros may be suppressed, neighbourhoods are searched and no attribute is sensitive. A search for
the fewest people suppresses hardly any zero: moves filling an empty cell are seldom the cheapest. A reader
knowing the program could then take each suppressed cell to be at least 1, and a certificate for values from 0
would not cover that reader. A zero changing together with suppressed cells costs no further cell.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.task import Task
from anonymisers.tables.keyed_random import random_fractions


@dataclass(frozen=True)
class ZeroSuppressionTuning:
    """How many zeros are suppressed."""

    one_of: int = 10
    """One of so many suppressed cells is to be a zero."""
    trials: int = 3
    """Zeros tried for each wanted zero: some cannot change beside the published cells."""


TUNING = ZeroSuppressionTuning()


def suppress_zeros(
    search: MoveSearch, task: Task, progress: Callable[[str, float], None] | None = None
) -> None:
    """Suppress zeros of block 0, chosen by the key, until there are enough or too many were tried.

    Only zeros are suppressed for them, and these can take any small value too. No cell may be open.
    """
    pattern, size = search.pattern, task.system.blocks[0].lattice.size
    suppressed, zeros = pattern.suppressed[:size], np.flatnonzero(pattern.values[:size] == 0)
    wanted = int(suppressed.sum()) // TUNING.one_of
    published = zeros[~suppressed[zeros] & ~pattern.fixed[zeros]]
    turn = random_fractions(task.key, "zeros", size)[published]
    there = int(suppressed[zeros].sum())
    for number, cell in enumerate(
        published[np.argsort(turn, kind="stable")][: TUNING.trials * wanted].tolist()
    ):
        if there >= wanted:
            return
        if not suppressed[cell] and search.suppress_zero(cell):
            there = int(suppressed[zeros].sum())
        if progress is not None and number % 64 == 0:
            progress("searching", there / wanted)

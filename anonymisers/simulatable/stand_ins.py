"""Stand-in tables: tables of the view's class that take the place of the truth while a pattern is chosen."""

import numpy as np

from anonymisers.simulatable.agreeing_tables import Rows, program_of, solved
from anonymisers.simulatable.masked_view import Class, MaskedView
from anonymisers.tables.arrays import Floats, Ints
from anonymisers.tables.keyed_random import random_fractions

SMALL_WEIGHT, LARGE_WEIGHT = 1.0, 0.2
"""How much a person more or fewer than the drawn target counts in a small and in a large cell."""


def stand_in(view: MaskedView, total: int, key: bytes) -> Ints | None:
    """Return the counts (m,) of a table of the class, near targets drawn by the key; None without any.

    `total`: the number of everybody, which is shown. Besides the view nothing else is read.
    """
    targets = _targets(view, total, random_fractions(key, "targets", len(view.classes)))
    index, value, low, high = [], [], [], []
    cost, upper = [0.0] * view.sums.shape[1], [np.inf] * view.sums.shape[1]
    for cell in np.flatnonzero(view.sums.any(axis=1) & view.cells.system.present).tolist():
        counted = np.flatnonzero(view.sums[cell])
        least, most = float(view.least[cell]), float(view.most[cell])
        if view.values[cell] >= 0:
            least = most = float(view.values[cell])
        elif cell == view.cells.total:
            least = most = float(total)
        index.append(counted)
        value.append(np.ones(len(counted)))
        low.append(least)
        high.append(most)
        if targets[cell] >= 0:
            index.append(np.append(counted, [len(cost), len(cost) + 1]))
            value.append(np.append(np.ones(len(counted)), [1.0, -1.0]))
            low.append(targets[cell])
            high.append(targets[cell])
            cost += [SMALL_WEIGHT if view.classes[cell] == Class.SMALL else LARGE_WEIGHT] * 2
            upper += [np.inf, np.inf]
    columns = view.sums.shape[1]
    return solved(program_of(Rows(index, value, low, high), cost, upper, whole=columns), columns)


def _targets(view: MaskedView, total: int, drawn: Floats) -> Floats:
    """Return a target (size,) for each finest cell that may be withheld, -1 for the others."""
    k, targets = view.task.rules.threshold, np.full(len(view.classes), -1.0)
    finest = view.finest & (view.values < 0)
    small = finest & ((view.classes == Class.SMALL) | (view.classes == Class.UNCERTAIN))
    targets[small] = 1 + np.floor(drawn[small] * (k - 1))
    large = finest & (view.classes == Class.LARGE)
    within = large & np.isfinite(view.most)
    lowest, highest = view.least[within], view.most[within]
    # Of the numbers in a class the small ones are the more frequent.
    targets[within] = np.floor(lowest + drawn[within] ** 2 * (highest - lowest))
    targets[large & ~within] = max(k, total // max(1, int(large.sum())))
    return targets

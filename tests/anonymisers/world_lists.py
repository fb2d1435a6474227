"""Every table of counts that agrees with shown sums: for oracles, which ask nothing of what they test."""

from math import comb

import numpy as np

MOST_WORLDS = 1_000_000
"""Listed at once: six cells of 36 people are never more, whatever is shown beside the total of all."""


class TooManyWorldsError(Exception):
    """More than can be listed agree with what is shown."""


def most_worlds(cells, people):
    """How many ways there are to put so many people into so many cells: a bound before anything is listed."""
    return comb(people + cells - 1, cells - 1)


def listed(cells, sums, limits):
    """All counts of so many cells: array (worlds, cells).

    `sums` are pairs of cells and the sum of their counts; `limits` has for each cell what it cannot exceed.
    Cell by cell, each begun world is carried on with those counts alone that leave every sum within reach.
    """
    sums = sorted({(tuple(sorted(row)), value) for row, value in sums if row})
    limits = [min([most, *(value for row, value in sums if cell in row)]) for cell, most in enumerate(limits)]
    begun = np.zeros((1, 0), dtype=np.int16)
    left = np.array([[value for _, value in sums]], dtype=np.int16)
    for cell in range(cells):
        here = [n for n, (row, _) in enumerate(sums) if cell in row]
        room = [sum(limits[other] for other in sums[n][0] if other > cell) for n in here]
        high = np.minimum.reduce(left[:, here], axis=1, initial=limits[cell])
        low = np.maximum.reduce(left[:, here] - np.array(room, dtype=np.int64), axis=1, initial=0)
        ways = np.maximum(high - low + 1, 0)
        if ways.sum() > MOST_WORLDS:
            raise TooManyWorldsError
        of = np.repeat(np.arange(len(begun)), ways)
        counts = low[of] + np.arange(len(of)) - np.repeat(np.cumsum(ways) - ways, ways)
        begun = np.column_stack([begun[of], counts]).astype(np.int16)
        left = left[of]
        left[:, here] -= counts[:, None].astype(np.int16)
    return begun

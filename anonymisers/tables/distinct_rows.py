"""The distinct rows of whole numbers: each row as one number, which is sorted many times as fast."""

from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Ints
from anonymisers.tables.stable_order import LARGEST, stable_order

Rows = NDArray[np.signedinteger]


def distinct_rows(rows: Rows) -> tuple[Rows, Ints, Ints]:
    """Return the distinct rows (m, columns) in lexicographic order, the place (n,) of each row among them,
    and how many rows (m,) are equal to each."""
    least = rows.min(axis=0, initial=0) if len(rows) else np.zeros(rows.shape[1], dtype=np.int64)
    sizes = [int(most) - int(low) + 1 for most, low in zip(rows.max(axis=0, initial=0), least, strict=True)]
    if prod(sizes) >= LARGEST:
        distinct, place, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        return distinct, place.ravel(), counts
    number = np.zeros(len(rows), dtype=np.int64)
    for column, low, size in zip(rows.T, least, sizes, strict=True):
        number = number * size + (column - low)
    order = stable_order(number)
    ordered = number[order]
    new = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    first, place = np.flatnonzero(new), np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return rows[order[first]], place, np.diff(np.append(first, len(order)))

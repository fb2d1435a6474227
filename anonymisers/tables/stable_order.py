"""The order of whole numbers, equal ones as they stand: numbers are sorted faster than places."""

import numpy as np

from anonymisers.tables.arrays import Ints

LARGEST = 1 << 62
"""Numbers below are exact."""


def stable_order(numbers: Ints) -> Ints:
    """Return the places of some numbers (0 or more) in ascending order, the first of equal numbers first.

    Each number takes its own place as its last digits, so that no two are equal and any method of sorting
    gives the one order.
    """
    size = len(numbers)
    bits = size.bit_length()  # digits of two: a remainder by any other number takes longer than the sorting
    if not size or int(numbers.max()) >= LARGEST >> bits:
        return np.argsort(numbers, kind="stable")
    order = numbers << bits
    order += np.arange(size)
    order.sort()
    order &= (1 << bits) - 1
    return order

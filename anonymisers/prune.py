"""Showing again what no needed alternative changes."""

import numpy as np
from numpy.typing import NDArray

from anonymisers.pattern import Pattern

Floats = NDArray[np.float64]


def prune(pattern: Pattern, worth: Floats) -> None:
    """Drop alternatives that the withheld cells can do without, the costliest first, and show what is freed.

    `worth` (cells,) says how much showing a cell again is worth.
    """
    rows = {n: a.rows.tolist() for n, a in pattern.numbered.items()}
    weight = np.where(pattern.must_hide, 0.0, worth)
    prices = {n: weight[a.rows].tolist() for n, a in pattern.numbered.items()}
    dropped = True
    while dropped:
        gains = {n: _gain(pattern, rows[n], prices[n]) for n in pattern.numbered}
        order = sorted(pattern.numbered, key=lambda n: (-gains[n], -len(rows[n]), n))
        dropped = False
        for number in order:
            if _dispensable(pattern, number, rows[number]):
                pattern.remove([number])
                dropped = True


def _dispensable(pattern: Pattern, number: int, rows: list[int]) -> bool:
    """Whether every row stays safe, or is shown again, without one alternative."""
    rules, asked, must_hide = pattern.rules, pattern.asked, pattern.must_hide
    least, most, wide = rules.least, rules.threshold - 1, rules.threshold
    for row in rows:
        entries = pattern.touching[row]
        if not asked[row] or (len(entries) == 1 and not must_hide[row]):
            continue
        low = high = 0
        for other, (down, up) in entries.items():
            if other != number:
                low, high = min(low, down), max(high, up)
        value = int(pattern.values[row])
        if not (high - low >= wide or (value + low <= least and value + high >= most)):
            return False
    return True


def _gain(pattern: Pattern, rows: list[int], prices: list[float]) -> float:
    """What would be shown again without one alternative."""
    return sum(price for row, price in zip(rows, prices, strict=True) if len(pattern.touching[row]) == 1)

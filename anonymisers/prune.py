"""Showing again what no needed alternative changes."""

import numpy as np
from numpy.typing import NDArray

from anonymisers.pattern import Pattern, reaches

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def prune(pattern: Pattern, worth: Floats) -> None:
    """Drop alternatives that the withheld cells can do without, the costliest first, and show what is freed.

    `worth` (cells,) says how much showing a cell again is worth.
    """
    weight = np.where(pattern.must_hide, 0.0, worth)
    dropped = True
    while dropped:
        rows = {n: pattern.numbered[n].rows for n in _candidates(pattern)}
        gains = {n: _gain(pattern, own.tolist(), weight[own].tolist()) for n, own in rows.items()}
        dropped = False
        for number in sorted(rows, key=lambda n: (-gains[n], -len(rows[n]), n)):
            if _dispensable(pattern, number, rows[number].tolist()):
                pattern.remove([number])
                dropped = True


def _candidates(pattern: Pattern) -> list[int]:
    """The alternatives that could go, each alone: all at once, since most cannot."""
    known = pattern.numbered
    if not known:
        return []
    rows = np.concatenate([a.rows for a in known.values()])
    sizes = np.array([len(a.rows) for a in known.values()])
    owner = np.repeat(np.arange(len(known)), sizes)
    ends = [a.ends() for a in known.values()]
    low = pattern.values[rows] - _without(-np.concatenate([e[0] for e in ends]), rows)
    high = pattern.values[rows] + _without(np.concatenate([e[1] for e in ends]), rows)
    alone = (np.bincount(rows)[rows] == 1) & ~pattern.must_hide[rows]
    fine = ~pattern.asked[rows] | alone | reaches(pattern.rules, low, high)
    needed = np.bincount(owner, weights=~fine, minlength=len(known)) > 0
    return [n for n, keep in zip(known, needed.tolist(), strict=True) if not keep]


def _without(ends: Ints, rows: Ints) -> Ints:
    """For each entry the largest of the ends (0 or more) that other entries have in its row."""
    order = np.lexsort((-ends, rows))
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = rows[order][1:] != rows[order][:-1]
    place = np.flatnonzero(first)
    following = np.minimum(place + 1, len(rows) - 1)
    second = np.where((following > place) & ~first[following], ends[order][following], 0)
    turn = np.cumsum(first) - 1
    others = np.empty_like(ends)
    others[order] = np.where(first, second[turn], ends[order][place][turn])
    return others


def _dispensable(pattern: Pattern, number: int, rows: list[int]) -> bool:
    """Whether every row stays safe, or is shown again, without one alternative."""
    rules, asked, must_hide = pattern.rules, pattern.asked, pattern.must_hide
    least, most, wide = rules.least, rules.threshold - 1, rules.threshold
    for row in rows:
        entries = pattern.touching[row]
        if not asked[row] or (len(entries) == 1 and not must_hide[row]):
            continue
        value, low, high = int(pattern.values[row]), 0, 0
        for other, (down, up) in entries.items():
            if other != number:
                low, high = min(low, down), max(high, up)
                if high - low >= wide or (value + low <= least and value + high >= most):
                    break
        else:
            return False
    return True


def _gain(pattern: Pattern, rows: list[int], prices: list[float]) -> float:
    """What would be shown again without one alternative."""
    return sum(price for row, price in zip(rows, prices, strict=True) if len(pattern.touching[row]) == 1)

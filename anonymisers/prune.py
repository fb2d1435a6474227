"""Showing again what no needed alternative changes."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from anonymisers.pattern import Alternative, Pattern, reaches


@dataclass(eq=False)
class _Ledger:
    """For each row the alternatives that change it, with the ends that they reach there."""

    pattern: Pattern
    must_hide: set[int]
    entries: dict[int, dict[int, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))

    def enter(self, number: int, alternative: Alternative) -> None:
        low, high = self.pattern.ends(alternative)
        for row, least, most in zip(alternative.rows.tolist(), low.tolist(), high.tolist(), strict=True):
            self.entries[row][number] = (least, most)

    def dispensable(self, number: int, rows: list[int]) -> bool:
        """Whether every row stays safe, or is shown again, without one alternative."""
        for row in rows:
            left = [ends for other, ends in self.entries[row].items() if other != number]
            if not left and row not in self.must_hide:
                continue
            if self.pattern.asked[row]:
                value = int(self.pattern.values[row])
                low = value + min((e[0] for e in left), default=0)
                high = value + max((e[1] for e in left), default=0)
                if not reaches(self.pattern.rules, np.array(low), np.array(high)):
                    return False
        return True

    def gain(self, number: int, rows: list[int], worth: list[float]) -> float:
        """What would be shown again without one alternative."""
        return sum(
            w
            for row, w in zip(rows, worth, strict=True)
            if row not in self.must_hide and len(self.entries[row]) == 1 and number in self.entries[row]
        )


def prune(pattern: Pattern, must_hide: np.ndarray, worth: np.ndarray) -> None:
    """Drop alternatives that the withheld cells can do without, the costliest first, and show what is freed.

    `must_hide` (cells,) marks what is withheld whatever the alternatives; `worth` (cells,) says how much
    showing a cell again is worth.
    """
    ledger = _Ledger(pattern, set(np.flatnonzero(must_hide).tolist()))
    alternatives = dict(enumerate(pattern.alternatives))
    rows = {n: a.rows.tolist() for n, a in alternatives.items()}
    prices = {n: worth[a.rows].tolist() for n, a in alternatives.items()}
    for number, alternative in alternatives.items():
        ledger.enter(number, alternative)
    dropped = True
    while dropped:
        order = sorted(alternatives, key=lambda n: (-ledger.gain(n, rows[n], prices[n]), -len(rows[n]), n))
        dropped = False
        for number in order:
            if ledger.dispensable(number, rows[number]):
                for row in rows[number]:
                    del ledger.entries[row][number]
                del alternatives[number]
                dropped = True
    pattern.rebuild(list(alternatives.values()), must_hide)

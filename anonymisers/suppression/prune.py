"""Showing again what no needed alternative changes."""

from dataclasses import dataclass

import numpy as np

from anonymisers.suppression.strategies.move_index import Entries
from anonymisers.suppression.strategies.suppression_pattern import Pattern, reaches
from anonymisers.tables.arrays import Bools, Floats, Ints


def prune(pattern: Pattern, worth: Floats) -> None:
    """Drop alternatives that the withheld cells can do without, the costliest first, and show what is freed.

    `worth` (cells,) says how much showing a cell again is worth.
    """
    weight = np.where(pattern.must_hide, 0.0, worth)
    entries = pattern.touching.entries()
    left = _Left.of(pattern, entries)
    dropped: list[int] = []
    while True:
        gains, sizes = left.gains(weight), np.diff(entries.starts)
        order = sorted(left.candidates(), key=lambda n: (-gains[n], -sizes[n], n))
        now = [number for number in order if left.dropped(number)]
        if not now:
            break
        dropped += now
    pattern.remove([entries.numbers[number] for number in dropped])


@dataclass(frozen=True, eq=False)
class _Outermost:
    """For each cell the two alternatives left that reach furthest to one side: `first` and `second` are
    places in lists of entries by cell, furthest first, each ended by an entry that reaches nowhere."""

    ends: Ints
    owner: Ints
    first: Ints
    second: Ints

    @classmethod
    def of(cls, rows: Ints, owner: Ints, ends: Ints, size: int) -> "_Outermost":
        """`ends` (0 or more) of entries in `rows`."""
        every = np.concatenate([rows, np.arange(size), np.arange(size)])
        far = np.concatenate([ends, np.zeros(2 * size, dtype=np.int64)])
        whose = np.concatenate([owner, np.full(2 * size, -1)])
        # Those that end a list stand last in it: they come last of the entries that reach nowhere.
        order = np.argsort(every * (int(far.max(initial=0)) + 1) - far + far.max(initial=0), kind="stable")
        first = np.searchsorted(every[order], np.arange(size))
        return cls(far[order], whose[order], first, first + 1)

    def without(self, rows: Ints, number: Ints | int) -> Ints:
        """How far cells reach without one of the alternatives."""
        at = self.first[rows]
        at = np.where(self.owner[at] == number, self.second[rows], at)
        return self.ends[at]

    def drop(self, rows: Ints, number: int, gone: Bools) -> None:
        """An alternative that changes these cells is gone. `gone` has one more, for no alternative."""
        leading = self.owner[self.first[rows]] == number
        moved = rows[leading | (self.owner[self.second[rows]] == number)]
        self.first[rows[leading]] = self.second[rows[leading]]
        following = self.second[moved] + 1
        while (passed := gone[self.owner[following]]).any():
            following[passed] += 1
        self.second[moved] = following


@dataclass(frozen=True, eq=False)
class _Left:
    """The alternatives that are left, by their places among the entries' numbers."""

    pattern: Pattern
    entries: Entries
    down: _Outermost
    up: _Outermost
    often: Ints
    gone: Bools

    @classmethod
    def of(cls, pattern: Pattern, entries: Entries) -> "_Left":
        size, rows, owner = len(pattern.values), entries.rows, entries.owner
        down = _Outermost.of(rows, owner, -entries.low, size)
        up = _Outermost.of(rows, owner, entries.high, size)
        gone = np.zeros(len(entries.numbers) + 1, dtype=np.bool_)
        return cls(pattern, entries, down, up, np.bincount(rows, minlength=size), gone)

    def gains(self, weight: Floats) -> Floats:
        """What would be shown again without each alternative."""
        entries = self.entries
        alone = np.where(self.often[entries.rows] == 1, weight[entries.rows], 0.0)
        gains = np.zeros(len(entries.numbers))
        np.add.at(gains, entries.owner, alone)
        return gains

    def candidates(self) -> list[int]:
        """The alternatives that could go, each alone: all at once, since most cannot."""
        entries = self.entries
        fine = self._fine(entries.rows, entries.owner)
        needed = np.bincount(entries.owner, weights=~fine, minlength=len(entries.numbers)) > 0
        return np.flatnonzero(~needed & ~self.gone[:-1]).tolist()

    def dropped(self, number: int) -> bool:
        """Drop an alternative if every cell stays safe, or is shown again, without it."""
        rows = self.entries.rows[self.entries.starts[number] : self.entries.starts[number + 1]]
        if not self._fine(rows, number).all():
            return False
        self.gone[number] = True
        self.often[rows] -= 1
        self.down.drop(rows, number, self.gone)
        self.up.drop(rows, number, self.gone)
        return True

    def _fine(self, rows: Ints, number: Ints | int) -> Bools:
        pattern = self.pattern
        values, alone = pattern.values[rows], (self.often[rows] == 1) & ~pattern.must_hide[rows]
        low, high = self.down.without(rows, number), self.up.without(rows, number)
        fine: Bools = ~pattern.asked[rows] | alone | reaches(pattern.rules, values - low, values + high)
        return fine

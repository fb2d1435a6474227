"""Strategy "pruning": moves needed by no suppressed cell are dropped, and the freed cells published again.

Used after every search, twice. Needs no tuning.
"""

from dataclasses import dataclass

import numpy as np

from anonymisers.suppression.strategies.move_index import Entries
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern, meets_protection_level
from anonymisers.tables.arrays import Bools, Floats, Ints


def prune(pattern: SuppressionPattern, cell_costs: Floats) -> None:
    """Drop moves that the suppressed cells do not need, the costliest first, and publish the freed cells.

    `cell_costs` (cells,): how much publishing each cell again is worth.
    """
    weight = np.where(pattern.must_suppress, 0.0, cell_costs)
    entries = pattern.move_index.entries()
    left = _RemainingMoves.of(pattern, entries)
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
    """For each cell the two remaining moves reaching furthest to one side: `first` and `second` are places in
    lists of entries by cell, furthest first, each list ended by an entry reaching nowhere."""

    ends: Ints
    owner: Ints
    first: Ints
    second: Ints

    @classmethod
    def of(cls, rows: Ints, owner: Ints, ends: Ints, size: int) -> "_Outermost":
        """Sort entries by cell; `ends` (0 or more) is how far the entry in each of the `rows` reaches."""
        every = np.concatenate([rows, np.arange(size), np.arange(size)])
        far = np.concatenate([ends, np.zeros(2 * size, dtype=np.int64)])
        whose = np.concatenate([owner, np.full(2 * size, -1)])
        # The entry that ends a list sorts last of the entries that reach nowhere.
        order = np.argsort(every * (int(far.max(initial=0)) + 1) - far + far.max(initial=0), kind="stable")
        first = np.searchsorted(every[order], np.arange(size))
        return cls(far[order], whose[order], first, first + 1)

    def without(self, rows: Ints, number: Ints | int) -> Ints:
        """Return how far cells reach without one of the moves."""
        at = self.first[rows]
        at = np.where(self.owner[at] == number, self.second[rows], at)
        return self.ends[at]

    def drop(self, rows: Ints, number: int, gone: Bools) -> None:
        """Drop a move changing these cells. `gone` has one more element, for no move."""
        leading = self.owner[self.first[rows]] == number
        moved = rows[leading | (self.owner[self.second[rows]] == number)]
        self.first[rows[leading]] = self.second[rows[leading]]
        following = self.second[moved] + 1
        while (passed := gone[self.owner[following]]).any():
            following[passed] += 1
        self.second[moved] = following


@dataclass(frozen=True, eq=False)
class _RemainingMoves:
    """The moves that remain, by their places among the entries' numbers."""

    pattern: SuppressionPattern
    entries: Entries
    down: _Outermost
    up: _Outermost
    change_count: Ints
    gone: Bools

    @classmethod
    def of(cls, pattern: SuppressionPattern, entries: Entries) -> "_RemainingMoves":
        size, rows, owner = len(pattern.values), entries.rows, entries.owner
        down = _Outermost.of(rows, owner, -entries.low, size)
        up = _Outermost.of(rows, owner, entries.high, size)
        gone = np.zeros(len(entries.numbers) + 1, dtype=np.bool_)
        return cls(pattern, entries, down, up, np.bincount(rows, minlength=size), gone)

    def gains(self, weight: Floats) -> Floats:
        """Return the worth of the cells that would be published again without each move."""
        entries = self.entries
        alone = np.where(self.change_count[entries.rows] == 1, weight[entries.rows], 0.0)
        gains = np.zeros(len(entries.numbers))
        np.add.at(gains, entries.owner, alone)
        return gains

    def candidates(self) -> list[int]:
        """Return the moves that could each be dropped alone, checked for all at once since most could not."""
        entries = self.entries
        fine = self._fine(entries.rows, entries.owner)
        needed = np.bincount(entries.owner, weights=~fine, minlength=len(entries.numbers)) > 0
        return np.flatnonzero(~needed & ~self.gone[:-1]).tolist()

    def dropped(self, number: int) -> bool:
        """Drop a move if every cell stays safe, or is published again, without it."""
        rows = self.entries.rows[self.entries.starts[number] : self.entries.starts[number + 1]]
        if not self._fine(rows, number).all():
            return False
        self.gone[number] = True
        self.change_count[rows] -= 1
        self.down.drop(rows, number, self.gone)
        self.up.drop(rows, number, self.gone)
        return True

    def _fine(self, rows: Ints, number: Ints | int) -> Bools:
        pattern = self.pattern
        values, alone = pattern.values[rows], (self.change_count[rows] == 1) & ~pattern.must_suppress[rows]
        low, high = self.down.without(rows, number), self.up.without(rows, number)
        fine: Bools = (
            ~pattern.to_protect[rows]
            | alone
            | meets_protection_level(pattern.rules, values - low, values + high)
        )
        return fine

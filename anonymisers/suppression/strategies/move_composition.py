"""A world in the making: exchanges of people, one after the other."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.local_program import multiples
from anonymisers.suppression.strategies.running_counts import Headcount
from anonymisers.suppression.strategies.suppression_pattern import Alternative, Pattern
from anonymisers.suppression.strategies.swap_schemes import Move
from anonymisers.tables.arrays import Floats, Ints

BONUS = 410 / 4096
"""What it is worth to change a cell that is not yet safe by one in a direction that it needs, beside the
price of withholding a cell. Like prices a multiple of 1/4096: so sums are exact in whatever order, and the
same on every machine."""


class Exchange(Protocol):
    """People who go from some corners of a box to the others."""

    @property
    def signs(self) -> Ints:
        """What each corner changes by, 1 or -1."""

    @property
    def ways(self) -> Iterable[Ints]:
        """The corners (n, dims) by the places of leaves; of several ways, all change the same cells."""

    @property
    def changed(self) -> tuple[Ints, Ints] | None:
        """The cells that it changes and by how much; None where that is not known yet."""


class Ledger:
    """What it costs that cells change further, beside a pattern and in one world in the making.

    `rise` and `fall` tell for each cell, and one for the number -1, what it costs that it has one more or
    one less: what withholding it costs, less a bonus where that shows a cell to be safe that is not yet;
    infinite where it must not change. `change` is what the world has changed so far.
    """

    def __init__(self, pattern: Pattern, price: Floats, cap: int | None) -> None:
        """`price`: of withholding each cell. No cell of more than `cap` people is withheld."""
        self._pattern, self._price, self._cap = pattern, price, cap
        size = len(pattern.padded_values)
        self.change, self.up, self.down = (np.zeros(size, dtype=np.int64) for _ in range(3))
        self.base, self.rise, self.fall = np.zeros(size), np.zeros(size), np.zeros(size)
        self.renew(np.arange(size - 1))

    def renew(self, rows: Ints) -> None:
        """These cells are as in the true world, and what the pattern says of them counts."""
        pattern = self._pattern
        hidden, locked = pattern.hidden[rows], pattern.fixed[rows]
        if self._cap is not None:
            locked = locked | ((pattern.values[rows] > self._cap) & ~hidden)
        self.base[rows] = np.where(locked, np.inf, np.where(hidden, 0.0, self._price[rows]))
        self.change[rows] = self.up[rows] = self.down[rows] = 0
        cells = rows[hidden & pattern.asked[rows] & ~pattern.safe(rows)]
        if len(cells):
            self.up[cells], self.down[cells] = pattern.lacking(cells)
        self.reckon(rows)

    def reckon(self, rows: Ints) -> None:
        """What it costs that these cells change further."""
        change, base = self.change[rows], self.base[rows]
        up, down = self.up[rows], self.down[rows]
        rise = ((change >= 0) & (change < up)).astype(np.float64) - ((change < 0) & (change >= -down))
        fall = ((change <= 0) & (-change < down)).astype(np.float64) - ((change > 0) & (change <= up))
        least = self._pattern.values[rows] + change <= self._pattern.least[rows]
        self.rise[rows] = base - BONUS * rise
        self.fall[rows] = np.where(least, np.inf, base - BONUS * fall)

    def wanted(self, cell: int, *, up: bool = True, down: bool = True) -> int:
        """By how much more a cell should change in this world, up or down as far as that may be."""
        change, rise, fall = int(self.change[cell]), int(self.up[cell]), int(self.down[cell])
        if change > 0 or (change == 0 and rise and up):
            return max(0, rise - change) if up else 0
        return -max(0, fall + change) if down else 0


class Composition:
    """One world in the making, at first the true one.

    What it changes of a ledger and a headcount is put back by `close`: there is one at a time of each.
    """

    def __init__(self, pattern: Pattern, ledger: Ledger, head: Headcount) -> None:
        """The true world."""
        self._pattern, self._ledger, self._head = pattern, ledger, head
        self._leaves = [d.leaves for d in pattern.system.dims]
        self._places = [np.cumsum(d.is_leaf) - 1 for d in pattern.system.dims]
        self._people: list[tuple[Ints, Ints]] = []
        self._touched: list[Ints] = []

    @property
    def costs(self) -> tuple[Floats, Floats]:
        """What it costs that each cell rises by one, and that it falls."""
        return self._ledger.rise, self._ledger.fall

    def change(self, cell: int) -> int:
        """By how much a cell is changed so far."""
        return int(self._ledger.change[cell])

    def hold(self, cell: int) -> None:
        """Leave a cell from now on as it is in this world."""
        rows = np.array([cell])
        self._touched.append(rows)
        self._ledger.base[rows] = np.inf
        self._ledger.reckon(rows)

    def begin(self, alternative: Alternative) -> Ints | None:
        """Begin with the furthest multiple of an alternative; where people are new; None if it cannot be."""
        pattern, ledger = self._pattern, self._ledger
        rows, amounts = alternative.rows, alternative.amounts * alternative.most
        if (pattern.values[rows] + ledger.change[rows] + amounts < pattern.least[rows]).any():
            return None
        places = np.stack([own[alternative.coords[:, a]] for a, own in enumerate(self._places)], axis=1)
        numbers, change = self._head.numbers(places), alternative.change * alternative.most
        before = self._head.flat[numbers]
        if (before + change < 0).any():
            return None
        self._go(numbers, change)
        self._touched.append(rows)
        ledger.change[rows] += amounts
        ledger.base[rows] = 0.0
        ledger.reckon(rows)
        new: Ints = places[(change > 0) & (before == 0)]
        return new

    def take(self, exchange: Exchange, moved: frozenset[int], most: int) -> int:
        """Exchange people, as often as it can be done and `most` times at most; how often it was.

        `moved` are the dimensions in which somebody may change.
        """
        rows, amounts = exchange.changed or self._rows(next(iter(exchange.ways)), exchange.signs, moved)
        left = most = min(most, self._slack(rows, amounts))
        signs = exchange.signs
        for corners in exchange.ways:
            numbers = self._head.numbers(corners)
            times = min(left, int(self._head.flat[numbers[signs < 0]].min()))
            self._go(numbers, signs * times)
            left -= times
            if not left:
                break
        ledger = self._ledger
        self._touched.append(rows)
        ledger.change[rows] += amounts * (most - left)
        ledger.base[rows[np.isfinite(ledger.base[rows])]] = 0.0
        ledger.reckon(rows)
        return most - left

    def close(self) -> Alternative | None:
        """The world as an alternative; None for the true one. Everything is put back."""
        rows = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *self._touched]))
        amounts = self._ledger.change[rows]
        self.abandon()
        if not self._people:
            return None
        numbers, place = np.unique(np.concatenate([n for n, _ in self._people]), return_inverse=True)
        weights = np.concatenate([own for _, own in self._people])
        change = np.rint(np.bincount(place.ravel(), weights=weights)).astype(np.int64)
        numbers, change = numbers[change != 0], change[change != 0]
        if not len(numbers):
            return None
        sums = rows[amounts != 0], amounts[amounts != 0]
        counts = self._head.flat[numbers].astype(np.int64)
        coords, move = self._coords(self._head.places(numbers)), Move(tuple(range(len(self._leaves))), ())
        ends = multiples(self._pattern, counts, change, sums, inner_cells=False)
        return Alternative(move, coords, change, *ends, *sums)

    def abandon(self) -> None:
        """Put everything back."""
        for rows in self._touched:
            self._ledger.renew(rows)
        for numbers, change in self._people:
            self._head.flat[numbers] -= change.astype(np.int32)

    def _go(self, numbers: Ints, change: Ints) -> None:
        """People leave some combinations of leaves and come to others; each stands there once."""
        self._people.append((numbers, change))
        self._head.flat[numbers] += change.astype(np.int32)

    def _coords(self, corners: Ints) -> NDArray[np.int32]:
        columns = [own[corners[:, axis]] for axis, own in enumerate(self._leaves)]
        return np.stack(columns, axis=1).astype(np.int32)

    def _rows(self, corners: Ints, signs: Ints, moved: frozenset[int]) -> tuple[Ints, Ints]:
        """The cells that an exchange changes, and by how much."""
        rows = self._pattern.system.above(self._coords(corners), moved)
        cells, place = np.unique(rows, return_inverse=True)
        weights = np.repeat(signs.astype(np.float64), rows.shape[1])
        amounts = np.rint(np.bincount(place.ravel(), weights=weights)).astype(np.int64)
        real = (cells >= 0) & (amounts != 0)
        return cells[real], amounts[real]

    def _slack(self, rows: Ints, amounts: Ints) -> int:
        """How often an exchange can be done before a cell has fewer people than it is known to have."""
        falling = amounts < 0
        values = self._pattern.values[rows[falling]] + self._ledger.change[rows[falling]]
        room = values - self._pattern.least[rows[falling]]
        return max(1, int((room // -amounts[falling]).min(initial=2**30)))

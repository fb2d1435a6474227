"""A world in the making: exchanges of people, one after the other."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from anonymisers.attempt import Place
from anonymisers.moves import Move
from anonymisers.pattern import Alternative, Pattern

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Counts = NDArray[np.int32]

BONUS = 0.1
"""What it is worth to change a cell that is not yet safe by one in a direction that it needs, beside the
price of withholding a cell."""


class Exchange(Protocol):
    """People who go from some corners of a box to the others."""

    @property
    def signs(self) -> Ints:
        """What each corner changes by, 1 or -1."""

    @property
    def ways(self) -> Iterable[Ints]:
        """The corners (n, dims) by the places of leaves; of several ways, all change the same cells."""


class Composition:
    """One world in the making, at first the true one.

    `rise` and `fall` tell for each cell, and one for the number -1, what it costs that it has one more or
    one less: what withholding it costs, less a bonus where that shows a cell to be safe that is not yet;
    infinite where it must not change. `counts` holds the world's people while it is made, and is put back by
    `close`.
    """

    def __init__(self, pattern: Pattern, price: Floats, counts: Counts, cap: int | None) -> None:
        """`price`: of withholding each cell. No cell of more than `cap` people is withheld."""
        self._pattern = pattern
        self._counts = counts
        self._leaves = [d.leaves for d in pattern.system.dims]
        self._people: dict[tuple[int, ...], int] = {}
        self._moved: frozenset[int] = frozenset()
        self.change = np.zeros(len(pattern.padded_values), dtype=np.int64)
        locked = pattern.padded_fixed
        if cap is not None:
            locked = locked | ((pattern.padded_values > cap) & ~pattern.padded_hidden)
        self._base = np.where(locked, np.inf, np.where(pattern.padded_hidden, 0.0, price))
        self._base[-1] = 0.0
        self._up = np.zeros(len(self.change), dtype=np.int64)
        self._down = self._up.copy()
        cells = pattern.open_cells()
        if len(cells):
            self._up[cells], self._down[cells] = pattern.lacking(cells)
        self.rise, self.fall = np.empty_like(self._base), np.empty_like(self._base)
        self._reckon(np.arange(len(self.change)))

    def wanted(self, cell: int, *, up: bool = True, down: bool = True) -> int:
        """By how much more a cell should change in this world, up or down as far as that may be."""
        change, rise, fall = int(self.change[cell]), int(self._up[cell]), int(self._down[cell])
        if change > 0 or (change == 0 and rise and up):
            return max(0, rise - change) if up else 0
        return -max(0, fall + change) if down else 0

    def hold(self, cell: int) -> None:
        """Leave a cell from now on as it is in this world."""
        self._base[cell] = np.inf
        self._reckon(np.array([cell]))

    def begin(self, alternative: Alternative) -> Ints | None:
        """Begin with the furthest multiple of an alternative; where people are new; None if it cannot be."""
        places = np.stack(
            [np.searchsorted(own, alternative.coords[:, a]) for a, own in enumerate(self._leaves)], axis=1
        )
        change = alternative.change * alternative.most
        rows, amounts = alternative.rows, alternative.amounts * alternative.most
        before = self._counts[tuple(places.T)]
        values = self._pattern.values[rows] + self.change[rows] + amounts
        if (before + change < 0).any() or (values < self._pattern.least[rows]).any():
            return None
        for corner, own in zip(map(tuple, places.tolist()), change.tolist(), strict=True):
            self._people[corner] = self._people.get(corner, 0) + own
            self._counts[corner] += own
        self._moved |= frozenset(range(len(self._leaves)))
        self.change[rows] += amounts
        self._base[rows] = 0.0
        self._reckon(rows)
        new: Ints = places[(change > 0) & (before == 0)]
        return new

    def take(self, exchange: Exchange, moved: frozenset[int], most: int) -> int:
        """Exchange people, as often as it can be done and `most` times at most; how often it was.

        `moved` are the dimensions in which somebody may change.
        """
        rows, amounts = self._rows(next(iter(exchange.ways)), exchange.signs, moved)
        left = most = min(most, self._slack(rows, amounts))
        self._moved |= moved
        falling = exchange.signs < 0
        for corners in exchange.ways:
            times = min(left, int(self._counts[tuple(corners.T)][falling].min()))
            for corner, sign in zip(map(tuple, corners.tolist()), exchange.signs.tolist(), strict=True):
                self._people[corner] = self._people.get(corner, 0) + sign * times
                self._counts[corner] += sign * times
            left -= times
            if not left:
                break
        self.change[rows] += amounts * (most - left)
        self._base[rows[np.isfinite(self._base[rows])]] = 0.0
        self._reckon(rows)
        return most - left

    def close(self) -> Alternative | None:
        """The world as an alternative; None for the true one. The counts are put back."""
        for corner, moved in self._people.items():
            self._counts[corner] -= moved
        corners = sorted(corner for corner, moved in self._people.items() if moved)
        if not corners:
            return None
        coords = self._coords(np.array(corners, dtype=np.int64))
        change = np.array([self._people[c] for c in corners], dtype=np.int64)
        system, axes = self._pattern.system, tuple(range(len(self._leaves)))
        counts = self._pattern.people.by(axes).count(coords)
        rows = system.above(coords, self._moved)
        return Place(Move(axes, ()), coords, rows, counts).alternative(
            self._pattern, change, inner_cells=False
        )

    def _reckon(self, rows: Ints) -> None:
        """What it costs that these cells change further."""
        change, base = self.change[rows], self._base[rows]
        up, down = self._up[rows], self._down[rows]
        rise = ((change >= 0) & (change < up)).astype(np.float64) - ((change < 0) & (change >= -down))
        fall = ((change <= 0) & (-change < down)).astype(np.float64) - ((change > 0) & (change <= up))
        self.rise[rows] = base - BONUS * rise
        self.fall[rows] = base - BONUS * fall
        least = self._pattern.padded_values[rows] + change <= self._pattern.least[rows]
        self.fall[rows[least]] = np.inf
        self.rise[-1] = self.fall[-1] = 0.0

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
        values = self._pattern.values[rows[falling]] + self.change[rows[falling]]
        room = values - self._pattern.least[rows[falling]]
        return max(1, int((room // -amounts[falling]).min(initial=2**30)))

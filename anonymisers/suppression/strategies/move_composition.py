"""Composition of a move from swaps of a few people each: a sum of moves is a move."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.local_program import multiples
from anonymisers.suppression.strategies.running_counts import RunningCounts
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove, SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.arrays import Floats, Ints
from anonymisers.tables.linked_tables import changed_cells


@dataclass(frozen=True)
class MoveCompositionTuning:
    """What a swap is credited with while a move is composed."""

    bonus: float = 410 / 4096
    """Credit for a needed change, by one, of a cell not yet safe. Like the costs of cells a multiple of
    1/4096: sums are exact in any order, and the same on every machine."""


TUNING = MoveCompositionTuning()


class Swap(Protocol):
    """People who go from some corners of a product of codes to the others."""

    @property
    def signs(self) -> Ints:
        """The change of each corner, 1 or -1."""

    @property
    def corner_sets(self) -> Iterable[Ints]:
        """The corners (n, dims) by the places of leaves; all sets change the same cells."""

    @property
    def changed(self) -> tuple[Ints, Ints] | None:
        """The changed cells and by how much; None if not known yet."""


class MoveLog:
    """The changes of a composed move so far, and the cost of changing each cell further.

    `rise` and `fall`: for each cell, and for the number -1, the cost of one more or one person less: the cost
    of suppressing the cell, less a bonus if the change helps a cell not yet safe; infinite if the cell must
    not change. `change`: the changes so far.
    """

    def __init__(self, pattern: SuppressionPattern, cell_costs: Floats, cap: int | None) -> None:
        """Begin without changes. `cell_costs`: cost of suppressing each cell; `cap`: largest cell to
        suppress."""
        self._pattern, self._cell_costs, self._cap = pattern, cell_costs, cap
        size = len(pattern.padded_values)
        self.change, self.up, self.down = (np.zeros(size, dtype=np.int64) for _ in range(3))
        self.base, self.rise, self.fall = np.zeros(size), np.zeros(size), np.zeros(size)
        self.reset(np.arange(size - 1))

    def reset(self, rows: Ints) -> None:
        """Reset these cells to the true table, and take their costs from the pattern."""
        pattern = self._pattern
        suppressed, locked = pattern.suppressed[rows], pattern.fixed[rows]
        if self._cap is not None:
            locked = locked | ((pattern.values[rows] > self._cap) & ~suppressed)
        self.base[rows] = np.where(locked, np.inf, np.where(suppressed, 0.0, self._cell_costs[rows]))
        self.change[rows] = self.up[rows] = self.down[rows] = 0
        cells = rows[suppressed & pattern.to_protect[rows] & ~pattern.safe(rows)]
        if len(cells):
            self.up[cells], self.down[cells] = pattern.missing_change(cells)
        self.update_costs(rows)

    def update_costs(self, rows: Ints) -> None:
        """Update the cost of changing these cells further."""
        change, base = self.change[rows], self.base[rows]
        up, down = self.up[rows], self.down[rows]
        rise = ((change >= 0) & (change < up)).astype(np.float64) - ((change < 0) & (change >= -down))
        fall = ((change <= 0) & (-change < down)).astype(np.float64) - ((change > 0) & (change <= up))
        least = self._pattern.values[rows] + change <= self._pattern.least[rows]
        self.rise[rows] = base - TUNING.bonus * rise
        self.fall[rows] = np.where(least, np.inf, base - TUNING.bonus * fall)

    def wanted_change(self, cell: int, *, up: bool = True, down: bool = True) -> int:
        """Return by how much a cell should still change in this move, up or down where allowed."""
        change, rise, fall = int(self.change[cell]), int(self.up[cell]), int(self.down[cell])
        if change > 0 or (change == 0 and rise and up):
            return max(0, rise - change) if up else 0
        return -max(0, fall + change) if down else 0


class MoveComposition:
    """One move while it is composed, at first without changes.

    `finish` undoes all changes of the log and the running counts: only a single composition may use both at a
    time.
    """

    def __init__(self, pattern: SuppressionPattern, log: MoveLog, running_counts: RunningCounts) -> None:
        """Begin with the true table."""
        self._pattern, self._log, self._running_counts = pattern, log, running_counts
        self._leaves = [d.leaves for d in pattern.system.dims]
        self._places = [np.cumsum(d.is_leaf) - 1 for d in pattern.system.dims]
        self._people: list[tuple[Ints, Ints]] = []
        self._touched: list[Ints] = []

    @property
    def costs(self) -> tuple[Floats, Floats]:
        """The cost of each cell's rise by one, and of each cell's fall by one."""
        return self._log.rise, self._log.fall

    def change(self, cell: int) -> int:
        """Return by how much a cell has changed so far."""
        return int(self._log.change[cell])

    def keep_cell(self, cell: int) -> None:
        """Keep a cell from now on as it is in this move."""
        rows = np.array([cell])
        self._touched.append(rows)
        self._log.base[rows] = np.inf
        self._log.update_costs(rows)

    def start_with(self, move: MarkovMove) -> Ints | None:
        """Begin with the largest multiple of a known move; return inner cells that are new, or None if
        infeasible."""
        pattern, log = self._pattern, self._log
        rows, amounts = move.rows, move.amounts * move.most
        if (pattern.values[rows] + log.change[rows] + amounts < pattern.least[rows]).any():
            return None
        places = np.stack([own[move.coords[:, a]] for a, own in enumerate(self._places)], axis=1)
        numbers, change = self._running_counts.numbers(places), move.change * move.most
        before = self._running_counts.flat[numbers]
        if (before + change < 0).any():
            return None
        self._go(numbers, change)
        self._touched.append(rows)
        log.change[rows] += amounts
        log.base[rows] = 0.0
        log.update_costs(rows)
        new: Ints = places[(change > 0) & (before == 0)]
        return new

    def apply(self, swap: Swap, swapped: frozenset[int], most: int) -> int:
        """Apply a swap as often as possible, at most `most` times, and return the number of times.

        `swapped`: the dimensions in which people may change.
        """
        rows, amounts = swap.changed or self._rows(next(iter(swap.corner_sets)), swap.signs, swapped)
        left = most = min(most, self._slack(rows, amounts))
        signs = swap.signs
        for corners in swap.corner_sets:
            numbers = self._running_counts.numbers(corners)
            times = min(left, int(self._running_counts.flat[numbers[signs < 0]].min()))
            self._go(numbers, signs * times)
            left -= times
            if not left:
                break
        log = self._log
        self._touched.append(rows)
        log.change[rows] += amounts * (most - left)
        log.base[rows[np.isfinite(log.base[rows])]] = 0.0
        log.update_costs(rows)
        return most - left

    def finish(self) -> MarkovMove | None:
        """Return the composed move, None without any change, and undo all changes of the log and the
        counts."""
        rows = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *self._touched]))
        amounts = self._log.change[rows]
        self.undo()
        if not self._people:
            return None
        numbers, place = np.unique(np.concatenate([n for n, _ in self._people]), return_inverse=True)
        weights = np.concatenate([own for _, own in self._people])
        change = np.rint(np.bincount(place.ravel(), weights=weights)).astype(np.int64)
        numbers, change = numbers[change != 0], change[change != 0]
        if not len(numbers):
            return None
        sums = rows[amounts != 0], amounts[amounts != 0]
        counts = self._running_counts.flat[numbers].astype(np.int64)
        coords, scheme = (
            self._coords(self._running_counts.places(numbers)),
            SwapScheme(tuple(range(len(self._leaves))), ()),
        )
        ends = multiples(self._pattern, counts, change, sums, inner_cells=False)
        return MarkovMove(scheme, coords, change, *ends, *sums)

    def undo(self) -> None:
        """Undo all changes of the log and the counts."""
        for rows in self._touched:
            self._log.reset(rows)
        for numbers, change in self._people:
            self._running_counts.flat[numbers] -= change.astype(np.int32)

    def _go(self, numbers: Ints, change: Ints) -> None:
        """Move people from some combinations of leaves to others; each combination occurs once."""
        self._people.append((numbers, change))
        self._running_counts.flat[numbers] += change.astype(np.int32)

    def _coords(self, corners: Ints) -> NDArray[np.int32]:
        columns = [own[corners[:, axis]] for axis, own in enumerate(self._leaves)]
        return np.stack(columns, axis=1).astype(np.int32)

    def _rows(self, corners: Ints, signs: Ints, swapped: frozenset[int]) -> tuple[Ints, Ints]:
        """Return the cells that a swap changes, and by how much."""
        return changed_cells(self._pattern.system.above(self._coords(corners), swapped), signs)

    def _slack(self, rows: Ints, amounts: Ints) -> int:
        """Return how often a swap can be applied before a cell falls below its known least value."""
        falling = amounts < 0
        values = self._pattern.values[rows[falling]] + self._log.change[rows[falling]]
        room = values - self._pattern.least[rows[falling]]
        return max(1, int((room // -amounts[falling]).min(initial=2**30)))

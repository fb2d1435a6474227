"""Suppression of a magnitude table, by linear programs for one withheld cell after another.

A *world* is a feasible table, another table of amounts of 0 or more that agrees with all shown cells, as the
difference from the true table. The changes of a cell over the worlds are a proven part of the cell's
feasibility interval, since any mixture of worlds is a world.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix, hstack, identity, vstack  # type: ignore[import-untyped]

from anonymisers.errors import ProtectionError
from anonymisers.magnitudes.magnitude_cells import MagnitudeCells
from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.tables.arrays import Bools, Floats
from anonymisers.tables.keyed_random import random_fractions

STILL = 1e-7
"""A smaller change, as a share of the change that a program asks for, counts as no change."""
CLOSE = 1e-6
"""The share by which an interval may be too narrow: programs are solved in floating point."""
STEP = 1e-4
FARTHEST = 1e4


@dataclass(eq=False)
class MagnitudeSuppression:
    """The search: rows `suppressed`, and the worlds found so far, as changes of all rows."""

    cells: MagnitudeCells
    suppressed: Bools
    locked: Bools
    cost: Floats
    worlds: list[Floats]

    @classmethod
    def of(cls, cells: MagnitudeCells, rules: MagnitudeRules, key: bytes) -> "MagnitudeSuppression":
        """The state before the search: sensitive rows and rows in no table are withheld."""
        suppressed = cells.sensitive | cells.beyond
        locked = np.zeros(len(suppressed), dtype=np.bool_)
        locked[0] = True
        if suppressed[0]:
            raise ProtectionError("the total itself gives somebody away: nothing can be released")
        if rules.publish_zeros:
            locked |= (cells.people == 0) & ~cells.beyond
        cost = np.sqrt(1.0 + cells.sums) * (1 + 0.2 * random_fractions(key, "amounts", len(suppressed)))
        return cls(cells, suppressed, locked, np.rint(cost * 1024) / 1024, [])

    def run(self) -> Bools:
        """The rows to withhold, as a mask (rows,). Raises ProtectionError if no safe pattern is found."""
        self._cover()
        self._drop_idle()
        self._cover()
        self._apply_singleton_rule()
        return self.suppressed

    def reach(self) -> tuple[Floats, Floats]:
        """The least and the largest change (rows,) of each row over the worlds."""
        low, high = np.zeros(len(self.suppressed)), np.zeros(len(self.suppressed))
        for world in self.worlds:
            np.minimum(low, world, out=low)
            np.maximum(high, world, out=high)
        return low, high

    def _to_protect(self) -> Bools:
        """Rows to protect: withheld cells of tables, and sensitive rows in no table."""
        return self.suppressed & (~self.cells.beyond | self.cells.sensitive)

    def _cover(self) -> None:
        while True:
            low, high = self.reach()
            missing = self.cells.needed - (high - low)
            todo = np.flatnonzero(self._to_protect() & (missing > CLOSE * self.cells.needed))
            if not len(todo):
                return
            row = int(todo[np.argmax(missing[todo])])
            self._widen(row, float(missing[row]), float(low[row]), float(high[row]))

    def _widen(self, row: int, missing: float, low: float, high: float) -> None:
        """Add a world that widens the interval of a row, by the missing width if possible."""
        value, total = float(self.cells.sums[row]), float(self.cells.sums[0])
        for amount in (high + missing, low - min(missing, value + low), total - value):
            if amount > high or amount < low:
                found = self._world(row, amount)
                if found is not None:
                    self._take(row, found)
                    return
        self._take(row, None)

    def _take(self, row: int, found: Floats | None) -> None:
        if found is None:
            message = f"no safe pattern was found for {self.cells.name(row)}"
            raise ProtectionError(message, remedy="Drop a level or a table.")
        self.worlds.append(found)
        self.suppressed |= found != 0

    def _apply_singleton_rule(self) -> None:
        """Add worlds for the singleton rule, which change a sensitive row and leave a singleton's row."""
        cells = self.cells
        few = cells.sensitive & (cells.people > 0)
        for own in np.flatnonzero(self.suppressed & (cells.single >= 0)).tolist():
            others = few & self.suppressed & ((cells.single < 0) | (cells.single != cells.single[own]))
            for row in np.flatnonzero(others).tolist():
                if any(w[own] == 0 and w[row] != 0 for w in self.worlds):
                    continue
                amount = max(1.0, float(cells.needed[row]))
                self.locked[own] = True
                found = self._world(row, amount)
                if found is None and cells.sums[row]:
                    found = self._world(row, -float(cells.sums[row]))
                self.locked[own] = False
                self._take(row, found)
                self._cover()

    def _drop_idle(self) -> None:
        """Remove worlds that no row needs, costliest first, and show rows that no other world changes."""
        primary = self.cells.sensitive | self.cells.beyond
        worlds = np.array(self.worlds).reshape(len(self.worlds), len(self.suppressed))
        kept = np.ones(len(worlds), dtype=np.bool_)
        for number in np.argsort(-((worlds != 0) @ self.cost), kind="stable").tolist():
            kept[number] = False
            left = worlds[kept]
            suppressed = primary | (left != 0).any(axis=0)
            width = left.max(axis=0, initial=0.0) - left.min(axis=0, initial=0.0)
            asked = suppressed & (~self.cells.beyond | self.cells.sensitive)
            if (asked & (width < (1 - CLOSE) * self.cells.needed)).any():
                kept[number] = True
        self.worlds = list(worlds[kept])
        self.suppressed = primary | (worlds[kept] != 0).any(axis=0)

    def _world(self, row: int, amount: float) -> Floats | None:
        """The cheapest world with a given change of a row; None if there is no such world."""
        cells, unit = self.cells, abs(amount)
        size = cells.matrix.shape[1]
        shown = np.flatnonzero(~self.suppressed & ~self.locked)
        held = np.append(np.flatnonzero(self.locked), row)
        change = hstack([cells.matrix, -cells.matrix], format="csr")
        give = identity(len(shown), format="csr")
        rows = vstack(
            [
                hstack([change[shown], -give, give]),
                hstack([change[held], _nothing(len(held), 2 * len(shown))]),
            ],
            format="csr",
        )
        target = np.zeros(rows.shape[0])
        target[-1] = np.sign(amount)
        down = np.minimum(cells.inner / unit, FARTHEST)
        upper = np.concatenate([np.full(size, FARTHEST), down, np.full(2 * len(shown), np.inf)])
        bounds = np.column_stack([np.zeros(len(upper)), upper])
        cost = self.cost[shown] / self.cost.max()
        objective = np.concatenate([np.full(2 * size, STEP), cost, cost])
        result = linprog(objective, A_eq=rows, b_eq=target, bounds=bounds, method="highs")
        if result.status != 0:
            return None
        moved = cells.matrix @ (result.x[:size] - result.x[size : 2 * size])
        moved[np.abs(moved) <= STILL] = 0.0
        moved[self.locked] = 0.0
        world: Floats = moved * unit
        return world


def _nothing(rows: int, columns: int) -> csr_matrix:
    return csr_matrix((rows, columns))

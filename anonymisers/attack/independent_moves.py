"""Moves of the true table that change a small cell and keep singletons' cells fixed, a few cells each.

A singleton learns nothing of a cell that can change while the singleton's own cell does not. A move of a
dozen cells changes hardly any singleton's cell, so that for one small cell a single move settles nearly all
singletons: only the singletons changed by *every* move found for the cell remain. The next move is sought
around the remaining singletons. Every move found counts for all cells changed by the move.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from anonymisers.attack.polytope import EXACT
from anonymisers.attack.small_programs import Neighbourhoods
from anonymisers.tables.arrays import Floats, Ints

SIZES = (150, 300, 600, 1200, 2400)
"""Size of the neighbourhood of a cell that a singleton might compute, growing; the whole part comes last."""
STILL = 1e-4
"""A cell has changed when its value changed by more than STILL."""
USUAL, OWNED, AVOIDED = 1.0, 1.5, 1000.0
"""Cost of changing a cell by one person: any cell, a singleton's cell, a cell changed by every move so far.
"""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Columns of a part: `own` hold a singleton's cell, `small` a small cell; `truth` are the true values."""

    own: Ints
    small: Ints
    truth: Floats


class IndependentMoves:
    """The moves found in one part, as far as the candidates need them; sought with `Neighbourhoods`."""

    def __init__(
        self, candidates: Candidates, neighbourhoods: Neighbourhoods, check_time: Callable[[], None]
    ) -> None:
        self._truth, self._neighbourhoods, self._check_time = candidates.truth, neighbourhoods, check_time
        self._owned, self._small = np.zeros((2, len(candidates.truth)), dtype=np.bool_)
        self._owned[candidates.own], self._small[candidates.small] = True, True
        self._cost = np.where(self._owned, OWNED, USUAL)
        self._left: dict[int, frozenset[int]] = {}

    @property
    def left(self) -> Mapping[int, frozenset[int]]:
        """For each small cell changed by some move: the singletons' cells changed by all of these moves."""
        return self._left

    def seek(self) -> None:
        """Look for moves of all small cells until larger neighbourhoods settle no more. Raises
        OutOfTimeError."""
        for size in (*SIZES, len(self._truth)):
            for column in np.flatnonzero(self._small).tolist():
                while self._left.get(column, True) and self._settle(column, size):
                    pass

    def seek_beside(self, column: int, own: int) -> bool:
        """Return whether some move changes a small cell and keeps a singleton's cell fixed."""
        return any(self._change(column, size, own) for size in (SIZES[-1], len(self._truth)))

    def take(self, columns: Ints, change: Floats) -> None:
        """Remember a move of some of the columns that agrees with everything released."""
        moved = columns[np.abs(change) > STILL]
        stay = frozenset(moved[self._owned[moved]].tolist())
        whole = columns[np.abs(change) >= 1 - EXACT]
        for column in whole[self._small[whole]].tolist():
            self._left[column] = self._left.get(column, stay) & (stay - {column})

    def _settle(self, column: int, size: int) -> bool:
        """Look for a move that settles one more singleton; return whether there is such a move."""
        before = self._left.get(column)
        self._change(column, size, None)
        return self._left.get(column) != before

    def _change(self, column: int, size: int, held: int | None) -> bool:
        self._check_time()
        neighbourhood = self._neighbourhoods.neighbourhood(self._truth, column, size, held)
        cost = self._cost[neighbourhood.columns]
        cost[np.isin(neighbourhood.columns, list(self._left.get(column, ())))] = AVOIDED
        for step in (1.0, -1.0):
            found = neighbourhood.least_change(self._truth, column, step, cost)
            if found is not None:
                self.take(neighbourhood.columns, found)
                return True
        return False

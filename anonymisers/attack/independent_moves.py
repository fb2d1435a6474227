"""Changes of the true world that move a small cell and leave insiders' cells as they are, a few cells each.

An insider learns nothing of a cell that can change while his own does not. A change of a dozen cells moves
hardly any insider's cell, so for one small cell it settles nearly all insiders at once: only those stay whom
*every* change of the cell that was found moves. The next change is sought around them. Every change found is
remembered for all cells that it moves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from anonymisers.attack.polytope import EXACT
from anonymisers.attack.small_programs import Neighbourhoods
from anonymisers.tables.arrays import Floats, Ints

SIZES = (150, 300, 600, 1200, 2400)
"""Cells that may change around one that an insider might compute, ever more; last comes the whole part."""
STILL = 1e-4
"""A cell has changed when it changed by more than this."""
USUAL, OWNED, AVOIDED = 1.0, 1.5, 1000.0
"""Price of moving a cell by one person: any, one of an insider, one that every change so far has moved."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Columns of a part: `own` hold an insider's cell, `small` a small cell; `truth` is the value of each."""

    own: Ints
    small: Ints
    truth: Floats


class IndependentMoves:
    """The changes of one part that were found, as far as suspects care. Sought with `Nearby`."""

    def __init__(
        self, candidates: Candidates, neighbourhoods: Neighbourhoods, check_time: Callable[[], None]
    ) -> None:
        self._truth, self._neighbourhoods, self._check_time = candidates.truth, neighbourhoods, check_time
        self._owned, self._small = np.zeros((2, len(candidates.truth)), dtype=np.bool_)
        self._owned[candidates.own], self._small[candidates.small] = True, True
        self._price = np.where(self._owned, OWNED, USUAL)
        self._left: dict[int, frozenset[int]] = {}

    @property
    def left(self) -> Mapping[int, frozenset[int]]:
        """For each small cell that some change moves: the insiders' cells that all of these changes move."""
        return self._left

    def seek(self) -> None:
        """Look for changes of all small cells until wider ones settle no more. Raises OutOfTimeError."""
        for size in (*SIZES, len(self._truth)):
            for column in np.flatnonzero(self._small).tolist():
                while self._left.get(column, True) and self._settle(column, size):
                    pass

    def seek_beside(self, column: int, own: int) -> bool:
        """Whether there is a change of a small cell in which an insider's cell does not move."""
        return any(self._change(column, size, own) for size in (SIZES[-1], len(self._truth)))

    def take(self, columns: Ints, change: Floats) -> None:
        """Remember a change that agrees with everything released, of some of the columns."""
        moved = columns[np.abs(change) > STILL]
        stay = frozenset(moved[self._owned[moved]].tolist())
        whole = columns[np.abs(change) >= 1 - EXACT]
        for column in whole[self._small[whole]].tolist():
            self._left[column] = self._left.get(column, stay) & (stay - {column})

    def _settle(self, column: int, size: int) -> bool:
        """Whether a change was found that settles an insider more."""
        before = self._left.get(column)
        self._change(column, size, None)
        return self._left.get(column) != before

    def _change(self, column: int, size: int, held: int | None) -> bool:
        self._check_time()
        neighbourhood = self._neighbourhoods.neighbourhood(self._truth, column, size, held)
        price = self._price[neighbourhood.columns]
        price[np.isin(neighbourhood.columns, list(self._left.get(column, ())))] = AVOIDED
        for step in (1.0, -1.0):
            found = neighbourhood.least_change(self._truth, column, step, price)
            if found is not None:
                self.take(neighbourhood.columns, found)
                return True
        return False

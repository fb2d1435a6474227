"""The search by exchanges for one further table of two dimensions: moves of former tables are corrected, and
open cells of this table and of former ones are covered.

Programs for a cell of a former table take most of the time where many tables are linked, and mostly fail: no
published cell of a former table may change there. Two people who swap one of its dimensions and are alike in
all that is linked with it change that table alone.
"""

from dataclasses import dataclass, field

import numpy as np

from anonymisers.proof.world import World
from anonymisers.suppression.strategies.alternative_tables import lifted_worlds
from anonymisers.suppression.strategies.exchanges import Exchanges
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove, SuppressionPattern
from anonymisers.tables.arrays import Floats


@dataclass(frozen=True)
class ExchangeSearchTuning:
    """How much is tried for one cell."""

    moves_tried: int = 8
    """Known moves of a margin that are tried as the beginning of a move of a cell."""


TUNING = ExchangeSearchTuning()


@dataclass(eq=False)
class ExchangeSearch:
    """Exchanges for a further table by two dimensions `table`, and for former tables of two dimensions.

    `cap`: the largest cell of the further table that may be suppressed for a move of former tables.
    `keeps_former`: whether no published cell of a former table may be suppressed; else programs, which
    withhold less, cover the cells of former tables.
    """

    pattern: SuppressionPattern
    table: tuple[int, int]
    cell_costs: Floats
    cap: int
    keeps_former: bool = True
    _of: dict[tuple[int, int], Exchanges] = field(default_factory=dict, init=False)

    def has(self, cell: int) -> bool:
        """Whether the further table has a cell."""
        return self._exchanges(self.table).has(cell)

    def correct(self, move: MarkovMove, *, partly: bool = False) -> bool:
        """Find moves that change former tables as a move does, and no published cell of the further table;
        False when there are none.

        With `partly` published cells of at most `cap` people may change, and are suppressed then.
        """
        corrected = self._exchanges(self.table).corrected(move, self.cap if partly else -1)
        found = [one for one in corrected or () if partly or not self.pattern.added_cost(one)]
        for one in found:
            self.pattern.add(one)
        return corrected is not None and len(found) == len(corrected)

    def change(self, cell: int, amounts: tuple[int, ...]) -> bool:
        """Find a move that changes a cell of a table of two dimensions by one of the amounts, and add it;
        False when there is none, or the cell is in another table."""
        axes = self._axes_of(cell)
        if axes is None or not (self.keeps_former or axes == self.table):
            return False
        exchanges = self._exchanges(axes)
        for amount in amounts:
            move = exchanges.changing(cell, amount)
            if move is None and axes == self.table:
                move = self._with_margins(cell, amount)
            if move is not None:
                self.pattern.add(move)
                return True
        return False

    def _with_margins(self, cell: int, amount: int) -> MarkovMove | None:
        """Return a move that changes a cell together with its margins, beginning with a known move of
        these."""
        exchanges = self._exchanges(self.table)
        for world in self._of_margins(cell, amount):
            move = exchanges.changing(cell, amount, after=world, cap=self.cap)
            if move is not None:
                return move
        return None

    def _of_margins(self, cell: int, amount: int) -> list[World]:
        """The ends of known moves that change a margin of the cell in a direction, those that change it most
        first."""
        system, small = self.pattern.system, self.pattern.rules.is_sensitive(self.pattern.people.counts)
        lattice = system.blocks[0].lattice
        key = system.target(cell).key
        found: dict[tuple[int, int], int] = {}
        for axis in self.table:
            margin = key.copy()
            margin[axis] = system.dims[axis].root
            (number,) = lattice.cells(margin[None, :]).tolist()
            if number < 0 or not self.pattern.suppressed[number]:
                continue
            for move, (low, high) in self.pattern.move_index[number].items():
                reach = high if amount > 0 else -low
                if reach > 0:
                    found[move, number] = min(reach, abs(amount))
        worlds = []
        for move, number in sorted(found, key=lambda at: (-found[at], at))[: TUNING.moves_tried]:
            own = self.pattern.moves_by_number[move]
            row = int(np.flatnonzero(own.rows == number)[0])
            ends = [times for times in (own.least, own.most) if times]
            lifted = zip(ends, lifted_worlds(self.pattern.people, own, small), strict=True)
            worlds += [world for times, world in lifted if own.amounts[row] * times * amount > 0]
        return worlds

    def _axes_of(self, cell: int) -> tuple[int, int] | None:
        lattice = self.pattern.system.blocks[0].lattice
        axes = lattice.tables[int(lattice.table_of()[cell])] if cell < lattice.size else ()
        return (axes[0], axes[1]) if len(axes) == 2 else None

    def _exchanges(self, axes: tuple[int, int]) -> Exchanges:
        if axes not in self._of:
            self._of[axes] = Exchanges(self.pattern, axes, self.cell_costs)
        return self._of[axes]

"""Other worlds for tables that hang together like a tree: found in their bags, then dealt out to people."""

from collections.abc import Sequence

import numpy as np

from anonymisers.suppression.strategies.clique_dealing import Dealer
from anonymisers.suppression.strategies.junction_tree import Bag, bags_for, boxes_of, largest, with_guards
from anonymisers.suppression.strategies.junction_tree_program import TreeProgram
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.local_program import Place
from anonymisers.suppression.strategies.suppression_pattern import Alternative, Pattern
from anonymisers.suppression.strategies.swap_schemes import Move
from anonymisers.tables.arrays import Floats
from anonymisers.tables.linked_tables import LinkedTables

MOST_CELLS = 6_000
"""Cells of all bags up to which they are looked at together."""
MOST_OVER_ALL = 12_000
"""Cells of all bags up to which they are looked at where nothing else helps: seconds for one cell."""


class TreeSearch:
    """Finds alternatives for the cells of a pattern. `price`: what each unit costs where a cell is shown."""

    def __init__(self, pattern: Pattern, price: Floats, bags: tuple[Bag, ...]) -> None:
        self._pattern, self._dealer = pattern, Dealer(pattern.people, bags)
        self._program = TreeProgram(pattern, bags, self._dealer.counts())
        self._price = price[self._program.cells]
        self._ends = np.cumsum([len(bag.codes) for bag in bags])[:-1]
        self._every = Move(tuple(range(len(pattern.system.dims))), ())

    @classmethod
    def of(cls, pattern: Pattern, price: Floats) -> "TreeSearch | None":
        """None where tables share so many dimensions that it is of no use, or zeros are shown."""
        if pattern.rules.zeros == "publish":
            return None
        bags = bags_of(pattern.system)
        return None if bags is None else cls(pattern, price, bags)

    @classmethod
    def over_all(cls, pattern: Pattern, price: Floats) -> "TreeSearch | None":
        """For what nothing else finds, in one bag and about different people too; None with zeros shown."""
        if pattern.rules.zeros == "publish":
            return None
        bags = _bags(pattern.system, MOST_OVER_ALL)
        return None if bags is None else cls(pattern, price, bags)

    def find(self, cell: int, amounts: Sequence[int], cap: int | None, solver: Solver) -> Alternative | None:
        """A world that differs by one of some amounts in a cell: of several the one that withholds the fewest
        people besides. No cell of more than `cap` people is withheld for it."""
        best: tuple[int, Alternative] | None = None
        refused: list[int] = []
        for amount in amounts:
            # What cannot change by so much cannot change by more: less is a part of the way.
            if any(0 < less / amount <= 1 for less in refused):
                continue
            found = self._changed(cell, amount, cap, solver)
            if found is None:
                refused.append(amount)
                continue
            burden = self._pattern.burden(found)
            if best is None or burden < best[0]:
                best = burden, found
            if not burden:
                break
        return None if best is None else best[1]

    def _changed(self, cell: int, amount: int, cap: int | None, solver: Solver) -> Alternative | None:
        pattern, cells = self._pattern, self._program.cells
        hidden, locked = pattern.hidden[cells], pattern.fixed[cells]
        if cap is not None:
            locked = locked | ((pattern.counting[cells] > cap) & ~hidden)
        furthest = np.where(locked, 0.0, 2.0 * pattern.rules.threshold)
        room = np.minimum(pattern.values[cells], furthest), furthest
        price = np.where(hidden, 0.0, self._price)
        change = self._program.cheapest(price, room, (cell, amount), solver)
        if change is None:
            return None
        coords, people = self._dealer.dealt(np.split(change, self._ends))
        counts = pattern.people.margin(self._every.axes).count(coords)
        place = Place(self._every, coords, pattern.system.above(coords), counts)
        return place.alternative(pattern, people, inner_cells=False)


def bags_of(system: LinkedTables) -> tuple[Bag, ...] | None:
    """The bags of all tables of a system; None where it is of no use to look at them.

    That is where one bag holds all of them, where bags are too large, and where releases are about different
    people.
    """
    if any(block.guards or block.without is not None for block in system.blocks):
        return None
    bags = _bags(system, MOST_CELLS)
    return None if bags is None or len(bags) < 2 else bags


def _bags(system: LinkedTables, most: int) -> tuple[Bag, ...] | None:
    boxes = [with_guards(block, depths) for block in system.blocks for depths in boxes_of(block).tolist()]
    return bags_for(system.dims, largest(boxes), most)

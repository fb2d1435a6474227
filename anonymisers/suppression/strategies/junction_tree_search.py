"""Strategy "junction tree": moves found among the counts of cliques, then combined to people.

Used alone where zeros may be suppressed, tables share few dimensions and cutting planes did not solve the
pattern. Used as a last resort where releases are about different people. The strategy misses no feasible
table but for integrality.
"""

from collections.abc import Sequence

import numpy as np

from anonymisers.suppression.strategies.clique_dealing import CliqueDealing
from anonymisers.suppression.strategies.junction_tree import (
    Clique,
    cliques_for,
    maximal_tables,
    tables_of,
    with_guards,
)
from anonymisers.suppression.strategies.junction_tree_program import TUNING, JunctionTreeProgram
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.local_program import InnerCells
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove, SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.arrays import Floats
from anonymisers.tables.linked_tables import LinkedTables


class JunctionTreeSearch:
    """Finds moves for the cells of a pattern. `cell_costs`: cost of each unit by which a published cell
    changes."""

    def __init__(self, pattern: SuppressionPattern, cell_costs: Floats, cliques: tuple[Clique, ...]) -> None:
        self._pattern, self._dealing = pattern, CliqueDealing(pattern.people, cliques)
        self._program = JunctionTreeProgram(pattern, cliques, self._dealing.counts())
        self._cell_costs = cell_costs[self._program.cells]
        self._ends = np.cumsum([len(clique.codes) for clique in cliques])[:-1]
        self._every = SwapScheme(tuple(range(len(pattern.system.dims))), ())

    @classmethod
    def of(cls, pattern: SuppressionPattern, cell_costs: Floats) -> "JunctionTreeSearch | None":
        """Return the search; None where the cliques are too large or a single clique, or zeros are
        published."""
        if pattern.rules.zeros == "publish":
            return None
        cliques = cliques_of(pattern.system)
        return None if cliques is None else cls(pattern, cell_costs, cliques)

    @classmethod
    def over_all(cls, pattern: SuppressionPattern, cell_costs: Floats) -> "JunctionTreeSearch | None":
        """Return the search of last resort, also for releases about different people; None if zeros are
        published."""
        if pattern.rules.zeros == "publish":
            return None
        cliques = _cliques_within(pattern.system, TUNING.most_cells_as_last_resort)
        return None if cliques is None else cls(pattern, cell_costs, cliques)

    def find(self, cell: int, amounts: Sequence[int], cap: int | None, solver: Solver) -> MarkovMove | None:
        """Return a move changing a cell by any of some amounts; None without such a move.

        The move withholding the fewest further people is returned. No cell of more than `cap` people is
        suppressed for the move.
        """
        best: tuple[int, MarkovMove] | None = None
        refused: list[int] = []
        for amount in amounts:
            # A cell that cannot change by a smaller amount cannot change by a larger amount.
            if any(0 < less / amount <= 1 for less in refused):
                continue
            found = self._move(cell, amount, cap, solver)
            if found is None:
                refused.append(amount)
                continue
            added_cost = self._pattern.added_cost(found)
            if best is None or added_cost < best[0]:
                best = added_cost, found
            if not added_cost:
                break
        return None if best is None else best[1]

    def _move(self, cell: int, amount: int, cap: int | None, solver: Solver) -> MarkovMove | None:
        pattern, cells = self._pattern, self._program.cells
        suppressed, locked = pattern.suppressed[cells], pattern.fixed[cells]
        if cap is not None:
            locked = locked | ((pattern.weighted_people[cells] > cap) & ~suppressed)
        furthest = np.where(locked, 0.0, 2.0 * pattern.rules.threshold)
        room = np.minimum(pattern.values[cells], furthest), furthest
        cell_costs = np.where(suppressed, 0.0, self._cell_costs)
        change = self._program.cheapest(cell_costs, room, (cell, amount), solver)
        if change is None:
            return None
        coords, people = self._dealing.combined(np.split(change, self._ends))
        counts = pattern.people.margin(self._every.axes).count(coords)
        place = InnerCells(self._every, coords, pattern.system.above(coords), counts)
        return place.move(pattern, people, inner_cells=False)


def cliques_of(system: LinkedTables) -> tuple[Clique, ...] | None:
    """Return the cliques of all linked tables; None where a junction tree is of no use.

    A junction tree is of no use where one clique contains all tables, where cliques are too large, or where
    releases are about different people.
    """
    if any(block.guards or block.without is not None for block in system.blocks):
        return None
    cliques = _cliques_within(system, TUNING.most_cells)
    return None if cliques is None or len(cliques) < 2 else cliques


def _cliques_within(system: LinkedTables, most: int) -> tuple[Clique, ...] | None:
    tables = [with_guards(block, depths) for block in system.blocks for depths in tables_of(block).tolist()]
    return cliques_for(system.dims, maximal_tables(tables), most)

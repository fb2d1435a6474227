"""Feasible tables for small sums of inner cells that no protected table has (`proof.inner_sums`)."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.proof.inner_sums import InnerSums, changes, levels, unchanged, unchanged_sums
from anonymisers.proof.sum_numbers import Depths, Lifts
from anonymisers.proof.world import World
from anonymisers.suppression.strategies.alternative_tables import lifted_worlds, swapped_out
from anonymisers.suppression.strategies.exchanges_in_return import ExchangesInReturn, shuffled_in_return
from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.suppression.swaps_by_level import SwapsByLevel
from anonymisers.tables.arrays import Bools, Positions
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import TableBlock

FEW_SUMS = 150
"""Unchanged sums for each of which a world is looked for; for more, all people are shuffled first."""
MOST_SHUFFLES = 12
"""Feasible tables of shuffled people that are made for sums."""
ANYWAY, MOST_CHANGES = 3, 100_000
"""Such tables that are made however many people there are; and the changes of inner cells by all of them from
which on no further one is made: each changes fewer of the sums that are left, and certificates grow."""

Sum = tuple[int, ...]
"""A sum by the positions of its codes, the root where a dimension is at `Total`."""


@dataclass(frozen=True, eq=False)
class SumSearch:
    """Looks for feasible tables that change small sums, beside the moves of a finished search.

    `full`: the lattice of all tables that may be refused. `schemes` leave every protected table unchanged.
    """

    full: Lattice
    search: MoveSearch
    schemes: Sequence[SwapScheme]
    to_protect: Callable[[SuppressionPattern], Bools]
    key: bytes

    def further_worlds(
        self, worlds: Sequence[World], *, one_is_enough: bool = False
    ) -> tuple[list[World], frozenset[Sum]]:
        """Return worlds besides those given, and the small sums that still none of them changes.

        With `one_is_enough` the search ends with the first such sum.
        """
        fixed = set[Sum]()
        found, left = self._shuffled(list(self.unchanged(worlds)))
        further = _Changes(self.people.dims)
        known = len(found)  # shuffled people change none of what is left
        for level in left:
            for place in level.coords:
                further.add(found[known:])
                known = len(found)
                if not (further.of(level.depths, place) or self._changed(level, place, found)):
                    fixed.add(tuple(place.tolist()))
                    if one_is_enough:
                        return found, frozenset(fixed)
        return found, frozenset(fixed)

    def _shuffled(self, left: list[InnerSums]) -> tuple[list[World], list[InnerSums]]:
        """Return worlds of very many exchanges, where many sums are left and each would take long; and the
        sums that are left then.

        Of each world only the sums that no former world changes are asked.
        """
        found: list[World] = []
        for turn in range(MOST_SHUFFLES):
            changes = sum(len(world.change) for world in found)
            few = sum(len(sums.coords) for sums in left) < FEW_SUMS
            if few or (turn >= ANYWAY and changes >= MOST_CHANGES):
                break
            footprints = self.search.pattern.system.footprints
            found.append(shuffled_in_return(self.people, footprints, self.key, f"sums {turn}"))
            left = list(unchanged(self.people.dims, left, found[-1:]))
        return [world for world in found if len(world.change)], left

    def unchanged(self, worlds: Sequence[World]) -> Iterable[InnerSums]:
        """Yield the small sums that no world changes, but those with a protected cell."""
        threshold = self.search.pattern.rules.threshold
        return unchanged_sums(self.people, worlds, levels(self.full), threshold, self._settled)

    @property
    def people(self) -> BaseTable:
        """The people of all releases."""
        return self.search.pattern.people

    @cached_property
    def _in_return(self) -> ExchangesInReturn:
        return ExchangesInReturn(self.people, self.search.pattern.system.footprints)

    @cached_property
    def _by_level(self) -> SwapsByLevel:
        return SwapsByLevel(self.people, self.search.pattern.system)

    @property
    def _own(self) -> TableBlock:
        return self.search.pattern.system.blocks[0]

    def _settled(self, coords: Positions) -> Bools:
        cells = self._own.lattice.cells(coords)
        settled: Bools = (cells >= 0) & self._own.present[cells]
        return settled

    def _changed(self, sums: InnerSums, place: Positions, found: list[World]) -> bool:
        """Whether a world changes a sum, by moving somebody out of one of its inner cells.

        The worlds are added to `found`: a move may withhold further cells, and cover these by other moves.
        """
        inside = self._inside(place)
        members: list[int] = np.flatnonzero(inside.all(axis=1)).tolist()
        for inner in members:
            pair = swapped_out(self.people, self.schemes, inside, inner)
            if pair is not None:
                found.append(pair)
                return True
        for inner in members:
            four = self._in_return.changing(inside, inner)
            if four is not None:
                found.append(four)
                return True
        first = np.asarray(inside.all(axis=1), dtype=np.bool_)
        with suppress(ProtectionError):  # the steps of the solver are used up
            if self._changed_for_free(sums, place, first, found):
                return True
        for inner in members:
            pair = self._by_level.changing(inside, inner)
            if pair is not None:
                found.append(pair)
                return True
        with suppress(ProtectionError):
            return self._changed_at_a_cost(sums, place, first, found)
        return False

    def _changed_for_free(self, sums: InnerSums, place: Positions, first: Bools, found: list[World]) -> bool:
        """Whether a move that a program finds changes a sum, while no further cell is withheld."""
        dims = self.people.dims
        for move in self.search.free_moves(place, self.search.solver):
            for world in lifted_worlds(self.people, move, first):
                if changes(world, dims, sums.depths, place):
                    found.append(world)
                    return True
        return False

    def _changed_at_a_cost(self, sums: InnerSums, place: Positions, first: Bools, found: list[World]) -> bool:
        """Whether a move that a program finds changes a sum; more cells may be withheld for that."""
        moves = self.search.change_sum(place, self.to_protect)
        worlds = [world for move in moves for world in lifted_worlds(self.people, move, first)]
        found += worlds
        return any(changes(world, self.people.dims, sums.depths, place) for world in worlds)

    def _inside(self, place: Positions) -> Bools:
        """Whether the codes of each inner cell of the base table lie in those of a sum."""
        columns = [
            dim.covered_leaves(int(place[axis]))[self.people.coords[:, axis]]
            for axis, dim in enumerate(self.people.dims)
        ]
        return np.stack(columns, axis=1)


class _Changes:
    """The changes of all worlds so far, asked for one sum after another while worlds are added.

    Few sums are asked for, and most worlds move a few people: to number all sums of a level for each new
    world would take far longer.
    """

    def __init__(self, dims: Sequence[Hierarchy]) -> None:
        self._lifts = Lifts(dims)
        self._worlds = 0
        self._columns = [np.zeros(0, dtype=np.int64) for _ in dims]
        self._change = self._owner = np.zeros(0, dtype=np.int64)

    def add(self, worlds: Sequence[World]) -> None:
        """Add worlds to those that are asked."""
        for world in worlds:
            columns = zip(self._columns, world.coords.T, strict=True)
            self._columns = [np.concatenate([known, new]) for known, new in columns]
            self._change = np.concatenate([self._change, world.change])
            self._owner = np.concatenate([self._owner, np.full(len(world.change), self._worlds)])
            self._worlds += 1

    def of(self, depths: Depths, place: Positions) -> bool:
        """Whether any of the worlds changes the sum at a position (dims,) of a level."""
        rows = np.arange(len(self._change))
        for axis, depth in enumerate(depths):
            if depth != 0:
                lift = self._lifts.at(axis, depth)
                rows = rows[lift[self._columns[axis][rows]] == place[axis]]
        return bool(np.bincount(self._owner[rows], weights=self._change[rows]).any())

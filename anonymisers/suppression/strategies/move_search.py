"""The search for Markov moves: for one open cell after the other, by the strategy that suits the tables.

Strategies, in this order: the junction tree alone (`junction_tree_search`); moves of linked tables
(`linked_table_moves`); local search by small linear programs in the stages of a schedule (`search_schedule`);
at last all counts at once where releases are about different people.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import ProtectionError
from anonymisers.suppression.strategies.exchange_search import ExchangeSearch
from anonymisers.suppression.strategies.junction_tree_search import JunctionTreeSearch
from anonymisers.suppression.strategies.linear_program import PausedError, Solver
from anonymisers.suppression.strategies.linked_table_moves import TOGETHER, LinkedTableMoves
from anonymisers.suppression.strategies.local_program import (
    INNER,
    Neighbourhood,
    NeighbourhoodBuilder,
    SearchLimits,
)
from anonymisers.suppression.strategies.search_schedule import (
    NOTHING_MORE,
    ZEROS_ONLY,
    has_full_table,
    schedule_for,
)
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove, SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import linked_dimensions, schemes_for
from anonymisers.tables.linked_tables import Target


@dataclass(eq=False)
class MoveSearch:
    """Finds moves for the open cells of a pattern, cell by cell, and suppresses the cells that the moves
    change.

    `cell_costs`: cost of each unit by which a published cell changes. `after_cutting_planes`: whether cutting
    planes solved the pattern first.
    """

    pattern: SuppressionPattern
    cell_costs: NDArray[np.float64]
    solver: Solver = field(default_factory=Solver)
    after_cutting_planes: bool = False
    exchanges: ExchangeSearch | None = None
    steps_each_cell: int | None = None
    """Steps of the solver for one cell, where they are limited."""
    programs_first: bool = False
    """Whether programs are tried before exchanges for cells of a further table."""

    def __post_init__(self) -> None:
        system = self.pattern.system
        self._groups = linked_dimensions(system.footprints, len(system.dims))
        self._inner_cells = has_full_table(self.pattern)
        self._neighbourhoods = NeighbourhoodBuilder(
            self.pattern, self.cell_costs, inner_cells=self._inner_cells
        )
        self._linked_moves = (
            LinkedTableMoves(self.pattern, self.cell_costs) if LinkedTableMoves.usable(self.pattern) else None
        )
        self._schedule = schedule_for(
            self.pattern,
            after_cutting_planes=self.after_cutting_planes,
            linked=self._linked_moves is not None,
        )
        alone = self._linked_moves is None and not self.after_cutting_planes
        self._junction_tree = JunctionTreeSearch.of(self.pattern, self.cell_costs) if alone else None

    def cover(self, cell: int, limit: int | None = None) -> bool:
        """Find moves until the cell is shown to be safe; False when none can be found.

        With `limit` no cell of more people is suppressed for that.
        """
        target = self.pattern.system.target(cell)
        if self._junction_tree is not None:
            return self._cover_by_junction_tree(self._junction_tree, cell, limit)
        if self._cover_by_linked_moves(target, limit):
            return True
        later = self.programs_first and self.exchanges is not None and self.exchanges.has(cell)
        if not later and self._cover_by_exchanges(cell, limit):
            return True
        if self._in_vain(cell):
            raise ProtectionError("a cell of a former table cannot be covered beside a further table")
        with suppress(PausedError), self._bounded():
            if self._cover_by_stages(target, limit):
                return True
        # Where published cells of former tables may be suppressed, that comes before all of this table.
        after = later and self.exchanges is not None and self.exchanges.keeps_former
        if after and self._cover_by_exchanges(cell, limit):
            return True
        last = self._last_resort
        return self._safe(cell) or (last is not None and self._cover_by_junction_tree(last, cell, limit))

    def _in_vain(self, cell: int) -> bool:
        """Whether programs for a cell take long and find hardly anything: no published cell of a former table
        may change, and they are about all tables at once."""
        limited = self.exchanges is not None and self.steps_each_cell is not None
        return limited and not self.is_small and not (self.exchanges is not None and self.exchanges.has(cell))

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """Take no more steps of the solver than one cell may."""
        if self.steps_each_cell is not None:
            self.solver.pause_at = self.solver.steps + self.steps_each_cell
        try:
            yield
        finally:
            self.solver.pause_at = None

    def _cover_by_stages(self, target: Target, limit: int | None) -> bool:
        """Whether a cell becomes safe by moves of the stages of the schedule."""
        schemes = schemes_for(target.footprint, self._groups)
        for size, cap in self._schedule.stages:
            if limit is not None and (cap is None or cap > limit):
                break
            limits = [SearchLimits(scheme, size, cap, self._schedule.empty_share) for scheme in schemes]
            self._add_until_safe(target, limits)
            if self._safe(target.cell):
                return True
        return False

    @cached_property
    def _last_resort(self) -> JunctionTreeSearch | None:
        """All counts of one feasible table at once, where releases are about different people."""
        if self._linked_moves is not None or not any(block.guards for block in self.pattern.system.blocks):
            return None
        return JunctionTreeSearch.over_all(self.pattern, self.cell_costs)

    @property
    def is_small(self) -> bool:
        """Whether programs take little time, and withhold less than exchanges."""
        return self._schedule.compares_amounts

    @property
    def covers_together(self) -> bool:
        """Whether moves change many cells each, and are not worth removing singly."""
        return self._linked_moves is not None and self._linked_moves.covers_together

    @property
    def searches_neighbourhoods(self) -> bool:
        """Whether moves are searched for in neighbourhoods, and not in whole tables."""
        return self._linked_moves is None and self._junction_tree is None

    def next_cells(self, cells: list[int]) -> tuple[list[int], bool]:
        """Return the cells to be covered next, and whether to cover them together."""
        if self._linked_moves is None:
            return cells, False
        turns = [self._linked_moves.phase(cell) for cell in cells]
        first = min(turns)
        return list(compress(cells, (turn == first for turn in turns))), first == TOGETHER

    def cover_together(self, cells: list[int]) -> Iterator[float]:
        """Find moves shared by many cells, and yield after each move the share of safe cells."""
        numbers = np.array(cells, dtype=np.int64)
        for move in self._linked_moves.shared_moves(cells) if self._linked_moves is not None else ():
            self.pattern.add(move)
            yield float(self.pattern.safe(numbers).mean())

    def lift(self, known: MarkovMove, missing_dimensions: tuple[int, ...], cap: int) -> bool:
        """Find moves changing the same as a known move and little else; False when there are none.

        `missing_dimensions`: dimensions not named by the known move; moving people keep their codes of them.
        No cell of more than `cap` people is suppressed.
        """
        reached = {known.most, known.least} - {0}
        found = False
        for times in sorted(reached, key=lambda n: (-abs(n), n)):
            neighbourhoods = self._neighbourhoods.for_lifting(known, missing_dimensions, times, cap)
            changes = (
                None
                if neighbourhoods is None
                else self.solver.solve(neighbourhoods.program, neighbourhoods.amount)
            )
            if neighbourhoods is not None and changes is not None:
                self.pattern.add(
                    neighbourhoods.inner_cells.move(self.pattern, changes, inner_cells=self._inner_cells)
                )
                found = True
        return found

    def change(self, cell: int) -> bool:
        """Find a move changing a cell by any amount; False when there is none."""
        return self._change(self.pattern.system.target(cell))

    def change_without(self, cell: int, singleton: int, *, doubtful: bool = False) -> bool:
        """Find a move changing a cell and not a singleton's cell; False when there is none.

        With `doubtful` only the smallest neighbourhoods and the widest are tried, since a move is unlikely to
        exist.
        """
        pattern, target = self.pattern, self.pattern.system.target(cell)
        pattern.suppressed[singleton], pattern.fixed[singleton] = False, True
        try:
            return self._change(target, ends_only=doubtful)
        finally:
            pattern.suppressed[singleton], pattern.fixed[singleton] = True, False

    def suppress_zero(self, cell: int) -> bool:
        """Suppress a published zero and no other cells but zeros, so that each is safe; False when that is
        impossible.

        No cell may be open before; none is open afterwards.
        """
        pattern, found, todo = self.pattern, list[int](), [cell]
        for _ in range(self._schedule.tuning.most_zeros):
            if not self._cover_zero(todo[0], found):
                break
            # Only cells of these moves can be open now: to check all cells takes long in a large table.
            touched = np.unique(np.concatenate([pattern.moves_by_number[number].rows for number in found]))
            todo = touched[
                pattern.suppressed[touched] & pattern.to_protect[touched] & ~pattern.safe(touched)
            ].tolist()
            if not todo:
                return True
        pattern.remove(found)
        return False

    def change_inner_cell(
        self,
        place: NDArray[np.int32],
        to_protect: Callable[[SuppressionPattern], NDArray[np.bool_]] | None = None,
    ) -> list[MarkovMove]:
        """Return moves including a move of somebody out of an inner cell (dims,) of the base table, or no
        moves.

        A move without further suppression is tried first. Otherwise the returned moves also cover the cells
        opened by the suppression: those returned by `to_protect`, the cells then subject to the
        protection-level rule.
        """
        everything = frozenset(range(len(self.pattern.system.dims)))
        swapped = self._linked_moves.leaving(place) if self._linked_moves is not None else None
        return self._leaving(Target(INNER, 0, place, everything), (-1,), swapped, to_protect)

    def free_moves(self, place: NDArray[np.int32], solver: Solver) -> Iterator[MarkovMove]:
        """Yield moves that change a sum of inner cells in no table, withholding nothing further.

        The moves are not added to the pattern, and the steps of the search are not spent. `place` (dims,) has
        the codes of the sum, and the root where the sum is over a whole dimension. Of moves that keep the
        codes of some dimension of the sum, only those of its own people change the sum.
        """
        target = self._sum_at(place)
        schemes = schemes_for(target.footprint, self._groups)
        for size in sorted({size for size, _ in self._schedule.stages}):
            limits = [SearchLimits(scheme, size, NOTHING_MORE) for scheme in schemes]
            for one in self._neighbourhoods_within(target, limits):
                for amount in (-1, 1):
                    found = solver.solve(one.program, amount)
                    if found is not None:
                        yield one.inner_cells.move(self.pattern, found, inner_cells=self._inner_cells)

    def change_sum(
        self, place: NDArray[np.int32], to_protect: Callable[[SuppressionPattern], NDArray[np.bool_]]
    ) -> list[MarkovMove]:
        """Return moves as of `change_inner_cell` for a sum of inner cells that is in no table."""
        return self._leaving(self._sum_at(place), (-1, 1), None, to_protect)

    def _sum_at(self, place: NDArray[np.int32]) -> Target:
        axes = frozenset(a for a, d in enumerate(self.pattern.system.dims) if place[a] != d.root)
        return Target(INNER, 0, place, axes)

    def _leaving(
        self,
        target: Target,
        amounts: tuple[int, ...],
        swapped: MarkovMove | None,
        to_protect: Callable[[SuppressionPattern], NDArray[np.bool_]] | None,
    ) -> list[MarkovMove]:
        """Add the move `swapped`, or one by which a target in no table changes, and whatever that opens."""
        schemes = schemes_for(target.footprint, self._groups)
        free = tuple((size, NOTHING_MORE) for size in sorted({size for size, _ in self._schedule.stages}))
        first, before = len(self.pattern.moves), self.pattern.cost
        if swapped is not None:
            self.pattern.add(swapped)
        for size, cap in (*free, *self._schedule.stages) if swapped is None else ():
            limits = [SearchLimits(scheme, size, cap) for scheme in schemes]
            if self._add_cheapest(self._neighbourhoods_within(target, limits), amounts) is not None:
                break
        while True:
            # With more cells suppressed, fewer are certainly large and exempt from the protection level.
            if to_protect is not None and self.pattern.cost != before:
                self.pattern.to_protect[:] = to_protect(self.pattern)
            before, todo = self.pattern.cost, self.pattern.open_cells().tolist()
            if not todo or not min(list(map(self.cover, todo))):
                break
        return self.pattern.moves[first:]

    def _cover_zero(self, cell: int, found: list[int]) -> bool:
        """Whether a cell becomes safe by moves suppressing only zeros; their numbers are added to `found`."""
        target = self.pattern.system.target(cell)
        schemes = schemes_for(target.footprint, self._groups)
        for size in self._schedule.tuning.zero_sizes:
            limits = [
                SearchLimits(scheme, size, ZEROS_ONLY, self._schedule.tuning.empty_share)
                for scheme in schemes
            ]
            found += self._add_until_safe(target, limits)
            if self._safe(cell):
                return True
        return False

    def _cover_by_junction_tree(self, tree: JunctionTreeSearch, cell: int, limit: int | None) -> bool:
        """Whether a cell becomes safe by moves found in the junction tree."""
        while not self._safe(cell):
            found = tree.find(cell, self._wanted_changes(cell), limit, self.solver)
            if found is None:
                return False
            self.pattern.add(found)
        return True

    def _cover_by_linked_moves(self, target: Target, limit: int | None) -> bool:
        """Whether a cell becomes safe by moves of linked tables."""
        if self._linked_moves is None:
            return False
        while not self._safe(target.cell):
            found = self._linked_moves.find(target, self._wanted_changes(target.cell), limit)
            if found is None:
                return False
            self.pattern.add(found)
        return True

    def _cover_by_exchanges(self, cell: int, limit: int | None) -> bool:
        """Whether a cell of a table of two dimensions becomes safe by exchanges between two people."""
        if self.exchanges is None or limit is not None:
            return False
        while not self._safe(cell):
            if not self.exchanges.change(cell, self._wanted_changes(cell)):
                return False
        return True

    def _change(self, target: Target, *, ends_only: bool = False) -> bool:
        """Find a move changing a cell by any amount: by junction tree, else linked tables, else
        neighbourhoods."""
        if self._junction_tree is not None:
            return self._change_by_junction_tree(self._junction_tree, target.cell)
        basic = None if self._linked_moves is None else self._linked_moves.find(target, (1, -1), None)
        if basic is not None:
            self.pattern.add(basic)
            return True
        schemes = schemes_for(target.footprint, self._groups)
        first = () if self._linked_moves is not None else ((self._schedule.tuning.free_size, NOTHING_MORE),)
        *steps, end = self._schedule.stages
        # Zeros that change with a cell of people help against singletons; in the stages between, each newly
        # suppressed zero would have to be covered.
        for size, cap in dict.fromkeys((*first, *(steps[:1] if ends_only else steps), end)):
            at_ends = (size, cap) in (*first, end)
            empty = (
                max(self._schedule.empty_share, self._schedule.tuning.empty_share)
                if at_ends
                else self._schedule.empty_share
            )
            limits = [SearchLimits(scheme, size, cap, empty) for scheme in schemes]
            if self._add_cheapest(self._neighbourhoods_within(target, limits), (1, -1)) is not None:
                return True
        last = self._last_resort
        return last is not None and self._change_by_junction_tree(last, target.cell)

    def _change_by_junction_tree(self, tree: JunctionTreeSearch, cell: int) -> bool:
        found = tree.find(cell, (1, -1), None, self.solver)
        if found is not None:
            self.pattern.add(found)
        return found is not None

    def _safe(self, cell: int) -> bool:
        return bool(self.pattern.safe(np.array([cell]))[0])

    def _add_until_safe(self, target: Target, limits: list[SearchLimits]) -> list[int]:
        """Add moves until a cell is safe or none is found, and return the moves' numbers.

        A neighbourhood is built anew only once a move has suppressed a cell: before, it would be the same.
        """
        added: list[int] = []
        neighbourhoods: list[Neighbourhood] = []
        suppressed = -1
        while not self._safe(target.cell):
            if suppressed != (now := int(np.count_nonzero(self.pattern.suppressed))):
                neighbourhoods, suppressed = self._neighbourhoods_within(target, limits), now
            number = self._add_cheapest(neighbourhoods, self._wanted_changes(target.cell))
            if number is None:
                break
            added.append(number)
        return added

    def _neighbourhoods_within(self, target: Target, limits: list[SearchLimits]) -> list[Neighbourhood]:
        """Return the neighbourhoods of a target within each of the limits, where the target can change."""
        found = (self._neighbourhoods.around(target, reach) for reach in limits)
        return [one for one in found if one is not None]

    def _add_cheapest(self, neighbourhoods: list[Neighbourhood], amounts: tuple[int, ...]) -> int | None:
        """Add the cheapest move in any of the neighbourhoods and for any amount, and return the move's
        number.

        Unless the schedule compares amounts, the first amount for which there is a move is taken.
        """
        best: tuple[int, MarkovMove] | None = None
        refused: list[tuple[Neighbourhood, int]] = []
        for amount in amounts:
            for one in neighbourhoods:
                # A cell that cannot change by a smaller amount cannot change by a larger amount. Where only
                # integrality failed, a move may be missed, seldom.
                if any(one is other and 0 < less / amount <= 1 for other, less in refused):
                    continue
                found = self.solver.solve(one.program, amount)
                if found is None:
                    refused.append((one, amount))
                    continue
                move = one.inner_cells.move(self.pattern, found, inner_cells=self._inner_cells)
                added_cost = self.pattern.added_cost(move)
                if best is None or added_cost < best[0]:
                    best = (added_cost, move)
            if best is not None and (best[0] == 0 or not self._schedule.compares_amounts):
                break
        if best is None:
            return None
        return self.pattern.add(best[1])

    def _wanted_changes(self, cell: int) -> tuple[int, ...]:
        """Return by how much a move should change a cell, the best amount first."""
        rules, value = self.pattern.rules, int(self.pattern.values[cell])
        low, high = value + int(self.pattern.low[cell]), value + int(self.pattern.high[cell])
        wide = (rules.threshold - (value - low), -(rules.threshold - (high - value)))
        if value >= rules.threshold:
            return wide
        missing = rules.threshold - 1 - value if high < rules.threshold - 1 else rules.least - value
        return (missing, wide[0]) if missing != wide[0] else (missing,)

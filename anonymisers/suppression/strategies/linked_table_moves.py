"""Strategy "moves of linked tables": swaps of codes among a few people, for tables linked by all dimensions.

Used where many tables of a few dimensions together name all dimensions. No dimension can be swapped alone
there, and a linear program over inner cells has a row for every table of each inner cell. Cheaper ways are to
compare all basic moves of a cell (`basic_moves`), or many groups of four people (`four_way_moves`). Either
kind changes few cells, so that the cheapest is found by comparing costs.

Cells of three dimensions are covered *together*: a move changing a cell as far as needed is filled up with
swaps costing nothing and helping further cells. So a few thousand moves cover ten thousand cells.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice, product, takewhile
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.basic_moves import BasicMoves
from anonymisers.suppression.strategies.four_way_moves import GROUPS, FourWayMoves
from anonymisers.suppression.strategies.move_composition import MoveComposition, MoveLog, Swap
from anonymisers.suppression.strategies.running_counts import RunningCounts
from anonymisers.suppression.strategies.suppression_pattern import MOST_INNER, MarkovMove, SuppressionPattern
from anonymisers.tables.arrays import Floats, Ints
from anonymisers.tables.linked_tables import Target


@dataclass(frozen=True)
class LinkedTableTuning:
    """When moves of linked tables are used, and how many are tried."""

    cells_above: int = 30
    """Cells that count each inner cell, above which linear programs over inner cells cost too much."""
    cells_above_many: int = 15
    """The same where more than `few_inner_cells` have people and every two dimensions share a table."""
    few_inner_cells: int = 2000
    """Most inner cells with people that count as few. With 2,451, of which 26 cells each count one, a single
    program took more than a minute."""
    first_moves: int = 8
    """Moves that are tried to raise a margin before a cell is raised."""
    misses: int = 3
    """Cells that no free swap helps, after which a shared move is finished."""


TUNING = LinkedTableTuning()


ALONE, TOGETHER, LEFT_ALONE = range(3)
"""How a cell is covered: alone at once, together with others, or alone since covering together failed."""
ChooseSwap: TypeAlias = Callable[[MoveComposition, int], Swap | None]
"""Chooses the cheapest swap changing a cell in the direction of an amount, beside a composed move."""


class LinkedTableMoves:
    """Finds moves for the cells of a pattern. Holds the counts of the base table."""

    def __init__(self, pattern: SuppressionPattern, cell_costs: Floats) -> None:
        self._pattern = pattern
        self._cell_costs = np.append(cell_costs, 0.0)
        self._dims = pattern.system.dims
        self._leaves = [d.leaves for d in self._dims]
        counts = np.zeros([len(own) for own in self._leaves], dtype=np.int32)
        places = [np.cumsum(d.is_leaf) - 1 for d in self._dims]
        counts[tuple(place[pattern.people.coords[:, a]] for a, place in enumerate(places))] = (
            pattern.people.counts
        )
        self._running_counts = RunningCounts.of(counts)
        lattice = pattern.system.blocks[0].lattice
        self._covered = [
            [d.covered_leaves(code)[own] for code in range(len(d.codes))]
            for d, own in zip(self._dims, self._leaves, strict=True)
        ]
        self._widest = max(map(len, lattice.tables))
        self._basic_moves = BasicMoves(lattice, self._leaves, self._running_counts.grid, self._covered)
        self._failed: set[tuple[int, bool]] = set()
        self._raisers: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._noted = -1
        sizes = enumerate(map(len, lattice.tables))
        self._end_of_margins = min((lattice.offsets[t] for t, n in sizes if n >= GROUPS), default=0)
        self._four_way_moves = FourWayMoves(lattice, self._leaves, self._running_counts, pattern.tie)

    @property
    def covers_together(self) -> bool:
        """Whether cells of the finest tables are covered together."""
        return self._widest == GROUPS

    @classmethod
    def usable(cls, pattern: SuppressionPattern) -> bool:
        """Whether so many tables of one population are linked that these moves are the cheaper way."""
        block, dims = pattern.system.blocks[0], range(len(pattern.system.dims))
        linked = all(pair in block.lattice.tables for pair in combinations(dims, 2))
        many = linked and len(pattern.people.counts) > TUNING.few_inner_cells
        return (
            len(pattern.system.blocks) == 1
            and block.complete
            and not block.guards
            and pattern.system.above(pattern.people.coords[:1]).shape[1]
            > (TUNING.cells_above_many if many else TUNING.cells_above)
            and max(map(len, block.lattice.tables)) < len(pattern.system.dims)
            and prod(len(d.leaves) for d in pattern.system.dims) <= MOST_INNER
        )

    def find(self, target: Target, amounts: Sequence[int], cap: int | None) -> MarkovMove | None:
        """Return a move changing a cell by any of some amounts, if swaps give such a move.

        The move withholding the fewest further people is returned. No cell of more than `cap` people is
        suppressed for the move.
        """
        log = MoveLog(self._pattern, self._cell_costs, cap)
        for swapped, choose in self._swap_kinds(target):
            best = self._least(self._composed(swapped, choose, amount, log) for amount in amounts)
            if best is not None:
                return best
        return None

    def leaving(self, place: NDArray[np.int32]) -> MarkovMove | None:
        """Return a move by which somebody leaves an inner cell and the fewest further people are withheld."""
        every = frozenset(range(len(self._dims)))
        target = Target(-1, 0, place, every)
        tables = self._pattern.system.blocks[0].lattice.tables
        four_way = [(every, self._four_way_move(target, t)) for t in combinations(sorted(every), GROUPS)]
        basic = [(frozenset(t), self._basic_move(target, t)) for t in tables if len(t) == self._widest]
        log = MoveLog(self._pattern, self._cell_costs, None)
        return self._least(
            self._composed(swapped, choose, -1, log) for swapped, choose in (*four_way, *basic)
        )

    def shared_moves(self, cells: Sequence[int]) -> Iterator[MarkovMove]:
        """Yield moves, each changing many cells as needed; every move must be added before the next is made.

        The first cell of a move bears all costs of suppression. Other cells change along as long as that
        costs nothing: once many people have moved, no cheap swaps are left.
        """
        log, at, every = MoveLog(self._pattern, self._cell_costs, None), 0, np.array(cells, dtype=np.int64)
        while True:
            at = next((n for n in range(at, len(cells)) if self._wanted_change(log, cells[n])), len(cells))
            if at == len(cells):
                return
            wanted = self._wanted_change(log, cells[at])
            begun = self._reaching(cells[at], wanted, log)
            if begun is None:
                self._failed.add((cells[at], wanted > 0))
                continue
            begun.keep_cell(cells[at])
            self._push_along(begun, log, every[at + 1 :])
            self._four_way_moves.consider([])
            move = begun.finish()
            if move is not None:
                yield move
                log.reset(move.rows)

    def _push_along(self, world: MoveComposition, log: MoveLog, cells: Ints) -> None:
        misses = 0
        for cell in cells[(log.up[cells] | log.down[cells]) != 0].tolist():
            wanted = self._wanted_change(log, cell)
            if wanted and not self._pushed(world, cell, world.change(cell) + wanted, 0.0):
                misses += 1
                if misses == TUNING.misses:
                    return

    def _wanted_change(self, log: MoveLog, cell: int) -> int:
        """Return by how much a cell should change in a move, in a direction that has not failed before."""
        failed = self._failed
        return log.wanted_change(cell, up=(cell, True) not in failed, down=(cell, False) not in failed)

    def _pushed(self, world: MoveComposition, cell: int, goal: int, limit: float) -> bool:
        """Whether a cell changes by an amount through swaps that each cost no more than the limit."""
        target = self._pattern.system.target(cell)
        inside, axes = self._inside(target), tuple(sorted(target.footprint))
        every = frozenset(range(len(self._dims)))
        while left := goal - world.change(cell):
            sign = 1 if left > 0 else -1
            found = self._four_way_moves.cheapest(inside, axes, sign, world.costs, limit)
            if found is None:
                return False
            world.apply(found[1], every, 1)
        return True

    def phase(self, cell: int) -> int:
        """Return the phase in which a cell is covered; cells of the least phase come first."""
        if not self.covers_together or len(self._pattern.system.target(cell).footprint) < GROUPS:
            return ALONE
        up, down = (int(lacking[0]) for lacking in self._pattern.missing_change(np.array([cell])))
        directions = [(cell, rises) for rises, lacking in ((True, up), (False, down)) if lacking]
        return LEFT_ALONE if self._failed.issuperset(directions) else TOGETHER

    def _reaching(self, cell: int, wanted: int, log: MoveLog) -> MoveComposition | None:
        """Return a move with the wanted change of a cell; None where none is found.

        Four-way moves leave tables of two dimensions as before, so that no cell can exceed a margin. If a
        margin is too small, a known move raising the margin comes first.
        """
        pattern = self._pattern
        needed = int(pattern.values[cell]) + wanted
        small = [m for m in self._margins[:, cell].tolist() if int(pattern.values[m]) < needed]
        raising_moves = [self._raising_moves(m, needed - int(pattern.values[m])) for m in small if wanted > 0]
        for beginnings in islice(product(*raising_moves), TUNING.first_moves):
            world = MoveComposition(pattern, log, self._running_counts)
            new = [
                world.start_with(beginning)
                for margin, beginning in zip(small, beginnings, strict=False)
                if pattern.values[margin] + world.change(margin) < needed
            ]
            places = [own for own in new if own is not None]
            if len(places) == len(new):
                self._four_way_moves.consider(places)
                reached = pattern.values[small] + log.change[small] >= needed
                if (wanted < 0 or reached.all()) and self._pushed(world, cell, wanted, np.inf):
                    return world
            self._four_way_moves.consider([])
            world.undo()
        return None

    def _raising_moves(self, cell: int, amount: int) -> list[MarkovMove]:
        """Return some known moves raising a cell by an amount or more."""
        known = self._pattern.moves_by_number
        new = list(takewhile(self._noted.__lt__, reversed(known)))
        for number in reversed(new):
            rows, high = known[number].rows, known[number].ends()[1]
            rising = (high > 0) & (rows < self._end_of_margins)
            for row, most in zip(rows[rising].tolist(), high[rising].tolist(), strict=True):
                self._raisers[row].append((number, most))
        self._noted = max(new, default=self._noted)
        raising_moves = (known[n] for n, most in self._raisers[cell] if most >= amount and n in known)
        return list(islice(raising_moves, TUNING.first_moves))

    @cached_property
    def _margins(self) -> Ints:
        """(3, cells): for each cell of three dimensions its three margins of two dimensions."""
        lattice = self._pattern.system.blocks[0].lattice
        margins = np.full((GROUPS, lattice.size), -1, dtype=np.int64)
        keys = lattice.keys()
        for table, axes in enumerate(lattice.tables):
            if len(axes) == GROUPS:
                cells = np.arange(lattice.offsets[table], lattice.offsets[table] + lattice.table_size(table))
                for row, axis in enumerate(axes):
                    above = keys[cells]
                    above[:, axis] = self._dims[axis].root
                    margins[row, cells] = lattice.cells(above)
        return margins

    def _least(self, moves: Iterable[MarkovMove | None]) -> MarkovMove | None:
        """Return the move withholding the fewest further people; the first move withholding none, if any."""
        best: tuple[int, MarkovMove] | None = None
        for found in moves:
            if found is None:
                continue
            added_cost = self._pattern.added_cost(found)
            if best is None or added_cost < best[0]:
                best = (added_cost, found)
            if added_cost == 0:
                break
        return best[1] if best is not None else None

    def _swap_kinds(self, target: Target) -> Iterator[tuple[frozenset[int], ChooseSwap]]:
        """Yield kinds of swaps changing a cell, with the swapped dimensions, those of most dimensions
        first."""
        named = sorted(target.footprint)
        if self.covers_together and len(named) == GROUPS:
            yield frozenset(range(len(self._dims))), self._four_way_move(target, tuple(named))
        for size in range(len(named), 0, -1):
            for swapped in combinations(named, size):
                yield frozenset(swapped), self._basic_move(target, swapped)

    def _composed(
        self, swapped: frozenset[int], choose: ChooseSwap, amount: int, log: MoveLog
    ) -> MarkovMove | None:
        """Compose swaps, each the cheapest beside the former swaps, until the amount is reached."""
        composition = MoveComposition(self._pattern, log, self._running_counts)
        sign, left = (1 if amount > 0 else -1), abs(amount)
        while left:
            swap = choose(composition, sign * left)
            if swap is None:
                composition.undo()
                return None
            left -= composition.apply(swap, swapped, left)
        return composition.finish()

    def _inside(self, target: Target) -> dict[int, NDArray[np.bool_]]:
        """Return for each dimension of a cell a mask of the leaves inside the cell."""
        return {a: self._covered[a][target.key[a]] for a in target.footprint}

    def _four_way_move(self, target: Target, axes: tuple[int, ...]) -> ChooseSwap:
        """Return a chooser of four-way moves, with one of the cell's three dimensions in each group."""
        inside = self._inside(target)

        def choose(world: MoveComposition, amount: int) -> Swap | None:
            found = self._four_way_moves.cheapest(inside, axes, 1 if amount > 0 else -1, world.costs)
            return None if found is None else found[1]

        return choose

    def _basic_move(self, target: Target, swapped: tuple[int, ...]) -> ChooseSwap:
        """Return a chooser of basic moves of some dimensions."""

        def choose(world: MoveComposition, amount: int) -> Swap | None:
            costs = world.costs if amount > 0 else world.costs[::-1]
            return self._basic_moves.cheapest(target, swapped, amount, costs)

        return choose

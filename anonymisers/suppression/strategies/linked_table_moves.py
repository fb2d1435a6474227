"""Exchanges of codes among a few people, for tables that are linked by every dimension.

Where many tables of a few dimensions each name all dimensions together, no dimension moves by itself, and a
linear program over inner cells has a row for every table that each of them is counted in. There are cheaper
ways: to try all boxes that span a cell (`boxes`), or many foursomes that fit together (`quartets`). Either
changes few cells, so that the cheapest is found by looking at what each costs.

Cells of three dimensions are covered *together*: a world in which one of them reaches as far as it has to is
filled up with exchanges that cost nothing and help others. So some thousand worlds do for ten thousand cells.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations, islice, product, takewhile
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.basic_moves import Boxes
from anonymisers.suppression.strategies.four_way_moves import GROUPS, Quartets
from anonymisers.suppression.strategies.move_composition import Composition, Exchange, Ledger
from anonymisers.suppression.strategies.running_counts import Headcount
from anonymisers.suppression.strategies.suppression_pattern import MOST_INNER, Alternative, Pattern
from anonymisers.tables.arrays import Floats, Ints
from anonymisers.tables.linked_tables import Target

LINKED, MANY = 30, 15
"""Tables and levels that an inner cell is counted in from which programs over inner cells cost too much: the
second where there are many inner cells, and every two dimensions stand in a table."""
FEW = 2500
"""Inner cells with people up to which they are not many."""
BEGINNINGS = 8
"""Alternatives that are tried to begin a world with."""
MISSES = 3
"""Cells that cannot be changed for nothing, after which a world is left as it is."""
ALONE, TOGETHER, LEFT_ALONE = range(3)
"""How a cell is covered: alone at once, together with others, or alone since that had no result."""
Pick: TypeAlias = Callable[[Composition, int], Exchange | None]
"""The cheapest exchange in a world that changes a cell in the direction of an amount."""


class Swaps:
    """Finds exchanges for the cells of a pattern. Holds the counts of the full cross at hand."""

    def __init__(self, pattern: Pattern, price: Floats) -> None:
        self._pattern = pattern
        self._price = np.append(price, 0.0)
        self._dims = pattern.system.dims
        self._leaves = [d.leaves for d in self._dims]
        counts = np.zeros([len(own) for own in self._leaves], dtype=np.int32)
        places = [np.cumsum(d.is_leaf) - 1 for d in self._dims]
        counts[tuple(place[pattern.people.coords[:, a]] for a, place in enumerate(places))] = (
            pattern.people.counts
        )
        self._head = Headcount.of(counts)
        lattice = pattern.system.blocks[0].lattice
        self._covered = [
            [d.covered_leaves(code)[own] for code in range(len(d.codes))]
            for d, own in zip(self._dims, self._leaves, strict=True)
        ]
        self._widest = max(map(len, lattice.tables))
        self._boxes = Boxes(lattice, self._leaves, self._head.grid, self._covered)
        self._failed: set[tuple[int, bool]] = set()
        self._raisers: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._noted = -1
        sizes = enumerate(map(len, lattice.tables))
        self._end_of_margins = min((lattice.offsets[t] for t, n in sizes if n >= GROUPS), default=0)
        self._quartets = Quartets(lattice, self._leaves, self._head, pattern.tie)

    @property
    def joint(self) -> bool:
        """Whether cells of the finest tables are covered together."""
        return self._widest == GROUPS

    @classmethod
    def usable(cls, pattern: Pattern) -> bool:
        """Whether there are so many linked tables, of one population, that this is the cheaper way."""
        block, dims = pattern.system.blocks[0], range(len(pattern.system.dims))
        linked = all(pair in block.lattice.tables for pair in combinations(dims, 2))
        many = linked and len(pattern.people.counts) > FEW
        return (
            len(pattern.system.blocks) == 1
            and block.complete
            and not block.guards
            and pattern.system.above(pattern.people.coords[:1]).shape[1] > (MANY if many else LINKED)
            and max(map(len, block.lattice.tables)) < len(pattern.system.dims)
            and prod(len(d.leaves) for d in pattern.system.dims) <= MOST_INNER
        )

    def find(self, target: Target, amounts: Sequence[int], cap: int | None) -> Alternative | None:
        """A world that differs by one of some amounts in a cell, where exchanges give one.

        Of several the one that withholds the fewest people besides. No cell of more than `cap` people is
        withheld for it.
        """
        ledger = Ledger(self._pattern, self._price, cap)
        for moved, pick in self._ways(target):
            best = self._least(self._composed(moved, pick, amount, ledger) for amount in amounts)
            if best is not None:
                return best
        return None

    def leaving(self, place: NDArray[np.int32]) -> Alternative | None:
        """A world in which somebody leaves an inner cell and that withholds the least besides."""
        every = frozenset(range(len(self._dims)))
        target = Target(-1, 0, place, every)
        tables = self._pattern.system.blocks[0].lattice.tables
        groups = [(every, self._quartet(target, t)) for t in combinations(sorted(every), GROUPS)]
        boxes = [(frozenset(t), self._box(target, t)) for t in tables if len(t) == self._widest]
        ledger = Ledger(self._pattern, self._price, None)
        return self._least(self._composed(moved, pick, -1, ledger) for moved, pick in (*groups, *boxes))

    def together(self, cells: Sequence[int]) -> Iterator[Alternative]:
        """Worlds, each of which changes many cells as they need; each is to be added before the next is made.

        The first cell of a world pays for what has to be withheld. The others change along with it as long as
        that costs nothing: where many people have moved already there are no cheap exchanges left.
        """
        ledger, at, every = Ledger(self._pattern, self._price, None), 0, np.array(cells, dtype=np.int64)
        while True:
            at = next((n for n in range(at, len(cells)) if self._wanted(ledger, cells[n])), len(cells))
            if at == len(cells):
                return
            wanted = self._wanted(ledger, cells[at])
            begun = self._reaching(cells[at], wanted, ledger)
            if begun is None:
                self._failed.add((cells[at], wanted > 0))
                continue
            begun.hold(cells[at])
            self._push_along(begun, ledger, every[at + 1 :])
            self._quartets.look_at([])
            alternative = begun.close()
            if alternative is not None:
                yield alternative
                ledger.renew(alternative.rows)

    def _push_along(self, world: Composition, ledger: Ledger, cells: Ints) -> None:
        misses = 0
        for cell in cells[(ledger.up[cells] | ledger.down[cells]) != 0].tolist():
            wanted = self._wanted(ledger, cell)
            if wanted and not self._pushed(world, cell, world.change(cell) + wanted, 0.0):
                misses += 1
                if misses == MISSES:
                    return

    def _wanted(self, ledger: Ledger, cell: int) -> int:
        """By how much a cell should change in a world, in a direction that has not failed."""
        failed = self._failed
        return ledger.wanted(cell, up=(cell, True) not in failed, down=(cell, False) not in failed)

    def _pushed(self, world: Composition, cell: int, goal: int, limit: float) -> bool:
        """Whether exchanges that cost no more than the limit each change a cell by so much."""
        target = self._pattern.system.target(cell)
        inside, axes = self._inside(target), tuple(sorted(target.footprint))
        every = frozenset(range(len(self._dims)))
        while left := goal - world.change(cell):
            sign = 1 if left > 0 else -1
            found = self._quartets.cheapest(inside, axes, sign, world.costs, limit)
            if found is None:
                return False
            world.take(found[1], every, 1)
        return True

    def turn(self, cell: int) -> int:
        """When a cell is covered, and how; of several, those of the least number come first."""
        if not self.joint or len(self._pattern.system.target(cell).footprint) < GROUPS:
            return ALONE
        up, down = (int(lacking[0]) for lacking in self._pattern.lacking(np.array([cell])))
        directions = [(cell, rises) for rises, lacking in ((True, up), (False, down)) if lacking]
        return LEFT_ALONE if self._failed.issuperset(directions) else TOGETHER

    def _reaching(self, cell: int, wanted: int, ledger: Ledger) -> Composition | None:
        """A world in which a cell changes by what is wanted; None where none is found.

        Quartets leave tables of two dimensions as they are, so that no cell comes to hold more than its
        margins do. Where one of these is too small, an alternative that raises it comes first.
        """
        pattern = self._pattern
        needed = int(pattern.values[cell]) + wanted
        small = [m for m in self._margins[:, cell].tolist() if int(pattern.values[m]) < needed]
        raising = [self._raising(m, needed - int(pattern.values[m])) for m in small if wanted > 0]
        for beginnings in islice(product(*raising), BEGINNINGS):
            world = Composition(pattern, ledger, self._head)
            new = [
                world.begin(beginning)
                for margin, beginning in zip(small, beginnings, strict=False)
                if pattern.values[margin] + world.change(margin) < needed
            ]
            places = [own for own in new if own is not None]
            if len(places) == len(new):
                self._quartets.look_at(places)
                reached = pattern.values[small] + ledger.change[small] >= needed
                if (wanted < 0 or reached.all()) and self._pushed(world, cell, wanted, np.inf):
                    return world
            self._quartets.look_at([])
            world.abandon()
        return None

    def _raising(self, cell: int, amount: int) -> list[Alternative]:
        """Some alternatives that raise a cell by an amount or more."""
        known = self._pattern.numbered
        new = list(takewhile(self._noted.__lt__, reversed(known)))
        for number in reversed(new):
            rows, high = known[number].rows, known[number].ends()[1]
            rising = (high > 0) & (rows < self._end_of_margins)
            for row, most in zip(rows[rising].tolist(), high[rising].tolist(), strict=True):
                self._raisers[row].append((number, most))
        self._noted = max(new, default=self._noted)
        raising = (known[n] for n, most in self._raisers[cell] if most >= amount and n in known)
        return list(islice(raising, BEGINNINGS))

    @cached_property
    def _margins(self) -> Ints:
        """(3, cells): for each cell of three dimensions those that name two of them."""
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

    def _least(self, alternatives: Iterable[Alternative | None]) -> Alternative | None:
        """The alternative that withholds the least besides; the first of those that withhold nothing."""
        best: tuple[int, Alternative] | None = None
        for found in alternatives:
            if found is None:
                continue
            burden = self._pattern.burden(found)
            if best is None or burden < best[0]:
                best = (burden, found)
            if burden == 0:
                break
        return best[1] if best is not None else None

    def _ways(self, target: Target) -> Iterator[tuple[frozenset[int], Pick]]:
        """Exchanges that change a cell, with the dimensions that change, those of most dimensions first."""
        named = sorted(target.footprint)
        if self.joint and len(named) == GROUPS:
            yield frozenset(range(len(self._dims))), self._quartet(target, tuple(named))
        for size in range(len(named), 0, -1):
            for moved in combinations(named, size):
                yield frozenset(moved), self._box(target, moved)

    def _composed(self, moved: frozenset[int], pick: Pick, amount: int, ledger: Ledger) -> Alternative | None:
        """Exchanges one after the other, each the cheapest beside the former, until the amount is reached."""
        composition = Composition(self._pattern, ledger, self._head)
        sign, left = (1 if amount > 0 else -1), abs(amount)
        while left:
            exchange = pick(composition, sign * left)
            if exchange is None:
                composition.abandon()
                return None
            left -= composition.take(exchange, moved, left)
        return composition.close()

    def _inside(self, target: Target) -> dict[int, NDArray[np.bool_]]:
        """For each dimension that a cell names which of its leaves lie in the cell."""
        return {a: self._covered[a][target.key[a]] for a in target.footprint}

    def _quartet(self, target: Target, axes: tuple[int, ...]) -> Pick:
        """Finds exchanges of four people, in groups of dimensions that hold one of three of a cell each."""
        inside = self._inside(target)

        def pick(world: Composition, amount: int) -> Exchange | None:
            found = self._quartets.cheapest(inside, axes, 1 if amount > 0 else -1, world.costs)
            return None if found is None else found[1]

        return pick

    def _box(self, target: Target, moved: tuple[int, ...]) -> Pick:
        """Finds boxes of some dimensions."""

        def pick(world: Composition, amount: int) -> Exchange | None:
            costs = world.costs if amount > 0 else world.costs[::-1]
            return self._boxes.cheapest(target, moved, amount, costs)

        return pick

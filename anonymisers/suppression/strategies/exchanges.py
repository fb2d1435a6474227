"""Strategy "exchanges": two people swap one attribute, so that one table of two dimensions changes alone.

Used where a search continues another with one further table of two dimensions (`Continuation`).

Two people who agree in every dimension that shares a table with a dimension A, and differ in A and in B, swap
their codes of A: of the table by A and B four cells change by one, and no cell of a former table changes. A
move of the former tables that changes published cells of the further table is corrected by exchanges, and the
small cells of the further table are covered by them. Neither needs a linear program. The four cells are the
basic move of a table of two dimensions (Diaconis and Sturmfels, 1998).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np

from anonymisers.proof.world import World
from anonymisers.suppression.strategies.alternative_tables import lifted_worlds
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove, SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import SwapScheme, linked_dimensions
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.base_table import Margin
from anonymisers.tables.linked_tables import changed_cells

Inner = tuple[int, ...]
Leaf = tuple[int, int]
"""A pair of leaf codes of the two dimensions, by their places among all leaf codes."""


@dataclass(frozen=True)
class ExchangesTuning:
    """How much work is spent on one move."""

    most_exchanges: int = 16
    """Exchanges by which one end of a move is corrected."""
    most_partners: int = 24
    """Pairs of people that are kept for each pair of leaf cells."""
    most_tried: int = 40
    """Pairs of leaf cells that are tried for one exchange, the best first."""
    small_cell: float = 1 / 64
    """What a change of a cell that may be withheld counts, of that of one which may not."""


TUNING = ExchangesTuning()
NEVER = 1e15
"""The cost of an exchange that cannot be made."""


@dataclass(frozen=True, eq=False)
class _Level:
    """The cells of the table at one level: the codes (A,) and (B,) of the leaves, and the cell (A, B) of each
    pair of leaves, by its place among the cells of the table, the last place where there is no such cell."""

    first: Ints
    second: Ints
    cells: Ints


@dataclass(eq=False)
class _Draft:
    """A feasible table in the making: changes of inner cells, and of the cells of the table, by place."""

    cells: Ints
    inner: dict[Inner, int] = field(default_factory=lambda: defaultdict(int))
    arrived: dict[Leaf, set[Inner]] = field(default_factory=lambda: defaultdict(set))
    """By leaf cell the inner cells that hold people in this table only, and nobody in the true one."""


@dataclass(frozen=True, eq=False)
class Exchanges:
    """Exchanges for the table by two dimensions `axes` of block 0."""

    pattern: SuppressionPattern
    axes: tuple[int, int]
    cell_costs: Floats

    def corrected(self, move: MarkovMove, cap: int = -1) -> list[MarkovMove] | None:
        """Return moves that change all other tables as both ends of a move do, and no published cell of this
        table of more than `cap` people; None where one end cannot be corrected."""
        small = self.pattern.rules.is_sensitive(self.pattern.people.counts)
        found = []
        for world in lifted_worlds(self.pattern.people, move, small):
            draft = self._begun(world)
            if not self._correct(draft, cap):
                return None
            found.append(self._move(draft))
        return [one for one in found if len(one.coords)]

    def changing(
        self, cell: int, amount: int, *, after: World | None = None, cap: int = -1
    ) -> MarkovMove | None:
        """Return a move that changes a cell of the table by an amount, each exchange at the least cost; None
        where so many people have no partners.

        `after`: a feasible table of the other tables to begin with; no published cell of more than `cap`
        people changes then.
        """
        draft, place = self._empty() if after is None else self._begun(after), self._places[cell]
        for _ in range(abs(amount - int(draft.cells[place]))):
            if draft.cells[place] == amount:
                break
            if not self._changed(draft, place, up=amount > draft.cells[place]):
                return None
        if after is not None and not (self._correct(draft, cap, place) and draft.cells[place] == amount):
            return None
        return self._move(draft)

    def has(self, cell: int) -> bool:
        """Whether the table has a cell."""
        return cell in self._places

    def _correct(self, draft: _Draft, cap: int, kept: int = -1) -> bool:
        """Whether exchanges can undo every change of a published cell of more than `cap` people, but of the
        one at the place `kept`.

        Changes of smaller published cells are undone where that is possible as well.
        """
        weight = np.append(~self.pattern.suppressed[self._numbers], False).astype(np.float64)
        weight[kept] = 0.0
        if self._undone(draft, weight, 0.0):
            return True
        if cap < 0:
            return False
        values = self.pattern.values[self._numbers]
        small = (values <= cap) & ~self.pattern.fixed[self._numbers]
        weight[:-1][small] *= TUNING.small_cell * (1 + values[small]) / (1 + values[small].max(initial=0))
        return self._undone(draft, weight, 1.0)

    def _undone(self, draft: _Draft, weight: Floats, at_least: float) -> bool:
        """Whether exchanges, each of them for less weight, leave no change of a cell of so much weight, nor
        of one with any weight where `at_least` is 0."""
        for _ in range(TUNING.most_exchanges):
            size = np.abs(draft.cells)
            wrong = (weight > 0) & (size > 0)
            less = weight * (np.abs(draft.cells - 1) - size)
            more = weight * (np.abs(draft.cells + 1) - size)
            order = np.argsort(-np.where(wrong, size, 0), kind="stable")[: int(wrong.sum())]
            costs = self._by_level(less, more)
            if not any(
                self._best(draft, place, up=bool(draft.cells[place] < 0), costs=costs, below=0.0)
                for place in order.tolist()
            ):
                break
        return not ((weight > 0) & (weight >= at_least) & (draft.cells != 0)).any()

    def _changed(self, draft: _Draft, place: int, *, up: bool) -> bool:
        """Whether a further exchange changes the cell in this direction; the cheapest is made."""
        published = ~self.pattern.suppressed[self._numbers]
        cost = np.where(published, self.cell_costs[self._numbers], 0.0)
        cost[published & self.pattern.fixed[self._numbers]] = NEVER
        cost = np.append(cost, 0.0)
        cost[draft.cells != 0] = 0.0
        cost[place] = 0.0
        return self._best(draft, place, up=up, costs=self._by_level(cost, cost), below=NEVER)

    def _by_level(self, less: Floats, more: Floats) -> list[tuple[Floats, Floats]]:
        """Return for each level the cost (A, B) of one person less, and of one more, in the cell of each pair
        of leaves; `less`, `more`: by place of the cell."""
        return [(less[level.cells], more[level.cells]) for level in self._levels]

    def _best(
        self, draft: _Draft, place: int, *, up: bool, costs: list[tuple[Floats, Floats]], below: float
    ) -> bool:
        """Whether an exchange changes a cell in this direction, at a cost `below` a bound; the best is made.

        `costs`: as of `_by_level`.
        """
        tried: list[tuple[float, Leaf, Leaf]] = []
        people = self._inhabited
        if draft.arrived:
            people = people.copy()
            for leaf in draft.arrived:
                people[leaf] = True
        for leaf in self._leaves_of[place]:
            cost = self._costs_with(leaf, place, people, up=up, costs=costs).ravel()
            able = np.flatnonzero(cost < below)
            for entry in able[np.argsort(cost[able], kind="stable")[: TUNING.most_tried]].tolist():
                i, j = divmod(entry, people.shape[1])
                pair = ((leaf[0], j), (i, leaf[1])) if up else (leaf, (i, j))
                tried.append((float(cost[entry]), *pair))
        tried.sort()
        return any(self._exchange(draft, one, two) for _, one, two in tried[: TUNING.most_tried])

    def _costs_with(
        self, leaf: Leaf, place: int, people: Bools, *, up: bool, costs: list[tuple[Floats, Floats]]
    ) -> Floats:
        """Return the cost (A, B) of an exchange by which a leaf cell rises or falls, with each other leaf
        cell, where `people` are.

        The cell at `place`, of the leaf cell or above it, must change too.
        """
        i, j = leaf
        cost = np.zeros(people.shape)
        changes = np.zeros(people.shape, dtype=np.bool_)
        for level, each in zip(self._levels, costs, strict=True):
            less, more = each[::-1] if up else each
            other = (level.first != level.first[i])[:, None] & (level.second != level.second[j])[None, :]
            change = less[i, j] + less + more[i][None, :] + more[:, j][:, None]
            cost += np.where(other, change, 0.0)
            if level.cells[i, j] == place:
                changes |= other
        there = people[i][None, :] & people[:, j][:, None] if up else people & people[i, j]
        return np.where(changes & there, cost, np.inf)

    def _exchange(self, draft: _Draft, one: Leaf, two: Leaf) -> bool:
        """Whether two people of these leaf cells can swap; they do then."""
        coords, counts = self.pattern.people.coords, self.pattern.people.counts
        for side, first, second in self._partners(one, two):
            there, back = coords[first].tolist(), coords[second].tolist()
            if (
                counts[first] + draft.inner.get(tuple(there), 0) >= 1
                and counts[second] + draft.inner.get(tuple(back), 0) >= 1
            ):
                self._swap(draft, (one, two), side, (there, back))
                return True
        for side, there, back in self._arrived_partners(draft, one, two):
            self._swap(draft, (one, two), side, (there, back))
            return True
        return False

    def _swap(
        self, draft: _Draft, leaves: tuple[Leaf, Leaf], side: int, people: tuple[list[int], list[int]]
    ) -> None:
        """Let two people, at inner cells of these leaf cells, swap one dimension."""
        (one, two), (there, back) = leaves, people
        draft.inner[tuple(there)] -= 1
        draft.inner[tuple(back)] -= 1
        there[side], back[side] = back[side], there[side]
        draft.inner[tuple(there)] += 1
        draft.inner[tuple(back)] += 1
        crossed = (one[0], two[1]), (two[0], one[1])
        for level in self._levels:
            for leaf, change in ((one, -1), (two, -1), (crossed[0], 1), (crossed[1], 1)):
                draft.cells[level.cells[leaf]] += change
        draft.cells[-1] = 0
        self._note_arrived(draft, [tuple(there), tuple(back)])

    def _note_arrived(self, draft: _Draft, inner: Sequence[Inner]) -> None:
        """Keep by leaf cell which of these inner cells hold people in the draft only."""
        first, second = self._place_of
        for one in inner:
            if draft.inner[one] > 0 and self._everybody.number(one) not in self._inhabited_cells:
                draft.arrived[first[one[self.axes[0]]], second[one[self.axes[1]]]].add(one)

    def _arrived_partners(
        self, draft: _Draft, one: Leaf, two: Leaf
    ) -> Iterator[tuple[int, list[int], list[int]]]:
        """Yield the swapped dimension and two inner cells as of `_partners`, where the draft alone has people
        in one of them."""
        for own, other in ((one, two), (two, one)):
            for inner in sorted(draft.arrived.get(own, ())):
                if draft.inner[inner] < 1:
                    continue
                for side in self._matching:
                    rows, numbers = self._numbered(side, other)
                    alike = rows[numbers == self._matched[side].number(inner)][: TUNING.most_partners]
                    for row in alike.tolist():
                        there = self.pattern.people.coords[row].tolist()
                        if self.pattern.people.counts[row] + draft.inner.get(tuple(there), 0) >= 1:
                            pair = (list(inner), there)
                            yield (side, *(pair if own == one else pair[::-1]))

    def _partners(self, one: Leaf, two: Leaf) -> list[tuple[int, int, int]]:
        """Return the swapped dimension and two people, who agree in all dimensions linked to this."""
        known = self._known_partners.get((one, two))
        if known is None:
            known = []
            for side in self._matching:
                (first, here), (second, there) = self._distinct(side, one), self._distinct(side, two)
                place = np.searchsorted(there, here)
                found = np.flatnonzero(np.append(there, -1)[place] == here)[: TUNING.most_partners]
                pairs = zip(first[found].tolist(), second[place[found]].tolist(), strict=True)
                known += [(side, x, y) for x, y in pairs]
            self._known_partners[one, two] = known
        return known

    def _empty(self) -> _Draft:
        return _Draft(np.zeros(len(self._numbers) + 1, dtype=np.int64))

    def _begun(self, world: World) -> _Draft:
        draft = self._empty()
        for row, change in zip(map(tuple, world.coords.tolist()), world.change.tolist(), strict=True):
            draft.inner[row] += change
        places = tuple(
            np.searchsorted(leaves, world.coords[:, axis])
            for leaves, axis in zip(self._leaves, self.axes, strict=True)
        )
        for level in self._levels:
            np.add.at(draft.cells, level.cells[places], world.change)
        draft.cells[-1] = 0
        self._note_arrived(draft, [tuple(row) for row in world.coords.tolist()])
        return draft

    def _move(self, draft: _Draft) -> MarkovMove:
        """Return the draft as a move of all dimensions, which can be made once."""
        system = self.pattern.system
        changed = sorted((inner, change) for inner, change in draft.inner.items() if change)
        coords = np.array([inner for inner, _ in changed], dtype=np.int32).reshape(-1, len(system.dims))
        change = np.array([change for _, change in changed], dtype=np.int64)
        scheme = SwapScheme(tuple(range(len(system.dims))), ())
        return MarkovMove(scheme, coords, change, 0, 1, *changed_cells(system.above(coords), change))

    def _numbered(self, side: int, leaf: Leaf) -> tuple[Ints, Ints]:
        """The people of a leaf cell, as rows of the base table, and their numbers as of `_matching`."""
        if (side, leaf) not in self._known_numbers:
            rows = self._people_of.get(leaf, np.zeros(0, dtype=np.int64))
            self._known_numbers[side, leaf] = rows, self._matching[side][rows]
        return self._known_numbers[side, leaf]

    def _distinct(self, side: int, leaf: Leaf) -> tuple[Ints, Ints]:
        """The same with each number once, ascending, of the first row that has it."""
        if (side, leaf) not in self._known_distinct:
            rows, numbers = self._numbered(side, leaf)
            distinct, first = np.unique(numbers, return_index=True)
            self._known_distinct[side, leaf] = rows[first], distinct
        return self._known_distinct[side, leaf]

    @cached_property
    def _known_numbers(self) -> dict[tuple[int, Leaf], tuple[Ints, Ints]]:
        return {}

    @cached_property
    def _known_distinct(self) -> dict[tuple[int, Leaf], tuple[Ints, Ints]]:
        return {}

    @cached_property
    def _known_partners(self) -> dict[tuple[Leaf, Leaf], list[tuple[int, int, int]]]:
        return {}

    @cached_property
    def _leaves(self) -> tuple[Ints, Ints]:
        first, second = (
            np.sort(self.pattern.system.dims[axis].leaves).astype(np.int64) for axis in self.axes
        )
        return first, second

    @cached_property
    def _numbers(self) -> Ints:
        """The cells of the table, ascending."""
        block = self.pattern.system.blocks[0]
        table = block.lattice.tables.index(self.axes)
        return np.flatnonzero((block.lattice.table_of() == table) & block.present)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {number: place for place, number in enumerate(self._numbers.tolist())}

    @cached_property
    def _levels(self) -> list[_Level]:
        system, numbers = self.pattern.system, self._numbers
        dims = [system.dims[axis] for axis in self.axes]
        lines = [
            [dim.ancestors(leaf)[-2::-1] for leaf in leaves.tolist()]
            for dim, leaves in zip(dims, self._leaves, strict=True)
        ]
        levels = []
        for depths in product(*(range(int(dim.depth.max())) for dim in dims)):
            first, second = (
                np.array([line[min(depth, len(line) - 1)] for line in own], dtype=np.int64)
                for own, depth in zip(lines, depths, strict=True)
            )
            keys = np.tile(
                np.array([d.root for d in system.dims], dtype=np.int32), (len(first) * len(second), 1)
            )
            keys[:, self.axes[0]] = np.repeat(first, len(second))
            keys[:, self.axes[1]] = np.tile(second, len(first))
            cells = system.blocks[0].lattice.cells(keys)
            place = np.minimum(np.searchsorted(numbers, cells), len(numbers) - 1)
            # A leaf above the depth stands in the levels above already: no cell may count twice.
            again = [[len(line) <= depth for line in own] for own, depth in zip(lines, depths, strict=True)]
            counted = ~(np.array(again[0])[:, None] | np.array(again[1])[None, :]).ravel()
            place = np.where((numbers[place] == cells) & counted, place, len(numbers))
            levels.append(_Level(first, second, place.reshape(len(first), len(second))))
        return levels

    @cached_property
    def _leaves_of(self) -> dict[int, list[Leaf]]:
        """The leaf cells of each cell of the table."""
        leaves: dict[int, list[Leaf]] = defaultdict(list)
        for level in self._levels:
            for i, row in enumerate(level.cells.tolist()):
                for j, place in enumerate(row):
                    if (i, j) not in leaves[place]:
                        leaves[place].append((i, j))
        return leaves

    @cached_property
    def _people_of(self) -> dict[Leaf, Ints]:
        """The people of each leaf cell, as rows of the base table."""
        coords = self.pattern.people.coords
        first, second = (
            np.searchsorted(leaves, coords[:, axis])
            for leaves, axis in zip(self._leaves, self.axes, strict=True)
        )
        order = np.lexsort((second, first))
        pairs = np.stack([first[order], second[order]], axis=1)
        starts = np.flatnonzero(np.append(True, (pairs[1:] != pairs[:-1]).any(axis=1)))
        return {
            (int(pairs[start][0]), int(pairs[start][1])): rows
            for start, rows in zip(starts.tolist(), np.split(order, starts[1:]), strict=True)
        }

    @cached_property
    def _inhabited(self) -> Bools:
        people = np.zeros(tuple(map(len, self._leaves)), dtype=np.bool_)
        for leaf in self._people_of:
            people[leaf] = True
        return people

    @cached_property
    def _everybody(self) -> Margin:
        people = self.pattern.people
        return people.margin(tuple(range(len(people.dims))))

    @cached_property
    def _inhabited_cells(self) -> frozenset[int]:
        """The inner cells with people, each as its number in `_everybody`."""
        return frozenset(self._everybody.codes.tolist())

    @cached_property
    def _place_of(self) -> tuple[dict[int, int], dict[int, int]]:
        """The places of the leaf codes of both dimensions."""
        first, second = ({leaf: n for n, leaf in enumerate(own.tolist())} for own in self._leaves)
        return first, second

    @cached_property
    def _matched(self) -> dict[int, Margin]:
        """For each dimension that may be swapped the margin by all dimensions linked to it."""
        system, people = self.pattern.system, self.pattern.people
        own = frozenset(self.axes)
        tables = [footprint for footprint in system.footprints if footprint != own]
        groups = linked_dimensions(tables, len(system.dims))
        return {
            axis: people.margin(tuple(sorted(groups[axis] - {axis})))
            for axis in self.axes
            if not own <= groups[axis]
        }

    @cached_property
    def _matching(self) -> dict[int, Ints]:
        """For each dimension that may be swapped a number of each inner cell, by all dimensions linked to
        this."""
        coords = self.pattern.people.coords
        return {axis: margin.code(coords) for axis, margin in self._matched.items()}

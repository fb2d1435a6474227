"""The search for alternatives: small linear programs around one withheld cell after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from anonymisers.suppression.strategies.junction_tree_search import TreeSearch
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.linked_table_moves import TOGETHER, Swaps
from anonymisers.suppression.strategies.local_program import INNER, Near, Reach, Surveyor
from anonymisers.suppression.strategies.suppression_pattern import Alternative, Pattern
from anonymisers.suppression.strategies.swap_schemes import moves_for, together
from anonymisers.tables.linked_tables import Target
from anonymisers.tables.rules import Rules

NOTHING_MORE = -1
"""The cap with which no shown cell may change."""
ZEROS_ONLY = 0
"""The cap with which no shown cell of anybody may."""
Ladder = tuple[tuple[int, int | None], ...]
"""Sizes of the neighbourhood, each with the largest cell that one alternative may withhold."""
LADDER: Ladder = (
    (100, 10), (250, 15), (400, 22), (600, 35), (600, 60), (1000, 120),
    (1000, 250), (1000, 500), (1000, 1000), (2400, 2500), (2400, None),
)  # fmt: skip
LADDER_OF_PEOPLE: Ladder = (
    (60, 10), (150, 15), (300, 22), (600, 35), (600, 60), (600, 120),
    (1000, 250), (1000, 500), (1000, 1000), (2400, 2500), (2400, None),
)  # fmt: skip
"""The same where every zero is shown: no inner cell is looked at that cannot change."""
WIDE_LADDER: Ladder = (
    (150, 10), (400, 15), (1000, 22), (2400, 35), (2400, 120), (2400, 1000), (2400, None),
)  # fmt: skip
"""Where there are few inner cells with people: it costs more for each target, and withholds less."""
PLANNED_LADDER: Ladder = (
    (400, NOTHING_MORE), (2400, NOTHING_MORE), (2400, 22), (2400, 60), (2400, 150), (2400, None),
)  # fmt: skip
"""Where it is planned what to withhold: what is planned mostly suffices."""
FEW = 2500
"""Inner cells with people up to which a table is searched in these two ways."""
LARGE_LADDER: Ladder = (
    (150, 10), (400, 15), (1000, 25), (1500, 45), (2400, 120), (4500, 1000), (4500, None),
)  # fmt: skip
"""Where there are some, one table has all dimensions, and only inner cells with people are looked at: what is
withheld for the few targets that get far is most of all."""
LARGE_LADDER_OF_PARTNERS: Ladder = (
    (150, 10), (400, 18), (1000, 35), (1800, 80), (2400, 200), (4500, 1000), (4500, None),
)  # fmt: skip
"""The same where zeros may be withheld: what insiders could compute by these takes time too."""
LARGE_LADDER_OF_ONES: Ladder = (
    (150, 10), (400, 15), (600, 25), (1000, 45), (1000, 120), (1500, 300), (2400, 1000), (2400, None),
)  # fmt: skip
"""The same where withheld cells are known to be at least 1: more targets get far there."""
SOME = 10_000
"""Inner cells with people up to which that is so: each step costs more the more there are."""
EMPTY = 1 / 3
"""How many inner cells without people are looked at, as a part of those with people: where it is planned what
to withhold, and in large tables where a zero or an insider asks for it. In these most inner cells are empty,
and a search among all of them finds less and takes longer."""
FREE = 400
"""Inner cells that are looked at for a change of what is withheld already."""
ZERO_SIZES = (150, 600)
"""And for a zero that may be withheld."""
MOST_ZEROS = 30
"""Zeros that may have to be withheld along with one."""
LINKED_LADDER: Ladder = ((150, 35), (300, None))
"""Where `swaps` did not find anything: each inner cell is counted in so many tables that a step of the others
takes seconds."""
SELDOM = 0.25
"""A rung that helps fewer targets of a table than this is skipped there: the next does what it does. The last
has no next and is never skipped."""
TRIED = 12
"""Targets before that is decided."""


@dataclass(eq=False)
class Search:
    """Finds alternatives for the open cells of a pattern, cell by cell, withholding what they need."""

    pattern: Pattern
    price: NDArray[np.float64]
    solver: Solver = field(default_factory=Solver)
    planned: bool = False

    def __post_init__(self) -> None:
        system = self.pattern.system
        self._groups = together(system.footprints, len(system.dims))
        self._inner_cells = any(len(t) == len(system.dims) for t in system.blocks[0].lattice.tables)
        self._surveyor = Surveyor(self.pattern, self.price, inner_cells=self._inner_cells)
        self._thorough = len(self.pattern.people.counts) <= FEW
        rules, people = self.pattern.rules, len(self.pattern.people.counts)
        many = self._inner_cells and not self._thorough
        among_people = rules.zeros == "publish" or (rules.zeros == "partner" and many)
        some = many and people <= SOME and among_people
        self._ladder = LADDER_OF_PEOPLE if among_people else LADDER
        if some:
            self._ladder = _large_ladder(rules)
        elif self._thorough:
            self._ladder = PLANNED_LADDER if self.planned else WIDE_LADDER
        self._empty = EMPTY if self.planned else 0.0 if among_people else 1.0
        self._seldom = 0.0 if some and not rules.least else SELDOM
        self._record: dict[frozenset[int], NDArray[np.float64]] = {}
        self._swaps = Swaps(self.pattern, self.price) if Swaps.usable(self.pattern) else None
        if self._swaps is not None:
            self._ladder = LINKED_LADDER
        alone = self._swaps is None and not self.planned
        self._tree = TreeSearch.of(self.pattern, self.price) if alone else None

    def cover(self, cell: int, limit: int | None = None) -> bool:
        """Find alternatives until the cell is shown to be safe; False when none can be found.

        With `limit` no cell of more people is withheld for that.
        """
        target = self.pattern.system.target(cell)
        if self._tree is not None:
            return self._found_in_tree(self._tree, cell, limit)
        if self._swapped(target, limit):
            return True
        moves = moves_for(target.footprint, self._groups)
        record = self._record.setdefault(target.footprint, np.zeros((2, len(self._ladder))))
        for rung, (size, cap) in enumerate(self._ladder):
            if limit is not None and (cap is None or cap > limit):
                break
            seldom = record[0, rung] >= TRIED and record[1, rung] < self._seldom * record[0, rung]
            if limit is None and cap is not None and seldom:
                continue
            reaches = [Reach(move, size, cap, self._empty) for move in moves]
            while not self._safe(cell):
                if self._cheapest(target, self._amounts(cell), reaches) is None:
                    break
            safe = self._safe(cell)
            if limit is None:
                record[:, rung] += 1, safe
            if safe:
                return True
        last = self._last_resort
        return self._safe(cell) or (last is not None and self._found_in_tree(last, cell, limit))

    @cached_property
    def _last_resort(self) -> TreeSearch | None:
        """All counts of one world at once, where releases are about different people."""
        if self._swaps is not None or not any(block.guards for block in self.pattern.system.blocks):
            return None
        return TreeSearch.over_all(self.pattern, self.price)

    @property
    def linked(self) -> bool:
        """Whether alternatives are exchanges of many cells, which are not worth taking away one by one."""
        return self._swaps is not None and self._swaps.joint

    @property
    def in_neighbourhoods(self) -> bool:
        """Whether alternatives are sought in neighbourhoods, and not in whole tables."""
        return self._swaps is None and self._tree is None

    def next_of(self, cells: list[int]) -> tuple[list[int], bool]:
        """Those of some cells that are to be covered next, and whether together."""
        if self._swaps is None:
            return cells, False
        turns = [self._swaps.turn(cell) for cell in cells]
        first = min(turns)
        return list(compress(cells, (turn == first for turn in turns))), first == TOGETHER

    def cover_together(self, cells: list[int]) -> Iterator[float]:
        """Find alternatives that many cells share; as it goes, which part of the cells is safe."""
        numbers = np.array(cells, dtype=np.int64)
        for alternative in self._swaps.together(cells) if self._swaps is not None else ():
            self.pattern.add(alternative)
            yield float(self.pattern.safe(numbers).mean())

    def lift(self, known: Alternative, lacking: tuple[int, ...], cap: int) -> bool:
        """Find alternatives that change what a known one changes and little else; False when there are none.

        `lacking`: dimensions that it did not look at. Whoever moves now is to keep what he is by them. No
        cell of more than `cap` people is withheld.
        """
        reached = {known.most, known.least} - {0}
        found = False
        for times in sorted(reached, key=lambda n: (-abs(n), n)):
            near = self._surveyor.lifting(known, lacking, times, cap)
            changes = None if near is None else self.solver.solve(near.program, near.amount)
            if near is not None and changes is not None:
                self.pattern.add(near.place.alternative(self.pattern, changes, inner_cells=self._inner_cells))
                found = True
        return found

    def change(self, cell: int) -> bool:
        """Find an alternative that changes a cell by anything; False when there is none."""
        return self._changed(self.pattern.system.target(cell))

    def change_despite(self, cell: int, insider: int, *, doubtful: bool = False) -> bool:
        """Find an alternative that changes a cell and not an insider's; False when there is none.

        Where it is `doubtful` that there is one, only the smallest neighbourhoods and the widest are tried.
        """
        pattern, target = self.pattern, self.pattern.system.target(cell)
        pattern.hidden[insider], pattern.fixed[insider] = False, True
        try:
            return self._changed(target, ends_only=doubtful)
        finally:
            pattern.hidden[insider], pattern.fixed[insider] = True, False

    def withhold_zero(self, cell: int) -> bool:
        """Withhold a shown zero and nothing else but zeros, so that each is safe; False when that cannot be.

        There must be no open cell before; there is none after.
        """
        pattern, found, todo = self.pattern, list[int](), [cell]
        for _ in range(MOST_ZEROS):
            if not self._zero_covered(todo[0], found):
                break
            # What is open now is changed by these: a look at all cells would take longer the more there are.
            touched = np.unique(np.concatenate([pattern.numbered[number].rows for number in found]))
            todo = touched[pattern.hidden[touched] & pattern.asked[touched] & ~pattern.safe(touched)].tolist()
            if not todo:
                return True
        pattern.remove(found)
        return False

    def change_inner(
        self, place: NDArray[np.int32], concerned: Callable[[Pattern], NDArray[np.bool_]] | None = None
    ) -> list[Alternative]:
        """Alternatives, in one of which somebody leaves an inner cell (dims,) of the full cross, or none.

        First one that withholds nothing more is sought. Else the others are what its cells need in turn:
        those which rule 2 is `concerned` with then.
        """
        everything = frozenset(range(len(self.pattern.system.dims)))
        target = Target(INNER, 0, place, everything)
        moves = moves_for(everything, self._groups)
        free = tuple((size, NOTHING_MORE) for size in sorted({size for size, _ in self._ladder}))
        first, before = len(self.pattern.alternatives), self.pattern.worth
        swapped = self._swaps.leaving(place) if self._swaps is not None else None
        if swapped is not None:
            self.pattern.add(swapped)
        for size, cap in (*free, *self._ladder) if swapped is None else ():
            if self._cheapest(target, (-1,), [Reach(move, size, cap) for move in moves]) is not None:
                break
        while True:
            # Wherever more is withheld, less is certain, and rule 2 concerns more.
            if concerned is not None and self.pattern.worth != before:
                self.pattern.asked[:] = concerned(self.pattern)
            before, todo = self.pattern.worth, self.pattern.open_cells().tolist()
            if not todo or not min(list(map(self.cover, todo))):
                break
        return self.pattern.alternatives[first:]

    def _zero_covered(self, cell: int, found: list[int]) -> bool:
        """Whether a cell is safe once alternatives are `found` that withhold nothing but zeros."""
        target = self.pattern.system.target(cell)
        moves = moves_for(target.footprint, self._groups)
        for size in ZERO_SIZES:
            reaches = [Reach(move, size, ZEROS_ONLY, EMPTY) for move in moves]
            while not self._safe(cell):
                number = self._cheapest(target, self._amounts(cell), reaches)
                if number is None:
                    break
                found.append(number)
            if self._safe(cell):
                return True
        return False

    def _found_in_tree(self, tree: TreeSearch, cell: int, limit: int | None) -> bool:
        """Whether a cell is safe once worlds are taken that tables have which hang together like a tree."""
        while not self._safe(cell):
            found = tree.find(cell, self._amounts(cell), limit, self.solver)
            if found is None:
                return False
            self.pattern.add(found)
        return True

    def _swapped(self, target: Target, limit: int | None) -> bool:
        """Whether a cell is safe once the boxes are taken that there are for it."""
        if self._swaps is None:
            return False
        while not self._safe(target.cell):
            found = self._swaps.find(target, self._amounts(target.cell), limit)
            if found is None:
                return False
            self.pattern.add(found)
        return True

    def _changed(self, target: Target, *, ends_only: bool = False) -> bool:
        """Find an alternative that changes a cell by anything: in bags, else boxes, else neighbourhoods."""
        if self._tree is not None:
            return self._changed_in_tree(self._tree, target.cell)
        boxes = None if self._swaps is None else self._swaps.find(target, (1, -1), None)
        if boxes is not None:
            self.pattern.add(boxes)
            return True
        moves = moves_for(target.footprint, self._groups)
        first = () if self._swaps is not None else ((FREE, NOTHING_MORE),)
        *steps, end = self._ladder
        # Zeros that change with a cell of people tell who is alone twice; in the steps between, each that is
        # withheld anew would have to be covered.
        for size, cap in dict.fromkeys((*first, *(steps[:1] if ends_only else steps), end)):
            at_ends = (size, cap) in (*first, end)
            empty = max(self._empty, EMPTY) if at_ends else self._empty
            reaches = [Reach(move, size, cap, empty) for move in moves]
            if self._cheapest(target, (1, -1), reaches) is not None:
                return True
        last = self._last_resort
        return last is not None and self._changed_in_tree(last, target.cell)

    def _changed_in_tree(self, tree: TreeSearch, cell: int) -> bool:
        found = tree.find(cell, (1, -1), None, self.solver)
        if found is not None:
            self.pattern.add(found)
        return found is not None

    def _safe(self, cell: int) -> bool:
        return bool(self.pattern.safe(np.array([cell]))[0])

    def _cheapest(self, target: Target, amounts: tuple[int, ...], reaches: list[Reach]) -> int | None:
        """Take the alternative within any reach, for any amount, that withholds fewest people; its number.

        In large tables the first amount for which there is one is taken.
        """
        near = [n for n in (self._surveyor.near(target, reach) for reach in reaches) if n is not None]
        best: tuple[int, Alternative] | None = None
        refused: list[tuple[Near, int]] = []
        for amount in amounts:
            for one in near:
                # What cannot change by so much cannot change by more: less is a part of the way. Where only
                # whole numbers were lacking this may miss something, seldom.
                if any(one is other and 0 < less / amount <= 1 for other, less in refused):
                    continue
                found = self.solver.solve(one.program, amount)
                if found is None:
                    refused.append((one, amount))
                    continue
                alternative = one.place.alternative(self.pattern, found, inner_cells=self._inner_cells)
                burden = self.pattern.burden(alternative)
                if best is None or burden < best[0]:
                    best = (burden, alternative)
            if best is not None and (best[0] == 0 or not self._thorough):
                break
        if best is None:
            return None
        return self.pattern.add(best[1])

    def _amounts(self, cell: int) -> tuple[int, ...]:
        """By how much another world should change a cell, best first."""
        rules, value = self.pattern.rules, int(self.pattern.values[cell])
        low, high = value + int(self.pattern.low[cell]), value + int(self.pattern.high[cell])
        wide = (rules.threshold - (value - low), -(rules.threshold - (high - value)))
        if value >= rules.threshold:
            return wide
        missing = rules.threshold - 1 - value if high < rules.threshold - 1 else rules.least - value
        return (missing, wide[0]) if missing != wide[0] else (missing,)


def _large_ladder(rules: Rules) -> Ladder:
    if rules.least:
        return LARGE_LADDER_OF_ONES
    return LARGE_LADDER if rules.zeros == "publish" else LARGE_LADDER_OF_PARTNERS

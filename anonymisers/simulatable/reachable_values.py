"""What tables that agree with a release reach: the test by which a pattern is accepted.

The answer follows from the view, the pattern and the shown values alone, so that each table with the same
view and the same shown values gets the same answer. The tables that are found become the certificate.
"""

from collections.abc import Iterator

import numpy as np

from anonymisers.proof.interval_bounds import interval_bounds
from anonymisers.simulatable.agreeing_tables import EPSILON, AgreeingTables, Goal
from anonymisers.simulatable.masked_view import Class, MaskedView
from anonymisers.tables.arrays import Bools, Ints

MANY = 2**53
"""More people than any table has."""
ROOM = 16
"""Tables for which there is room at first."""


class ReachableValues:
    """One table of shown values, and the tables found that agree with them.

    `values` (size,): of each cell; only those of shown cells are read. `whole`: see `AgreeingTables`;
    `singletons`: whether the goals about the only person of a cell are looked after.
    """

    def __init__(
        self, view: MaskedView, values: Ints, *, whole: bool = True, singletons: bool = True
    ) -> None:
        self.view, self.values, self._whole, self._singletons = view, values, whole, singletons
        self.narrow: dict[int, tuple[int, int]] = {}
        """Withheld cells that the cells always shown leave no room, each with the least and the greatest
        value that it can have beside these."""
        self._found = 0
        self._room_tables: Ints = np.zeros((ROOM, view.sums.shape[1]), dtype=np.int64)
        self._room_cells: Ints = np.zeros((ROOM, view.sums.shape[0]), dtype=np.int64)
        self._room_in_class: Bools = np.zeros(ROOM, dtype=np.bool_)

    @property
    def tables(self) -> Ints:
        """The tables found, (tables, base cells)."""
        return self._room_tables[: self._found]

    @property
    def in_class(self) -> Bools:
        """Whether each table found is of the class."""
        return self._room_in_class[: self._found]

    @property
    def _cells(self) -> Ints:
        return self._room_cells[: self._found]

    def add(self, table: Ints, *, in_class: bool) -> None:
        """Keep a table that agrees with the release."""
        if self._found == len(self._room_tables):  # Thousands are found: room is made for as many again.
            self._room_tables = np.concatenate([self._room_tables, np.zeros_like(self._room_tables)])
            self._room_cells = np.concatenate([self._room_cells, np.zeros_like(self._room_cells)])
            self._room_in_class = np.concatenate([self._room_in_class, np.zeros_like(self._room_in_class)])
        self._room_tables[self._found] = table
        self._room_cells[self._found] = self.view.sums @ table
        self._room_in_class[self._found] = in_class
        self._found += 1

    def add_found(self, table: Ints | None, *, in_class: bool) -> None:
        """Keep a table that agrees with the release, if there is one."""
        if table is not None:
            self.add(table, in_class=in_class)

    def agreeing(self, suppressed: Bools) -> Bools:
        """Return which of the tables found agree with the cells that this pattern shows."""
        shown = ~suppressed & self.view.cells.system.present
        differs = np.abs(self._cells[:, shown] - self.values[shown]) > EPSILON
        return np.asarray(~differs.any(axis=1), dtype=np.bool_)

    def unmet(self, suppressed: Bools, *, search: bool = True) -> Iterator[Goal]:
        """Yield each goal that no table meets, or with `search` off, that no table found so far meets."""
        yield from self._ends(suppressed, search)
        yield from self._large(suppressed, search)
        if self._singletons:
            yield from self._beside_singletons(suppressed, search)

    def _program(self, suppressed: Bools, *, in_class: bool) -> AgreeingTables:
        return AgreeingTables(self.view, suppressed, self.values, in_class=in_class, whole=self._whole)

    def _ends(self, suppressed: Bools, search: bool) -> Iterator[Goal]:
        """Each small cell reaches its least value, and k-1, in tables of the class; so does an uncertain one.

        For an uncertain one k values are enough where zeros are published, since few tables of the class have
        room for both ends; and where every cell is uncertain: each table that agrees with what everybody
        knows has that view, so that reruns exclude none.
        """
        view, rules = self.view, self.view.task.rules
        ends = (rules.least, rules.threshold - 1)
        few = rules.zeros == "publish" or view.all_uncertain
        cells = np.flatnonzero(suppressed & view.open_class & view.to_protect)
        used = self._cells[self.agreeing(suppressed) & self.in_class][:, cells]
        low, high = used.min(axis=0, initial=MANY), used.max(axis=0, initial=-1)
        program = None
        for at, cell in enumerate(cells.tolist()):
            for lower in (True, False):
                value = self._end(cell, ends, lower=lower)
                reached = low[at] <= value if lower else high[at] >= value
                k_values = few and view.classes[cell] == Class.UNCERTAIN
                if reached or (k_values and high[at] - low[at] >= rules.threshold):
                    continue
                if search:
                    program = program or self._program(suppressed, in_class=True)
                goal, found = Goal(cell, value, value), None
                if program is not None:
                    found = program.find(goal)
                    if found is None and k_values:
                        goal, found = self._k_values(suppressed, cell)
                    if found is None and self._is_narrow(cell):
                        value = self._end(cell, ends, lower=lower)
                        found = program.find(Goal(cell, value, value))
                if found is None:
                    yield goal
                    continue
                self.add(found, in_class=True)
                low, high = np.minimum(low, self._cells[-1, cells]), np.maximum(high, self._cells[-1, cells])

    def _end(self, cell: int, ends: tuple[int, int], *, lower: bool) -> int:
        """Return the end of its range that a cell must reach."""
        low, high = self.narrow.get(cell, ends)
        return max(low, ends[0]) if lower else min(high, ends[1])

    def _is_narrow(self, cell: int) -> bool:
        """Whether the cells that are always shown leave a cell no room, but more than one value: by what they
        show, and the total, alone."""
        view = self.view
        if cell in self.narrow or cell >= view.cells.own or not view.task.always.any():
            return cell in self.narrow
        shown = view.known | (view.cells.names == view.cells.names[view.cells.total])
        program = AgreeingTables(view, ~shown, self.values, in_class=False, few_zeros=False)
        inner = np.flatnonzero(view.sums[cell])
        tables = [program.extreme(inner, sign) for sign in (-1, 1)]
        low, high = (MANY if table is None else int(view.sums[cell] @ table) for table in tables)
        rules = view.task.rules
        if low < high < MANY and not _far_enough(low, high, rules.least, rules.threshold):
            self.narrow[cell] = (low, high)
        return cell in self.narrow

    def _k_values(self, suppressed: Bools, cell: int) -> tuple[Goal, Ints | None]:
        """Return the goal that a cell is k above its least value in the class, and a table that meets it."""
        program = AgreeingTables(
            self.view, suppressed, self.values, in_class=True, few_zeros=False, whole=self._whole
        )
        lowest = program.extreme(np.flatnonzero(self.view.sums[cell]), -1)
        low = 0 if lowest is None else int(self.view.sums[cell] @ lowest)
        goal = Goal(cell, low + self.view.task.rules.threshold, np.inf)
        found = None if lowest is None else program.find(goal)
        if lowest is not None and found is not None:
            self.add(lowest, in_class=True)
        return goal, found

    def _large(self, suppressed: Bools, search: bool) -> Iterator[Goal]:
        """A large withheld cell has k values or more; more than one where everybody sees that it is k or
        more. A zero that is withheld with its group, though seen in the view, may be small."""
        view, rules = self.view, self.view.task.rules
        either = (view.classes == Class.LARGE) | (view.classes == Class.NOBODY)
        cells = np.flatnonzero(suppressed & either & view.to_protect & view.cells.system.present)
        certain = self._certainly_large(suppressed) & ~view.task.never
        program = None
        for cell in cells.tolist():
            used = self._cells[self.agreeing(suppressed), cell]
            low, high = int(used.min(initial=MANY)), int(used.max(initial=-1))
            several = certain[cell] or cell in self.narrow
            if _far_enough(low, high, rules.least, rules.threshold) or (several and low < high):
                continue
            if not search:
                yield Goal(cell, 0, 0, in_class=False)
                continue
            program = program or self._program(suppressed, in_class=False)
            lowest = program.extreme(np.flatnonzero(view.sums[cell]), -1)
            self.add_found(lowest, in_class=False)
            low = 0 if lowest is None else int(view.sums[cell] @ lowest)
            high = rules.threshold - 1 if low <= rules.least else low + rules.threshold
            goal = Goal(cell, low + 1 if certain[cell] else high, np.inf, in_class=False)
            found = program.find(goal)
            if found is None and self._is_narrow(cell):
                found = program.find(Goal(cell, low + 1, np.inf, in_class=False))
            if found is None:
                yield goal
            else:
                self.add(found, in_class=False)

    def _certainly_large(self, suppressed: Bools) -> Bools:
        """Return the cells that are k or more by the bounds that the checker of certificates computes."""
        system, rules = self.view.cells.system, self.view.task.rules
        least = system.least(rules.least)
        certain = np.zeros(system.size, dtype=np.bool_)
        for block, start in zip(system.blocks, system.starts, strict=True):
            here = slice(start, start + block.lattice.size)
            bounds = interval_bounds(block.lattice, self.values[here], suppressed[here], least[here])
            certain[here] = bounds[0] >= rules.threshold
        return certain

    def _beside_singletons(self, suppressed: Bools, search: bool) -> Iterator[Goal]:
        """The only person of a withheld cell leaves each small cell more than one value.

        Any small or uncertain cell may be of one person. A cell that holds that very person, and then must be
        1, tells nothing further; neither is a cell small that then must be large.
        """
        view = self.view
        own = np.arange(len(suppressed)) < view.cells.own
        cells = np.flatnonzero(suppressed & view.open_class & view.to_protect & own)
        program = None
        for single in cells.tolist():
            beside = self._cells[self.agreeing(suppressed)]
            beside = beside[beside[:, single] == 1][:, cells]
            fixed = cells if not len(beside) else cells[beside.min(axis=0) == beside.max(axis=0)]
            for cell in fixed[fixed != single].tolist():
                if search:
                    program = program or self._program(suppressed, in_class=False)
                yield from self._beside(program, suppressed, cell, single)

    def _beside(
        self, program: AgreeingTables | None, suppressed: Bools, cell: int, single: int
    ) -> Iterator[Goal]:
        view = self.view
        if program is None:
            yield Goal(cell, 0, 0, single, in_class=False)
            return
        alone = self.agreeing(suppressed) & (self._cells[:, single] == 1)
        values = np.unique(self._cells[alone, cell])
        if len(values) > 1:
            return
        if not len(values):
            found = program.find(Goal(single, 1, 1, in_class=False))
            if found is None:
                return  # Nobody is alone in that cell, in no table.
            self.add(found, in_class=False)
            values = np.array([int(view.sums[cell] @ found)])
        value = int(values[0])
        for goal in (
            Goal(cell, value + 1, np.inf, single, in_class=False),
            Goal(cell, 0, value - 1, single, in_class=False),
        ):
            if goal.high >= 0 and (found := program.find(goal)) is not None:
                self.add(found, in_class=False)
                return
        same_person = value == 1 and _nested(view.cells.sums[cell], view.cells.sums[single])
        if view.task.rules.is_sensitive(value) and not same_person:
            yield Goal(cell, value + 1, np.inf, single, in_class=False)


def _far_enough(low: int, high: int, least: int, k: int) -> bool:
    return high - low >= k or (low <= least and high >= k - 1)


def _nested(one: Ints, other: Ints) -> bool:
    """Whether one of two cells counts all that the other counts."""
    return bool((one <= other).all() or (other <= one).all())

"""Small sums in no table that further tables leave a single value: the table that does so is left out.

Sums are looked for when all tables are settled: before each further table they would take ten times as long
as the tables.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from anonymisers.suppression.inner_sum_worlds import SumSearch
from anonymisers.suppression.sequential_tables import FurtherTables, SettledTables, Step
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import linked_dimensions, widest_schemes
from anonymisers.suppression.strategies.task import Task
from anonymisers.tables.arrays import Bools
from anonymisers.tables.lattice import Lattice


@dataclass(frozen=True)
class FixedSumsTuning:
    """How much is tried for small sums."""

    steps: int = 20_000
    """Steps of the solver for small sums that no swap of a few people changes, where no table can be left
    out."""
    steps_of_more: int = 2_000
    """The same where further tables were added, which can be left out."""
    most_left_out: int = 4
    """Tables that are left out one by one; then all that come after the last of them."""


TUNING = FixedSumsTuning()

Protected = Callable[[SuppressionPattern], Bools]


@dataclass(frozen=True, eq=False)
class FixedSums:
    """Small sums of inner cells in no protected table of the lattice `full`.

    `to_protect` returns what tells which cells are to be protected, once a move withheld more.
    """

    full: Lattice
    to_protect: Callable[[Task], Protected]

    def changed(
        self, settled_tables: SettledTables, steps: int = TUNING.steps, *, or_none: bool = False
    ) -> tuple[SettledTables, bool]:
        """Return the tables with feasible tables that change every small sum, and whether they do.

        With `or_none` the search ends with the first sum that none changes: the tables are of no use then.
        """
        task, search, worlds = settled_tables.task, settled_tables.search, settled_tables.worlds
        search.solver = Solver(steps)  # The steps of the tables are spent.
        system = search.pattern.system
        schemes = widest_schemes(linked_dimensions(system.footprints, len(system.dims)))
        sums = SumSearch(self.full, search, schemes, self.to_protect(task), task.key)
        further, fixed = sums.further_worlds(worlds, one_is_enough=or_none)
        return replace(settled_tables, worlds=(*worlds, *further)), not fixed

    def without_fixing(self, further: FurtherTables) -> SettledTables:
        """Return the tables of the steps but those that leave a small sum a single value, with feasible
        tables that change every such sum."""
        steps = further.steps
        for turn in range(TUNING.most_left_out + 1):
            found, fine = self._changed_at(steps, len(steps) - 1)
            if fine or len(steps) == 1:
                return found
            at, found = self._last_fine(steps)
            if turn == TUNING.most_left_out:
                return found
            steps = [*steps[: at + 1], *further.again(steps[at].tables, steps[at + 2 :])]
        raise AssertionError("the last turn returns")

    def _last_fine(self, steps: Sequence[Step]) -> tuple[int, SettledTables]:
        """Return a step that changes every small sum while the next does not, and its tables."""
        bad, back = len(steps) - 1, 1
        while True:
            fine = max(0, bad - back)
            found, good = self._changed_at(steps, fine)
            if good or fine == 0:
                break
            bad, back = fine, 2 * back
        while bad - fine > 1:
            middle = (fine + bad) // 2
            other, good = self._changed_at(steps, middle)
            if good:
                fine, found = middle, other
            else:
                bad = middle
        return fine, found

    def _changed_at(self, steps: Sequence[Step], at: int) -> tuple[SettledTables, bool]:
        if at == 0:
            return self.changed(steps[0].tables)
        return self.changed(steps[at].tables, TUNING.steps_of_more, or_none=True)

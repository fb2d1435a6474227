"""A further table that leaves a small sum a single value is left out, and those after it stay."""

from dataclasses import dataclass

import pytest

from anonymisers.suppression.fixed_sums import FixedSums
from anonymisers.suppression.sequential_tables import FurtherTables, Step
from anonymisers.suppression.table_rounds import Effort
from anonymisers.tables.rules import TableOf

EFFORT = Effort(1, (22,))


class Sums(FixedSums):
    """Sums that are fixed by any of some tables, however these were added."""

    def changed(self, settled_tables, _steps=0, *, or_none=False):  # noqa: ARG002 - as it is called
        return settled_tables, not settled_tables & self.to_protect


class Trial:
    """Adds every table."""

    def of(self, table, settled_tables, _effort):
        return settled_tables | table.dims, 0


@dataclass(frozen=True)
class Added:
    """Tables a, b, c and so on, one after another."""

    names: str

    @property
    def steps(self):
        steps = [Step(frozenset())]
        for name in self.names:
            steps.append(Step(steps[-1].tables | {name}, (TableOf.of(name), EFFORT)))
        return steps


@pytest.mark.parametrize("fixing", ["", "a", "c", "h", "d f", "a b c", "a h"])
def test_only_the_tables_that_fix_a_sum_are_left_out(fixing):
    further = FurtherTables(Added("abcdefgh").steps, Trial())

    left = Sums(None, frozenset(fixing.split())).without_fixing(further)

    assert left == frozenset("abcdefgh") - frozenset(fixing.split())


def test_where_very_many_fix_a_sum_no_table_after_the_last_good_one_stays():
    further = FurtherTables(Added("abcdefgh").steps, Trial())

    left = Sums(None, frozenset("cdefg")).without_fixing(further)

    assert left == frozenset("ab")

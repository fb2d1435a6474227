"""Zeros are suppressed among the other cells, where they may be, and cost no cell with people."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hierarchies import flat, grouped
from numpy.typing import NDArray

from anonymisers.suppression import cutting_planes, secondary_suppression
from anonymisers.suppression.protect_table import Protected, protect
from anonymisers.suppression.strategies import search_schedule
from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

SEX_AND_AGE = (flat("sex", 2), flat("age", 5))
KEY = bytes(32)


def sparse(people=0.7, places=45):
    """Return a table of ten inner cells a place, most of them small or empty."""
    dims = (grouped("place", places), *SEX_AND_AGE)
    rates = np.random.default_rng(6).lognormal(people, 1.3, (places, 2, 5))
    counts = np.random.default_rng(5).poisson(rates)
    cells = {
        tuple(d.codes[d.leaves[n]] for d, n in zip(dims, at, strict=True)): int(counts[tuple(at)])
        for at in np.argwhere(counts)
    }
    return Table.of(dims, list(cells.items()))


@dataclass(frozen=True)
class Made:
    """The sparse table as protected, and the suppressed cells of people before and after zero suppression."""

    few: int
    table: Table
    protected: Protected
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    left_open: int

    def zeros(self, withheld_cells):
        return withheld_cells & (self.protected.values == 0)


def tables_up_to_are_small(patch, inner_cells, **schedule):
    """Let tables be small up to so many inner cells with people, for cutting planes and for the schedule."""
    patch.setattr(cutting_planes, "TUNING", replace(cutting_planes.TUNING, most_inner_cells=inner_cells))
    tuning = replace(search_schedule.TUNING, small_table=inner_cells, **schedule)
    patch.setattr(search_schedule, "TUNING", tuning)


def built(table, key, few, patch):
    """Protect the table where a table of up to so many inner cells with people is small."""
    tables_up_to_are_small(patch, few)
    return protect(table, Rules(zeros="partner"), key)


@pytest.fixture(scope="module", params=[1000, 100], ids=["cutting planes", "as a large table"])
def made(request):
    seen = []

    def watched(search, task, progress):
        people = search.pattern.values > 0
        before = search.pattern.suppressed & people
        suppress(search, task, progress)
        seen.append((before, search.pattern.suppressed & people, len(search.pattern.open_cells())))

    suppress = secondary_suppression.suppress_zeros
    table = sparse(places=90 if request.param == 1000 else 45)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secondary_suppression, "suppress_zeros", watched)
        protected = built(table, KEY, request.param, patch)
    return Made(request.param, table, protected, *seen[0])


def test_about_a_tenth_of_the_suppressed_cells_are_zeros(made):
    """Else whoever knows the program knows that hardly any withheld cell is one."""
    withheld_cells = made.protected.suppressed
    assert (
        made.zeros(withheld_cells).sum() > withheld_cells.sum() / 12
    )  # cells suppressed against singletons come later


def test_another_key_suppresses_other_zeros(made, monkeypatch):
    """The same key gives the same cube: tests of golden bytes show that."""
    other = built(made.table, bytes((1,)) * 32, made.few, monkeypatch).suppressed
    zeros = made.zeros(made.protected.suppressed)
    assert (zeros & made.zeros(other)).sum() < zeros.sum() / 2


def test_zeros_are_chosen_before_singletons_are_checked_and_cost_no_cell_with_people(made):
    assert made.before.any()
    assert (made.before == made.after).all()
    assert made.left_open == 0


@pytest.mark.parametrize("zeros", ["publish", "protect"])
def test_where_zeros_are_published_or_small_cells_no_further_zero_is_suppressed(zeros, monkeypatch):
    monkeypatch.setattr(secondary_suppression, "suppress_zeros", None)
    protect(sparse(3.0, places=30), Rules(zeros=zeros), KEY)


def test_moves_for_a_zero_are_removed_where_another_zero_beside_it_cannot_be_covered(monkeypatch):
    taken_back = []

    def watched(search, cell):
        pattern, before = search.pattern, (search.pattern.suppressed.copy(), search.pattern.cost)
        numbers = list(pattern.moves_by_number)
        dropped = []
        with monkeypatch.context() as patch:
            patch.setattr(
                pattern,
                "remove",
                lambda found: dropped.extend(found) or SuppressionPattern.remove(pattern, found),
            )
            done = suppress(search, cell)
        if not done:
            assert (pattern.suppressed == before[0]).all()
            assert pattern.cost == before[1]
            assert list(pattern.moves_by_number) == numbers
            taken_back.extend(dropped)
        return done

    suppress = MoveSearch.suppress_zero
    tables_up_to_are_small(monkeypatch, 100, most_zeros=1)
    monkeypatch.setattr(MoveSearch, "suppress_zero", watched)
    protect(sparse(), Rules(zeros="partner"), KEY)
    assert taken_back


def square(counts):
    """Return the search of a table of two dimensions with all inner cells of people suppressed."""
    dims = (flat("place", 3), flat("sex", 3))
    cells = [
        ((dims[0].codes[1 + row], dims[1].codes[1 + column]), int(count))
        for (row, column), count in np.ndenumerate(counts)
        if count
    ]
    table = Table.of(dims, cells)
    system = LinkedTables(dims, (TableBlock.whole(Lattice.of(dims, ["place", "sex"], None)),))
    people = BaseTable.of(table, (0, 1))
    values = system.sums(people.coords, people.counts)
    keys = system.blocks[0].lattice.keys()
    inner = (keys > 0).all(axis=1)
    none = np.zeros(len(values), dtype=np.bool_)
    withheld_cells = inner & (values > 0)
    pattern = SuppressionPattern(
        system, people, Rules(), values, withheld_cells, none.copy(), ~none, np.zeros(len(values))
    )
    return MoveSearch(pattern, np.ones(len(values))), keys, values


def test_a_zero_that_can_fill_up_beside_suppressed_cells_is_suppressed():
    search, keys, values = square(np.array([[0, 9, 9], [9, 9, 9], [9, 9, 9]]))
    pattern = search.pattern
    for cell in pattern.open_cells().tolist():
        search.cover(cell)
    zero = int(np.flatnonzero((keys > 0).all(axis=1) & (values == 0))[0])
    before = pattern.suppressed.copy()
    assert not before[zero]
    assert search.suppress_zero(zero)
    assert np.flatnonzero(pattern.suppressed & ~before).tolist() == [zero]
    assert pattern.suppressed[zero]
    assert pattern.safe(np.array([zero])).all()


def test_a_zero_that_cannot_change_stays_published_and_the_pattern_is_as_before():
    search, keys, values = square(np.array([[0, 0, 9], [0, 9, 9], [0, 9, 9]]))
    pattern = search.pattern
    for cell in pattern.open_cells().tolist():
        search.cover(cell, limit=0)
    before = pattern.suppressed.copy(), pattern.cost, pattern.low.copy(), pattern.high.copy()
    # Nobody is in its column, which is shown: it cannot hold anybody.
    pattern.fixed[(values == 0) & ~(keys > 0).all(axis=1)] = True
    zero = int(np.flatnonzero((keys == [1, 1]).all(axis=1))[0])
    assert not search.suppress_zero(zero)
    assert (pattern.suppressed == before[0]).all()
    assert pattern.cost == before[1]
    assert (pattern.low == before[2]).all()
    assert (pattern.high == before[3]).all()

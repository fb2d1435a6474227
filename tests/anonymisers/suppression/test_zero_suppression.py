"""Zeros are withheld among the other cells, where they may be, and cost nobody's cell."""

from dataclasses import dataclass

import numpy as np
import pytest
from hierarchies import flat, grouped
from numpy.typing import NDArray

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.suppression import cutting_planes as planning
from anonymisers.suppression import secondary_suppression as suppressing
from anonymisers.suppression.strategies import move_search as searching
from anonymisers.suppression.strategies.move_search import Search
from anonymisers.suppression.strategies.suppression_pattern import Pattern
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

DIMS = (grouped("place", 90), flat("sex", 2), flat("age", 5))
KEY = bytes(32)


def sparse(people=0.7):
    rates = np.random.default_rng(6).lognormal(people, 1.3, (90, 2, 5))
    counts = np.random.default_rng(5).poisson(rates)
    cells = {
        tuple(d.codes[d.leaves[n]] for d, n in zip(DIMS, at, strict=True)): int(counts[tuple(at)])
        for at in np.argwhere(counts)
    }
    return Table.of(DIMS, list(cells.items()))


@dataclass(frozen=True)
class Made:
    """The cube of the sparse table, and which cells of people were withheld around the choice of zeros."""

    few: int
    table: Table
    cube: CertifiedCube
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    left_open: int

    def zeros(self, hidden):
        return hidden & (self.cube.true_values(self.table) == 0)


def built(table, key, few, patch):
    """Where so many inner cells with people are few."""
    for module in (planning, searching):
        patch.setattr(module, "FEW", few)
    return build_cube(table, Rules(zeros="partner"), key)


@pytest.fixture(scope="module", params=[1000, 100], ids=["planned", "as a large table"])
def made(request):
    seen = []

    def looked_at(search, task, progress):
        people = search.pattern.values > 0
        before = search.pattern.hidden & people
        withhold(search, task, progress)
        seen.append((before, search.pattern.hidden & people, len(search.pattern.open_cells())))

    withhold = suppressing.withhold_zeros
    table = sparse()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suppressing, "withhold_zeros", looked_at)
        cube = built(table, KEY, request.param, patch)
    return Made(request.param, table, cube, *seen[0])


def test_about_a_tenth_of_what_is_withheld_are_zeros(made):
    """Else whoever knows the program knows that hardly any withheld cell is one."""
    hidden = made.cube.hidden
    assert made.zeros(hidden).sum() > hidden.sum() / 12  # what insiders call for is withheld later


def test_another_key_withholds_other_zeros(made, monkeypatch):
    again, other = (built(made.table, key, made.few, monkeypatch).hidden for key in (KEY, bytes((1,)) * 32))
    zeros = made.zeros(made.cube.hidden)
    assert (zeros == made.zeros(again)).all()
    assert (zeros & made.zeros(other)).sum() < zeros.sum() / 2


def test_they_are_chosen_before_insiders_are_looked_at_and_cost_no_cell_of_anybody(made):
    assert made.before.any()
    assert (made.before == made.after).all()
    assert made.left_open == 0


@pytest.mark.parametrize("zeros", ["publish", "protect"])
def test_where_zeros_are_shown_or_small_cells_none_is_withheld_for_this(zeros, monkeypatch):
    monkeypatch.setattr(suppressing, "withhold_zeros", None)
    build_cube(sparse(3.0), Rules(zeros=zeros), KEY)


def test_what_was_found_for_a_zero_is_taken_back_where_another_beside_it_cannot_be_covered(monkeypatch):
    taken_back = []

    def looked_at(search, cell):
        pattern, before = search.pattern, (search.pattern.hidden.copy(), search.pattern.worth)
        numbers = list(pattern.numbered)
        dropped = []
        with monkeypatch.context() as patch:
            patch.setattr(
                pattern, "remove", lambda found: dropped.extend(found) or Pattern.remove(pattern, found)
            )
            done = withhold(search, cell)
        if not done:
            assert (pattern.hidden == before[0]).all()
            assert pattern.worth == before[1]
            assert list(pattern.numbered) == numbers
            taken_back.extend(dropped)
        return done

    withhold = Search.withhold_zero
    for module in (planning, searching):
        monkeypatch.setattr(module, "FEW", 100)
    monkeypatch.setattr(searching, "MOST_ZEROS", 1)
    monkeypatch.setattr(Search, "withhold_zero", looked_at)
    build_cube(sparse(), Rules(zeros="partner"), KEY)
    assert taken_back


def square(counts):
    """The search of a table of two dimensions in which everything but margins is withheld."""
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
    hidden = inner & (values > 0)
    pattern = Pattern(system, people, Rules(), values, hidden, none.copy(), ~none, np.zeros(len(values)))
    return Search(pattern, np.ones(len(values))), keys, values


def test_a_zero_that_can_fill_up_beside_withheld_cells_is_withheld():
    search, keys, values = square(np.array([[0, 9, 9], [9, 9, 9], [9, 9, 9]]))
    pattern = search.pattern
    for cell in pattern.open_cells().tolist():
        search.cover(cell)
    zero = int(np.flatnonzero((keys > 0).all(axis=1) & (values == 0))[0])
    before = pattern.hidden.copy()
    assert not before[zero]
    assert search.withhold_zero(zero)
    assert np.flatnonzero(pattern.hidden & ~before).tolist() == [zero]
    assert pattern.hidden[zero]
    assert pattern.safe(np.array([zero])).all()


def test_a_zero_that_cannot_change_stays_shown_and_the_pattern_is_as_before():
    search, keys, values = square(np.array([[0, 0, 9], [0, 9, 9], [0, 9, 9]]))
    pattern = search.pattern
    for cell in pattern.open_cells().tolist():
        search.cover(cell, limit=0)
    before = pattern.hidden.copy(), pattern.worth, pattern.low.copy(), pattern.high.copy()
    # Nobody is in its column, which is shown: it cannot hold anybody.
    pattern.fixed[(values == 0) & ~(keys > 0).all(axis=1)] = True
    zero = int(np.flatnonzero((keys == [1, 1]).all(axis=1))[0])
    assert not search.withhold_zero(zero)
    assert (pattern.hidden == before[0]).all()
    assert pattern.worth == before[1]
    assert (pattern.low == before[2]).all()
    assert (pattern.high == before[3]).all()

"""Which cells count a person, and what changes in them where people move."""

from itertools import product

import numpy as np
import pytest
from hierarchies import flat, grouped

from anonymisers.tables import linked_tables
from anonymisers.tables.hierarchy import ROOT
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock, changed_cells

DIMS = (grouped("place", 4), flat("year", 2), flat("device", 3))


def tables_of(most):
    """All tables of so many dimensions, made anew: lookups and sums are kept in them."""
    return LinkedTables(DIMS, (TableBlock.whole(Lattice.of(DIMS, [d.name for d in DIMS], most)),))


def people(seed, number=20):
    drawn = np.random.default_rng(seed)
    coords = np.stack([drawn.choice(d.leaves, number) for d in DIMS], axis=1)
    return coords.astype(np.int32), drawn.integers(-3, 4, number)


@pytest.mark.parametrize("swapped", [None, frozenset({0}), frozenset({1, 2})])
def test_short_and_long_numbers_name_the_same_cells(monkeypatch, swapped):
    coords, _ = people(1)
    short = tables_of(2).above(coords, swapped)
    monkeypatch.setattr(linked_tables, "SHORT", 0)
    long = tables_of(2).above(coords, swapped)

    assert short.tolist() == long.tolist()
    assert {short.dtype, long.dtype} == {np.dtype(np.int64)}


@pytest.mark.parametrize("most", [0, 1, 3])
@pytest.mark.parametrize("number", [0, 20])
def test_changed_cells_are_those_whose_sums_are_not_0(most, number):
    tables = tables_of(most)
    coords, change = people(2, number)

    cells, amounts = changed_cells(tables.above(coords), change)

    sums = tables.sums(coords, change)
    assert cells.tolist() == np.flatnonzero(sums).tolist()
    assert amounts.tolist() == sums[cells].tolist()


def test_sums_that_are_kept_are_of_the_same_people_and_stay_as_they_were():
    tables = tables_of(2)
    coords, counts = people(3)
    before = tables.sums(coords, counts)
    expected = before.tolist()
    before[:] = -1

    assert tables.sums(coords, counts).tolist() == expected
    assert tables.sums(coords, 2 * counts).tolist() == [2 * value for value in expected]
    assert tables.sums(coords[::-1], counts[::-1]).tolist() == expected


def test_one_cell_is_found_where_the_table_says_and_nowhere_else() -> None:
    for most in (1, 2, None):
        lattice = Lattice.of(DIMS, [d.name for d in DIMS], most)
        rows = list(product(*(range(len(d.codes)) for d in DIMS)))
        expected = lattice.cells(np.array(rows, dtype=np.int32)).tolist()
        keys = [{d.name: d.codes[p] for d, p in zip(DIMS, row, strict=True)} for row in rows]
        assert [lattice.cell(key) for key in keys] == expected
        short = [{name: code for name, code in key.items() if code != ROOT} for key in keys]
        assert [lattice.cell(key) for key in short] == expected
    assert lattice.cell({DIMS[0].name: "nowhere"}) == lattice.cell({"nothing": ROOT}) == -1

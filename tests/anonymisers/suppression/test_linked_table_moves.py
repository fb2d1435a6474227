"""Moves of tables linked by all dimensions: swaps of codes among a few people."""

from types import SimpleNamespace

import numpy as np
import pytest
from hierarchies import flat, grouped

from anonymisers.cube.certified_cube import build_cube
from anonymisers.suppression.strategies.linked_table_moves import LEFT_ALONE, TOGETHER, LinkedTableMoves
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

KEY = bytes(32)


DIMS = (
    grouped("place", 4),
    flat("sex", 2),
    flat("age", 3),
    flat("device", 2),
    flat("outcome", 2),
    flat("year", 3),
)
"""Six dimensions, made into all tables of up to three: each person is counted in 56 cells."""


@pytest.fixture(scope="module")
def table():
    shape = [len(d.leaves) for d in DIMS]
    rates = np.random.default_rng(5).lognormal(0.7, 1.0, shape)
    counts = np.random.default_rng(6).poisson(rates)
    coords = np.stack([d.leaves[n] for d, n in zip(DIMS, np.nonzero(counts), strict=True)], axis=1)
    cells = [
        (tuple(d.codes[p] for d, p in zip(DIMS, row, strict=True)), int(n))
        for row, n in zip(coords, counts[np.nonzero(counts)], strict=True)
    ]
    return Table.of(DIMS, cells)


@pytest.fixture
def pattern(table):
    lattice = Lattice.of(DIMS, [d.name for d in DIMS], 3)
    system = LinkedTables(DIMS, (TableBlock.whole(lattice),))
    people = BaseTable.of(table, tuple(range(len(DIMS))))
    values = system.sums(people.coords, people.counts)
    none = np.zeros(system.size, dtype=np.bool_)
    return SuppressionPattern(
        system, people, Rules(max_dims=3), values, none.copy(), none.copy(), ~none, np.zeros(len(values))
    )


@pytest.mark.parametrize(("inhabited", "used"), [(2_000, False), (2_001, True)])
def test_from_two_thousand_inner_cells_on_five_dimensions_by_three_are_searched_by_swaps(inhabited, used):
    """A program of 2,451 inner cells, each counted in 26 cells, took more than a minute."""
    dims = (flat("country", 11), flat("sex", 2), flat("age", 5), flat("device", 6), flat("outcome", 8))
    block = TableBlock.whole(Lattice.of(dims, [d.name for d in dims], 3))
    sides = np.meshgrid(*(d.leaves for d in dims), indexing="ij")
    coords = np.stack([side.ravel() for side in sides], axis=1)[:inhabited]
    people = BaseTable.at(dims, coords.astype(np.int32), np.ones(inhabited, dtype=np.int64))
    pattern = SimpleNamespace(system=LinkedTables(dims, (block,)), people=people)

    assert pattern.system.above(people.coords[:1]).shape == (1, 26)
    assert LinkedTableMoves.usable(pattern) is used


def test_a_basic_move_changes_its_cell_by_the_amount_and_only_tables_of_all_its_dimensions(pattern):
    lattice = pattern.system.blocks[0].lattice
    linked = LinkedTableMoves(pattern, np.ones(pattern.system.size))
    cell = int(np.flatnonzero((lattice.table_of() == len(lattice.tables) - 1) & (pattern.values > 5))[0])
    target = pattern.system.target(cell)
    found = linked.find(target, (3,), None)
    assert dict(zip(found.rows.tolist(), found.amounts.tolist(), strict=True))[cell] == 3
    assert {lattice.tables[t] for t in lattice.table_of()[found.rows]} == {tuple(sorted(target.footprint))}
    before = pattern.people.margin(tuple(range(len(DIMS)))).count(found.coords)
    assert (before + found.change >= 0).all()


def test_changes_of_a_move_agree_with_the_sums_over_the_people(pattern):
    linked = LinkedTableMoves(pattern, np.ones(pattern.system.size))
    for cell in np.flatnonzero(pattern.values > 5)[5:400:40].tolist():
        found = linked.find(pattern.system.target(cell), (-2, 2), None)
        sums = pattern.system.sums(found.coords, found.change)
        assert (np.flatnonzero(sums) == found.rows).all()
        assert (sums[found.rows] == found.amounts).all()


def test_somebody_leaves_an_inner_cell_of_the_base_table(pattern):
    place = pattern.people.coords[0]
    found = LinkedTableMoves(pattern, np.ones(pattern.system.size)).leaving(place)
    assert int(found.change[(found.coords == place).all(axis=1)][0]) < 0


def test_moves_for_many_cells_agree_with_the_sums_and_leave_few_cells_open(pattern):
    pattern.suppress(pattern.values < np.quantile(pattern.values, 0.2))
    linked = LinkedTableMoves(pattern, pattern.values + 1.0)
    cells = [c for c in pattern.open_cells().tolist() if linked.phase(c) == TOGETHER]
    moves = 0
    for found in linked.shared_moves(cells):
        sums = pattern.system.sums(found.coords, found.change)
        assert (np.flatnonzero(sums) == found.rows).all()
        assert (sums[found.rows] == found.amounts).all()
        before = pattern.people.margin(tuple(range(len(DIMS)))).count(found.coords)
        assert (before + found.change >= 0).all()
        pattern.add(found)
        moves += 1
    assert pattern.safe(np.array(cells)).mean() > 0.9
    assert moves < len(cells)
    assert all(linked.phase(c) == LEFT_ALONE for c in cells if not pattern.safe(np.array([c]))[0])


@pytest.mark.parametrize("zeros", ["partner", "publish"])
def test_linked_tables_get_a_cube_with_a_valid_certificate(table, zeros):
    cube = build_cube(table, Rules(zeros=zeros, max_dims=3), KEY, attack_seconds=1.0)
    assert 0 < cube.withheld.sum() < len(cube.withheld)

"""Patterns solved by cutting planes: every small cell can change, and none only together with one person's
cell."""

from dataclasses import replace

import numpy as np
import pytest
from hierarchies import flat, grouped

from anonymisers.cube.certified_cube import build_cube
from anonymisers.suppression import cutting_planes
from anonymisers.suppression.cutting_planes import cutting_planes_apply, solve_cutting_planes
from anonymisers.suppression.dependent_cells import dependent_groups
from anonymisers.suppression.separation import separation_regions
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

DIMS = (grouped("place", 12), flat("sex", 2), flat("age", 3))
AS_ZERO = Rules(zeros="publish", expects_least=False)
"""A suppressed cell is not known to be at least 1."""


def table_of(counts):
    cells = {
        tuple(d.codes[d.leaves[n]] for d, n in zip(DIMS, at, strict=True)): int(counts[tuple(at)])
        for at in np.argwhere(counts)
    }
    return Table.of(DIMS, list(cells.items()))


def pattern_of(table, rules=AS_ZERO):
    lattice = Lattice.of(table.dims, [d.name for d in table.dims], None)
    system = LinkedTables(table.dims, (TableBlock.whole(lattice),))
    people = BaseTable.of(table, tuple(range(len(table.dims))))
    values = system.sums(people.coords, people.counts)
    all_ = np.ones(system.size, dtype=np.bool_)
    small = rules.is_sensitive(values)
    return SuppressionPattern(system, people, rules, values, small, values == 0, all_, np.zeros(len(values)))


@pytest.fixture(scope="module")
def table():
    shape = [len(d.leaves) for d in DIMS]
    rates = np.random.default_rng(3).lognormal(1.5, 1.0, shape)
    return table_of(np.random.default_rng(4).poisson(rates))


def test_hardly_any_small_cell_is_the_only_suppressed_part_of_a_sum(table):
    pattern = pattern_of(table)
    chosen = solve_cutting_planes(pattern, np.ones(len(pattern.values)))
    lattice = pattern.system.blocks[0].lattice
    assert (chosen & ~pattern.must_suppress).any()
    alone = []
    for cell in np.flatnonzero(pattern.must_suppress).tolist():
        key = lattice.keys()[cell]
        for axis, dim in enumerate(DIMS):
            line = lattice.line(key, axis)
            if key[axis] == dim.root:
                continue
            parent = dim.parents[key[axis]]
            near = np.flatnonzero((dim.parents == parent) & (np.arange(len(dim.codes)) != key[axis]))
            alone.append(not chosen[line[[parent, *near]]].any())
    assert np.mean(alone) < 0.05  # the pattern is that of the last round, and some requirements may be unmet


def test_small_cells_that_change_only_together_are_found():
    counts = np.full([len(d.leaves) for d in DIMS], 20)
    counts[0, 0, 0] = 1
    counts[0, 1, 1] = 2
    pattern = pattern_of(table_of(counts))
    lattice = pattern.system.blocks[0].lattice
    first, second = DIMS[0].leaves[0], DIMS[0].leaves[1]
    withheld = np.zeros(len(pattern.values))
    for place in (first, second):
        for sex in DIMS[1].leaves:
            for age in DIMS[2].leaves[:2]:
                withheld[lattice.cells(np.array([[place, sex, age]]))] = 1.0
    groups = [
        group.tolist()
        for region in separation_regions(pattern)
        for group in dependent_groups(region, withheld)
    ]
    small = np.flatnonzero(pattern.must_suppress).tolist()
    assert groups == [small]
    withheld[lattice.cells(np.array([[first, DIMS[1].root, DIMS[2].leaves[0]]]))] = 1.0
    withheld[lattice.cells(np.array([[first, DIMS[1].root, DIMS[2].leaves[1]]]))] = 1.0
    withheld[lattice.cells(np.array([[second, DIMS[1].root, DIMS[2].leaves[0]]]))] = 1.0
    withheld[lattice.cells(np.array([[second, DIMS[1].root, DIMS[2].leaves[1]]]))] = 1.0
    assert not [
        group for region in separation_regions(pattern) for group in dependent_groups(region, withheld)
    ]


def test_cutting_planes_are_used_only_where_a_suppressed_cell_may_be_zero_and_a_zero_is_not_small(table):
    assert cutting_planes_apply(pattern_of(table))
    assert not cutting_planes_apply(pattern_of(table, Rules(zeros="publish")))
    assert not cutting_planes_apply(pattern_of(table, Rules(zeros="protect")))


def test_where_zeros_may_be_suppressed_cutting_planes_are_used_for_larger_tables_only(table, monkeypatch):
    assert not cutting_planes_apply(pattern_of(table, Rules(zeros="partner")))
    fewest = replace(cutting_planes.TUNING, fewest_where_zeros_are_suppressed=len(table.counts))
    monkeypatch.setattr(cutting_planes, "TUNING", fewest)
    assert cutting_planes_apply(pattern_of(table, Rules(zeros="partner")))


def test_nobody_can_leave_a_cell_that_everybody_is_in():
    counts = np.zeros([len(d.leaves) for d in DIMS], dtype=np.int64)
    counts[0, 0, 0], counts[0, 1, 1] = 4, 1
    pattern = pattern_of(table_of(counts))
    chosen = solve_cutting_planes(pattern, np.ones(len(pattern.values)))
    assert not chosen[pattern.values == counts.sum()].any()


def test_the_same_input_and_key_give_the_same_cube_and_another_key_another(table):
    cubes = [build_cube(table, AS_ZERO, bytes((key,)) * 32).withheld for key in (0, 0, 1)]
    assert (cubes[0] == cubes[1]).all()
    assert (cubes[0] != cubes[2]).any()

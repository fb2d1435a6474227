"""Swaps of two people that change no table, compared with every swap that there is."""

from itertools import combinations

import numpy as np
import pytest

from anonymisers.suppression.inner_sum_worlds import SumSearch
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import linked_dimensions, widest_schemes
from anonymisers.suppression.swaps_by_level import SwapsByLevel
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

PEOPLE = Hierarchy(
    "people",
    (ROOT, "F", "M", "F child", "F adult", "M child", "M adult"),
    {"F": ROOT, "M": ROOT, "F child": "F", "F adult": "F", "M child": "M", "M adult": "M"},
)
STATUS = Hierarchy(
    "status",
    (ROOT, "unmet", "found", "referred", "met"),
    {"unmet": ROOT, "met": ROOT, "found": "unmet", "referred": "unmet"},
)
BARRIER = Hierarchy("barrier", (ROOT, "far", "dear", "none"), dict.fromkeys(("far", "dear", "none"), ROOT))
HOME = Hierarchy("home", (ROOT, "north", "south"), {"north": ROOT, "south": ROOT})
DIMS = (PEOPLE, STATUS, BARRIER, HOME)


@pytest.mark.parametrize("seed", range(5))
def test_a_swap_is_found_wherever_there_is_one_and_changes_the_sum_and_no_table(seed):
    random = np.random.default_rng(seed)
    people = _people(random, 12)
    system = _tables({(0, 1): (1, 2), (2, 3): (1, 1), (0, 2): (int(random.integers(1, 3)), 1)})
    first = people.coords[0]
    for axes in ((0, 2), (1, 3), (0, 1, 2)):
        inside = np.ones((len(people.counts), len(DIMS)), dtype=np.bool_)
        inside[:, axes] = people.coords[:, axes] == first[list(axes)]

        world = SwapsByLevel(people, system).changing(inside, 0)

        assert (world is not None) == any(_swaps(people, system, axes))
        if world is not None:
            assert not _changes_a_table(system, world.coords, world.change)
            assert world.change[(world.coords[:, axes] == first[list(axes)]).all(axis=1)].sum() == -1


def test_small_sums_change_by_such_swaps_where_no_step_is_left_for_programs():
    """Two girls and two women with numbers of their own, which tables tell by sex and by barrier."""
    number = Hierarchy("number", (ROOT, *"abcd"), dict.fromkeys("abcd", ROOT))
    dims = (PEOPLE, number, BARRIER)
    rows = [
        ("F child", "a", "far"),
        ("F child", "b", "dear"),
        ("F adult", "c", "far"),
        ("F adult", "d", "none"),
    ]
    people = BaseTable.of(Table.of(dims, ((row, 1) for row in rows)), (0, 1, 2))
    # The table of numbers tells the sex, and not who is a child.
    system = _tables({(0, 1): (1, 1), (1, 2): (1, 1)}, dims)
    values, none = system.sums(people.coords, people.counts), np.zeros(system.size, dtype=np.bool_)
    pattern = SuppressionPattern(
        system, people, Rules(threshold=3), values, none.copy(), none.copy(), ~none, np.zeros(len(values))
    )
    search = MoveSearch(pattern, 1.0 + values, Solver(0))
    schemes = widest_schemes(linked_dimensions(system.footprints, len(dims)))
    sums = SumSearch(
        Lattice.of(dims, tuple(d.name for d in dims), 2),
        search,
        schemes,
        lambda own: own.to_protect,
        bytes(32),
    )

    worlds, fixed = sums.further_worlds([])

    named = {tuple(dim.codes[at] for dim, at in zip(dims, place, strict=True)) for place in fixed}
    assert not {row for row in named if row[0].startswith("F ")}, "who is a child is told by no table"
    assert worlds
    assert not any(_changes_a_table(system, world.coords, world.change) for world in worlds)


def _people(random, number):
    rows = [tuple(d.codes[int(random.choice(d.leaves))] for d in DIMS) for _ in range(number)]
    table = Table.of(DIMS, ((row, rows.count(row)) for row in dict.fromkeys(rows)))
    return BaseTable.of(table, (0, 1, 2, 3))


def _tables(wanted, dims=DIMS):
    """Tables of two dimensions, each down to some depths, with all their margins."""
    lattice = Lattice(
        dims, tuple(sorted({(), *((a,) for t in wanted for a in t), *wanted}, key=lambda t: (len(t), t)))
    )
    keys, of = lattice.keys(), lattice.table_of()
    depth = np.stack([dim.depth[keys[:, axis]] for axis, dim in enumerate(dims)], axis=1)
    present = np.ones(lattice.size, dtype=np.bool_)
    for axes, deepest in wanted.items():
        for axis, most in zip(axes, deepest, strict=True):
            present &= (of != lattice.tables.index(axes)) | (depth[:, axis] <= most)
    whole = TableBlock.whole(lattice)
    return LinkedTables(dims, (TableBlock(lattice, whole.within, None, present),))


def _changes_a_table(system, coords, change):
    cells = system.above(coords)
    changed = np.bincount(
        cells[cells >= 0], weights=np.broadcast_to(change[:, None], cells.shape)[cells >= 0]
    )
    return bool(changed.any())


def _swaps(people, system, axes):
    """For every swap of the first person with another whether it changes the sum, and no table."""
    own, change = people.coords[0], np.array([-1, -1, 1, 1])
    for other in people.coords[1:]:
        for size in range(1, len(DIMS)):
            for swapped in combinations(range(len(DIMS)), size):
                rows = np.stack([own, other, own, other])
                rows[2, list(swapped)], rows[3, list(swapped)] = other[list(swapped)], own[list(swapped)]
                inside = (rows[:, axes] == own[list(axes)]).all(axis=1)
                yield bool(change[inside].sum()) and not _changes_a_table(system, rows, change)

"""Junction trees: their cliques, people with given counts of cliques, and moves, none of which is missed."""

from dataclasses import replace
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hierarchies import flat, grouped
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.suppression.strategies import junction_tree_search
from anonymisers.suppression.strategies.clique_dealing import CliqueDealing
from anonymisers.suppression.strategies.junction_tree import cliques_for, maximal_tables, tables_of
from anonymisers.suppression.strategies.junction_tree_search import JunctionTreeSearch, cliques_of
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules, TableOf

PLACE, YEAR, DEVICE, OUTCOME = grouped("place", 4), flat("year", 2), flat("device", 3), flat("outcome", 2)
DIMS = (PLACE, YEAR, DEVICE, OUTCOME)
LEAVES = [d.leaves.tolist() for d in DIMS]
INNER = list(product(*LEAVES))


def system_of(dims, *tables):
    """Return some tables with their margins, each down to some levels."""
    axes = [tuple(a for a, d in enumerate(dims) if d.name in t.dims) for t in tables]
    every = [m for t in axes for n in range(2 ** len(t)) for m in [_part(t, n)]]
    lattice = Lattice(dims, tuple(dict.fromkeys(every)))
    keys, present = lattice.keys(), np.zeros(lattice.size, dtype=np.bool_)
    for table in tables:
        inside, cuts = np.ones(lattice.size, dtype=np.bool_), dict(table.levels)
        for axis, dim in enumerate(dims):
            deepest = cuts.get(dim.name, len(dim.codes)) if dim.name in table.dims else 0
            inside &= dim.depth[keys[:, axis]] <= deepest
        present |= inside
    everybody = TableBlock.whole(lattice)
    return LinkedTables(dims, (TableBlock(lattice, everybody.within, None, present),))


def _part(table, number):
    return tuple(a for n, a in enumerate(table) if number >> n & 1)


def people_at(dims, places):
    coords = np.array(places, dtype=np.int32).reshape(-1, len(dims))
    return BaseTable.at(dims, coords, np.ones(len(coords), dtype=np.int64))


def pattern_of(system, people, suppressed):
    values = system.sums(people.coords, people.counts)
    none = np.zeros(system.size, dtype=np.bool_)
    rules = Rules(threshold=5)
    return SuppressionPattern(
        system, people, rules, values, suppressed.copy(), none, ~none, np.zeros(system.size)
    )


BY_YEAR = (
    TableOf.of(["year", "device"]),
    TableOf.of(["year", "outcome"]),
    TableOf.of(["year", "place"], place=1),
)
ACROSS = (*BY_YEAR, TableOf.of(["device", "outcome"]), TableOf.of(["place"]))


def levels(cliques):
    return [{(clique.dims[axis].name, depth) for axis, depth in clique.levels} for clique in cliques]


def test_tables_sharing_a_dimension_are_their_own_cliques():
    cliques = cliques_of(system_of(DIMS, *BY_YEAR))

    assert sorted(map(sorted, levels(cliques))) == [
        [("device", 1), ("year", 1)],
        [("outcome", 1), ("year", 1)],
        [("place", 1), ("year", 1)],
    ]
    assert all(clique.shared == ((1, 1),) for clique in cliques if clique.parent >= 0)


def test_a_ring_of_tables_is_triangulated_and_finer_levels_are_children_of_the_next_coarser():
    found = levels(cliques_of(system_of(DIMS, *ACROSS)))

    assert {("device", 1), ("outcome", 1), ("year", 1)} in found
    assert {("place", 2)} in found
    assert {("place", 1), ("year", 1)} in found


def test_one_table_of_all_dimensions_has_no_junction_tree():
    assert cliques_of(system_of(DIMS[1:], TableOf.of(["year", "device", "outcome"]))) is None


def test_tables_in_which_all_dimensions_meet_have_too_large_cliques(monkeypatch):
    tuning = replace(junction_tree_search.TUNING, most_cells=10)
    monkeypatch.setattr(junction_tree_search, "TUNING", tuning)

    assert cliques_of(system_of(DIMS, *ACROSS)) is None


def test_releases_about_different_people_have_no_junction_tree():
    whole = system_of(DIMS, *BY_YEAR)
    lattice = Lattice.of(DIMS, ["device"], None)
    guarded = TableBlock.whole(lattice, {"year": (YEAR.codes[1],)})

    assert cliques_of(LinkedTables(DIMS, (*whole.blocks, guarded))) is None


worlds = st.lists(st.sampled_from(INNER), min_size=1, max_size=12)


@given(worlds, st.randoms(use_true_random=False), st.sampled_from([BY_YEAR, ACROSS]))
def test_any_agreeing_counts_of_cliques_are_the_counts_of_some_people(one, random, tables):
    other = random.choices(INNER, k=len(one))
    system = system_of(DIMS, *tables)
    cliques, people = cliques_of(system), people_at(DIMS, one)
    wanted = CliqueDealing(people_at(DIMS, other), cliques).counts()
    dealing = CliqueDealing(people, cliques)

    coords, change = dealing.combined([w - c for w, c in zip(wanted, dealing.counts(), strict=True)])

    now = np.concatenate([people.coords, coords])
    counts = np.concatenate([people.counts, change])
    for clique, count in zip(cliques, wanted, strict=True):
        assert (np.bincount(clique.cells_of(now), weights=counts, minlength=len(clique.codes)) == count).all()
    assert all(tuple(row) in INNER for row in coords.tolist())
    cells, place = np.unique(now, axis=0, return_inverse=True)
    assert np.bincount(place.ravel(), weights=counts, minlength=len(cells)).min() >= 0
    # Nobody moves without need.
    assert np.abs(change).sum() <= 2 * len(one)


@given(worlds)
def test_without_changes_nobody_moves(one):
    dealing = CliqueDealing(people_at(DIMS, one), cliques_of(system_of(DIMS, *ACROSS)))

    coords, change = dealing.combined([np.zeros_like(c) for c in dealing.counts()])

    assert not len(coords)
    assert not len(change)


SMALL = (grouped("place", 2), flat("device", 2), flat("outcome", 2))
SMALL_INNER = list(product(*(d.leaves.tolist() for d in SMALL)))
SMALL_TABLES = (TableOf.of(["place", "device"]), TableOf.of(["place", "outcome"]), TableOf.of(["device"]))


def two_releases():
    """Everybody by place and outcome, those of one device by the same, and the others, who are in neither."""
    lattice = Lattice.of(SMALL, ["place", "outcome"], None)
    every, some = (
        TableBlock.whole(lattice, where) for where in ({}, {"device": (SMALL[1].codes[SMALL[1].leaves[0]],)})
    )
    others = TableBlock(lattice, every.within, some.within, every.present)
    return LinkedTables(SMALL, (every, some, others))


@pytest.mark.parametrize("system", [system_of(SMALL, *SMALL_TABLES), two_releases()], ids=["one", "two"])
@given(
    st.lists(st.sampled_from(SMALL_INNER), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
    st.sampled_from([-2, -1, 1, 2, 4]),
)
def test_a_move_is_found_wherever_there_is_one(system, places, random, amount):
    """Compare with every table of so many people."""
    people = people_at(SMALL, places)
    there = np.flatnonzero(system.present).tolist()
    suppressed = np.zeros(system.size, dtype=np.bool_)
    suppressed[random.sample(there[1:], k=random.randint(1, len(there) - 1))] = True
    target = random.choice(np.flatnonzero(suppressed).tolist())
    pattern = pattern_of(system, people, suppressed)
    kept = np.flatnonzero(~suppressed & system.present)
    sums = (
        system.sums(other.coords, other.counts)
        for other in (people_at(SMALL, w) for w in combinations_with_replacement(SMALL_INNER, len(places)))
    )
    there_is_one = any(
        (world[kept] == pattern.values[kept]).all() and world[target] == pattern.values[target] + amount
        for world in sums
    )
    search = JunctionTreeSearch.over_all(pattern, np.ones(system.size))
    assert search is not None

    found = search.find(target, (amount,), -1, Solver())

    assert (found is not None) == there_is_one
    if found is not None:
        changed = dict(zip(found.rows.tolist(), found.amounts.tolist(), strict=True))
        assert changed[target] == amount
        assert suppressed[list(changed)].all()
        after = people.margin((0, 1, 2)).count(found.coords) + found.change
        assert after.min() >= 0
        assert found.least <= 0 < found.most


def test_published_cells_are_suppressed_for_a_move_only_up_to_the_cap():
    system, people = system_of(SMALL, *SMALL_TABLES), people_at(SMALL, SMALL_INNER[:3] * 3)
    suppressed = np.zeros(system.size, dtype=np.bool_)
    target = int(np.flatnonzero((pattern_of(system, people, suppressed).values == 3) & system.present)[-1])
    suppressed[target] = True
    pattern = pattern_of(system, people, suppressed)
    search = JunctionTreeSearch.of(pattern, np.ones(system.size))
    assert search is not None

    assert search.find(target, (1,), 0, Solver()) is None
    assert search.find(target, (1,), None, Solver()) is not None


@given(st.lists(st.sampled_from(INNER), min_size=1, max_size=12), st.integers(0, 10**6), st.integers(-4, 4))
def test_a_move_changes_its_cell_by_the_amount_whatever_else_is_suppressed(places, number, amount):
    system, people = system_of(DIMS, *ACROSS), people_at(DIMS, places)
    pattern = pattern_of(system, people, np.zeros(system.size, dtype=np.bool_))
    there = np.flatnonzero(system.present)[1:]
    cell = int(there[number % len(there)])
    search = JunctionTreeSearch.of(pattern, 1.0 + pattern.values)
    assert search is not None

    found = search.find(cell, (amount,), None, Solver()) if amount else None

    possible = -pattern.values[cell] <= amount <= len(places) - pattern.values[cell]
    assert (found is not None) == (possible and amount != 0)
    if found is not None:
        assert found.amounts[found.rows == cell].tolist() == [amount]
        assert 0 not in found.rows


@given(st.lists(st.sampled_from(INNER), min_size=1, max_size=12), st.lists(st.integers(0, 10**6), max_size=4))
def test_the_same_move_is_found_whatever_was_asked_before(places, before):
    system, people = system_of(DIMS, *ACROSS), people_at(DIMS, places)
    pattern = pattern_of(system, people, np.zeros(system.size, dtype=np.bool_))
    there = np.flatnonzero(system.present)[1:].tolist()
    cell = there[sum(map(sum, places)) % len(there)]

    fresh, used = (JunctionTreeSearch.of(pattern, 1.0 + pattern.values) for _ in range(2))
    assert fresh is not None
    assert used is not None
    for number in before:
        used.find(there[number % len(there)], (1, -1), None, Solver())
    expected, found = (one.find(cell, (1, -1), None, Solver()) for one in (fresh, used))

    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert found.coords.tolist() == expected.coords.tolist()
        assert found.change.tolist() == expected.change.tolist()


def test_where_every_zero_is_published_the_junction_tree_is_not_used():
    system, people = system_of(SMALL, *SMALL_TABLES), people_at(SMALL, SMALL_INNER)
    none = np.zeros(system.size, dtype=np.bool_)
    values = system.sums(people.coords, people.counts)
    pattern = SuppressionPattern(
        system, people, Rules(zeros="publish"), values, none.copy(), none, ~none, np.zeros(system.size)
    )

    assert JunctionTreeSearch.of(pattern, np.ones(system.size)) is None


@pytest.mark.parametrize("tables", [BY_YEAR, ACROSS])
def test_every_table_is_in_a_clique(tables):
    system = system_of(DIMS, *tables)
    released = maximal_tables(tables_of(system.blocks[0]).tolist())
    cliques = cliques_for(DIMS, released, 10_000)
    assert cliques is not None

    assert all(any(clique.contains(table) for clique in cliques) for table in released)
    for number, clique in enumerate(cliques[1:], 1):
        assert 0 <= clique.parent < number
        assert clique.contains(clique.shared)
        assert cliques[clique.parent].contains(clique.shared)

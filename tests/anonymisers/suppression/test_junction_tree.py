"""Tables that hang together like a tree: their bags, the people that bags' counts are dealt out to, and other
worlds, of which none is missed."""

from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hierarchies import flat, grouped
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.suppression.strategies.clique_dealing import Dealer
from anonymisers.suppression.strategies.junction_tree import bags_for, boxes_of, largest
from anonymisers.suppression.strategies.junction_tree_search import TreeSearch, bags_of
from anonymisers.suppression.strategies.linear_program import Solver
from anonymisers.suppression.strategies.suppression_pattern import Pattern
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules, TableOf

PLACE, YEAR, DEVICE, OUTCOME = grouped("place", 4), flat("year", 2), flat("device", 3), flat("outcome", 2)
DIMS = (PLACE, YEAR, DEVICE, OUTCOME)
LEAVES = [d.leaves.tolist() for d in DIMS]
INNER = list(product(*LEAVES))


def system_of(dims, *tables):
    """A system of some tables with their margins, each down to some levels."""
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


def pattern_of(system, people, hidden):
    values = system.sums(people.coords, people.counts)
    none = np.zeros(system.size, dtype=np.bool_)
    rules = Rules(threshold=5)
    return Pattern(system, people, rules, values, hidden.copy(), none, ~none, np.zeros(system.size))


BY_YEAR = (
    TableOf.of(["year", "device"]),
    TableOf.of(["year", "outcome"]),
    TableOf.of(["year", "place"], place=1),
)
ACROSS = (*BY_YEAR, TableOf.of(["device", "outcome"]), TableOf.of(["place"]))


def levels(bags):
    return [{(bag.dims[axis].name, depth) for axis, depth in bag.levels} for bag in bags]


def test_tables_that_share_a_dimension_are_their_own_bags():
    bags = bags_of(system_of(DIMS, *BY_YEAR))

    assert sorted(map(sorted, levels(bags))) == [
        [("device", 1), ("year", 1)],
        [("outcome", 1), ("year", 1)],
        [("place", 1), ("year", 1)],
    ]
    assert all(bag.shared == ((1, 1),) for bag in bags if bag.parent >= 0)


def test_a_ring_of_tables_is_filled_in_and_finer_levels_hang_on_the_next_coarser():
    found = levels(bags_of(system_of(DIMS, *ACROSS)))

    assert {("device", 1), ("outcome", 1), ("year", 1)} in found
    assert {("place", 2)} in found
    assert {("place", 1), ("year", 1)} in found


def test_one_table_of_all_dimensions_is_no_tree():
    assert bags_of(system_of(DIMS[1:], TableOf.of(["year", "device", "outcome"]))) is None


def test_tables_in_which_all_dimensions_meet_are_too_large_for_a_tree(monkeypatch):
    monkeypatch.setattr("anonymisers.suppression.strategies.junction_tree_search.MOST_CELLS", 10)

    assert bags_of(system_of(DIMS, *ACROSS)) is None


def test_releases_about_different_people_are_none():
    whole = system_of(DIMS, *BY_YEAR)
    lattice = Lattice.of(DIMS, ["device"], None)
    guarded = TableBlock.whole(lattice, {"year": (YEAR.codes[1],)})

    assert bags_of(LinkedTables(DIMS, (*whole.blocks, guarded))) is None


worlds = st.lists(st.sampled_from(INNER), min_size=1, max_size=12)


@given(worlds, st.randoms(use_true_random=False), st.sampled_from([BY_YEAR, ACROSS]))
def test_whatever_counts_agreeing_bags_have_there_are_people_who_give_them(one, random, tables):
    other = random.choices(INNER, k=len(one))
    system = system_of(DIMS, *tables)
    bags, people = bags_of(system), people_at(DIMS, one)
    wanted = Dealer(people_at(DIMS, other), bags).counts()
    dealer = Dealer(people, bags)

    coords, change = dealer.dealt([w - c for w, c in zip(wanted, dealer.counts(), strict=True)])

    now = np.concatenate([people.coords, coords])
    counts = np.concatenate([people.counts, change])
    for bag, count in zip(bags, wanted, strict=True):
        assert (np.bincount(bag.cells_of(now), weights=counts, minlength=len(bag.codes)) == count).all()
    assert all(tuple(row) in INNER for row in coords.tolist())
    cells, place = np.unique(now, axis=0, return_inverse=True)
    assert np.bincount(place.ravel(), weights=counts, minlength=len(cells)).min() >= 0
    # Nobody moves without need.
    assert np.abs(change).sum() <= 2 * len(one)


@given(worlds)
def test_who_need_not_move_stays(one):
    dealer = Dealer(people_at(DIMS, one), bags_of(system_of(DIMS, *ACROSS)))

    coords, change = dealer.dealt([np.zeros_like(c) for c in dealer.counts()])

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
def test_a_world_is_found_wherever_there_is_one(system, places, random, amount):
    """Against every world that so many people can be in."""
    people = people_at(SMALL, places)
    there = np.flatnonzero(system.present).tolist()
    hidden = np.zeros(system.size, dtype=np.bool_)
    hidden[random.sample(there[1:], k=random.randint(1, len(there) - 1))] = True
    target = random.choice(np.flatnonzero(hidden).tolist())
    pattern = pattern_of(system, people, hidden)
    kept = np.flatnonzero(~hidden & system.present)
    sums = (
        system.sums(other.coords, other.counts)
        for other in (people_at(SMALL, w) for w in combinations_with_replacement(SMALL_INNER, len(places)))
    )
    there_is_one = any(
        (world[kept] == pattern.values[kept]).all() and world[target] == pattern.values[target] + amount
        for world in sums
    )
    search = TreeSearch.over_all(pattern, np.ones(system.size))
    assert search is not None

    found = search.find(target, (amount,), -1, Solver())

    assert (found is not None) == there_is_one
    if found is not None:
        changed = dict(zip(found.rows.tolist(), found.amounts.tolist(), strict=True))
        assert changed[target] == amount
        assert hidden[list(changed)].all()
        after = people.margin((0, 1, 2)).count(found.coords) + found.change
        assert after.min() >= 0
        assert found.least <= 0 < found.most


def test_what_is_shown_is_withheld_for_it_only_up_to_a_size():
    system, people = system_of(SMALL, *SMALL_TABLES), people_at(SMALL, SMALL_INNER[:3] * 3)
    hidden = np.zeros(system.size, dtype=np.bool_)
    target = int(np.flatnonzero((pattern_of(system, people, hidden).values == 3) & system.present)[-1])
    hidden[target] = True
    pattern = pattern_of(system, people, hidden)
    search = TreeSearch.of(pattern, np.ones(system.size))
    assert search is not None

    assert search.find(target, (1,), 0, Solver()) is None
    assert search.find(target, (1,), None, Solver()) is not None


@given(st.lists(st.sampled_from(INNER), min_size=1, max_size=12), st.integers(0, 10**6), st.integers(-4, 4))
def test_a_world_differs_by_the_amount_whatever_else_is_withheld_for_it(places, number, amount):
    system, people = system_of(DIMS, *ACROSS), people_at(DIMS, places)
    pattern = pattern_of(system, people, np.zeros(system.size, dtype=np.bool_))
    there = np.flatnonzero(system.present)[1:]
    cell = int(there[number % len(there)])
    search = TreeSearch.of(pattern, 1.0 + pattern.values)
    assert search is not None

    found = search.find(cell, (amount,), None, Solver()) if amount else None

    possible = -pattern.values[cell] <= amount <= len(places) - pattern.values[cell]
    assert (found is not None) == (possible and amount != 0)
    if found is not None:
        assert found.amounts[found.rows == cell].tolist() == [amount]
        assert 0 not in found.rows


def test_where_every_zero_is_shown_it_is_not_used():
    system, people = system_of(SMALL, *SMALL_TABLES), people_at(SMALL, SMALL_INNER)
    none = np.zeros(system.size, dtype=np.bool_)
    values = system.sums(people.coords, people.counts)
    pattern = Pattern(
        system, people, Rules(zeros="publish"), values, none.copy(), none, ~none, np.zeros(system.size)
    )

    assert TreeSearch.of(pattern, np.ones(system.size)) is None


@pytest.mark.parametrize("tables", [BY_YEAR, ACROSS])
def test_a_bag_holds_every_table(tables):
    system = system_of(DIMS, *tables)
    boxes = largest(boxes_of(system.blocks[0]).tolist())
    bags = bags_for(DIMS, boxes, 10_000)
    assert bags is not None

    assert all(any(bag.holds(box) for bag in bags) for box in boxes)
    for number, bag in enumerate(bags[1:], 1):
        assert 0 <= bag.parent < number
        assert bag.holds(bag.shared)
        assert bags[bag.parent].holds(bag.shared)

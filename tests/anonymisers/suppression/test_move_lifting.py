"""Moves lifted to a further table, and swaps that change no table."""

from itertools import combinations

import numpy as np
from hierarchies import flat
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.suppression.strategies.alternative_tables import swapped_out, swapped_pair
from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove, SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import (
    SwapScheme,
    largest_schemes,
    linked_dimensions,
    widest_schemes,
)
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

DIMS = (flat("place", 2), flat("year", 3), flat("device", 2))
PLACE, YEAR, DEVICE = range(3)
CODES = [d.codes[1:] for d in DIMS]


def pattern(people, tables):
    """Return a pattern of some tables with places by year suppressed; people are given by the numbers of
    codes."""
    cells = [(tuple(own[n] for own, n in zip(CODES, row, strict=True)), count) for row, count in people]
    everybody = BaseTable.of(Table.of(DIMS, cells), (0, 1, 2))
    margins = tuple(sorted({(), *((a,) for t in tables for a in t), *tables}, key=lambda t: (len(t), t)))
    system = LinkedTables(DIMS, (TableBlock.whole(Lattice(DIMS, margins)),))
    none = np.zeros(system.size, dtype=np.bool_)
    values = system.sums(everybody.coords, everybody.counts)
    keys = system.blocks[0].lattice.keys()
    withheld = (keys[:, PLACE] > 0) & (keys[:, YEAR] > 0)
    return SuppressionPattern(
        system, everybody, Rules(), values, withheld, none.copy(), ~none, np.zeros(len(values))
    )


def numbers(system, move):
    """Return the changes of a move, summed over its inner cells, by the numbers of cells."""
    totals = {}
    rows = system.above(move.coords, frozenset(move.scheme.swapped))
    for own, change in zip(rows.tolist(), move.change.tolist(), strict=True):
        for cell in own:
            totals[cell] = totals.get(cell, 0) + change
    return {cell: change for cell, change in totals.items() if cell >= 0 and change}


def swap_of_places():
    """Return a move: in the first year a person goes from the first place to the second, in the second
    year one returns."""
    coords = np.array([[1, 1, 0], [2, 1, 0], [2, 2, 0], [1, 2, 0]], dtype=np.int32)
    change = np.array([-1, 1, -1, 1], dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    return MarkovMove(SwapScheme((PLACE,), (YEAR,)), coords, change, 0, 1, none, none)


# Those who would move have different devices, so that places by device would change. In the third year
# two others can make up for that: they swap places, which changes nothing by place and year.
APART = [((0, 0, 0), 1), ((1, 1, 1), 1), ((1, 2, 0), 1), ((0, 2, 1), 1)]


def test_a_move_is_lifted_with_others_who_make_up_for_its_changes_in_a_further_table():
    before = pattern(APART, [(PLACE, YEAR)])
    known = swap_of_places()
    after = pattern(APART, [(PLACE, YEAR), (PLACE, DEVICE)])

    assert MoveSearch(after, np.ones(after.system.size)).lift(known, (DEVICE,), 0)

    (found,) = after.moves
    assert (after.people.margin((0, 1, 2)).count(found.coords) + found.change * found.most >= 0).all()
    reported = {
        tuple(before.system.target(c).key.tolist()): n for c, n in numbers(before.system, known).items()
    }
    now = {tuple(after.system.target(c).key.tolist()): n for c, n in numbers(after.system, found).items()}
    assert now == reported
    assert all(key[DEVICE] == 0 for key in now), "no place by device changes"


def test_where_nobody_can_make_up_for_the_changes_no_move_is_added():
    alone = pattern(APART[:2], [(PLACE, YEAR), (PLACE, DEVICE)])
    assert not MoveSearch(alone, np.ones(alone.system.size)).lift(swap_of_places(), (DEVICE,), 0)
    assert not alone.moves


def test_two_people_with_the_same_matching_codes_swap_and_no_table_changes():
    own = pattern([((0, 0, 0), 1), ((1, 0, 1), 4), ((1, 1, 0), 1)], [(PLACE, YEAR), (YEAR, DEVICE)])
    schemes = largest_schemes(linked_dimensions(own.system.footprints, len(DIMS)))

    world = swapped_pair(own.people, schemes, 0)

    assert world.change[(world.coords == own.people.coords[0]).all(axis=1)].tolist() == [-1]
    assert (own.people.margin((0, 1, 2)).count(world.coords) + world.change >= 0).all()
    assert not own.system.sums(world.coords, world.change).any(), "no table changes"


def test_a_person_like_all_others_of_the_same_matching_codes_has_no_swap_partner():
    own = pattern([((0, 0, 0), 1), ((1, 1, 0), 1)], [(PLACE, YEAR), (YEAR, DEVICE)])
    schemes = largest_schemes(linked_dimensions(own.system.footprints, len(DIMS)))
    assert swapped_pair(own.people, schemes, 0) is None


def inside_of(people, place):
    columns = [d.covered_leaves(place[a])[people.coords[:, a]] for a, d in enumerate(people.dims)]
    return np.stack(columns, axis=1)


def sum_changes(world, people, place):
    inside = [d.covered_leaves(place[a])[world.coords[:, a]] for a, d in enumerate(people.dims)]
    return int(world.change[np.logical_and.reduce(inside)].sum())


def test_of_partners_one_is_taken_whose_swap_changes_the_sum():
    # The first partner, of the same device, would enter the sum of places by device in return.
    own = pattern([((0, 0, 0), 1), ((1, 0, 0), 3), ((1, 0, 1), 1)], [(PLACE, YEAR), (YEAR, DEVICE)])
    schemes = widest_schemes(linked_dimensions(own.system.footprints, len(DIMS)))
    place = (1, 0, 1)

    world = swapped_out(own.people, schemes, inside_of(own.people, place), 0)

    assert sum_changes(world, own.people, place) == -1
    assert not own.system.sums(world.coords, world.change).any(), "no table changes"


def every_swap_of_two(people, tables):
    """Worlds of two people who swap any dimensions, of which no table changes."""
    for one, two in combinations(range(len(people.coords)), 2):
        for size in (1, 2):
            for swapped in combinations(range(len(people.dims)), size):
                before = people.coords[[one, two]]
                after = before.copy()
                after[:, swapped] = after[::-1, swapped]
                rows = [
                    sorted(map(tuple, where[:, list(t)].tolist()))
                    for t in tables
                    for where in (before, after)
                ]
                if all(then == now for then, now in zip(rows[::2], rows[1::2], strict=True)):
                    yield before, after


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 1)),
        min_size=2,
        max_size=7,
        unique=True,
    ),
    st.sampled_from([[(PLACE,), (YEAR, DEVICE)], [(PLACE, YEAR), (YEAR, DEVICE)], [(PLACE, YEAR)]]),
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 2)),
)
def test_a_sum_is_changed_by_a_swap_of_two_wherever_any_such_swap_changes_the_sum(rows, tables, place):
    own = pattern([(row, 1) for row in rows], tables)
    people = own.people
    schemes = widest_schemes(linked_dimensions(own.system.footprints, len(DIMS)))
    inside = inside_of(people, place)
    worlds = [swapped_out(people, schemes, inside, n) for n in np.flatnonzero(inside.all(axis=1)).tolist()]
    for world in worlds:
        if world is not None:
            assert sum_changes(world, people, place) == -1
            assert (people.margin((0, 1, 2)).count(world.coords) + world.change >= 0).all()
            assert not own.system.sums(world.coords, world.change).any(), "no table changes"

    def members(coords):
        return sum(all(d.covered_leaves(place[a])[row[a]] for a, d in enumerate(DIMS)) for row in coords)

    possible = any(
        members(before) > members(after)
        for before, after in every_swap_of_two(people, [t for t in own.system.blocks[0].lattice.tables if t])
    )
    assert any(world is not None for world in worlds) == possible

"""Exchanges of two people that change one table alone, and exchanges that a second exchange undoes."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hierarchies import flat
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.suppression.strategies.exchanges import Exchanges
from anonymisers.suppression.strategies.exchanges_in_return import ExchangesInReturn, shuffled_in_return
from anonymisers.suppression.strategies.suppression_pattern import MarkovMove, SuppressionPattern
from anonymisers.suppression.strategies.swap_schemes import SwapScheme
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

PLACE = Hierarchy(
    "place",
    ("Total", "north", "south", "a", "b", "c", "d"),
    {"north": "Total", "south": "Total", "a": "north", "b": "north", "c": "south", "d": "south"},
)
DIMS = (PLACE, flat("year", 2), flat("device", 2), flat("sex", 2))
CODES = [["a", "b", "c", "d"], *(d.codes[1:] for d in DIMS[1:])]
P, Y, D, S = range(4)
KEY = bytes(range(32))
PAIRS = [frozenset(pair) for pair in combinations(range(4), 2)]


def base(people):
    cells = [(tuple(own[n] for own, n in zip(CODES, row, strict=True)), count) for row, count in people]
    return BaseTable.of(Table.of(DIMS, cells), (0, 1, 2, 3))


def pattern(people, tables, *, threshold=3):
    """Return a pattern of some tables, in which the small cells are suppressed."""
    margins = tuple(sorted({(), *((a,) for t in tables for a in t), *tables}, key=lambda t: (len(t), t)))
    system = LinkedTables(DIMS, (TableBlock.whole(Lattice(DIMS, margins)),))
    none = np.zeros(system.size, dtype=np.bool_)
    values = system.sums(people.coords, people.counts)
    small = (values > 0) & (values < threshold)
    rules = Rules(threshold=threshold)
    return SuppressionPattern(system, people, rules, values, small, none.copy(), ~none, np.zeros(len(values)))


def exchanges(own, axes):
    return Exchanges(own, axes, 1.0 + own.values.astype(np.float64))


def table_of(own, cell):
    return own.system.blocks[0].lattice.tables[int(own.system.blocks[0].lattice.table_of()[cell])]


def assert_feasible(own, move):
    inner = own.people.margin((0, 1, 2, 3))
    assert (inner.count(move.coords) + move.change >= 0).all()
    sums = own.system.sums(move.coords, move.change)
    assert {int(c): int(n) for c, n in zip(move.rows, move.amounts, strict=True)} == {
        int(c): int(sums[c]) for c in np.flatnonzero(sums)
    }


everybody = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 1), st.integers(0, 1)),
    st.integers(1, 4),
    min_size=4,
    max_size=20,
).map(lambda people: sorted(people.items()))


@given(everybody, st.integers(0, 10_000), st.sampled_from([-2, -1, 1, 2]))
def test_a_cell_changes_by_the_amount_and_no_other_table_changes(people, number, amount):
    own = pattern(base(people), [(P, Y), (Y, D), (P, D)])
    here = exchanges(own, (P, D))
    cells = [cell for cell in range(own.system.size) if here.has(cell)]
    cell = cells[number % len(cells)]

    move = here.changing(cell, amount)

    if move is not None:
        assert_feasible(own, move)
        assert dict(zip(move.rows.tolist(), move.amounts.tolist(), strict=True))[cell] == amount
        assert {table_of(own, c) for c in move.rows.tolist()} == {(P, D)}


def test_people_without_partners_leave_a_cell_as_it_is():
    # Who is in the first year has the first device: nobody there can swap with another device.
    own = pattern(base([((0, 0, 0, 0), 2), ((1, 0, 0, 0), 2), ((1, 1, 1, 0), 2)]), [(P, Y), (Y, D), (P, D)])
    here = exchanges(own, (P, D))
    cell = next(c for c in range(own.system.size) if here.has(c) and own.values[c])

    assert here.changing(cell, 1) is None


def swap_of_places():
    """Return a move of the table by place and year: one person each year goes to the other's place."""
    coords = np.array([[3, 1, 0, 0], [5, 1, 0, 0], [5, 2, 0, 0], [3, 2, 0, 0]], dtype=np.int32)
    change, none = np.array([-1, 1, -1, 1], dtype=np.int64), np.zeros(0, dtype=np.int64)
    return MarkovMove(SwapScheme((P,), (Y,)), coords, change, 0, 1, none, none)


# Those who move have different devices, so that places by device change, where nobody is withheld.
MOVING = [((0, 0, 0, 0), 5), ((2, 1, 1, 0), 5)]
OTHERS = [((0, 1, 1, 0), 5), ((2, 1, 0, 0), 5)]


def test_a_move_is_mended_by_others_who_swap_within_a_year():
    own = pattern(base([*MOVING, *OTHERS]), [(P, Y), (Y, D), (P, D)])

    (corrected,) = exchanges(own, (P, D)).corrected(swap_of_places())

    assert_feasible(own, corrected)
    keys = own.system.blocks[0].lattice.keys()
    changed = {tuple(keys[c].tolist()): n for c, n in zip(corrected.rows, corrected.amounts, strict=True)}
    assert {key for key in changed if key[D]} == set(), "no place by device changes"
    assert changed[3, 1, 0, 0] == -1, "the table of the move changes as before"
    assert changed[3, 2, 0, 0] == 1


def test_a_move_that_nobody_can_mend_is_given_up():
    own = pattern(base(MOVING), [(P, Y), (Y, D), (P, D)])
    assert exchanges(own, (P, D)).corrected(swap_of_places()) is None


def test_who_arrived_by_the_move_swaps_back_with_others():
    # In the first year only who arrived is in the place c, and can swap devices with somebody in a.
    own = pattern(base([*MOVING, ((0, 0, 1, 0), 5)]), [(P, Y), (Y, D), (P, D)])

    (corrected,) = exchanges(own, (P, D)).corrected(swap_of_places())

    assert_feasible(own, corrected)
    assert (P, D) not in {table_of(own, c) for c in corrected.rows.tolist()}


def test_a_move_that_nobody_can_mend_changes_small_cells_where_these_may_be_withheld():
    own = pattern(base(MOVING), [(P, Y), (Y, D), (P, D)])

    (corrected,) = exchanges(own, (P, D)).corrected(swap_of_places(), cap=5)

    assert_feasible(own, corrected)
    in_table = [c for c in corrected.rows.tolist() if table_of(own, c) == (P, D)]
    assert in_table
    assert own.values[in_table].max() <= 5
    assert exchanges(own, (P, D)).corrected(swap_of_places(), cap=4) is None


def test_a_code_that_stands_higher_than_others_counts_once():
    devices = Hierarchy(
        "device",
        ("Total", "bomb", "mine", "big", "small"),
        {"bomb": "Total", "mine": "Total", "big": "mine", "small": "mine"},
    )
    dims = (flat("place", 2), devices)
    people = BaseTable.at(
        dims, np.array([[1, 1], [2, 1], [1, 3], [2, 3], [1, 4], [2, 4]], np.int32), np.full(6, 9)
    )
    system = LinkedTables(dims, (TableBlock.whole(Lattice(dims, ((), (0,), (1,), (0, 1)))),))
    none, values = np.zeros(system.size, dtype=np.bool_), system.sums(people.coords, people.counts)
    own = SuppressionPattern(system, people, Rules(), values, none, none.copy(), ~none, np.zeros(system.size))
    here = Exchanges(own, (0, 1), np.ones(system.size))
    bomb = int(system.blocks[0].lattice.cells(np.array([[1, 1]], dtype=np.int32))[0])

    move = here.changing(bomb, 3)

    assert dict(zip(move.rows.tolist(), move.amounts.tolist(), strict=True))[bomb] == 3


@given(everybody, st.sampled_from([PAIRS, PAIRS[:4], [*PAIRS, frozenset((P, Y, D))]]))
def test_no_table_changes_where_everybody_is_shuffled_in_return(people, tables):
    own = base(people)

    world = shuffled_in_return(own, tables, KEY, "some purpose")

    assert (own.margin((0, 1, 2, 3)).count(world.coords) + world.change >= 0).all()
    for axes in tables:
        margin = BaseTable.at(DIMS, world.coords, np.zeros(len(world.change), dtype=np.int64)).margin(
            tuple(sorted(axes))
        )
        place = np.searchsorted(margin.codes, margin.code(world.coords))
        assert not np.bincount(place, weights=world.change).any()


def test_of_many_people_most_are_shuffled_though_all_tables_of_two_stay():
    rng = np.random.default_rng(7)
    rows = rng.integers(0, [4, 2, 2, 2], size=(200, 4))
    own = base(Counter(map(tuple, rows.tolist())).items())

    world = shuffled_in_return(own, PAIRS, KEY, "some purpose")

    assert len(world.change) > len(own.counts) / 2
    again = shuffled_in_return(own, PAIRS, KEY, "some purpose")
    assert (world.coords == again.coords).all()
    assert (world.change == again.change).all()


def test_codes_beyond_a_thousand_are_distinguished():
    dims = (flat("commune", 4000), flat("year", 4000), flat("device", 2))
    rng = np.random.default_rng(7)
    spots = rng.choice([1, 2, 1025, 1026, 2049, 2050, 3073], size=(4000, 2))
    own = BaseTable.at(
        dims, np.column_stack([spots, rng.integers(1, 3, 4000)]).astype(np.int32), np.ones(4000, np.int64)
    )
    tables = [frozenset((0, 1)), frozenset((0, 2)), frozenset((1, 2))]

    world = shuffled_in_return(own, tables, KEY, "some purpose")

    assert len(world.change)
    for axes in map(sorted, tables):
        _, place = np.unique(world.coords[:, axes], axis=0, return_inverse=True)
        assert not np.bincount(place.ravel(), weights=world.change).any()


@given(everybody, st.integers(0, 100), st.sampled_from([(P, Y, D), (P, D, S), (Y, D, S)]))
def test_a_sum_is_changed_by_two_exchanges_and_no_table_is(people, number, axes):
    own = base(people)
    inner = number % len(own.counts)
    inside = np.ones(own.coords.shape, dtype=np.bool_)
    inside[:, axes] = own.coords[:, axes] == own.coords[inner, axes]

    world = ExchangesInReturn(own, PAIRS).changing(inside, inner)

    if world is not None:
        assert (own.margin((0, 1, 2, 3)).count(world.coords) + world.change >= 0).all()
        here = (world.coords[:, axes] == own.coords[inner, axes]).all(axis=1)
        assert world.change[here].sum() != 0
        for pair in PAIRS:
            table = sorted(pair)
            _, place = np.unique(world.coords[:, table], axis=0, return_inverse=True)
            assert not np.bincount(place.ravel(), weights=world.change).any()


def test_four_people_change_a_sum_of_three_dimensions_beside_all_tables_of_two():
    people = [((0, 0, 0, 0), 1), ((1, 0, 1, 0), 1), ((0, 1, 1, 0), 1), ((1, 1, 0, 0), 1)]
    own = base(people)
    inside = np.ones(own.coords.shape, dtype=np.bool_)
    inside[:, :3] = own.coords[:, :3] == own.coords[0, :3]

    world = ExchangesInReturn(own, PAIRS).changing(inside, 0)

    assert sorted(world.change.tolist()) == [-1] * 4 + [1] * 4


@pytest.mark.parametrize("levels", [1, 2])
def test_regions_of_a_table_change_with_their_provinces_or_not_at_all(levels):
    own = pattern(base([((n, y, d, 0), 4) for n in range(4) for y in (0, 1) for d in (0, 1)]), [(P, D)])
    here = exchanges(own, (P, D))
    keys = own.system.blocks[0].lattice.keys()
    cell = next(
        c for c in range(own.system.size) if here.has(c) and PLACE.depth[keys[c][P]] == levels and keys[c][D]
    )

    move = here.changing(cell, -3)

    assert_feasible(own, move)
    assert dict(zip(move.rows.tolist(), move.amounts.tolist(), strict=True))[cell] == -3

"""Alternatives that are found once more for a further table; people who exchange what no table looks at."""

import numpy as np
from hierarchies import flat

from anonymisers.suppression.strategies.alternative_tables import exchanged
from anonymisers.suppression.strategies.move_search import Search
from anonymisers.suppression.strategies.suppression_pattern import Alternative, Pattern
from anonymisers.suppression.strategies.swap_schemes import Move, blocks_of, together
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

DIMS = (flat("place", 2), flat("year", 3), flat("device", 2))
PLACE, YEAR, DEVICE = range(3)
CODES = [d.codes[1:] for d in DIMS]


def pattern(people, tables):
    """A pattern of some tables in which places by year are withheld; people by the numbers of their codes."""
    cells = [(tuple(own[n] for own, n in zip(CODES, row, strict=True)), count) for row, count in people]
    everybody = BaseTable.of(Table.of(DIMS, cells), (0, 1, 2))
    margins = tuple(sorted({(), *((a,) for t in tables for a in t), *tables}, key=lambda t: (len(t), t)))
    system = LinkedTables(DIMS, (TableBlock.whole(Lattice(DIMS, margins)),))
    none = np.zeros(system.size, dtype=np.bool_)
    values = system.sums(everybody.coords, everybody.counts)
    keys = system.blocks[0].lattice.keys()
    withheld = (keys[:, PLACE] > 0) & (keys[:, YEAR] > 0)
    return Pattern(system, everybody, Rules(), values, withheld, none.copy(), ~none, np.zeros(len(values)))


def numbers(system, alternative):
    """What an alternative changes, summed over its inner cells, by the numbers of cells."""
    totals = {}
    rows = system.above(alternative.coords, frozenset(alternative.move.moved))
    for own, change in zip(rows.tolist(), alternative.change.tolist(), strict=True):
        for cell in own:
            totals[cell] = totals.get(cell, 0) + change
    return {cell: change for cell, change in totals.items() if cell >= 0 and change}


def exchange_of_places():
    """In the first year one goes from the first place to the second, in the second year one comes back."""
    coords = np.array([[1, 1, 0], [2, 1, 0], [2, 2, 0], [1, 2, 0]], dtype=np.int32)
    change = np.array([-1, 1, -1, 1], dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    return Alternative(Move((PLACE,), (YEAR,)), coords, change, 0, 1, none, none)


# Those who would move have different devices, so that places by device would change. In the third year
# two others can make up for that: they exchange places, and nobody sees it by place and year.
APART = [((0, 0, 0), 1), ((1, 1, 1), 1), ((1, 2, 0), 1), ((0, 2, 1), 1)]


def test_a_known_alternative_is_found_with_others_who_make_up_for_what_a_further_table_would_show():
    before = pattern(APART, [(PLACE, YEAR)])
    known = exchange_of_places()
    after = pattern(APART, [(PLACE, YEAR), (PLACE, DEVICE)])

    assert Search(after, np.ones(after.system.size)).lift(known, (DEVICE,), 0)

    (found,) = after.alternatives
    assert (after.people.margin((0, 1, 2)).count(found.coords) + found.change * found.most >= 0).all()
    told = {tuple(before.system.target(c).key.tolist()): n for c, n in numbers(before.system, known).items()}
    now = {tuple(after.system.target(c).key.tolist()): n for c, n in numbers(after.system, found).items()}
    assert now == told
    assert all(key[DEVICE] == 0 for key in now), "no place by device changes"


def test_where_nobody_can_make_up_for_it_nothing_is_added():
    alone = pattern(APART[:2], [(PLACE, YEAR), (PLACE, DEVICE)])
    assert not Search(alone, np.ones(alone.system.size)).lift(exchange_of_places(), (DEVICE,), 0)
    assert not alone.alternatives


def test_two_of_one_context_exchange_what_no_table_names_with_it():
    own = pattern([((0, 0, 0), 1), ((1, 0, 1), 4), ((1, 1, 0), 1)], [(PLACE, YEAR), (YEAR, DEVICE)])
    moves = blocks_of(together(own.system.footprints, len(DIMS)))

    world = exchanged(own.people, moves, 0)

    assert world.change[(world.coords == own.people.coords[0]).all(axis=1)].tolist() == [-1]
    assert (own.people.margin((0, 1, 2)).count(world.coords) + world.change >= 0).all()
    assert not own.system.sums(world.coords, world.change).any(), "no table changes"


def test_who_is_like_all_others_of_his_context_has_nobody_to_exchange_with():
    own = pattern([((0, 0, 0), 1), ((1, 1, 0), 1)], [(PLACE, YEAR), (YEAR, DEVICE)])
    moves = blocks_of(together(own.system.footprints, len(DIMS)))
    assert exchanged(own.people, moves, 0) is None

"""How much of a table can be read, and when others may lose something for a further one."""

import numpy as np
import pytest

from anonymisers.suppression.utility import Reading, worth
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import TableOf

A = Hierarchy(
    "a",
    ("Total", "north", "n1", "n2", "south"),
    {"north": "Total", "n1": "north", "n2": "north", "south": "Total"},
)
B = Hierarchy("b", ("Total", "b0", "b1"), {"b0": "Total", "b1": "Total"})
BY_AREA = TableOf.of("ab", a=1)
BY_PLACE = TableOf.of("ab")
ALONE = TableOf.of("b")
FIRST, FURTHER = TableOf.of("a"), TableOf.of("ab")


def reading(withheld):
    """Everybody by both: 6 in n1 b0, 2 in n2 b0, 12 in south b1."""
    lattice = Lattice.of((A, B), "ab", 2)
    place = {"n1": [("n1", "b0", 6)], "n2": [("n2", "b0", 2)], "south": [("south", "b1", 12)]}
    place["north"] = place["n1"] + place["n2"]
    values, shown = np.zeros(lattice.size, dtype=np.int64), np.ones(lattice.size, dtype=np.bool_)
    for cell, key in enumerate(lattice.keys()):
        a, b = A.codes[key[0]], B.codes[key[1]]
        people = place.get(a, place["north"] + place["south"])
        values[cell] = sum(n for _, code, n in people if b in (code, "Total"))
        shown[cell] = (a, b) not in withheld
    return Reading(lattice, shown, values)


def test_a_person_can_be_read_where_the_finest_cell_of_the_table_is_shown():
    withheld = {("n2", "b0"), ("n1", "b0")}

    assert reading(withheld).share(BY_PLACE) == 12 / 20
    assert reading(withheld).share(BY_AREA) == 1.0
    assert reading(set()).share(BY_PLACE) == 1.0


def test_a_code_without_finer_ones_counts_at_every_level():
    assert reading({("south", "b1")}).share(BY_PLACE) == reading({("south", "b1")}).share(BY_AREA) == 8 / 20


def test_of_a_table_that_there_is_not_nothing_can_be_read():
    lattice = Lattice.of((A, B), "ab", 1)
    nothing = np.zeros(lattice.size, dtype=np.int64)

    assert Reading(lattice, nothing == 0, nothing).share(BY_PLACE) == 0.0
    assert reading(set()).shares([BY_AREA]) == {BY_AREA: 1.0, TableOf.of("a"): 1.0, ALONE: 1.0}


@pytest.mark.parametrize(
    ("before", "after", "is_worth"),
    [
        ((0.9, 0.0), (0.9, 0.4), True),
        ((0.9, 0.0), (0.85, 0.4), True),
        ((0.9, 0.0), (0.85, 0.09), False),  # little is won for it
        ((0.9, 0.0), (0.76, 0.9), False),  # the first table keeps too little
        ((0.9, 0.3), (0.9, 0.3), False),
    ],
)
def test_much_must_be_won_for_what_is_lost_and_the_first_tables_keep_nearly_all(before, after, is_worth):
    shares = [dict(zip((FIRST, FURTHER), each, strict=True)) for each in (before, after)]

    assert worth(*shares, {FIRST: 0.9}) is is_worth


@pytest.mark.parametrize(
    ("after", "is_worth"),
    [
        ((0.9, 0.0, 0.5), True),  # more is won than lost
        ((0.9, 0.0, 0.3), False),
        ((0.8, 0.4, 0.25), True),
        ((0.8, 0.4, 0.15), False),  # what comes first counts twice
    ],
)
def test_where_both_are_new_more_is_better_but_for_the_first_tables(after, is_worth):
    tables = FIRST, FURTHER, ALONE
    before = dict(zip(tables, (0.9, 0.4, 0.0), strict=True))

    assert worth(before, dict(zip(tables, after, strict=True)), {FIRST: 0.9}, gain=1.0) is is_worth

"""The utility of a table, and when other tables may lose utility for a further one."""

import numpy as np
import pytest

from anonymisers.suppression.utility import Utility, is_worth
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


def utility(withheld):
    """Return the utility of a table by both dimensions: 6 people in n1 b0, 2 in n2 b0, 12 in south b1."""
    lattice = Lattice.of((A, B), "ab", 2)
    place = {"n1": [("n1", "b0", 6)], "n2": [("n2", "b0", 2)], "south": [("south", "b1", 12)]}
    place["north"] = place["n1"] + place["n2"]
    values, released = np.zeros(lattice.size, dtype=np.int64), np.ones(lattice.size, dtype=np.bool_)
    for cell, key in enumerate(lattice.keys()):
        a, b = A.codes[key[0]], B.codes[key[1]]
        people = place.get(a, place["north"] + place["south"])
        values[cell] = sum(n for _, code, n in people if b in (code, "Total"))
        released[cell] = (a, b) not in withheld
    return Utility(lattice, released, values)


def test_a_person_can_be_read_where_the_finest_cell_of_the_table_is_shown():
    withheld = {("n2", "b0"), ("n1", "b0")}

    assert utility(withheld).share(BY_PLACE) == 12 / 20
    assert utility(withheld).share(BY_AREA) == 1.0
    assert utility(set()).share(BY_PLACE) == 1.0


def test_a_code_without_finer_ones_counts_at_every_level():
    assert utility({("south", "b1")}).share(BY_PLACE) == utility({("south", "b1")}).share(BY_AREA) == 8 / 20


def test_an_absent_table_has_no_utility():
    lattice = Lattice.of((A, B), "ab", 1)
    nothing = np.zeros(lattice.size, dtype=np.int64)

    assert Utility(lattice, nothing == 0, nothing).share(BY_PLACE) == 0.0
    assert utility(set()).shares([BY_AREA]) == {BY_AREA: 1.0, TableOf.of("a"): 1.0, ALONE: 1.0}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((0.9, 0.0), (0.9, 0.4), True),
        ((0.9, 0.0), (0.85, 0.4), True),
        ((0.9, 0.0), (0.85, 0.09), False),  # little is won for it
        ((0.9, 0.0), (0.76, 0.9), False),  # the first table keeps too little
        ((0.9, 0.3), (0.9, 0.3), False),
    ],
)
def test_gains_must_outweigh_losses_twice_and_the_first_tables_keep_nearly_all(before, after, expected):
    shares = [dict(zip((FIRST, FURTHER), each, strict=True)) for each in (before, after)]

    assert is_worth(*shares, {FIRST: 0.9}) is expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ((0.9, 0.0, 0.5), True),  # more is won than lost
        ((0.9, 0.0, 0.3), False),
        ((0.8, 0.4, 0.25), True),
        ((0.8, 0.4, 0.15), False),  # what comes first counts twice
    ],
)
def test_where_both_are_new_more_is_better_except_for_the_first_tables(after, expected):
    tables = FIRST, FURTHER, ALONE
    before = dict(zip(tables, (0.9, 0.4, 0.0), strict=True))

    assert is_worth(before, dict(zip(tables, after, strict=True)), {FIRST: 0.9}, gain=1.0) is expected

"""The view: what the choice of a pattern may read of a table, and what it may not."""

import numpy as np
import pytest

from anonymisers.simulatable.cell_sums import CellSums
from anonymisers.simulatable.masked_view import Class, ViewDraws, view_of
from anonymisers.suppression.protect_table import task_of
from anonymisers.tables.count_table import Table
from anonymisers.tables.earlier_releases import SharedBase
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules

KEY = bytes(32)
RULES = Rules()
SEX = Hierarchy("sex", ("Total", "M", "F"), {"M": "Total", "F": "Total"})
OUTCOME = Hierarchy("outcome", ("Total", "I", "K", "U"), dict.fromkeys("IKU", "Total"))


def seen(counts, rules=RULES, key=KEY):
    """The view of counts by sex and outcome, and a name for each cell."""
    cells = [
        ((sex, outcome), n) for sex, row in counts.items() for outcome, n in zip("IKU", row, strict=True)
    ]
    base = SharedBase.of(Table.of((SEX, OUTCOME), [(c, n) for c, n in cells if n]), ())
    lattice = base.own_lattice(None)
    task = task_of(base, base.own_block(lattice, np.ones(lattice.size, dtype=np.bool_)), (), rules, key)
    values = task.system.sums(task.people.coords, task.people.counts)
    cells = CellSums.of(task.system)
    draws = ViewDraws.of(cells, rules, key)
    view = view_of(cells, task, values, np.zeros(lattice.size, dtype=np.bool_), draws)
    positions = lattice.keys()
    names = [tuple(d.codes[p] for d, p in zip(base.dims, row, strict=True)) for row in positions]
    return view, names


def classes(counts, rules=RULES, key=KEY):
    view, names = seen(counts, rules, key)
    return {name: Class(c) for name, c in zip(names, view.classes.tolist(), strict=True)}


def test_a_cell_is_small_or_large_and_a_sum_of_two_small_cells_is_uncertain():
    found = classes({"M": (20, 5, 7), "F": (3, 2, 0)}, Rules(zeros="publish"))
    assert found["M", "K"] == Class.LARGE
    assert found["F", "K"] == Class.SMALL
    assert found["F", "U"] == Class.NOBODY
    assert found["F", "Total"] == Class.UNCERTAIN  # 5 women, and nobody is told that they are not 4
    assert found["Total", "Total"] == Class.LARGE


def test_a_sum_over_three_small_cells_and_no_large_one_has_a_class_by_its_value():
    assert classes({"M": (9, 9, 9), "F": (1, 1, 1)})["F", "Total"] == Class.SMALL
    assert classes({"M": (9, 9, 9), "F": (3, 3, 3)})["F", "Total"] == Class.LARGE


@pytest.mark.parametrize(("zeros", "expected"), [("publish", 0), ("protect", 60)])
def test_where_zeros_are_published_none_is_drawn_and_where_they_are_protected_all_are(zeros, expected):
    drawn = [
        classes({"M": (9, 0, 9), "F": (9, 9, 9)}, Rules(zeros=zeros), bytes([n]) * 32)["M", "K"]
        == Class.SMALL
        for n in range(60)
    ]
    assert sum(drawn) == expected


def test_some_zeros_are_drawn_into_the_small_cells_where_zeros_are_partners():
    counts = {"M": (9, 0, 9), "F": (9, 9, 9)}
    drawn = [classes(counts, key=bytes([n]) * 32)["M", "K"] == Class.SMALL for n in range(120)]
    assert 15 <= sum(drawn) <= 45  # a quarter of 120


def test_tables_that_differ_in_withheld_counts_only_have_the_same_view():
    one, _ = seen({"M": (20, 6, 40), "F": (3, 2, 1)})
    other, _ = seen({"M": (20, 8, 40), "F": (1, 4, 4)})
    for name in ("classes", "values", "least", "most", "must_suppress", "inner", "sums"):
        assert (getattr(one, name) == getattr(other, name)).all(), name


def test_large_cells_are_told_apart_by_powers_of_two_only():
    bounds = []
    for n in range(12):
        view, names = seen({"M": (90, 6, 40), "F": (9, 9, 9)}, key=bytes([n]) * 32)
        place = names.index(("M", "I"))
        assert view.least[place] <= 90 <= view.most[place] < 2 * view.least[place] + 1
        bounds.append(int(view.least[place]))
        small = names.index(("M", "K"))
        assert view.least[small] == 5
        assert view.most[small] >= 19
    assert len(set(bounds)) > 6  # the key draws the bounds


def test_the_breakdown_of_a_small_group_by_a_sensitive_dimension_is_withheld_with_its_zeros():
    rules = Rules(sensitive=frozenset({"outcome"}))
    for n in range(8):
        found = classes({"M": (9, 9, 9), "F": (2, 0, 1)}, rules, bytes([n]) * 32)
        assert found["F", "K"] == Class.SMALL


def test_a_code_that_nobody_has_is_seen_to_be_empty_unless_its_sum_is_drawn_too():
    """By hand: a sum is drawn by one key of four, and then each of its two zeros by one of four."""
    found = [classes({"M": (9, 9, 0), "F": (9, 9, 0)}, key=bytes([n]) * 32) for n in range(120)]
    seen = sum(each["Total", "U"] == Class.NOBODY for each in found)
    assert 90 <= seen <= 118  # 120 less a quarter of seven in sixteen
    assert all(each["M", "U"] == Class.NOBODY for each in found if each["Total", "U"] == Class.NOBODY)


def test_a_zero_that_has_no_room_beside_seen_zeros_is_not_drawn():
    """Nobody of unknown outcome is a man or a woman by what everybody sees of three linked tables."""
    third = Hierarchy("year", ("Total", "1", "2"), {"1": "Total", "2": "Total"})
    cells = [(("M", "I", "1"), 9), (("M", "K", "2"), 8), (("F", "I", "2"), 12), (("F", "K", "1"), 7)]
    table = Table.of((SEX, OUTCOME, third), cells)
    base = SharedBase.of(table, ())
    lattice = base.own_lattice(2)
    for n in range(24):
        task = task_of(base, base.own_block(lattice, np.ones(lattice.size, dtype=np.bool_)), (), RULES, KEY)
        values = task.system.sums(task.people.coords, task.people.counts)
        sums = CellSums.of(task.system)
        draws = ViewDraws.of(sums, RULES, bytes([n]) * 32)
        view = view_of(sums, task, values, np.zeros(lattice.size, dtype=np.bool_), draws)
        open_inner = ~sums.sums[view.classes == Class.NOBODY].any(axis=0)
        assert (sums.sums[:, open_inner].any(axis=1) | (view.classes == Class.NOBODY)).all()

"""Protection by the view: safe as any release, and the same for each table with the same view."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from release_oracle import assert_safe, leaves
from world_lists import TooManyWorldsError

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import ProtectionError
from anonymisers.simulatable.protect_by_view import TUNING, applies, protect_by_view
from anonymisers.simulatable.protection import protect
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules, TableOf

KEY = bytes(range(32))
SEX = Hierarchy("sex", ("Total", "M", "F"), {"M": "Total", "F": "Total"})
OUTCOME = Hierarchy("outcome", ("Total", "I", "K"), {"I": "Total", "K": "Total"})
PLACE = Hierarchy(
    "place",
    ("Total", "N", "S", "N1", "N2", "S1"),
    {"N": "Total", "S": "Total", "N1": "N", "N2": "N", "S1": "S"},
)
WITHSTAND = Rules(withstands_reruns=True)


def by(dims, counts):
    inner = [()]
    for dim in dims:
        inner = [(*row, code) for row in inner for code in leaves(dim)]
    return Table.of(dims, [(c, n) for c, n in zip(inner, counts, strict=True) if n])


@st.composite
def small_tables(draw):
    dims = draw(st.sampled_from([(SEX, OUTCOME), (SEX, PLACE), (SEX,), (PLACE,)]))
    size = int(np.prod([len(d.leaves) for d in dims]))
    counts = draw(st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 6, 9, 25]), min_size=size, max_size=size))
    return by(dims, counts)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    small_tables(), st.sampled_from(["partner", "publish", "protect"]), st.binary(min_size=32, max_size=32)
)
def test_a_release_is_safe_by_the_list_of_all_tables_that_agree_with_it(table, zeros, key):
    rules = Rules(threshold=4, zeros=zeros, withstands_reruns=True)
    assume(len(table.counts))
    try:
        assert_safe(build_cube(table, rules, key), table, rules)
    except (ProtectionError, TooManyWorldsError):
        assume(False)  # nothing is released, or too many tables to list


@pytest.mark.parametrize("zeros", ["publish", "protect"])
@pytest.mark.parametrize("counts", [(20, 5, 3, 2), (7, 9, 4, 30), (2, 3, 8, 12), (6, 3, 11, 1)])
def test_each_table_of_the_class_gives_the_same_release_under_the_same_key(counts, zeros):
    """Where no zero is drawn, each table of the certificate that has the same view is protected alike.

    The key is one that accepts its first view; a table of the class may not pass earlier than the truth.
    """
    rules = Rules(zeros=zeros, withstands_reruns=True)
    table = by((SEX, OUTCOME), counts)
    found = protect_by_view(table, rules, KEY)
    shown = np.where(found.suppressed, -1, found.values)
    same = 0
    for world in found.worlds:
        changed = dict(zip(map(tuple, table.coords.tolist()), table.counts.tolist(), strict=True))
        for place, change in zip(map(tuple, world.coords.tolist()), world.change.tolist(), strict=True):
            changed[place] = changed.get(place, 0) + change
        cells = [
            (tuple(d.codes[p] for d, p in zip(table.dims, k, strict=True)), n) for k, n in changed.items()
        ]
        other = protect_by_view(Table.of(table.dims, [c for c in cells if c[1]]), rules, KEY)
        same += int((np.where(other.suppressed, -1, other.values) == shown).all())
    assert (
        same >= 2
    )  # one for each end of a small cell's range; worlds beyond the class are of other releases


def test_a_table_of_few_people_shows_nothing():
    with pytest.raises(ProtectionError, match="too few people"):
        protect_by_view(by((SEX, OUTCOME), (1, 0, 2, 0)), WITHSTAND, KEY)


def test_the_total_alone_is_shown_where_nothing_else_is_safe():
    found = protect_by_view(by((SEX,), (6, 1)), WITHSTAND, KEY)
    assert found.suppressed.tolist() == [False, True, True]


@pytest.mark.parametrize("few", [(0, 3, 1, 2), (1, 1, 3, 1), (0, 3, 3, 0)])
def test_of_the_fewest_people_the_total_is_shown_whether_or_not_a_margin_is_large(few):
    """Two small margins leave the class of the total open, one of five people does not."""
    dims = [Hierarchy(name, ("Total", "a", "b"), dict.fromkeys("ab", "Total")) for name in ("sex", "place")]
    cells = [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    table = Table.of(dims, [(cell, n) for cell, n in zip(cells, few, strict=True) if n])
    for key in range(20):
        found = protect_by_view(table, Rules(withstands_reruns=True, max_dims=1), bytes([key]) * 32)
        assert found.suppressed.tolist() == [False, True, True, True, True]


def test_the_same_table_under_the_same_key_has_the_same_pattern():
    table = by((SEX, PLACE), (9, 3, 1, 4, 12, 2))
    one, two = (protect_by_view(table, WITHSTAND, KEY) for _ in range(2))
    assert (one.suppressed == two.suppressed).all()
    assert one.rerun_ratio == two.rerun_ratio
    assert 0 < one.rerun_ratio <= 1


def test_r_is_that_of_the_rarest_step_that_may_give_the_release():
    """What shows a margin comes from views of all cells alone; the total alone may come from each step."""
    margins = protect_by_view(by((PLACE, OUTCOME), (40, 3, 3, 30, 20, 20)), WITHSTAND, KEY)
    total_alone = protect_by_view(by((SEX,), (6, 1)), WITHSTAND, KEY)
    assert not margins.suppressed[margins.lattice.table_of() == 1].all()
    assert margins.rerun_ratio > TUNING.base_rate
    assert total_alone.rerun_ratio == TUNING.base_rate / TUNING.views_without_margins


def test_cells_that_are_never_shown_are_withheld_and_protected():
    never = frozenset({(("sex", "F"),)})
    cube = build_cube(by((SEX, OUTCOME), (20, 9, 12, 8)), Rules(never=never, withstands_reruns=True), KEY)
    assert cube.release().cells["F", "Total"] is None


def test_a_structural_zero_is_shown():
    empty = ((("sex", "F"), ("outcome", "K")),)
    table = Table.of((SEX, OUTCOME), [(("M", "I"), 9), (("M", "K"), 2), (("F", "I"), 7)], structural=empty)
    assert build_cube(table, WITHSTAND, KEY).release().cells["F", "K"] == 0


def test_an_earlier_release_of_the_same_people_stays_shown_and_safe():
    table = by((SEX, OUTCOME), (20, 5, 3, 2))
    first = build_cube(by((SEX, OUTCOME), (20, 5, 3, 2)), WITHSTAND, KEY).release()
    second = build_cube(table, WITHSTAND, KEY, known=[first]).release()
    assert all(second.cells[cell] == n for cell, n in first.cells.items() if n is not None)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (WITHSTAND, True),
        (Rules(), False),
        (Rules(always=frozenset({(("sex", "F"),)}), withstands_reruns=True), True),
        (Rules(priority=(TableOf.of(("sex",)),), withstands_reruns=True), True),
        (Rules(priority=(TableOf.of(("sex",)),), finer=None, withstands_reruns=True), True),
    ],
)
def test_which_tables_are_protected_by_their_view_follows_from_rules_and_dimensions(rules, expected):
    assert applies(by((SEX, OUTCOME), (20, 5, 3, 2)), rules) is expected
    assert applies(by((SEX, OUTCOME), (0, 0, 1, 0)), rules) is expected


def test_a_table_of_many_cells_is_protected_by_its_counts():
    codes = [f"c{n}" for n in range(301)]
    wide = Hierarchy("place", ("Total", *codes), dict.fromkeys(codes, "Total"))
    table = by((wide,), [7] * 301)
    assert not applies(table, WITHSTAND)
    assert protect(table, WITHSTAND, KEY).rerun_ratio is None


def test_giant_numbers_are_protected_by_their_counts():
    giant = by((SEX, OUTCOME), (9 * 10**9, 9 * 10**9, 3, 9 * 10**9))
    assert not applies(giant, WITHSTAND)
    assert build_cube(giant, WITHSTAND, KEY).release().cells["F", "I"] is None
    assert applies(by((SEX, OUTCOME), (9 * 10**7, 9, 3, 8)), WITHSTAND)
    assert build_cube(by((SEX, OUTCOME), (9 * 10**7, 9, 3, 8)), WITHSTAND, KEY).rerun_ratio is not None


def test_a_zero_that_is_withheld_with_its_group_may_be_small_in_other_tables():
    """Men are withheld beside the women, and with them that none was killed: outcome is sensitive."""
    rules = Rules(max_dims=2, sensitive=frozenset({"outcome"}), withstands_reruns=True)
    table = by((SEX, OUTCOME, PLACE), (20, 9, 30, 0, 0, 0, 2, 1, 0, 8, 12, 7))
    found = build_cube(table, rules, KEY)  # raises where a withheld zero were certain
    assert found.rerun_ratio is not None
    assert found.release().cells["F", "Total", "Total"] == 30


def test_priority_tables_are_protected_with_all_others():
    table = by((SEX, PLACE), (9, 3, 1, 4, 12, 2))
    first = Rules(priority=(TableOf.of(("sex",)),), withstands_reruns=True)
    cube = build_cube(table, first, KEY)
    assert cube.rerun_ratio is not None
    assert not cube.refused


def linked(seed):
    """Three tables of two dimensions over 5 by 5 by 4 inner cells, with a few small cells."""
    dims = tuple(
        Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))
        for name, codes in (("place", "abcde"), ("year", "vwxyz"), ("age", "1234"))
    )
    rng = np.random.default_rng([seed, 3])
    counts = rng.negative_binomial(1, 0.12, 100) * (rng.random(100) < 0.3)
    return by(dims, counts.tolist())


def test_linked_tables_of_two_dimensions_keep_nearly_all_margins():
    rules = Rules(max_dims=2, withstands_reruns=True)
    table = linked(2)
    assert applies(table, rules)
    cube = build_cube(table, rules, bytes(range(1, 33)))  # checked and attacked
    release = cube.release()
    margins = [n for cell, n in release.cells.items() if sum(code != "Total" for code in cell) < 2]
    assert cube.rerun_odds is not None
    assert cube.withheld.any()
    assert sum(n is None for n in margins) <= len(margins) / 4


def test_linked_tables_of_one_class_give_the_same_release_under_the_same_key():
    """Where no zero is drawn, each end of a small cell's range is reached by a table with the same view, and
    that table is protected alike.

    The key is one that accepts its first view; tables of the class stand first in the certificate.
    """
    rules = Rules(max_dims=2, zeros="publish", withstands_reruns=True)
    table = linked(1)
    key = bytes(range(1, 33))
    found = protect_by_view(table, rules, key)
    shown = np.where(found.suppressed, -1, found.values)
    same = 0
    for world in found.worlds[:4]:
        changed = dict(zip(map(tuple, table.coords.tolist()), table.counts.tolist(), strict=True))
        for place, change in zip(map(tuple, world.coords.tolist()), world.change.tolist(), strict=True):
            changed[place] = changed.get(place, 0) + change
        cells = [
            (tuple(d.codes[p] for d, p in zip(table.dims, k, strict=True)), n) for k, n in changed.items()
        ]
        other = protect_by_view(Table.of(table.dims, [c for c in cells if c[1]]), rules, key)
        same += int((np.where(other.suppressed, -1, other.values) == shown).all())
    assert same == 4

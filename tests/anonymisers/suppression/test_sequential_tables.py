"""Further tables are added beside the priority tables, one after another, as far as the whole is safe."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from release_oracle import assert_safe, leaves, without_refused
from world_lists import TooManyWorldsError

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import ProtectionError
from anonymisers.suppression import sequential_tables, table_rounds, utility
from anonymisers.suppression.table_rounds import Effort, rounds
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import Rules, TableOf

KEY = b"0123456789abcdef0123456789abcdef"
A, B, C = (
    Hierarchy(n, ("Total", f"{n}0", f"{n}1"), dict.fromkeys((f"{n}0", f"{n}1"), "Total")) for n in "abc"
)
INNER = list(product(*(leaves(d) for d in (A, B, C))))
FIRST = TableOf.of("ab")


def tune(monkeypatch, module, **fields):
    """Replace some fields of a module's tuning."""
    monkeypatch.setattr(module, "TUNING", replace(module.TUNING, **fields))


def tune_rounds(patch, **fields):
    """Replace the rounds, which try no table without steps, and some fields of their tuning."""
    changed = replace(table_rounds.TUNING, pairs=(), larger=Effort(0, (22,)), **fields)
    patch.setattr(table_rounds, "TUNING", changed)
    patch.setattr(sequential_tables, "ROUNDS", changed)


def table(counts):
    return Table.of((A, B, C), zip(INNER, counts, strict=True))


def assert_settled_safe(cube, people, rules):
    """Check safety against all feasible tables of the tables that were not refused."""
    try:
        assert_safe(without_refused(cube), people, rules)
    except TooManyWorldsError:
        assume(False)  # too many worlds to list


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(
    st.lists(st.sampled_from([0, 1, 1, 2, 3, 4, 6, 9]), min_size=8, max_size=8),
    st.sampled_from([2, 3]),
    st.sampled_from(["", "b"]),
)
def test_priority_tables_are_published_alike_with_further_tables_and_all_together_are_safe(
    counts, most, sensitive
):
    rules = Rules(threshold=3, max_dims=most, sensitive=frozenset(sensitive), priority=(FIRST,))
    people = table(counts)
    try:
        alone = build_cube(people, replace(rules, finer=None), KEY)
    except ProtectionError:
        assume(False)
    cube = build_cube(people, rules, KEY)
    first = np.array([set(t) <= {"a", "b"} or len(t) == 1 for t in cube.tables])[cube.lattice.table_of()]

    assert (cube.withheld[first] == alone.withheld[first]).all()
    assert not (cube.withheld & ~alone.withheld).any()
    assert_settled_safe(cube, people, rules)


def test_where_nobody_is_alone_every_table_is_published():
    cube = build_cube(table([9, 8, 12, 7, 30, 11, 6, 14]), Rules(max_dims=3, priority=(FIRST,)), KEY)

    assert not cube.withheld.any()
    assert not cube.refused


def test_a_table_that_takes_too_many_steps_is_refused_and_the_others_stay(monkeypatch):
    people = table([1, 9, 1, 9, 9, 1, 1, 9])
    rules = Rules(max_dims=2, priority=(FIRST,))
    alone = build_cube(people, replace(rules, finer=None), KEY)
    tune_rounds(monkeypatch)

    assert (build_cube(people, rules, KEY).withheld == alone.withheld).all()


def test_a_search_that_begins_like_a_former_one_is_not_made_again(monkeypatch):
    made, suppress = [], sequential_tables.suppress

    def remembered(task, *, continuation):
        made.append((task, continuation))
        return suppress(task, continuation=continuation)

    monkeypatch.setattr(sequential_tables, "suppress", remembered)
    build_cube(table([9, 8, 12, 7, 30, 11, 6, 14]), Rules(max_dims=2, priority=(FIRST,)), KEY)
    task, continuation = made[0]

    suppress(task, continuation=replace(continuation, begun=set()))
    with pytest.raises(ProtectionError, match="began like this one"):
        suppress(task, continuation=continuation)


NAMED = (TableOf.of("bc"), TableOf.of("ac"))
CROWDED_OUT = [0, 14, 0, 14, 14, 0, 3, 2]
"""People without a pattern for the table by a and c beside the other two tables as published."""


def with_room(counts, *, gain, sensitive="b", always=()):
    """Return a cube with named tables that need room from others, and the rules; `gain` is the gain
    demanded."""
    rules = Rules(
        threshold=3,
        max_dims=2,
        sensitive=frozenset(sensitive),
        priority=(FIRST,),
        finer=NAMED,
        always=frozenset(always),
    )
    with pytest.MonkeyPatch.context() as patch:
        tune_rounds(patch, named=Effort(0, (22, 60)))
        tune(patch, utility, gain=gain, kept=0.9 if gain else 0.0)
        return build_cube(table(counts), rules, KEY), rules


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(
    st.one_of(
        st.just(CROWDED_OUT), st.lists(st.sampled_from([0, 0, 1, 2, 3, 5, 9, 14]), min_size=8, max_size=8)
    ),
    st.sampled_from([0.0, 2.0]),
    st.sampled_from(["", "b"]),
)
def test_where_others_make_room_for_a_named_table_all_together_are_safe(counts, gain, sensitive):
    try:
        cube, rules = with_room(counts, gain=gain, sensitive=sensitive)
    except ProtectionError:
        assume(False)
    assert_settled_safe(cube, table(counts), rules)


def test_others_make_room_only_for_a_much_larger_gain():
    kept, _ = with_room(CROWDED_OUT, gain=2.0)
    with_loss, _ = with_room(CROWDED_OUT, gain=0.0)
    by_a_and_c = (("a", 1), ("c", 1))

    assert by_a_and_c in kept.refused
    assert by_a_and_c not in with_loss.refused
    assert (with_loss.withheld & ~kept.withheld).any()


def test_always_published_cells_make_no_room():
    kept, _ = with_room(CROWDED_OUT, gain=2.0)
    with_loss, _ = with_room(CROWDED_OUT, gain=0.0)
    keys = kept.lattice.keys()
    first = np.array([set(t) <= {"a", "b"} or len(t) == 1 for t in kept.tables])[kept.lattice.table_of()]
    asked_for_room = np.flatnonzero(with_loss.withheld & ~kept.withheld & first).tolist()

    for cell in asked_for_room:
        place = tuple((d.name, d.codes[p]) for d, p in zip(kept.lattice.dims, keys[cell], strict=True) if p)
        shown, _ = with_room(CROWDED_OUT, gain=0.0, always=[place])
        assert not shown.withheld[cell]
    assert asked_for_room


def test_a_named_table_that_takes_too_many_steps_is_found_with_the_steps_for_those_that_need_room():
    people, rules = [3, 1, 3, 3, 14, 5, 14, 14], Rules(threshold=3, max_dims=2, priority=(FIRST,))
    alone = build_cube(table(people), replace(rules, finer=None), KEY)
    cube, _ = with_room(people, gain=2.0, sensitive="")
    first = np.array([set(t) <= {"a", "b"} or len(t) == 1 for t in cube.tables])[cube.lattice.table_of()]

    assert not cube.refused
    assert (cube.withheld[first] == alone.withheld[first]).all()


CHAIN = TableOf.of("bc")


def all_at_once(counts, *, little, sensitive=""):
    """Return a cube with a named table, searched for together with the first if its utility is below
    `little`."""
    rules = Rules(threshold=3, max_dims=2, sensitive=frozenset(sensitive), priority=(FIRST,), finer=(CHAIN,))
    with pytest.MonkeyPatch.context() as patch:
        tune(patch, sequential_tables, little_utility=little, revoking_steps=0)
        return build_cube(table(counts), rules, KEY), rules


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(
    st.lists(st.sampled_from([0, 0, 1, 2, 3, 5, 9, 14]), min_size=8, max_size=8),
    st.sampled_from(["", "b"]),
)
def test_all_named_tables_at_once_are_safe(counts, sensitive):
    try:
        with pytest.MonkeyPatch.context() as patch:
            tune(patch, utility, gain=0.0, kept=0.0)
            tune(patch, sequential_tables, gain_at_once=0.0)
            cube, rules = all_at_once(counts, little=2.0, sensitive=sensitive)
    except ProtectionError:
        assume(False)
    assert_settled_safe(cube, table(counts), rules)


def test_a_table_refused_beside_the_first_may_be_published_where_both_are_searched_for_at_once():
    people = [1, 0, 30, 2, 1, 0, 1, 9]
    one_by_one, _ = all_at_once(people, little=0.0)
    together, _ = all_at_once(people, little=0.5)
    by_b_and_c = (("b", 1), ("c", 1))

    assert by_b_and_c in one_by_one.refused
    assert by_b_and_c not in together.refused


def test_the_order_follows_from_the_rules_and_the_dimensions():
    full = Lattice.of((A, B, C), "abc", 3)
    rules = Rules(max_dims=3, priority=(FIRST,), finer=(TableOf.of("bc"),))
    pairs = ["ab", "ac", "bc"]

    order = [["".join(sorted(t.dims)) for t in tables] for tables, _ in rounds(full, rules)]

    assert order == [["bc"], pairs, pairs, pairs, [], ["abc"]]


GROUPED = Hierarchy(
    "g",
    ("Total", "north", "south", "n0", "n1", "s0", "s1"),
    {"north": "Total", "south": "Total", "n0": "north", "n1": "north", "s0": "south", "s1": "south"},
)


def test_a_table_that_is_refused_is_published_one_level_coarser(monkeypatch):
    inner = product(*(leaves(d) for d in (A, B, GROUPED)))
    counts = [7, 0, 4, 1, 9, 5, 0, 8, 1, 6, 3, 12, 9, 0, 5, 4]
    people = Table.of((A, B, GROUPED), zip(inner, counts, strict=True))
    rules = Rules(threshold=3, max_dims=2, priority=(FIRST,))
    tune_rounds(monkeypatch)  # tables at their finest levels are not tried

    cube = build_cube(people, rules, KEY)

    tables = [cube.tables[t] for t in cube.lattice.table_of()]
    of_both = np.array([set(t) == {"a", "g"} for t in tables])
    depth = GROUPED.depth[cube.lattice.keys()[:, 2]]
    assert not cube.withheld[of_both & (depth == 1)].any()
    assert cube.withheld[of_both & (depth == 2)].all()
    assert (("a", 1), ("g", 2)) in cube.refused
    assert_settled_safe(cube, people, rules)


def test_a_level_coarser_is_one_above_the_finest_of_each_dimension_with_levels_between():
    full = Lattice.of((A, B, GROUPED), "abg", 2)

    assert table_rounds.coarser(full, TableOf.of("ag")) == TableOf.of("ag", g=1)
    assert table_rounds.coarser(full, TableOf.of("ab")) is None, "there is nothing between"


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(
    st.lists(st.sampled_from([0, 1, 1, 2, 3, 4, 6, 9]), min_size=8, max_size=8), st.sampled_from(["", "b"])
)
def test_priority_tables_of_which_some_share_a_dimension_are_safe_all_together(counts, sensitive):
    tables = tuple(TableOf.of(names) for names in ("ab", "ac", "bc"))
    rules = Rules(threshold=3, max_dims=2, sensitive=frozenset(sensitive), priority=tables, finer=None)
    people = table(counts)
    try:
        cube = build_cube(people, rules, KEY)
    except ProtectionError:
        assume(False)

    assert not cube.refused & {tuple((name, 1) for name in t) for t in ("ab", "ac", "bc")}
    try:
        assert_safe(cube, people, rules)
    except TooManyWorldsError:
        assume(False)

"""Wider tables: those of two dimensions are protected first, then those of three, or these are refused."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from release_oracle import assert_safe, leaves, without_refused
from world_lists import TooManyWorldsError

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import ProtectionError
from anonymisers.simulatable import protect_by_view as module
from anonymisers.simulatable import wider_tables
from anonymisers.simulatable.protect_by_view import applies, protect_by_view
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules

KEY = bytes(range(1, 33))
RULES = Rules(withstands_reruns=True)


def dims(*codes, date=False):
    found = [
        Hierarchy(name, ("Total", *own), dict.fromkeys(own, "Total"))
        for name, own in zip(("place", "outcome", "age"), codes, strict=True)
    ]
    return tuple([*found, Hierarchy("date", ("Total", "2025"), {"2025": "Total"})] if date else found)


SMALL = dims("NS", "IK", "123")
GROUPS = (
    Hierarchy("place", ("Total", "N", "S", "N1", "N2"), {"N": "Total", "S": "Total", "N1": "N", "N2": "N"}),
    *dims("NS", "IK", "12")[1:],
)
LARGE = dims("abcde", "vwxyz", "1234")


def by(of, counts):
    inner = [()]
    for dim in of:
        inner = [(*row, code) for row in inner for code in leaves(dim)]
    return Table.of(of, [(cell, int(n)) for cell, n in zip(inner, counts, strict=True) if n])


def dense(seed, of=LARGE):
    """25 people in a cell on average, and every tenth cell small."""
    size = int(np.prod([len(leaves(d)) for d in of]))
    return by(of, np.random.default_rng([seed, 5]).negative_binomial(2, 2 / 27, size))


@pytest.fixture
def in_two_steps(monkeypatch):
    """Tables of a few cells are protected as those of hundreds are, so that all can be listed."""
    monkeypatch.setattr(module, "MOST_INNER_CELLS", 0)


def of_three(cube):
    return (cube.lattice.keys() != [d.root for d in cube.lattice.dims]).all(axis=1)


@st.composite
def tables(draw):
    of = draw(st.sampled_from([SMALL, GROUPS]))
    counts = st.lists(st.sampled_from([0, 1, 2, 4, 5, 7, 9]), min_size=12, max_size=12)
    return by(of, draw(counts))


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables(), st.sampled_from(["partner", "publish", "protect"]), st.binary(min_size=32, max_size=32))
def test_a_release_is_safe_by_the_list_of_all_tables_that_agree_with_it(in_two_steps, table, zeros, key):
    rules = Rules(threshold=3, zeros=zeros, withstands_reruns=True, sensitive=frozenset({"outcome"}))
    assume(len(table.counts))
    try:
        assert_safe(without_refused(build_cube(table, rules, key)), table, rules)
    except (ProtectionError, TooManyWorldsError):
        assume(False)  # nothing is released, or too many tables to list


def worlds_of(table, found):
    """The tables of a certificate."""
    for world in found.worlds:
        changed = dict(zip(map(tuple, table.coords.tolist()), table.counts.tolist(), strict=True))
        for place, change in zip(map(tuple, world.coords.tolist()), world.change.tolist(), strict=True):
            changed[place] = changed.get(place, 0) + change
        names = {tuple(d.codes[p] for d, p in zip(table.dims, k, strict=True)): n for k, n in changed.items()}
        yield Table.of(table.dims, [cell for cell in names.items() if cell[1]])


@pytest.mark.parametrize(("zeros", "seed"), [("publish", 3), ("protect", 5)])
def test_tables_of_the_class_give_the_same_release_under_the_same_key(in_two_steps, zeros, seed):
    """Where no zero is drawn, a table of the class has the same view, and then the same bytes are released.

    The key is one that accepts its first view. Tables of the class stand first in the certificate.
    """
    rules, table = Rules(zeros=zeros, withstands_reruns=True), dense(seed, dims("abc", "vwx", "1234"))
    found = protect_by_view(table, rules, KEY)
    assert found.suppressed.any()
    assert found.settled.all()
    shown = np.where(found.suppressed, -1, found.values)
    for _, other in zip(range(3), worlds_of(table, found), strict=False):
        again = protect_by_view(other, rules, KEY)
        assert (np.where(again.suppressed, -1, again.values) == shown).all()
        assert again.rerun_ratio is not None


def test_all_tables_of_two_dimensions_of_a_dense_table_stay_shown():
    cube = build_cube(dense(3), RULES, KEY)  # checked and attacked
    assert cube.rerun_odds is not None
    assert not cube.refused
    assert not cube.withheld[~of_three(cube)].any()
    assert 0 < cube.withheld[of_three(cube)].mean() < 0.7


def test_a_dimension_of_one_code_is_none():
    table = dense(3, (*LARGE, dims("a", "b", "c", date=True)[3]))
    assert applies(table, Rules(max_dims=3, withstands_reruns=True))
    assert not applies(table, Rules(max_dims=3))
    cube = build_cube(dense(3, (*SMALL, table.dims[3])), Rules(max_dims=3, withstands_reruns=True), KEY)
    assert cube.rerun_odds is not None


def test_a_key_that_refuses_the_table_leaves_those_of_two_dimensions_as_they_are(monkeypatch):
    """Three keys of a hundred do so whatever is inside: here every key does."""
    monkeypatch.setattr(wider_tables, "TUNING", wider_tables.WiderTablesTuning(refused=1.0))
    cube = build_cube(dense(3), RULES, KEY)
    assert cube.refused == {(("age", 1), ("outcome", 1), ("place", 1))}
    assert cube.withheld[of_three(cube)].all()
    assert not cube.withheld[~of_three(cube)].any()
    assert cube.rerun_odds is not None


def test_a_group_that_is_never_shown_is_withheld_in_three_dimensions():
    never = frozenset({(("place", "a"), ("outcome", "v"), ("age", "1"))})
    cube = build_cube(dense(3), Rules(never=never, withstands_reruns=True), KEY)
    assert cube.release().cells["a", "v", "1"] is None


def test_which_tables_are_protected_so_follows_from_dimensions_and_rules():
    assert applies(dense(1), RULES)
    assert not applies(dense(1), Rules())
    four = (*dims("ab", "cd", "ef"), Hierarchy("sex", ("Total", *"MFUX"), dict.fromkeys("MFUX", "Total")))
    wide = dims("abcdefghij", "klmnop", "123456")
    assert not applies(dense(1, wide), RULES)  # 360 inner cells
    assert applies(by(four, [9] * 32), RULES)  # few cells: protected at once
    many = (*dims("abc", "def", "ghi"), four[3])
    assert applies(by(many, [9] * 108), RULES)
    known = [build_cube(dense(3), Rules(max_dims=1), KEY).release()]
    assert not applies(dense(3), RULES, known)

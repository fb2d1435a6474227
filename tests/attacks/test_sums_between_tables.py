"""Attack on sums that stand in no table: three dimensions beside all tables of two, and refused tables.

The attacker lists every world that agrees with a release, and looks for small sums of inner cells with one
value in all of them. He shares no code with the search. Before it was mended, each inner cell had several
values and still three-dimensional cells of one or two people followed: in 3 of 58 tables of four yes/no
dimensions, with all tables of two released, of 0 to 3 people an inner cell. With three such dimensions, and
of refused tables, nothing followed in 500.
"""

from itertools import product

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from release_oracle import assert_no_small_sum_follows, leaves, worlds
from world_lists import TooManyWorldsError

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import CertificateError, ProtectionError
from anonymisers.proof.checker import check_certificate
from anonymisers.suppression.inner_sum_worlds import SumSearch
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules, TableOf

KEY = bytes(range(32))
K = 3
A, B, C, D = (
    Hierarchy(n, ("Total", f"{n}0", f"{n}1"), dict.fromkeys((f"{n}0", f"{n}1"), "Total")) for n in "abcd"
)
GROUPED = Hierarchy(
    "a",
    ("Total", "a0", "a1", "a00", "a01", "a10", "a11"),
    {"a0": "Total", "a1": "Total", "a00": "a0", "a01": "a0", "a10": "a1", "a11": "a1"},
)
FOLLOWED = (
    [1, 1, 1, 0, 3, 3, 1, 2, 0, 0, 0, 3, 0, 0, 3, 0],
    [0, 1, 3, 0, 0, 2, 0, 2, 0, 2, 3, 0, 0, 3, 0, 1],
    [1, 2, 0, 0, 2, 3, 3, 3, 3, 0, 0, 0, 0, 1, 1, 3],
)
"""People of four yes/no dimensions of whom a cell of three dimensions followed from all tables of two."""


def table(dims, counts):
    inner = list(product(*(leaves(d) for d in dims)))
    return Table.of(dims, zip(inner, counts, strict=True))


def attacked(people, rules):
    """No small sum follows from the cube of some people."""
    try:
        cube = build_cube(people, rules, KEY)
    except (ProtectionError, CertificateError):
        assume(False)  # nothing is released
        raise
    inner, masks = list(product(*(leaves(d) for d in people.dims))), [set(leaves(d)) for d in people.dims]
    try:
        possible = worlds(cube.release(), inner, masks, int(people.counts.sum()))
    except TooManyWorldsError:
        assume(False)  # too many to list
        raise
    assert_no_small_sum_follows(cube.release(), people, possible, rules)


def few(cells, *, most=3):
    return st.lists(st.sampled_from([0, 0, 0, 0, 1, 1, 2, most]), min_size=cells, max_size=cells).filter(any)


tried = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


@pytest.mark.parametrize("counts", FOLLOWED)
@pytest.mark.parametrize("zeros", ["partner", "protect"])
def test_no_cell_of_three_dimensions_follows_from_tables_of_two_any_more(counts, zeros):
    attacked(table((A, B, C, D), counts), Rules(threshold=K, max_dims=2, zeros=zeros))


@pytest.mark.parametrize("counts", FOLLOWED)
def test_without_the_search_for_sums_the_checker_refuses_the_cube(monkeypatch, counts):
    monkeypatch.setattr(SumSearch, "further_worlds", lambda *_, **_more: ([], frozenset()))
    with pytest.raises(CertificateError, match="no world changes a small sum of inner cells"):
        build_cube(table((A, B, C, D), counts), Rules(threshold=K, max_dims=2), KEY)


def test_the_check_needs_a_world_for_each_small_sum():
    people = table((A, B, C, D), FOLLOWED[0])
    cube = build_cube(people, Rules(threshold=K, max_dims=2), KEY)
    check_certificate(cube.certificate, cube.release(), people)


@tried
@given(few(16), st.sampled_from(["partner", "publish", "protect"]), st.sampled_from([1, 2, 3]))
@example(FOLLOWED[0], "partner", 2)
def test_four_dimensions_beside_tables_of_fewer(counts, zeros, most):
    attacked(table((A, B, C, D), counts), Rules(threshold=K, max_dims=most, zeros=zeros))


@tried
@given(few(8, most=4), st.sampled_from(["partner", "publish", "protect"]), st.sampled_from([1, 2]))
def test_three_dimensions_beside_all_tables_of_two(counts, zeros, most):
    attacked(table((A, B, C), counts), Rules(threshold=K, max_dims=most, zeros=zeros))


@tried
@given(few(16), st.sampled_from(["partner", "protect"]), st.booleans())
def test_tables_that_were_refused(counts, zeros, finer):
    priority = (TableOf.of("ab"), TableOf.of("cd"))
    rules = Rules(threshold=K, max_dims=3, zeros=zeros, priority=priority, finer=() if finer else None)
    attacked(table((A, B, C, D), counts), rules)


@tried
@given(few(16), st.sampled_from(["partner", "protect"]))
def test_levels_that_were_refused(counts, zeros):
    priority = (TableOf.of("ab", a=1), TableOf.of("bc"))
    rules = Rules(threshold=K, max_dims=2, zeros=zeros, priority=priority, finer=None)
    attacked(table((GROUPED, B, C), counts), rules)

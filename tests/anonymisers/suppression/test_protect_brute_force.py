"""The protection against the strongest attacker there is: he lists every world that agrees with a release.

The tables are tiny, so that he can; he shares no code with what he attacks.
"""

from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from release_oracle import assert_safe, leaves, worlds
from world_lists import TooManyWorldsError

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import ProtectionError
from anonymisers.proof.checker import check_certificate
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules

KEY = b"0123456789abcdef0123456789abcdef"
K = 3


@st.composite
def hierarchies(draw, name, most=4):
    codes, parent, open_codes = ["Total"], {}, ["Total"]
    for number in range(draw(st.integers(2, most))):
        code = f"{name}{number}"
        above = draw(st.sampled_from(["Total", "Total", *open_codes]))
        codes.append(code)
        parent[code] = above
        open_codes.append(code)
    return Hierarchy(name, tuple(codes), parent)


@st.composite
def tables(draw, dims=2, most=4):
    shape = [draw(hierarchies("abc"[n], most)) for n in range(dims)]
    inner = list(product(*(leaves(d) for d in shape)))
    counts = draw(
        st.lists(st.sampled_from([0, 0, 1, 1, 2, 3, 4, 6]), min_size=len(inner), max_size=len(inner))
    )
    return Table.of(shape, zip(inner, counts, strict=True))


def attacked(table, rules):
    try:
        assert_safe(build_cube(table, rules, KEY), table, rules)
    except ProtectionError:
        assume(False)  # nothing is released, so nothing can be learnt
    except TooManyWorldsError:
        assume(False)  # too many worlds to list


quick = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


@quick
@given(tables())
def test_two_dimensions_zeros_as_partners(table):
    rules = Rules(threshold=K)
    attacked(table, rules)


@quick
@given(tables(), st.booleans())
def test_two_dimensions_zeros_published(table, expects_least):
    rules = Rules(threshold=K, zeros="publish", expects_least=expects_least)
    attacked(table, rules)


@quick
@given(tables(dims=3, most=2), st.sampled_from([1, 2, 3]))
def test_linked_tables_of_three_dimensions(table, most):
    rules = Rules(threshold=K, max_dims=most)
    attacked(table, rules)


@quick
@given(tables(dims=3, most=2), st.sampled_from(["a", "b"]))
def test_the_breakdown_by_a_sensitive_dimension(table, name):
    rules = Rules(threshold=K, sensitive=frozenset({name}))
    attacked(table, rules)


@pytest.mark.parametrize("seed", range(3))
def test_whoever_reruns_the_program_on_every_world_is_not_told_which_it_was(seed):
    """Rule 4: more than one of the worlds that agree with the release gives its pattern under some key."""
    rules = Rules(threshold=K)
    dims = [
        Hierarchy("a", ("Total", "a0", "a1", "a2"), dict.fromkeys(("a0", "a1", "a2"), "Total")),
        Hierarchy("b", ("Total", "b0", "b1"), dict.fromkeys(("b0", "b1"), "Total")),
    ]
    counts = ((5, 1, 7, 3, 4, 6), (1, 6, 4, 5, 3, 2), (6, 2, 5, 4, 3, 7))[seed]
    inner = list(product(*(leaves(d) for d in dims)))
    table = Table.of(dims, zip(inner, counts, strict=True))
    cube = build_cube(table, rules, KEY)
    masks = [set(leaves(d)) for d in dims]
    possible = worlds(cube.release(), inner, masks, sum(counts)).tolist()
    keys = [bytes([n]) * 32 for n in range(12)]
    same = [
        world
        for world in possible[:: max(1, len(possible) // 60)]
        if any(
            (
                build_cube(Table.of(dims, zip(inner, world, strict=True)), rules, key).withheld
                == cube.withheld
            ).all()
            for key in keys
        )
    ]
    assert len(same) > 1
    for i, count in enumerate(counts):
        if count < K:
            assert len({world[i] for world in same}) > 1


def test_the_oracle_notices_a_release_that_is_not_safe():
    dims = [Hierarchy("a", ("Total", "a0", "a1"), {"a0": "Total", "a1": "Total"})]
    table = Table.of(dims, [(("a0",), 1), (("a1",), 5)])
    cube = build_cube(table, Rules(threshold=K), KEY)
    check_certificate(cube.certificate, cube.release(), table)
    suppressed = cube.withheld.copy()
    suppressed[2] = False
    values = cube.values.copy()
    values[2] = 5
    object.__setattr__(cube, "withheld", suppressed)
    object.__setattr__(cube, "values", values)
    with pytest.raises(AssertionError):
        assert_safe(cube, table, Rules(threshold=K))


def test_combinations_are_all_there():
    table = Table.of(
        [Hierarchy(n, ("Total", n + "0", n + "1"), {n + "0": "Total", n + "1": "Total"}) for n in "abc"],
        [(("a0", "b0", "c0"), 40), (("a1", "b1", "c1"), 30)],
    )
    cube = build_cube(table, Rules(threshold=K, max_dims=2), KEY)
    assert set(cube.tables) == {frozenset(c) for n in range(3) for c in combinations("abc", n)}

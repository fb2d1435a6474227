"""Large tables that withstand reruns: small tables without a common dimension, and nothing else."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.cube.fewer_tables import build_with_fewer_tables
from anonymisers.cube.released_cells import Value
from anonymisers.simulatable.protect_by_view import protect_by_view
from anonymisers.simulatable.protection import protect, without_counts
from anonymisers.simulatable.separate_tables import _small, applies_separately, separate_groups
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.keyed_random import derive_key
from anonymisers.tables.rules import Rules, TableOf

KEY = bytes(range(32))
SIZES = {"place": 9, "sex": 2, "outcome": 3, "device": 8}
RULES = Rules(
    max_dims=2,
    withstands_reruns=True,
    withstands_reruns_when_large=True,
    priority=(TableOf.of(["place", "outcome"]), TableOf.of(["sex", "outcome"])),
)


def flat(name: str, number: int) -> Hierarchy:
    codes = [f"{name}{n}" for n in range(number)]
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


DIMS = tuple(flat(name, number) for name, number in SIZES.items())


def people(seed: int, number: int = 150) -> tuple[tuple[str, ...], ...]:
    dice = np.random.default_rng(seed)
    columns = [dice.choice(dim.codes[1:], number, p=dice.dirichlet(np.ones(len(dim.leaves)))) for dim in DIMS]
    return tuple(zip(*(column.tolist() for column in columns), strict=True))


def table(rows: tuple[tuple[str, ...], ...]) -> Table:
    return Table.of(DIMS, Counter(rows).items())


@cache
def built(rows: tuple[tuple[str, ...], ...]) -> CertifiedCube:
    return build_cube(table(rows), RULES, KEY)


def test_the_small_tables_follow_from_dimensions_and_rules_alone() -> None:
    expected = (frozenset({"place", "outcome"}), frozenset({"sex"}), frozenset({"device"}))
    for seed in range(3):
        assert separate_groups(table(people(seed)), RULES) == expected
    unasked = replace(RULES, priority=())
    assert separate_groups(table(people(0)), unasked) == tuple(frozenset({name}) for name in SIZES)


def test_a_certified_cube_shows_the_small_tables_and_refuses_all_others() -> None:
    for seed in range(2):
        cube = built(people(seed))  # certified, and the exact attacker found nothing
        refused = {frozenset(name for name, _ in level) for level in cube.refused}
        assert refused == {dims for dims in cube.tables if len(dims) > 1} - {frozenset({"place", "outcome"})}
        assert isinstance(cube.lookup({}), Value)
        assert cube.rerun_odds is not None


def test_tables_with_the_same_small_tables_have_the_same_release() -> None:
    rows = people(0)
    dice = np.random.default_rng(5)
    sexes, devices = ([row[n] for row in rows] for n in (1, 3))
    other = tuple(
        (row[0], sexes[sex], row[2], devices[device])
        for row, sex, device in zip(
            rows, dice.permutation(len(rows)), dice.permutation(len(rows)), strict=True
        )
    )
    assert Counter(rows) != Counter(other)
    one, two = built(rows), built(other)

    assert (one.withheld == two.withheld).all()
    assert (one.values == two.values).all()
    assert one.rerun_odds == two.rerun_odds


def test_each_pattern_is_that_of_the_small_table_by_its_view() -> None:
    every = table(people(0))
    cube = built(people(0))
    for dims in separate_groups(every, RULES):
        small, rules = _small(every, RULES, dims)
        own = protect_by_view(small, rules, derive_key(KEY, f"table of {sorted(dims)}"))
        for key, hidden in zip(own.lattice.keys(), own.suppressed.tolist(), strict=True):
            cell = {
                dim.name: dim.codes[p] for dim, p in zip(own.lattice.dims, key, strict=True) if p != dim.root
            }
            assert isinstance(cube.lookup(cell), Value) is not hidden


def test_a_table_within_the_limits_is_protected_at_once() -> None:
    dims = (DIMS[1], DIMS[2])
    small = Table.of(dims, Counter((row[1], row[2]) for row in people(7)).items())
    assert not applies_separately(small, replace(RULES, priority=()))
    assert without_counts(small, replace(RULES, priority=()))


@pytest.mark.parametrize(
    "rules",
    [
        replace(RULES, withstands_reruns_when_large=False),
        replace(RULES, always=frozenset({(("sex", "sex0"),)})),
        replace(RULES, zeros="publish"),
        replace(RULES, structural=frozenset({(("device", "device0"), ("sex", "sex0"))})),
    ],
)
def test_other_large_tables_are_protected_by_their_counts(rules: Rules) -> None:
    assert not without_counts(table(people(8)), rules)


def test_one_key_is_tried_and_no_step_that_reads_counts() -> None:
    """A second key, or tables of fewer dimensions, would be tried because of withheld counts."""
    found = build_with_fewer_tables(table(people(1)), RULES, [KEY, bytes(32)])
    assert found.cube is not None
    assert found.remainder is None
    assert (found.cube.withheld == built(people(1)).withheld).all()


def test_few_people_in_many_cells_show_their_total() -> None:
    protected = protect(table(people(10, 12)), RULES, KEY)
    assert not protected.suppressed[0]

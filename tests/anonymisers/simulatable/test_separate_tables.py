"""Large tables that withstand reruns: small tables without a common dimension, and nothing else."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.cube.fewer_tables import build_with_fewer_tables
from anonymisers.cube.released_cells import Value
from anonymisers.errors import ProtectionError
from anonymisers.simulatable.protect_by_view import applies, protect_by_view
from anonymisers.simulatable.protection import protect, without_counts
from anonymisers.simulatable.separate_tables import _shown_whole, _small, separate_groups, shared_dimension
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.keyed_random import derive_key
from anonymisers.tables.registered_figures import Figure, people_of
from anonymisers.tables.release import Release
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


def test_the_dimension_that_most_named_tables_have_may_be_in_several() -> None:
    every = table(people(0))
    assert shared_dimension(every, RULES) == "outcome"
    groups = separate_groups(every, RULES, (), "outcome")
    assert [" ".join(sorted(dims)) for dims in groups] == ["outcome place", "outcome sex", "device"]
    assert shared_dimension(every, replace(RULES, priority=())) is None


def test_a_certified_cube_shows_the_small_tables_and_refuses_all_others() -> None:
    for seed in range(2):
        cube = built(people(seed))  # certified, and the exact attacker found nothing
        refused = {frozenset(name for name, _ in level) for level in cube.refused}
        asked = {frozenset({"place", "outcome"})}
        if all(isinstance(cube.lookup({"outcome": code}), Value) for code in DIMS[2].codes[1:]):
            asked.add(frozenset({"sex", "outcome"}))
        assert refused == {dims for dims in cube.tables if len(dims) > 1} - asked
        assert isinstance(cube.lookup({}), Value)
        assert cube.rerun_odds is not None


def test_tables_with_the_same_small_tables_have_the_same_release() -> None:
    rows = people(0)
    dice = np.random.default_rng(5)
    alike = sorted(rows, key=lambda row: row[2])
    drawn = [alike[n] for n in np.lexsort((dice.random(len(alike)), [row[2] for row in alike]))]
    devices = [rows[n][3] for n in dice.permutation(len(rows))]
    other = tuple(
        (row[0], sex[1], row[2], device) for row, sex, device in zip(alike, drawn, devices, strict=True)
    )
    assert Counter(rows) != Counter(other)
    one, two = built(rows), built(other)

    assert (one.withheld == two.withheld).all()
    assert (one.values == two.values).all()
    assert one.rerun_odds == two.rerun_odds


def test_each_pattern_is_that_of_the_small_table_by_its_view() -> None:
    every = table(people(0))
    cube = built(people(0))
    shared = _shown_whole(every, RULES, KEY, ())
    for dims in separate_groups(every, RULES, (), shared.name):
        small, rules, _ = _small(every, RULES, dims, ())
        known = shared.releases(small.dims) if shared.name in dims else []
        key = derive_key(KEY, f"table of {sorted(dims)}")
        own = protect_by_view(small, rules, key, known=known, even_nothing=False)
        for key, hidden in zip(own.lattice.keys(), own.suppressed.tolist(), strict=True):
            cell = {
                dim.name: dim.codes[p] for dim, p in zip(own.lattice.dims, key, strict=True) if p != dim.root
            }
            assert isinstance(cube.lookup(cell), Value) is not hidden


def test_a_table_within_the_limits_is_protected_at_once() -> None:
    dims = (DIMS[1], DIMS[2])
    small = Table.of(dims, Counter((row[1], row[2]) for row in people(7)).items())
    rules = replace(RULES, priority=())
    assert applies(small, rules)
    assert len(build_cube(small, rules, KEY).refused) == 0


def test_large_tables_are_protected_by_their_counts_only_where_the_rules_let_them() -> None:
    assert without_counts(table(people(8)), RULES)
    assert not without_counts(table(people(8)), replace(RULES, withstands_reruns_when_large=False))


def figure(**where: str) -> Release:
    one = Figure("known", {name: (code,) for name, code in where.items()}, 0)
    return replace(one, value=people_of(one, table(people(0)))).release(DIMS)


@pytest.mark.parametrize(
    ("rules", "known", "expected"),
    [
        (replace(RULES, always=frozenset({(("sex", "sex0"),)})), (), ["outcome place", "sex", "device"]),
        (RULES, (figure(sex="sex0", outcome="outcome1"),), ["outcome place sex", "device"]),
        (
            replace(RULES, structural=frozenset({(("device", "device0"), ("sex", "sex0"))})),
            (figure(sex="sex1"),),
            ["outcome place", "device sex"],
        ),
    ],
)
def test_what_everybody_knows_lies_within_one_small_table(
    rules: Rules, known: tuple[Release, ...], expected: list[str]
) -> None:
    assert [" ".join(sorted(dims)) for dims in separate_groups(table(people(0)), rules, known)] == expected


def test_a_large_table_with_a_figure_and_a_cell_that_is_always_shown_withstands_reruns() -> None:
    rules = replace(RULES, always=frozenset({(("device", "device2"),)}))
    known = [figure(sex="sex0", outcome="outcome1"), figure(place="place1")]
    cube = build_cube(table(people(0)), rules, KEY, known=known)
    assert cube.rerun_odds is not None
    assert isinstance(cube.lookup({"device": "device2"}), Value)
    assert isinstance(cube.lookup({"place": "place1"}), Value)


def test_zeros_of_a_large_table_are_partners_where_the_rules_publish_them() -> None:
    found = build_with_fewer_tables(table(people(0)), replace(RULES, zeros="publish", priority=()), [KEY])
    assert found.cube is not None
    assert found.cube.rerun_odds is not None
    assert found.remainder is not None
    assert found.remainder.zeros_withheld


def test_a_dimension_of_too_many_codes_is_in_no_table_and_the_others_are_shown() -> None:
    many = flat("village", 301)
    dice = np.random.default_rng(4)
    rows = Counter((f"village{dice.integers(301)}", row[1], row[2]) for row in people(0))
    cube = build_cube(Table.of((many, DIMS[1], DIMS[2]), rows.items()), replace(RULES, priority=()), KEY)
    assert cube.rerun_odds is not None
    assert isinstance(cube.lookup({"sex": "sex0"}), Value)
    assert not any(isinstance(cube.lookup({"village": code}), Value) for code in many.codes[1:])


def test_a_figure_of_too_many_dimensions_withholds_the_table_rather_than_reading_counts() -> None:
    known = [figure(place="place1", sex="sex0", outcome="outcome1", device="device2")]
    with pytest.raises(ProtectionError, match="no table is small enough"):
        build_cube(table(people(0)), RULES, KEY, known=known)
    assert build_with_fewer_tables(table(people(0)), RULES, [KEY], known=known).cube is None


def test_one_key_is_tried_and_no_step_that_reads_counts() -> None:
    """A second key, or tables of fewer dimensions, would be tried because of withheld counts."""
    found = build_with_fewer_tables(table(people(1)), RULES, [KEY, bytes(32)])
    assert found.cube is not None
    assert found.remainder is None
    assert (found.cube.withheld == built(people(1)).withheld).all()


def test_few_people_in_many_cells_show_their_total() -> None:
    protected = protect(table(people(10, 12)), RULES, KEY)
    assert not protected.suppressed[0]

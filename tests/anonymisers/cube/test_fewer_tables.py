"""Where no safe cube of all tables is found, fewer are shown; nothing that a check refuses is shown."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from release_oracle import assert_safe, leaves, without_refused
from world_lists import TooManyWorldsError

from anonymisers.cube import certified_cube
from anonymisers.cube.certified_cube import Value, build_cube
from anonymisers.cube.fewer_tables import build_with_fewer_tables, withheld_release
from anonymisers.errors import CertificateError, ProtectionError
from anonymisers.proof.checker import check_certificate
from anonymisers.suppression import protect_table
from anonymisers.tables.cell_names import cell_name
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.remainder import Remainder
from anonymisers.tables.rules import TOTAL_ALONE, Rules, TableOf

KEYS = (bytes(range(32)), bytes(range(1, 33)))


def flat(name, *codes):
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


DIMS = (flat("place", "N", "S", "W"), flat("sex", "F", "M"), flat("year", "2024", "2025"))
TABLE = Table.of(
    DIMS,
    zip(product("NSW", "FM", ("2024", "2025")), [1, 12, 30, 22, 9, 2, 17, 40, 25, 8, 13, 6], strict=True),
)


NOT_FOUND = ProtectionError("no safe pattern was found")


def failing(fails, wanted=NOT_FOUND):
    """`protect` as it is, except that it fails for rules of which `fails` says so."""
    true = protect_table.protect

    def protect(table, rules, *rest, **named):
        if fails(rules):
            raise wanted
        return true(table, rules, *rest, **named)

    return protect


def dimensions(rules):
    """How many dimensions the largest table that is to be protected has."""
    return max((len(t.dims) for t in rules.priority), default=rules.max_dims or len(DIMS))


def test_a_cube_that_succeeds_is_the_cube_of_the_first_key():
    built = build_with_fewer_tables(TABLE, Rules(), KEYS)
    assert built.remainder is None
    assert built.cube.to_bytes() == build_cube(TABLE, Rules(), KEYS[0]).to_bytes()


def test_another_key_is_tried_before_any_table_is_left_out(monkeypatch):
    true = protect_table.protect

    def protect(table, rules, key, *rest, **named):
        if key == KEYS[0]:
            raise ProtectionError("no safe pattern was found")
        return true(table, rules, key, *rest, **named)

    monkeypatch.setattr(protect_table, "protect", protect)
    built = build_with_fewer_tables(TABLE, Rules(), KEYS)
    assert built.remainder is None
    assert built.cube.to_bytes() == build_cube(TABLE, Rules(), KEYS[1]).to_bytes()


@pytest.mark.parametrize("most", [2, 1, 0])
@pytest.mark.parametrize("error", [ProtectionError("no safe pattern"), CertificateError("too narrow")])
def test_a_search_that_fails_for_the_larger_tables_leaves_the_smaller(monkeypatch, most, error):
    monkeypatch.setattr(protect_table, "protect", failing(lambda rules: dimensions(rules) > most, error))
    built = build_with_fewer_tables(TABLE, Rules(), KEYS)
    assert built.remainder == Remainder(most)
    assert built.reason == error.message
    cube = built.cube
    check_certificate(cube.certificate, cube.release(), TABLE)
    assert cube.lookup({}) == Value(185)
    sizes = {
        sum(p != d.root for d, p in zip(DIMS, row, strict=True))
        for row in cube.release().coords[~cube.withheld].tolist()
    }
    assert max(sizes) == most
    assert len(cube.withheld) == 4 * 3 * 3, "the cells that are left out are withheld, not missing"


def test_a_search_that_fails_always_shows_nothing(monkeypatch):
    monkeypatch.setattr(protect_table, "protect", failing(lambda _: True))
    built = build_with_fewer_tables(TABLE, Rules(), KEYS)
    assert built.cube is None
    assert built.reason == "no safe pattern was found"
    release = withheld_release(TABLE, Rules())
    assert release.withheld.all()
    assert set(release.cells) == set(product(*(d.codes for d in DIMS)))


def test_a_search_that_withholds_nothing_and_shows_no_worlds_releases_nothing(monkeypatch):
    """The pattern of a search that returns at once is refused by the checker, table by table."""
    true = protect_table.protect

    def idle(*arguments, **named):
        found = true(*arguments, **named)
        return replace(found, suppressed=np.zeros_like(found.suppressed), worlds=())

    monkeypatch.setattr(protect_table, "protect", idle)
    built = build_with_fewer_tables(TABLE, Rules(), KEYS)
    assert built.cube is None
    assert "sensitive cell is shown" in built.reason


def test_an_attacker_who_finds_something_at_every_step_leaves_nothing(monkeypatch):
    def broken(*_arguments):
        raise ProtectionError("the attacker broke the pattern")

    monkeypatch.setattr(certified_cube, "_withstand", broken)
    assert build_with_fewer_tables(TABLE, Rules(), KEYS).cube is None


def test_the_levels_of_priority_tables_are_kept_where_tables_of_fewer_dimensions_are_left(monkeypatch):
    place = Hierarchy(
        "place",
        ("Total", "N", "N1", "N2", "S", "S1", "S2"),
        {"N": "Total", "N1": "N", "N2": "N", "S": "Total", "S1": "S", "S2": "S"},
    )
    cells = zip(product(("N1", "N2", "S1", "S2"), "FM", ("2024", "2025")), range(11, 27), strict=True)
    table = Table.of((place, *DIMS[1:]), cells)
    rules = Rules(max_dims=3, priority=(TableOf.of(("place", "sex", "year"), place=1),), finer=None)
    monkeypatch.setattr(protect_table, "protect", failing(lambda rules: dimensions(rules) > 2))
    built = build_with_fewer_tables(table, rules, KEYS)
    assert built.remainder == Remainder(2)
    assert isinstance(built.cube.lookup({"place": "N", "sex": "F"}), Value)
    assert not isinstance(built.cube.lookup({"place": "N1", "sex": "F"}), Value)


def test_cells_that_are_always_shown_are_named_rather_than_withheld(monkeypatch):
    always = frozenset({cell_name({"place": "N", "sex": "M"})})
    monkeypatch.setattr(protect_table, "protect", failing(lambda rules: dimensions(rules) > 1))
    with pytest.raises(ProtectionError, match="cannot always be shown"):
        build_with_fewer_tables(TABLE, Rules(always=always), KEYS)


def test_a_cell_that_is_never_shown_stays_withheld_where_its_table_is_left_out(monkeypatch):
    everybody_in_the_north = Table.of(DIMS[:2], [(("N", "F"), 12), (("N", "M"), 18)])
    never = frozenset({cell_name({"place": "N", "sex": "F"})})
    monkeypatch.setattr(protect_table, "protect", failing(lambda rules: not rules.priority))
    built = build_with_fewer_tables(everybody_in_the_north, Rules(never=never), KEYS)
    cube = built.cube
    assert cube is None or not isinstance(cube.lookup({"place": "N", "sex": "F"}), Value)


def test_beside_earlier_releases_no_table_is_left_unprotected(monkeypatch):
    """Twelve of fourteen women are public; were the table of sex and place left out, two would follow."""
    known = Release.of(DIMS, {("N", "F", "Total"): 13})
    monkeypatch.setattr(protect_table, "protect", failing(lambda rules: dimensions(rules) > 1))
    assert build_with_fewer_tables(TABLE, Rules(), KEYS, known=[known]).cube is None


def test_zeros_become_partners_before_a_table_is_left_out():
    """Five people in four groups that all hold somebody: none holds more than 2, whatever is withheld."""
    ages = flat("age", "a", "b", "c", "d")
    five = Table.of((ages,), [(("a",), 1), (("b",), 1), (("c",), 1), (("d",), 2)])
    built = build_with_fewer_tables(five, Rules(threshold=5, zeros="publish"), KEYS)
    assert built.remainder == Remainder(None, zeros_withheld=True)
    assert built.cube.certificate.least == 0
    assert built.cube.lookup({}) == Value(5)


@st.composite
def odd_tables(draw):
    dims = []
    for n in range(draw(st.integers(1, 3))):
        codes = [f"{'abc'[n]}{i}" for i in range(draw(st.integers(1, 3)))]
        dims.append(flat("abc"[n], *codes))
    inner = list(product(*(leaves(d) for d in dims)))
    few = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5, 40])
    counts = draw(st.lists(few, min_size=len(inner), max_size=len(inner)))
    return Table.of(dims, zip(inner, counts, strict=True))


def one_cell(people):
    return Table.of((flat("a", "a0"), flat("b", "b0", "b1")), [(("a0", "b0"), people)])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=odd_tables(),
    threshold=st.sampled_from([2, 5, 30]),
    zeros=st.sampled_from(["partner", "publish", "protect"]),
    most=st.sampled_from([None, 1, 2]),
    sensitive=st.booleans(),
)
@example(table=one_cell(1), threshold=5, zeros="publish", most=None, sensitive=False)
@example(table=one_cell(0), threshold=5, zeros="protect", most=None, sensitive=False)
@example(table=one_cell(40), threshold=30, zeros="partner", most=1, sensitive=True)
def test_every_table_has_an_answer_and_the_answer_is_safe(table, threshold, zeros, most, sensitive):
    rules = Rules(
        threshold=threshold,
        zeros=zeros,
        max_dims=most,
        sensitive=frozenset({table.dims[0].name}) if sensitive else frozenset(),
    )
    built = build_with_fewer_tables(table, rules, KEYS)
    if built.cube is None:
        assert built.reason
        assert withheld_release(table, rules).withheld.all()
        return
    check_certificate(built.cube.certificate, built.cube.release(), table)
    within = replace(rules, zeros="partner") if built.remainder and built.remainder.zeros_withheld else rules
    if table.counts.sum() <= 20:
        try:
            assert_safe(without_refused(built.cube), table, within)
        except TooManyWorldsError:
            assume(False)


def test_a_table_protected_by_its_view_is_tried_under_one_key(monkeypatch):
    """That the first key failed would follow from withheld counts."""
    tried = []

    def fails(table, rules, key, progress=None, **_):
        tried.append((key, rules.priority))
        raise ProtectionError("none")

    monkeypatch.setattr("anonymisers.cube.fewer_tables.build_cube", fails)
    built = build_with_fewer_tables(TABLE, Rules(withstands_reruns=True), [bytes(32), bytes([1]) * 32])
    assert tried == [(bytes(32), ()), (bytes(32), (TOTAL_ALONE,))]
    assert built.cube is None


def test_published_zeros_are_withheld_by_some_keys_from_the_beginning_and_the_odds_say_so():
    """So a table that has a pattern with published zeros gives such a release too."""
    few = Table.of(DIMS[1:2], [(("F",), 1), (("M",), 6)])
    built = build_with_fewer_tables(few, Rules(zeros="publish", withstands_reruns=True), KEYS)
    assert built.remainder == Remainder(None, zeros_withheld=True)
    assert built.cube is not None
    assert built.cube.rerun_odds >= 1 / (0.03 * 0.25)


@pytest.mark.parametrize("counts", [(0, 0), (1, 0), (2, 2)])
def test_a_table_of_nobody_looks_like_one_of_a_few_people(counts):
    """Else whoever sees that all is withheld knew that there is somebody."""
    rules = Rules(withstands_reruns=True)
    table = Table.of((DIMS[1],), [((code,), n) for code, n in zip("MF", counts, strict=True)])
    assert build_with_fewer_tables(table, rules, KEYS).cube is None

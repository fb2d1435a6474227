"""Cells that a policy never shows, and those that it always does: what both cost, and where that ends."""

import json
from itertools import product

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from release_oracle import assert_safe, leaves, line
from world_lists import TooManyWorldsError

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import CertificateError, ProtectionError, RulesError
from anonymisers.proof.certificate import Certificate
from anonymisers.proof.checker import check_certificate
from anonymisers.tables.cell_names import cell_name
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules
from gateway.cli import main

KEY = b"0123456789abcdef0123456789abcdef"
PLACE = Hierarchy("place", ("Total", "A", "B", "C", "D"), dict.fromkeys("ABCD", "Total"))
SEX = Hierarchy("sex", ("Total", "F", "M"), {"F": "Total", "M": "Total"})
COUNTS = {"A": (20, 31), "B": (15, 12), "C": (9, 40), "D": (6, 17)}
TABLE = Table.of(
    (PLACE, SEX),
    [((place, sex), n) for place, both in COUNTS.items() for sex, n in zip("FM", both, strict=True)],
)
quick = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


def cube_of(table, **rules):
    return build_cube(table, Rules(**rules), KEY)


def one(place=None, sex=None):
    return cell_name({k: v for k, v in (("place", place), ("sex", sex)) if v})


def test_a_cell_never_shown_is_withheld_at_any_size_and_is_not_determined():
    cube = cube_of(TABLE, never=frozenset({one("A")}))
    assert cube.release().cells["A", "Total"] is None
    suppressed = [key for key, value in cube.release().cells.items() if value is None]
    assert len(suppressed) > 2
    assert_safe(cube, TABLE, Rules(never=frozenset({one("A")})))


def test_a_cell_always_shown_stays_shown_where_others_can_be_withheld_instead():
    cells = [((p, s), 2 if (p, s) == ("A", "F") else n) for (p, s), n in items(TABLE)]
    table = Table.of((PLACE, SEX), cells)
    plain = cube_of(table).release().cells
    given_way = next(key for key, value in plain.items() if value is None and key != ("A", "F"))
    place = cell_name(dict(zip(("place", "sex"), given_way, strict=True)))
    cube = cube_of(table, always=frozenset({place}))
    assert cube.release().cells[given_way] is not None
    assert cube.certificate.accepted == ()


def test_cells_left_narrower_than_the_rules_ask_are_listed_for_the_controller():
    """B, C and D are three people together: that is what the margin and the shown part say."""
    table = Table.of((PLACE,), [(("A",), 20), (("B",), 1), (("C",), 1), (("D",), 1)])
    cube = cube_of(table, always=frozenset({one("A"), one()}))
    assert cube.release().cells["Total",] == 23
    assert cube.certificate.accepted == (one("B"), one("C"), one("D"))
    text = cube.certificate.to_json()
    check_certificate(Certificate.from_json(text), cube.release(), table)
    with pytest.raises(CertificateError, match="too narrow"):
        check_certificate(
            Certificate.from_json(text.replace('"accepted": [{"place": "B"}, ', '"accepted": [')),
            cube.release(),
            table,
        )


def test_a_cell_always_shown_that_determines_another_is_an_error_that_names_the_cell():
    always = frozenset({one("A"), one("A", "M")})
    cells = [((p, s), 2 if (p, s) == ("A", "F") else n) for (p, s), n in items(TABLE)]
    with pytest.raises(ProtectionError, match="place=A cannot always be shown: place=A, sex=F would follow"):
        cube_of(Table.of((PLACE, SEX), cells), always=always)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"always": {one("A", "F")}}, "place=A, sex=F is to be shown always, and is so small"),
        ({"always": {one("A")}, "never": {one("A")}}, "place=A is to be shown always and never"),
        (
            {"never": {one("B", "F")}, "zeros": "publish"},
            "place=B, sex=F is never to be shown, and is one of",
        ),
        ({"never": {one()}}, "total of all cannot be withheld"),
        ({"never": {one("A", "F")}, "max_dims": 1}, "in no table that is protected"),
    ],
)
def test_a_status_that_cannot_be_kept_is_refused_and_the_cell_named(rules, words):
    cells = [((p, s), {"A": 2, "B": 0}.get(p, n) if s == "F" else n) for (p, s), n in items(TABLE)]
    rules = {name: frozenset(v) if isinstance(v, set) else v for name, v in rules.items()}
    with pytest.raises(RulesError, match=words):
        cube_of(Table.of((PLACE, SEX), cells), **rules)


def test_a_small_cell_that_is_public_already_can_be_shown():
    cells = [((p, s), 2 if (p, s) == ("A", "F") else n) for (p, s), n in items(TABLE)]
    table = Table.of((PLACE, SEX), cells)
    known = Release.of((PLACE, SEX), {("A", "F"): 2})
    rules = Rules(always=frozenset({one("A", "F")}))
    cube = build_cube(table, rules, KEY, known=[known])
    assert cube.release().cells["A", "F"] == 2


def items(table):
    names = [tuple(d.codes[p] for d, p in zip(table.dims, row, strict=True)) for row in table.coords.tolist()]
    return list(zip(names, table.counts.tolist(), strict=True))


@quick
@given(st.data(), st.sampled_from(["partner", "publish", "protect"]), st.sampled_from([set(), {"place"}]))
def test_against_every_world(data, zeros, sensitive):
    dims = (Hierarchy("place", ("Total", "A", "B", "C"), dict.fromkeys("ABC", "Total")), SEX)
    inner = list(product(*(leaves(d) for d in dims)))
    counts = data.draw(st.lists(st.sampled_from([0, 1, 2, 3, 4, 6]), min_size=6, max_size=6))
    cells = {}
    for codes in product(*(d.codes for d in dims)):
        held = (all(c in line(d, o) for d, c, o in zip(dims, codes, own, strict=True)) for own in inner)
        cells[codes] = sum(n for n, inside in zip(counts, held, strict=True) if inside)
    key = {c: cell_name(dict(zip(("place", "sex"), c, strict=True))) for c in cells}
    assume(sum(counts) <= 16)
    large = st.sampled_from([c for c, n in cells.items() if n >= 3] or [("Total", "Total")])
    always = {key[c] for c in data.draw(st.lists(large, max_size=3)) if cells[c] >= 3}
    never = {key[data.draw(st.sampled_from([c for c in cells if key[c]]))]} - always
    table = Table.of(dims, zip(inner, counts, strict=True))
    try:
        rules = Rules(
            threshold=3,
            zeros=zeros,
            sensitive=frozenset(sensitive),
            always=frozenset(always),
            never=frozenset(never),
        )
        cube = build_cube(table, rules, KEY)
    except (ProtectionError, RulesError):
        assume(False)
    shown = {key[c] for c, value in cube.release().cells.items() if value is not None}
    assert always <= shown
    assert not never & shown
    try:
        assert_safe(cube, table, rules)
    except TooManyWorldsError:
        assume(False)  # too many worlds to list


def test_the_command_takes_both_lists_and_reports_accepted_cells(tmp_path):
    dims = {"place": {"codes": list(PLACE.codes), "parent": dict(PLACE.parent)}}
    cells = [["A", 20], ["B", 1], ["C", 1], ["D", 1]]
    (tmp_path / "in.json").write_text(json.dumps({"dims": dims, "cells": cells}))
    (tmp_path / "always.json").write_text('[{"place": "A"}, {}]')
    (tmp_path / "never.json").write_text('[{"place": "C"}]')
    words = ["protect", str(tmp_path / "in.json"), "-o", str(tmp_path / "out.json")]
    marks = ["--always", str(tmp_path / "always.json"), "--never", str(tmp_path / "never.json")]
    result = CliRunner().invoke(main, [*words, *marks])
    assert result.exit_code == 0, result.output
    assert "accepted, though narrower than the rules ask for: place=B" in result.stderr

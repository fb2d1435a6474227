"""Groups in which nobody can be, as everybody knows: shown, no complement, and known to the attacker."""

import json
from itertools import product

import pytest
from attack_oracle import Oracle, group
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from release_oracle import assert_safe, leaves, line
from world_lists import MOST_WORLDS, most_worlds

from anonymisers.attack import attack
from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.errors import CertificateError, ProtectionError, TableError
from anonymisers.proof.certificate import Certificate
from anonymisers.proof.checker import check_certificate
from anonymisers.tables.cell_names import cell_name, cell_names_from_json
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.structural_zeros import with_structural
from anonymisers.tables.table_reading import release_from_json
from gateway.cli import main

KEY = b"0123456789abcdef0123456789abcdef"
PLACE = Hierarchy(
    "place",
    ("Total", "N", "S", "N1", "N2", "S1"),
    {"N": "Total", "S": "Total", "N1": "N", "N2": "N", "S1": "S"},
)
SEX = Hierarchy("sex", ("Total", "F", "M"), {"F": "Total", "M": "Total"})
quick = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


def lies_in(dims, cell, place):
    lines = {d.name: line(d, code) for d, code in zip(dims, cell, strict=True)}
    return all(code in lines[name] for name, code in place)


@st.composite
def tables(draw):
    """A tiny table in whose structural zeros nobody is; even all worlds of its total can be listed."""
    dims = (PLACE, SEX)
    codes = st.tuples(*(st.sampled_from(d.codes) for d in dims)).filter(lambda c: set(c) != {"Total"})
    places = {
        cell_name({d.name: c for d, c in zip(dims, key, strict=True)})
        for key in draw(st.lists(codes, min_size=1, max_size=2))
    }
    inner = list(product(*(leaves(d) for d in dims)))
    assert most_worlds(len(inner), 6 * len(inner)) <= MOST_WORLDS
    counts = draw(st.lists(st.sampled_from([0, 1, 1, 2, 3, 4, 6]), min_size=len(inner), max_size=len(inner)))
    empty = [any(lies_in(dims, cell, place) for place in places) for cell in inner]
    cells = [(cell, 0 if zero else n) for cell, zero, n in zip(inner, empty, counts, strict=True)]
    return with_structural(Table.of(dims, cells), places)


@quick
@given(tables(), st.sampled_from(["partner", "publish", "protect"]), st.sampled_from([None, 1]))
def test_no_world_has_people_in_a_structural_zero(table, zeros, most):
    rules = Rules(threshold=3, zeros=zeros, max_dims=most)
    try:
        cube = build_cube(table, rules, KEY)
    except ProtectionError:
        assume(False)
    assert_safe(cube, table, rules)
    assert CertifiedCube.from_bytes(cube.to_bytes()).release().structural == table.structural


@quick
@given(st.data())
def test_the_attacker_knows_structural_zeros(data):
    table = data.draw(tables())
    dims, lower = table.dims, data.draw(st.sampled_from([0, 1]))
    counts = {
        tuple(d.codes[p] for d, p in zip(dims, row, strict=True)): int(n)
        for row, n in zip(table.coords, table.counts, strict=True)
    }
    assume(1 <= sum(counts.values()) <= 7)
    cells = {}
    for codes in product(*(d.codes for d in dims)):
        if data.draw(st.booleans()) or codes[0] == codes[1]:
            value = sum(
                n
                for cell, n in counts.items()
                if all(c in line(d, own) for d, c, own in zip(dims, codes, cell, strict=True))
            )
            hide = codes != ("Total", "Total") and value >= lower and data.draw(st.integers(0, 9)) < 7
            known = any(lies_in(dims, codes, place) for place in table.structural)
            cells[codes] = None if hide and not known else value
    plain = Release.of(dims, cells)
    inside = [group(dims, {}, dict(place)) for place in table.structural]
    oracle = Oracle(dims, [plain], sum(counts.values()), lower, 3)
    for zero in inside:
        oracle.worlds = oracle.worlds[oracle.worlds[:, sorted(zero)].sum(axis=1) == 0]
    found = attack([Release.of(dims, cells, structural=table.structural)], threshold=3, lower=lower)
    assert {group(dims, {}, dict(f.key)) for f in found.disclosed} == oracle.disclosed()
    assert {
        group(dims, {}, dict(f.key)) for f in found.insufficiently_protected
    } == oracle.insufficiently_protected()


def small():
    cells = [(("N1", "F"), 2), (("N1", "M"), 9), (("N2", "M"), 7), (("S1", "F"), 8), (("S1", "M"), 6)]
    return Table.of((PLACE, SEX), cells)


def test_a_structural_zero_is_shown_also_where_zeros_are_protected():
    flat = Hierarchy("place", ("Total", "A", "B", "C"), dict.fromkeys("ABC", "Total"))
    cells = [(("A", "F"), 2), (("A", "M"), 9), (("B", "M"), 7), (("C", "F"), 8), (("C", "M"), 6)]
    table, rules = Table.of((flat, SEX), cells), Rules(zeros="protect")
    assert build_cube(table, rules, KEY).release().cells["B", "F"] is None
    reported = (
        build_cube(with_structural(table, [(("place", "B"), ("sex", "F"))]), rules, KEY).release().cells
    )
    assert reported["B", "F"] == 0
    assert reported["C", "F"] is None


def test_a_structural_zero_with_people_is_an_error_that_names_the_cell():
    with pytest.raises(TableError, match="place=N, sex=F has people in it"):
        with_structural(small(), [cell_name({"place": "N", "sex": "F"})])
    with pytest.raises(TableError, match="sex=F has people in it"):
        Table.of((SEX,), [(("F",), 1)], structural=[(("sex", "F"),)])
    with pytest.raises(TableError, match="has no code 'E'"):
        with_structural(small(), [(("place", "E"),)])


def test_a_release_that_withholds_one_or_shows_people_there_is_refused():
    table = with_structural(small(), [(("place", "N2"), ("sex", "F"))])
    cube = build_cube(table, Rules(), KEY)
    text = cube.certificate.to_json()
    check_certificate(Certificate.from_json(text), cube.release(), small())
    with pytest.raises(CertificateError):
        check_certificate(cube.certificate, build_cube(small(), Rules(), KEY).release(), table)
    cells = dict(cube.release().cells)
    cells["N2", "F"] = 3
    with pytest.raises(TableError, match="declared to be empty"):
        attack([Release.of(table.dims, cells, structural=table.structural)], threshold=5)


@pytest.mark.parametrize("document", [{}, [1], [{"sex": 1}], [{"sex": "F"}, {"sex": "F", "place": "Total"}]])
def test_a_malformed_list_is_refused(document):
    with pytest.raises(TableError):
        cell_names_from_json(document, "the file")


@pytest.mark.parametrize("beside_the_cells", [False, True])
def test_the_command_writes_structural_zeros_into_the_release(tmp_path, beside_the_cells):
    dims = {d.name: {"codes": list(d.codes), "parent": dict(d.parent)} for d in (PLACE, SEX)}
    cells = [[*key, n] for key, n in ((("N1", "F"), 2), (("N1", "M"), 9), (("S1", "F"), 8), (("S1", "M"), 6))]
    zeros = [{"place": "N2", "sex": "F"}]
    own = {"structural": zeros} if beside_the_cells else {}
    (tmp_path / "in.json").write_text(json.dumps({"dims": dims, "cells": cells} | own))
    (tmp_path / "zeros.json").write_text(json.dumps(zeros))
    words = ["protect", str(tmp_path / "in.json"), "-o", str(tmp_path / "out.json")]
    words += [] if beside_the_cells else ["--structural", str(tmp_path / "zeros.json")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    release = release_from_json(parse_json((tmp_path / "out.json").read_text()))
    assert release.structural == ((("place", "N2"), ("sex", "F")),)

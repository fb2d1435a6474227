"""The cube: what it answers, what it stores, and that nobody can make one without a valid certificate."""

import dataclasses

import numpy as np
import pytest

from anonymisers.cube.certified_cube import CertifiedCube, OutsideLattice, Value, Withheld, build_cube
from anonymisers.errors import AnonymiserError, CertificateError, ProtectionError, RulesError
from anonymisers.proof.certificate import Certificate
from anonymisers.proof.checker import check_certificate
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules, TableOf

KEY = bytes(range(32))


def flat(name, *codes):
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


PLACE = Hierarchy(
    "place",
    ("Total", "North", "South", "N1", "N2", "N3", "S1", "S2"),
    {
        "North": "Total",
        "South": "Total",
        "N1": "North",
        "N2": "North",
        "N3": "North",
        "S1": "South",
        "S2": "South",
    },
)
SEX = flat("sex", "F", "M")
YEAR = flat("year", "2023", "2024", "2025")
COUNTS = {
    "N1": (9, 1, 30, 22, 12, 18),
    "N2": (2, 7, 12, 3, 40, 21),
    "N3": (8, 11, 6, 15, 9, 4),
    "S1": (14, 0, 5, 31, 2, 8),
    "S2": (6, 10, 0, 7, 25, 13),
}


def table():
    cells = [
        ((place, sex, year), numbers[3 * (sex == "M") + int(year[-1]) - 3])
        for place, numbers in COUNTS.items()
        for sex in ("F", "M")
        for year in ("2023", "2024", "2025")
    ]
    return Table.of([PLACE, SEX, YEAR], cells)


@pytest.fixture(scope="module")
def cube():
    return build_cube(table(), Rules(threshold=5), KEY)


def test_a_cell_is_a_value_withheld_or_outside_and_the_type_tells(cube):
    assert cube.lookup({}) == Value(sum(map(sum, COUNTS.values())))
    assert cube.lookup({"place": "N1", "sex": "F", "year": "2024"}) == Withheld()
    assert cube.lookup({"colour": "red"}) == OutsideLattice()
    assert cube.lookup({"place": "N9"}) == OutsideLattice()


def test_a_withheld_cell_points_to_the_nearest_shown_cell_that_holds_it(cube):
    key = {"place": "N1", "sex": "F", "year": "2024"}
    near = cube.nearest_visible(key)
    assert isinstance(cube.lookup(near), Value)
    for name, code in near.items():
        dim = next(d for d in cube.dims if d.name == name)
        assert dim.position(code) in dim.ancestors(dim.position(key[name]))


def test_no_small_cell_is_shown(cube):
    shown = cube.values[~cube.withheld]
    assert not ((shown >= 1) & (shown < 5)).any()


def test_more_dimensions_than_allowed_lie_outside():
    cube = build_cube(table(), Rules(threshold=5, max_dims=2), KEY)
    assert cube.lookup({"place": "N1", "sex": "F", "year": "2024"}) == OutsideLattice()
    assert frozenset({"place", "sex"}) in cube.tables
    assert all(len(t) <= 2 for t in cube.tables)


def test_it_is_stored_and_read_back_to_the_same_bytes(cube):
    again = CertifiedCube.from_bytes(cube.to_bytes())
    assert again.to_bytes() == cube.to_bytes()
    assert again.certificate_digest == cube.certificate_digest
    assert again.lookup({"place": "North"}) == cube.lookup({"place": "North"})


def test_a_changed_byte_is_noticed(cube):
    data = bytearray(cube.to_bytes())
    for place in (0, 20, 60, len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(CertificateError):
            CertifiedCube.from_bytes(bytes(changed))
    with pytest.raises(CertificateError):
        CertifiedCube.from_bytes(bytes(data[:-5]))


def test_nobody_else_makes_a_cube(cube):
    fields = {f.name: getattr(cube, f.name) for f in dataclasses.fields(cube) if f.name != "_maker"}
    with pytest.raises(CertificateError, match="build_cube"):
        CertifiedCube(**fields, _maker=None)


def test_the_stored_cube_holds_no_withheld_count(cube):
    assert (cube.values[cube.withheld] == -1).all()


def larger_table():
    places = [f"P{n}" for n in range(12)]
    ages = [f"A{n}" for n in range(6)]
    counts = np.random.default_rng(7).geometric(0.08, (12, 6)) - 1
    cells = [((p, a), int(counts[i, j])) for i, p in enumerate(places) for j, a in enumerate(ages)]
    return Table.of([flat("place", *places), flat("age", *ages)], cells)


def test_same_key_same_pattern_and_the_key_matters():
    first, second = (build_cube(larger_table(), Rules(threshold=5), KEY) for _ in range(2))
    assert first.to_bytes() == second.to_bytes()
    keys = (bytes([n]) * 32 for n in range(6))
    patterns = {build_cube(larger_table(), Rules(threshold=5), key).withheld.tobytes() for key in keys}
    assert len(patterns) > 1


def test_a_short_key_is_refused():
    with pytest.raises(RulesError, match="32"):
        build_cube(table(), Rules(), b"short")


def test_zeros_are_shown_where_the_policy_publishes_them():
    cube = build_cube(table(), Rules(threshold=5, zeros="publish"), KEY)
    assert cube.lookup({"place": "S1", "sex": "F", "year": "2024"}) == Value(0)
    assert not ((cube.values == 0) & cube.withheld).any()


def test_where_shown_zeros_leave_no_room_the_error_says_that_partners_may():
    """Five people in four groups that all hold somebody: none holds more than 2, whatever is withheld."""
    ages = flat("age", "a", "b", "c", "d")
    five = Table.of((ages,), [(("a",), 1), (("b",), 1), (("c",), 1), (("d",), 2)])
    with pytest.raises(ProtectionError) as caught:
        build_cube(five, Rules(threshold=5, zeros="publish"), KEY)
    assert "zeros as partner" in caught.value.remedy
    assert build_cube(five, Rules(threshold=5, zeros="partner"), KEY).withheld.any()


def test_priority_tables_come_first_and_the_rest_is_refused_where_nothing_finer_is_tried():
    rules = Rules(threshold=5, max_dims=2, priority=(TableOf.of({"place", "year"}, place=1),), finer=None)
    cube = build_cube(table(), rules, KEY)
    assert isinstance(cube.lookup({"place": "North", "year": "2023"}), Value)
    assert cube.lookup({"place": "N1", "sex": "F"}) == Withheld()
    assert cube.certificate.refused


def test_the_breakdown_of_a_withheld_group_is_withheld_whole():
    rules = Rules(threshold=5, sensitive=frozenset({"sex"}))
    cube = build_cube(table(), rules, KEY)
    groups = [
        key
        for key in ({"place": p, "year": y} for p in COUNTS for y in ("2023", "2024", "2025"))
        if cube.lookup(key) == Withheld()
    ]
    assert groups
    assert all(cube.lookup(key | {"sex": sex}) == Withheld() for key in groups for sex in ("F", "M"))


@pytest.fixture(scope="module")
def parts(cube):
    return cube.certificate, cube.release(), table()


def test_the_certificate_holds(parts):
    check_certificate(*parts)


@pytest.mark.parametrize("number", range(3))
def test_a_certificate_without_one_of_its_worlds_no_longer_holds_or_was_not_needed(parts, number):
    certificate, release, truth = parts
    few = dataclasses.replace(certificate, worlds=certificate.worlds[:number])
    with pytest.raises(CertificateError, match="too narrow"):
        check_certificate(few, release, truth)


def test_a_certificate_is_about_one_release_and_one_truth(parts, cube):
    certificate, release, truth = parts
    shown = release.values.copy()
    shown[0] += 1
    with pytest.raises(CertificateError, match="another release"):
        check_certificate(certificate, dataclasses.replace(release, values=shown), truth)
    counts = truth.counts.copy()
    counts[0] += 1
    with pytest.raises(CertificateError):
        check_certificate(certificate, release, dataclasses.replace(truth, counts=counts))


@pytest.mark.parametrize("people", [2**53, 2**62, 2**63 - 1])
def test_a_world_with_more_people_than_can_be_summed_is_no_world(parts, people):
    certificate, release, truth = parts
    world = certificate.worlds[0]
    worse = dataclasses.replace(world, change=np.where(world.change > 0, people, world.change))
    with pytest.raises(CertificateError, match="summed exactly"):
        check_certificate(dataclasses.replace(certificate, worlds=(worse,)), release, truth)


def test_a_world_with_fewer_than_no_people_is_no_world(parts):
    certificate, release, truth = parts
    world = certificate.worlds[0]
    worse = dataclasses.replace(world, change=world.change * 1000)
    with pytest.raises(CertificateError, match="fewer than no people"):
        check_certificate(dataclasses.replace(certificate, worlds=(worse,)), release, truth)


def test_the_written_certificate_is_read_strictly(parts):
    text = parts[0].to_json()
    assert Certificate.from_json(text).to_json() == text
    none = dataclasses.replace(parts[0], worlds=())
    assert Certificate.from_json(none.to_json()).to_json() == none.to_json()
    for broken in (
        text.replace("safelane", "other"),
        text + " ",
        text.replace(': 5, "zeros"', ': "5", "zeros"'),
        text.replace("\n]}\n", ",\n\n]}\n"),
        text.replace("\n]}\n", "]}\n"),
        text.replace(",\n", ", "),
        text.replace("]],\n", "] ],\n", 1),
        text[: text.index("\n")] + "\n]}\n",
    ):
        with pytest.raises(AnonymiserError):
            Certificate.from_json(broken)

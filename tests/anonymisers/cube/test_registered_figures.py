"""Registered figures: what is public already is taken in like anything else that the attacker knows."""

import pytest

from anonymisers.attack import attack
from anonymisers.cube.certified_cube import build_cube
from anonymisers.cube.released_cells import Withheld
from anonymisers.errors import TableError
from anonymisers.proof.checker import check_certificate
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.registered_figures import Figure, known_figures, parse_figures
from anonymisers.tables.rules import Rules

KEY = bytes(range(32))
RULES = Rules(threshold=5)
YEARS = tuple(str(year) for year in range(2018, 2024))
PLACES = tuple(f"P{n}" for n in range(7))


def flat(name, *codes):
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


def table(by=("place", "year")):
    cells = [
        ((place, year), (7 * i + 11 * j + i * j) % 23)
        for i, place in enumerate(PLACES)
        for j, year in enumerate(YEARS)
    ]
    return Table.of([flat("place", *PLACES), flat("year", *YEARS)], cells, by=by)


def true(where):
    return sum(
        count
        for (place, year), count in (
            ((PLACES[r[0] - 1], YEARS[r[1] - 1]), n)
            for r, n in zip(table().coords.tolist(), table().counts.tolist(), strict=True)
        )
        if place in where.get("place", PLACES) and year in where.get("year", YEARS)
    )


def figure(value=None, **where):
    return Figure("annual report", where, true(where) if value is None else value)


def protected(*figures):
    known, contradicted = known_figures(figures, table())
    return build_cube(table(), RULES, KEY, known=known), known, contradicted


def holds(cube, known):
    check_certificate(cube.certificate, cube.release(), table(), known)
    found = attack([cube.release(), *known], threshold=5, time_limit=60)
    return not (found.insufficiently_protected or found.unlisted)


def test_a_sum_over_several_years_that_is_in_no_table():
    cube, known, contradicted = protected(figure(place=("P3",), year=YEARS[:4]))

    assert contradicted == []
    assert holds(cube, known)
    found = attack([cube.release(), *known], threshold=5, time_limit=60)
    assert found.disclosed == ()


def test_without_the_figure_the_same_pattern_is_not_sure_to_hold():
    where = {"place": ("P1",), "year": YEARS[:5]}
    careless = build_cube(table(), RULES, KEY)
    known, _ = known_figures([Figure("public", where, true(where))], table())
    beside = build_cube(table(), RULES, KEY, known=known)

    assert holds(beside, known)
    assert len(beside.certificate.known) == 1
    assert careless.certificate.known == ()


def test_a_small_cell_that_is_public_stays_withheld_and_needs_no_protection():
    small = next(
        (PLACES[r[0] - 1], YEARS[r[1] - 1])
        for r, n in zip(table().coords.tolist(), table().counts.tolist(), strict=True)
        if n < 5
    )
    cube, known, _ = protected(figure(place=(small[0],), year=(small[1],)))

    assert cube.lookup({"place": small[0], "year": small[1]}) == Withheld()
    check_certificate(cube.certificate, cube.release(), table(), known)


def test_a_figure_that_the_data_contradict_is_named_and_counts_as_known():
    wrong = figure(value=true({"place": ("P2",)}) + 3, place=("P2",))

    cube, known, contradicted = protected(wrong)

    assert contradicted == [wrong]
    assert holds(cube, known)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"figures": {}},
        {"figures": [{"name": "a", "where": {}, "value": -1}]},
        {"figures": [{"name": "a", "where": {}, "value": 1.5}]},
        {"figures": [{"name": "a", "where": {}, "value": True}]},
        {"figures": [{"name": "", "where": {}, "value": 1}]},
        {"figures": [{"name": "a", "where": {"year": []}, "value": 1}]},
        {"figures": [{"name": "a", "where": {"year": 2020}, "value": 1}]},
        {"figures": [{"name": "a", "where": {}, "value": 1, "colour": "red"}]},
        {"figures": [{"name": "a", "where": {}, "value": 1}, {"name": "a", "where": {}, "value": 2}]},
        {"figures": [], "more": 1},
    ],
)
def test_a_malformed_list_is_refused(document):
    with pytest.raises(TableError):
        parse_figures(document)


@pytest.mark.parametrize("where", [{"colour": ("red",)}, {"year": ("1979",)}, {"year": ("1979", "2020")}])
def test_a_figure_about_people_outside_the_table_is_named(where):
    with pytest.raises(TableError, match=r"colour|1979"):
        known_figures([Figure("x", where, 1)], table())

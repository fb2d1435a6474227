"""A rate per million people: as certain as its number, and of nobody who is not counted."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import made_release

from gateway.dictionary import regional
from gateway.dictionary.populations import populations
from gateway.picturing import ENGLISH, Layout, draw, fitting
from gateway.picturing.turning import Show, arrangement, turned
from gateway.picturing.turning.rates import NoRate, Rate, Rates, has_rates
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.release import Release

DICTIONARY = regional()
MEMBERS = ("KH", "LA", "TH")


def rated(release: Release, **how: object) -> Layout:
    chosen = replace(arrangement(release, DICTIONARY), show=Show.PER_MILLION)
    return turned(release, DICTIONARY, ENGLISH, replace(chosen, **how))  # type: ignore[arg-type]


def with_cells(release: Release, cells: dict[tuple[str, ...], Cell]) -> Release:
    return replace(release, cells=tuple(cells.get(cell.key, cell) for cell in release.cells))


def text_of(made: Layout, *key: str) -> str:
    return next(cell.text for row in made.rows for cell in row.cells if cell.key == key)


def test_a_number_is_divided_by_the_people_of_the_countries_that_it_includes() -> None:
    living = populations()
    release = with_cells(
        made_release("country", "outcome", members=MEMBERS, refusals={"VN": Refusal.NOT_SHARED}),
        {
            ("KH", "K"): Cell(("KH", "K"), Status.VALUE, 100),
            (TOTAL, "K"): Cell((TOTAL, "K"), Status.VALUE, 400, missing_members=("VN",)),
        },
    )
    rates = Rates(release, DICTIONARY)
    cells = {cell.key: cell for cell in release.cells}

    of_one, of_region = rates.rate(cells["KH", "K"]), rates.rate(cells[TOTAL, "K"])

    assert of_one == Rate(*[Fraction(100 * 1_000_000, living["KH"])] * 2)
    assert of_region == Rate(*[Fraction(400 * 1_000_000, sum(living[m] for m in MEMBERS))] * 2)
    assert text_of(rated(release), "KH", "K") == "5.7"


def test_a_withheld_number_has_a_range_and_never_a_rate() -> None:
    release = with_cells(
        made_release("country", "outcome", members=MEMBERS),
        {("LA", "K"): Cell(("LA", "K"), Status.WITHHELD, None, 1, (), 4)},
    )
    assert text_of(rated(release), "LA", "K").startswith("◊ 0.1–")
    assert text_of(rated(release, ranges=False), "LA", "K") == "◊"


def test_a_sum_over_several_years_has_no_rate_and_the_legend_says_why() -> None:
    release = made_release("country", "year", members=MEMBERS)
    made = rated(release)

    assert text_of(made, "KH", TOTAL) == "–"
    assert any("sum over several periods" in note.text for note in made.notes)
    one_year = made_release("country", "year", members=MEMBERS, years=(2020,))
    assert text_of(rated(one_year), "KH", TOTAL) == text_of(rated(one_year), "KH", "2020") != "–"


@pytest.mark.parametrize(
    ("by", "where"), [(("province", "outcome"), {}), (("outcome",), {"province": ["KH-1"]})]
)
def test_a_table_about_places_has_no_rates(by: tuple[str, ...], where: dict[str, list[str]]) -> None:
    release = made_release(*by, members=("KH",), where=where)
    assert not has_rates(release, DICTIONARY)
    assert Show.PER_MILLION not in arrangement(release, DICTIONARY).shows()


def test_a_number_that_includes_no_country_has_no_rate() -> None:
    release = made_release("outcome", members=("KH",))
    cell = Cell(("K",), Status.VALUE, 0, missing_members=("KH",))
    assert Rates(release, DICTIONARY).rate(cell) is NoRate.NOBODY_INCLUDED


@given(least=st.integers(0, 10**6), more=st.integers(0, 10**6))
def test_a_written_range_holds_the_rate_of_every_possible_number(least: int, more: int) -> None:
    release = made_release("outcome", members=("KH",))
    cell = Cell(("K",), Status.WITHHELD, None, least, (), least + more)
    found = Rates(release, DICTIONARY).rate(cell)
    assert isinstance(found, Rate)
    assert found.most is not None
    for number in (least, least + more // 2, least + more):
        exact = Rates(release, DICTIONARY).rate(Cell(("K",), Status.VALUE, number))
        assert isinstance(exact, Rate)
        assert exact.certain
        assert found.least <= exact.least <= found.most


def test_a_map_of_rates_classes_rates_and_names_the_populations() -> None:
    release = with_cells(
        made_release("country", "year", members=MEMBERS),
        {
            ("KH", TOTAL): Cell(("KH", TOTAL), Status.VALUE, 2000),
            ("LA", TOTAL): Cell(("LA", TOTAL), Status.WITHHELD, None, 10, (), 20),
            ("TH", TOTAL): Cell(("TH", TOTAL), Status.VALUE, 1),
        },
    )
    assert "rate-map" in fitting(release, DICTIONARY)

    drawn = draw("rate-map", release, DICTIONARY)

    assert "<title>Cambodia: 113.4</title>" in drawn.svg
    assert "<title>Lao PDR: ◊ 1.2 to 2.6</title>" in drawn.svg
    assert "<title>Thailand: 0.1</title>" in drawn.svg, "more than none is never 0"
    assert "World Population Prospects" in drawn.svg
    assert drawn.title.endswith("per million people")


def test_a_map_of_provinces_or_of_noise_has_no_rates() -> None:
    release = made_release("country", "outcome", members=MEMBERS)
    noisy = replace(release, cells=tuple(replace(c, standard_deviation=3) for c in release.cells))
    assert "rate-map" not in fitting(made_release("province", members=("KH",)), DICTIONARY)
    assert "rate-map" not in fitting(noisy, DICTIONARY)

"""The newest year of a release: what is said of it holds for every value that a withheld number can have."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import with_bounds
from gateway.picturing.overview.country_panels import country_panels
from gateway.picturing.overview.part_of_release import of_code
from gateway.picturing.overview.yearly_figures import Figure, YearlyFigures, yearly_figures
from gateway.picturing.scales import classes
from gateway.picturing.words import ENGLISH
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.release import Release

DICTIONARY = regional()
Numbers = dict[tuple[str, ...], int | tuple[int, int | None] | None]


def table(numbers: Numbers, *levels: str, years: tuple[int, ...] = (2023, 2024)) -> Release:
    """A release by country and year with these numbers; a pair is a range; the rest is not collected."""
    members = sorted({key[0] for key in numbers} - {TOTAL})
    release = made_release("country", "year", *levels, members=members, years=years)

    def cell(key: tuple[str, ...]) -> Cell:
        if key not in numbers:
            return Cell(key, Status.NOT_COLLECTED)
        number = numbers[key]
        if isinstance(number, int):
            return Cell(key, Status.VALUE, number)
        least, most = number or (None, None)
        return Cell(key, Status.WITHHELD, at_least=least or None, at_most=most)

    return replace(release, cells=tuple(cell(one.key) for one in release.cells))


def read(numbers: Numbers, *levels: str, years: tuple[int, ...] = (2023, 2024)) -> YearlyFigures:
    found = yearly_figures(table(numbers, *levels, years=years))
    assert found is not None
    return found


TWO_YEARS: Numbers = {
    ("KH", "2023"): 28,
    ("KH", "2024"): 47,
    ("MM", "2023"): 934,
    ("MM", "2024"): 1914,
    (TOTAL, "2023"): 962,
    (TOTAL, "2024"): 1961,
}


def test_two_years_are_compared() -> None:
    year = read(TWO_YEARS)

    assert (year.year, year.before, year.since, year.members) == ("2024", "2023", "2023", ("KH", "MM"))
    assert year.region == Figure(1961, 1961)
    assert year.change == Figure(999, 999)
    assert [one.member for one in year.countries] == ["MM", "KH"], "the largest first"
    assert year.largest_share == ("MM", Fraction(1914, 1961))


def test_the_year_is_the_newest_that_the_most_members_cover() -> None:
    year = read({**TWO_YEARS, ("KH", "2025"): 12, (TOTAL, "2025"): 12}, years=(2023, 2024, 2025))

    assert year.year == "2024"


def test_years_of_other_members_are_not_compared() -> None:
    numbers = {key: value for key, value in TWO_YEARS.items() if key != ("KH", "2023")}
    year = read(numbers)

    assert (year.before, year.region_before, year.change, year.since) == (None, None, None, "2024")


def test_a_change_of_withheld_numbers_is_a_range() -> None:
    year = read({**TWO_YEARS, (TOTAL, "2024"): (1900, 1961), ("KH", "2024"): (0, 9)})

    assert year.change == Figure(1900 - 962, 1961 - 962)
    change = {one.member: one.change for one in year.countries}
    assert change["KH"] == Figure(-28, 9 - 28)


def test_of_a_number_of_which_nothing_is_known_nothing_is_said() -> None:
    year = read({**TWO_YEARS, (TOTAL, "2024"): None, ("KH", "2024"): None})

    assert year.region is None
    assert year.change is None
    assert year.largest_share is None
    assert year.countries[-1].now is None, "at the end, since no number says where else"


def test_no_country_is_named_where_another_could_be_the_largest() -> None:
    assert read({**TWO_YEARS, ("KH", "2024"): (5, 1914)}).largest_share is None


def test_members_that_withhold_a_part_are_named() -> None:
    parts = {(member, "2024", code): 5 for member in ("KH", "MM", TOTAL) for code in ("K", "I", "U", TOTAL)}
    year = read({**parts, ("KH", "2024", "K"): (0, 4), (TOTAL, "2024", "K"): (5, 9)}, "outcome")

    killed = next(part for part in year.parts if part.code == "K")
    assert (killed.figure, killed.withheld_by) == (Figure(5, 9), ("KH",))


def test_without_countries_or_years_there_is_no_newest_year() -> None:
    assert yearly_figures(made_release("sex", "year")) is None
    assert yearly_figures(made_release("country", "sex")) is None
    assert yearly_figures(table({("KH", "1999"): 1})) is None


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_every_difference_lies_in_the_range_of_differences(a: int, b: int, c: int, d: int) -> None:
    now, before = Figure(min(a, b), max(a, b)), Figure(min(c, d), max(c, d))
    change = now.minus(before)

    assert change is not None
    for one in (now.least, now.most):
        for other in (before.least, before.most):
            assert one is not None
            assert other is not None
            assert change.most is not None
            assert change.least <= one - other <= change.most


def test_each_country_has_a_panel_and_the_years_that_all_cover() -> None:
    release = with_bounds(made_release("country", "year", "outcome"), DICTIONARY)
    drawn = country_panels(release, DICTIONARY, ENGLISH, ("KH", "MM"), "2020").svg

    assert ">Cambodia<" in drawn
    assert ">Myanmar<" in drawn
    assert "Thailand" not in drawn
    assert ">2024<" in drawn
    assert ">2018<" not in drawn


def test_one_code_of_a_release_is_named_in_its_question() -> None:
    part = of_code(made_release("country", "year"), "year", "2020")

    assert [axis.level for axis in part.axes] == ["country"]
    assert part.question["where"] == {"year": ["2020"]}
    assert len(part.cells) == len(part.axes[0].codes)


def test_numbers_that_are_far_apart_are_in_different_classes_of_a_map() -> None:
    assert classes([11, 19, 44, 47, 64, 1914]) == [(11, 19), (20, 49), (50, 199), (200, 1914)]

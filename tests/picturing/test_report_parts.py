"""Parts of releases for reports: nothing of a member that left remains, and what changed is marked."""

from dataclasses import replace

import pytest
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import ENGLISH, layout, with_bounds
from gateway.picturing.reporting.changed_numbers import CHANGED, changed, marked
from gateway.picturing.reporting.with_numbers import with_numbers
from gateway.picturing.reporting.without_members import without_members
from gateway.picturing.reporting.year_parts import of_year, over_years
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.release import Release

DICTIONARY = regional()
OTHERS = ("KH", "LA", "TH")
YEARS = (2021, 2022, 2023)


def release(*by: str, members: tuple[str, ...] = (*OTHERS, "VN"), **more: object) -> Release:
    return made_release(*by, members=members, years=YEARS, **more)  # type: ignore[arg-type]


def plain(cell: Cell) -> tuple[object, ...]:
    return cell.key, cell.status, cell.value, cell.at_least, cell.missing_members


@pytest.mark.parametrize(
    "by", [("country", "outcome"), ("country", "year", "sex"), ("province_group", "year"), ("country",)]
)
@pytest.mark.parametrize("refusals", [{}, {"TH": Refusal.NOT_SHARED}, {"LA": None}])
def test_without_a_member_a_release_is_what_the_others_would_have_made(
    by: tuple[str, ...], refusals: dict[str, Refusal | None]
) -> None:
    # Invented numbers are drawn member by member, so that those of the others are the same in both.
    left = without_members(release(*by, refusals=refusals), DICTIONARY, {"VN"})
    others = release(*by, members=OTHERS, refusals=refusals)

    assert left is not None
    assert [plain(cell) for cell in left.cells] == [plain(cell) for cell in others.cells]
    assert left.axes == others.axes
    assert left.coverage == others.coverage


def test_a_withheld_total_of_the_others_has_a_range_that_holds_what_it_is() -> None:
    left = without_members(release("country", "year", "sex"), DICTIONARY, {"VN"})
    assert left is not None
    bounded = {cell.key: cell for cell in with_bounds(left, DICTIONARY).cells}
    totals = [c for c in left.cells if c.key[0] == TOTAL and c.status is Status.WITHHELD and c.at_most]

    assert totals
    for cell in totals:
        parts = [bounded[member, *cell.key[1:]] for member in OTHERS]
        assert cell.at_most == sum(c.at_most if c.value is None else c.value for c in parts)  # type: ignore[misc]
        assert cell.at_least is None or cell.at_most is None or cell.at_least <= cell.at_most


@pytest.mark.parametrize(
    ("by", "left"), [(("sex",), {"VN"}), (("country", "sex"), {*OTHERS, "VN"}), ((), {"KH"})]
)
def test_nothing_remains_where_no_number_says_whose_it_is_or_nobody_is_left(
    by: tuple[str, ...], left: set[str]
) -> None:
    assert without_members(release(*by), DICTIONARY, left) is None


def test_a_member_that_gave_nothing_leaves_no_name_behind() -> None:
    there = release("sex", refusals={"MM": Refusal.NOT_SHARED})
    left = without_members(there, DICTIONARY, {"MM"})

    assert left is not None
    assert "MM" not in str(left.as_json())
    assert [cell.value for cell in left.cells] == [cell.value for cell in there.cells]
    assert without_members(there, DICTIONARY, {"PH"}) is there


def test_a_report_shows_its_year_and_ten_years_without_the_total_of_all() -> None:
    whole = release("country", "year", "outcome")
    year = of_year(whole, DICTIONARY, 2022)
    years = over_years(whole, DICTIONARY, 2022)

    assert year is not None
    assert [axis.level for axis in year.axes] == ["country", "outcome"]
    assert of_year(whole, DICTIONARY, 2019) is None
    assert of_year(release("country", "outcome"), DICTIONARY, 2022) == release("country", "outcome")
    assert years is not None
    assert [axis.codes for axis in years.axes] == [("KH", "LA", "TH", "VN", TOTAL), ("2021", "2022")]
    there = {cell.key: cell for cell in whole.cells}
    for cell in years.cells:
        assert plain(cell)[1:] == plain(there[*cell.key, TOTAL])[1:]


def test_countries_without_any_number_are_named_instead_of_shown() -> None:
    part, without = with_numbers(release("country", "sex", refusals={"TH": Refusal.NOT_SHARED}))
    assert without == ("TH",)
    assert {cell.key[0] for cell in part.cells} == {"KH", "LA", "VN", TOTAL}
    assert with_numbers(part) == (part, ())


def test_numbers_that_changed_are_marked_and_new_ones_are_not() -> None:
    before, now = release("country", "outcome", members=OTHERS), release("country", "outcome")
    other = replace(now.cells[0], value=(now.cells[0].value or 0) + 1, status=Status.VALUE)
    now = replace(now, cells=(other, *now.cells[1:]))

    keys = changed(before, now)

    assert other.key in keys
    assert not any(key[0] == "VN" for key in keys)
    made = marked(layout(now, DICTIONARY, ENGLISH), keys, "Another number")
    signs = {cell.key: cell.marks for row in made.rows for cell in row.cells}
    assert {key for key, signed in signs.items() if CHANGED in signed} == set(keys)
    assert (made.notes[-1].sign, made.notes[-1].text) == (CHANGED, "Another number")
    assert changed(release("sex"), now) == frozenset()
    assert marked(made, frozenset(), "") is made

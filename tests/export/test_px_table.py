"""A release as a table of PxWeb: any selection gives what the release has, and no total is made up."""

from itertools import product

import pytest
from any_releases import any_releases
from hypothesis import given, settings
from hypothesis import strategies as st
from releases import made_release

from gateway.dictionary import regional
from gateway.export.observations import REASONS, Observations, Selection
from gateway.export.pxweb.px_selection import SelectionError, selected, split
from gateway.export.pxweb.px_table import data, metadata
from gateway.wire.cells import TOTAL
from gateway.wire.release import Release

YEARS = ("2020", "2021", "2022", "2023", TOTAL)


def table(release: Release) -> Observations:
    return Observations.of(release, regional(), Selection.ALL)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("2021", ["2021"]),
        ("*", [*YEARS]),
        ("202?", ["2020", "2021", "2022", "2023"]),
        ("*1", ["2021"]),
        ("from(2022)", ["2022", "2023"]),
        ("to(2021)", ["2020", "2021"]),
        ("range(2021, 2022)", ["2021", "2022"]),
        ("RANGE(2021,2021)", ["2021"]),
    ],
)
def test_an_expression_selects_codes_in_the_order_of_the_table(expression: str, found: list[str]) -> None:
    assert list(selected("year", YEARS, [expression])) == found
    assert list(selected("year", YEARS, ["2023", expression])) == [
        code for code in YEARS if code in {*found, "2023"}
    ]


@pytest.mark.parametrize(
    "expression",
    [
        *("1999", "range(2021)", "range(2022,2021)", "top(2)", "from(x)", "[0-9]*", "", "from(2020,2021)"),
        *("from( )", "to( )", "range( ,2021)", "range(2021, )"),
    ],
)
def test_an_expression_that_selects_nothing_is_an_error(expression: str) -> None:
    with pytest.raises(SelectionError, match="year"):
        selected("year", YEARS, [expression])


def test_commas_within_brackets_separate_nothing() -> None:
    assert split("KH, range(2020,2021),,TH") == ["KH", "range(2020,2021)", "TH"]


@settings(max_examples=40)
@given(any_releases(), st.data())
def test_a_selection_reads_off_the_release(release: Release, draws: st.DataObject) -> None:
    """A variable that is left out is taken at its total."""
    query = {
        axis.level: draws.draw(st.lists(st.sampled_from(axis.codes), min_size=1))
        for axis in release.axes
        if draws.draw(st.booleans())
    }
    made = data(table(release), query)

    indexes = [made["dimension"][name]["category"]["index"] for name in made["id"]]
    got = dict(zip(product(*indexes), made["value"], strict=True))
    for axis, index in zip(release.axes, indexes, strict=False):
        assert set(index) == set(query.get(axis.level, [TOTAL]))
    cells = {cell.key: cell for cell in release.cells}
    for key in {key[:-1] for key in got}:
        cell = cells.get(key)
        assert got[*key, "value"] == (None if cell is None else cell.value)
        assert got[*key, "reason"] == (5 if cell is None else REASONS[cell.status])


def test_without_a_query_there_are_no_totals_and_the_reason_of_each_blank() -> None:
    made = data(table(made_release("country", "sex")), None)

    assert all(TOTAL not in made["dimension"][name]["category"]["index"] for name in made["id"])
    assert list(made["dimension"]["contents"]["category"]["index"]) == [
        "value",
        "at_least",
        "at_most",
        "reason",
    ]


def test_one_of_the_contents_can_be_had_alone() -> None:
    whole, values = (
        data(table(made_release("country")), {"country": ["*"], "contents": [one]}) for one in ("*", "value")
    )

    assert values["size"] == [6, 1]
    assert values["value"] == whole["value"][::4]


def test_metadata_has_every_code_its_total_and_no_value() -> None:
    made = metadata(table(made_release("country", "year")))

    assert made["value"] is None
    assert "status" not in made
    assert made["dimension"]["year"]["extension"] == {
        "elimination": True, "show": "value", "eliminationValueCode": TOTAL,
    }  # fmt: skip
    assert made["dimension"]["contents"]["extension"]["elimination"] is False
    assert any(line.startswith("KH  answered") for line in made["note"])


def test_a_variable_that_the_table_lacks_is_named() -> None:
    with pytest.raises(SelectionError, match="no variable planet"):
        data(table(made_release("country")), {"planet": ["*"]})

"""Loads are compared case by case: what appeared, vanished and changed, by year and by province."""

import json
import re

import pytest

from gateway.dictionary import regional
from gateway.sources.model.finding_order import COSTS_ROWS, HARMLESS, rank, worst_first
from gateway.sources.model.findings import Finding, Problem
from gateway.sources.quality.load_differences import Differences, differences
from gateway.sources.quality.quality import assess
from gateway.sources.quality.quality_page import quality_page
from gateway.sources.quality.quality_report import quality_json, quality_text

FORMER = [
    {"Case": "C1", "ID card": "1111111", "Date": "01/03/2009", "Province": "KH-2"},
    {"Case": "C2", "ID card": "2222222", "Date": "01/03/2010", "Province": "KH-2"},
    {"Case": "C3", "ID card": "3333333", "Date": "01/03/2010", "Province": "KH-3"},
]
NEW = [
    {"Case": "C1", "ID card": "1111111", "Date": "01/03/2009", "Province": "KH-2", "Sex": "Female"},
    {"Case": "C2", "ID card": "2222222", "Date": "01/03/2010", "Province": "KH-2"},
    {"Case": "C4", "ID card": "4444444", "Date": "01/03/2011", "Province": "KH-3"},
]


@pytest.fixture
def found(small) -> Differences:
    return differences(small.load_rows(*FORMER).snapshot, small.load_rows(*NEW).snapshot)


def test_appeared_vanished_and_corrected_stand_by_year_and_by_province(found: Differences) -> None:
    assert found.years == {"2009": (0, 0, 1), "2010": (0, 1, 0), "2011": (1, 0, 0)}
    assert found.provinces == {"KH-2": (0, 0, 1), "KH-3": (1, 1, 0)}
    assert found.total == (1, 1, 1)
    assert [code for code, _counts in found.most()] == ["KH-3", "KH-2"], "vanished cases come first"
    assert Differences.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_nothing_has_vanished_where_a_file_only_adds(small) -> None:
    found = differences(small.load_rows(*FORMER).snapshot, small.load_rows(NEW[2]).snapshot, adds=True)

    assert found.total == (1, 0, 0)


def test_the_order_of_rows_makes_no_difference(small) -> None:
    assert differences(
        small.load_rows(*FORMER).snapshot, small.load_rows(*reversed(FORMER)).snapshot
    ).total == (0, 0, 0)


def test_the_report_has_the_differences_as_text_as_page_with_bars_and_as_json(
    small, found: Differences
) -> None:
    quality = assess(small.load_rows(*NEW), regional())

    text = quality_text(quality, regional(), None, found)
    page = quality_page(quality, regional(), None, found)

    assert re.search(r"appeared +vanished +corrected", text)
    assert re.search(r" 0 +1 +0 +2010", text)
    assert 'aria-label="2010: 1 vanished, 0 appeared"' in page
    assert quality_json(quality, None, found)["since"]["years"]["2011"] == [1, 0, 0]
    assert "C4" not in text + page


def test_findings_are_listed_the_worst_first() -> None:
    findings = [
        Finding("t", "a", Problem.ROW_BLANK, 900, ()),
        Finding("t", "b", Problem.CODE, 50, ()),
        Finding("t", "c", Problem.DATE_FORM, 2, ()),
        Finding("t", "d", Problem.DATE_FORM, 3, ()),
    ]

    assert [f.column for f in worst_first(findings)] == ["d", "c", "b", "a"]
    assert {rank(problem) for problem in Problem} == {0, 1, 2}
    assert not COSTS_ROWS & HARMLESS

"""Periods that are asked by one click end with the newest year that all members cover."""

from dataclasses import replace
from datetime import date

import pytest
from analyst_desk import Desk, stated

from gateway.dictionary import regional
from gateway.hub.sharing_statements import Requester
from gateway.web.analyst.choices import Known
from gateway.web.analyst.draft import Draft
from gateway.web.analyst.periods import newest_year, periods
from gateway.wire.sharing_statement import Sharing


def until(day: str | None) -> Sharing:
    return replace(stated("KH"), snapshot_date=day)


@pytest.mark.parametrize(
    ("days", "year"),
    [
        (("2024-12-31", "2025-12-31"), 2024),
        (("2024-12-30",), 2023),
        (("2026-01-01",), 2025),
        ((None, "2025-12-31"), 2025),
        ((None,), None),
        ((), None),
    ],
)
def test_the_newest_year_is_one_that_all_records_cover_to_its_end(
    days: tuple[str | None, ...], year: int | None
) -> None:
    assert newest_year([None, *map(until, days)]) == year


def test_a_period_keeps_the_other_slots_and_says_whether_it_is_chosen() -> None:
    known = Known(
        regional(), {"KH": until("2024-12-31")}, Requester("ARMAC", "analyst"), frozenset(), date(2026, 3, 1)
    )
    draft = Draft("casualties", ("country", "sex"), since="2020", until="2024")

    five, ten, every = periods(known, draft, "/ask")
    assert (five.first, five.last, five.chosen) == ("2020", "2024", True)
    assert ten.address == "/ask?measure=casualties&by=country&by=sex&from=2015&to=2024"
    assert every.address == "/ask?measure=casualties&by=country&by=sex"
    assert periods(known, Draft("clients"), "/ask") == (), "clients are counted in one year"


def test_the_page_offers_them(desk: Desk) -> None:
    page = desk.browser.get("/ask?measure=casualties&by=country").text

    assert "last 5 years" in page
    assert "from=2021&amp;to=2025" in page


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("measure=casualties&by=country", "for all years"),
        ("measure=clients&by=country", "for the last year of service"),
        ("measure=services&by=pillar", "for the last year of service"),
        ("measure=services&by=service_year", "for all years"),
    ],
)
def test_the_page_says_which_years_a_question_without_any_is_of(desk: Desk, asked: str, hint: str) -> None:
    assert f"Leave both years empty {hint}" in desk.browser.get(f"/ask?{asked}").text

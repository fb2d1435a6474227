"""The page where an analyst's desk begins."""

import re

import pytest
from analyst_desk import Desk, stated

from gateway.accounts.model import Role
from gateway.picturing.overview.yearly_figures import Figure
from gateway.web.analyst.overview.year_in_words import rate


def test_who_signs_in_finds_the_overview(desk: Desk) -> None:
    page = desk.browser.get("/")

    assert page.headers["Location"].endswith("/overview")


def test_without_a_table_it_says_where_the_numbers_come_from_and_asks_by_one_click(desk: Desk) -> None:
    new = desk.house.signed_in(desk.house.person("una", Role.ANALYST, "regional-reporting"))

    page = new.get("/overview").text
    assert "stand here once you have asked for them" in page
    assert "You have not asked anything yet" in page
    fields = {"name": "outcome-by-year", "table": "", "purpose": "regional-reporting"}
    assert "/questions/q-" in new.post("/ready-made", fields, page="/overview").headers["Location"]


def test_the_newest_table_is_the_year_in_words_figures_and_pictures(desk: Desk) -> None:
    desk.ask(by=["country", "year", "outcome"])
    for member in desk.members:
        desk.answers(member)
    desk.release()

    page = desk.browser.get("/overview").text
    # The simulated members answer every cell with 7.
    assert "In 2025, 21 people were killed or injured by mines and explosive remnants in 3 countries." in page
    assert "That is as many as in 2024." in page
    assert "no change" in page
    assert page.count("<svg") == 4, "two pictures, each a second time for narrow screens"
    assert "Table, sources and receipt" in page


def test_numbers_that_are_withheld_are_ranges_and_their_members_are_named(desk: Desk) -> None:
    desk.ask(by=["country", "year", "outcome"])
    desk.answers("KH", withhold=("K",))
    for member in ("LA", "TH"):
        desk.answers(member)
    desk.release()

    page = desk.browser.get("/overview").text
    killed = page[page.index("Killed</p>") :][:300]
    assert "◊" in killed
    assert "withheld by Cambodia" in killed


def test_another_persons_table_is_not_shown(desk: Desk) -> None:
    other = desk.house.signed_in(desk.house.person("eva", Role.ANALYST, "regional-reporting"))

    assert "stand here once you have asked for them" in other.get("/overview").text


def test_each_yearly_question_says_who_would_answer_and_why_others_would_not(desk: Desk) -> None:
    for member in ("KH", "LA", "TH"):
        desk.calls(member, sharing=stated(member))

    page = desk.browser.get("/overview").text
    cards = re.findall(r'<li class="qcard">.*?</li>\n(?=<li class="qcard">|</ul>)', page, re.DOTALL)
    assert len(cards) == 12
    assert "answerable" in cards[0]
    unmet = next(card for card in cards if "Unmet need" in card)
    assert "not available yet" in unmet
    assert "Cambodia, Lao PDR and Thailand: its policy does not share this" in unmet
    assert "Ask</" not in unmet, "what nobody shares is not asked"


def test_a_question_that_waits_for_a_person_needs_attention(desk: Desk) -> None:
    question = desk.ask(by=["sex"], within="86400")
    desk.calls("LA", waiting=(question,))

    page = desk.browser.get("/overview").text
    assert "Approval is pending in Lao PDR until" in page
    assert f'href="/questions/{question}"' in page


@pytest.mark.parametrize(
    ("figure", "written"),
    [
        (Figure(44, 44), "5.7"),
        (Figure(0, 0), "0"),
        (Figure(3, 9), "◊ 0.3 to 1.2"),
        (Figure(3, None), "◊"),
        (None, "◊"),
    ],
)
def test_a_rate_of_a_range_is_a_range_rounded_outwards(
    desk: Desk, figure: Figure | None, written: str
) -> None:
    with desk.house.app.test_request_context():
        assert rate(figure, 7_770_000) == written


def test_without_a_population_there_is_no_rate(desk: Desk) -> None:
    with desk.house.app.test_request_context():
        assert rate(Figure(1, 1), None) == ""

"""Question history: every decision of the node's own log, found by recipient, purpose, time and outcome."""

from collections.abc import Iterator

import pytest
from desk_house import APPROVED, PASSPHRASE, DeskHouse, desk_house

PAGE = "/controller/asked"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHouse]:
    """A node that has answered 27 questions and refused one."""
    with desk_house(tmp_path_factory.mktemp("asked")) as made:
        for _ in range(27):
            made.ask("year", "sex")
        made.ask("month")
        yield made


def test_nobody_has_asked_at_first(desk: DeskHouse) -> None:
    assert "No questions have been asked yet." in desk.get(PAGE)


def test_the_newest_come_first_and_the_older_on_the_next_page(busy: DeskHouse) -> None:
    first = busy.get(PAGE)

    assert first.count("<td><time") == 25
    assert first.index("refused") < first.index("by year and sex")
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = busy.get(older)
    assert second.count("<td><time") == 3
    assert f'rel="prev" href="{PAGE}"' in second


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("outcome=refused", 1),
        ("outcome=answered", 25),
        ("reason=too-detailed", 1),
        ("organisation=public", 0),
        ("purpose=research", 0),
        ("since=2026-03-01&until=2026-03-01&outcome=refused", 1),
        ("until=2026-02-28", 0),
    ],
)
def test_it_is_found_by_what_it_was(busy: DeskHouse, query: str, rows: int) -> None:
    page = busy.get(f"{PAGE}?{query}")

    assert page.count("<td><time") == rows
    assert ("No questions match." in page) == (rows == 0)


def test_a_day_that_is_none_is_said_beside_its_field(busy: DeskHouse) -> None:
    page = busy.get(f"{PAGE}?since=yesterday", 422)

    assert "Write a day as 2026-03-31." in page


@pytest.mark.parametrize("odd", ["before=-1", "before=99999999999999", "before=x", "nonsense=1"])
def test_odd_addresses_show_the_newest(busy: DeskHouse, odd: str) -> None:
    assert busy.get(f"{PAGE}?{odd}").count("<td><time") == 25


def test_a_refusal_shows_all_reasons_and_the_disclosed_ones(busy: DeskHouse) -> None:
    link = busy.get(f"{PAGE}?outcome=refused").partition(f'href="{PAGE}/')[2].partition('"')[0]

    page = busy.get(f"{PAGE}/{link}")

    assert "Months are too fine; the finest is years." in page
    assert "its policy shares this only in less detail or with fewer dimensions" in page


def test_an_answer_is_shown_as_sent_with_its_approvals(desk: DeskHouse) -> None:
    desk.under(APPROVED)
    question = desk.ask("year", "sex")
    desk.get(f"{PAGE}/{question}", 404)
    desk.post(f"/controller/approvals/{question}/approve", by="controller", passphrase=PASSPHRASE)

    page = desk.get(f"{PAGE}/{question}")

    assert "The answer that was sent" in page
    assert "controller, " in page
    assert ": approved" in page

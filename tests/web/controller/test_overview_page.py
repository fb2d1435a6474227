"""The controller's overview: each sentence holds, and each thing to look at leads to its page."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from desk_house import APPROVED, DeskHouse, desk_house

from gateway.member.model.policy_version import Draft
from gateway.web.controller.home.matters import RegisterAge

PAGE = "/controller/overview"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHouse]:
    with desk_house(tmp_path_factory.mktemp("overview")) as made:
        yield made


def test_the_desk_begins_with_it(ready: DeskHouse) -> None:
    start = ready.browser.get("/")
    assert start.headers.get("Location", PAGE).endswith(PAGE)


def test_it_says_what_answers_and_what_others_see(ready: DeskHouse) -> None:
    page = ready.counted(PAGE)

    assert "answers under policy version 1" in page
    assert "No question waits for you." in page
    cube = ready.desk_context.cube_cache.refresh()
    assert cube is not None
    hidden, cells = int(cube.cube.withheld.sum()), len(cube.cube.withheld)
    assert f"{cells - hidden} of {cells} numbers are shown, {hidden} are withheld" in page
    assert "Only one key can sign." in page
    assert "No published figure is registered." in page
    assert "The register goes up to" in page


def test_a_page_never_waits_for_the_counting_and_asks_for_that_part_alone(ready: DeskHouse) -> None:
    ready.desk_context.cube_viewer.forget()

    page = ready.get(PAGE)

    assert "are being counted" in page
    assert 'hx-get="/controller/overview" hx-trigger="every 2s"' in page
    ready.counted(PAGE)
    part = ready.browser.get(PAGE, headers={"HX-Request": "true"})
    assert part.status_code == 286
    assert "<h1" not in part.text
    assert "numbers are shown" in part.text


def test_a_question_that_waits_stands_first_with_its_time(ready: DeskHouse) -> None:
    ready.under(APPROVED)
    question = ready.ask("sex", "outcome")

    page = ready.get(PAGE)

    assert "1 question waits for a person, until" in page
    assert f'href="/controller/approvals/{question}"' in page
    assert page.index("For you to decide") < page.index("What others see")
    assert "left." in page
    badge = '<span class="badge" title="waiting">1<span class="unseen"> waiting</span></span>'
    assert badge in page
    assert badge in ready.get("/controller/figures"), "on every page of the desk"


def test_without_a_policy_it_says_that_nothing_is_answered(tmp_path: Path) -> None:
    with desk_house(tmp_path, ready=False) as desk:
        page = desk.get(PAGE)
    assert "answers no questions" in page
    assert "No policy is in force: every question is refused." in page
    assert "Nothing is shown: no question is answered at present." in page


@pytest.mark.parametrize(("until", "months"), [(date(2024, 12, 31), 17), (date(2024, 11, 30), 18), (None, 0)])
def test_months_are_counted_by_the_calendar(until: date | None, months: int) -> None:
    assert RegisterAge(until, date(2026, 5, 31)).months == months


def test_a_saved_draft_shows_in_the_navigation_of_every_page(tmp_path: Path) -> None:
    with desk_house(tmp_path, ready=False) as desk:
        badge = '<span class="badge" title="draft">1<span class="unseen"> draft</span></span>'
        assert badge not in desk.get("/controller/figures")
        with desk.node.store.notes() as notes:
            notes.keep_draft(Draft(1, "version: 1\n", None, None, desk.node.clock.now()))
        assert badge in desk.get("/controller/figures")

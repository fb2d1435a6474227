"""What changed since the report of the year before, as a person who types and clicks comes to see it."""

import re
from collections.abc import Iterator

import pytest
from analyst_desk import Desk, analysts_desk
from browsing import Browsing
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.processes

REPORT = re.compile(r"/reports/y-[^/?]+$")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with analysts_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


def signed_in(look: Browsing, desk: Desk) -> Page:
    context = look.browser.new_context()
    look.contexts.append(context)
    page = context.new_page()
    page.goto(f"{desk.house.url}/sign-in")
    desk.house.clock.move(minutes=1)  # a code works once
    page.locator("#name:focus").wait_for()
    page.keyboard.type(desk.analyst.name)
    page.keyboard.press("Tab")
    page.keyboard.type(desk.analyst.passphrase)
    page.keyboard.press("Tab")
    page.keyboard.type(desk.analyst.code(desk.house.clock))
    page.keyboard.press("Enter")
    page.locator("nav.desk").wait_for()
    return page


def answered(desk: Desk, page: Page) -> None:
    for code in desk.members:
        desk.finishes(code)
    desk.release()
    page.get_by_role("link", name="Look again").click()


def test_a_number_that_is_another_one_now_is_marked_in_the_table_and_explained(
    look: Browsing, desk: Desk
) -> None:
    page = signed_in(look, desk)
    page.get_by_role("link", name="Reports").click()
    page.get_by_label("Year").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("2567")
    page.get_by_role("button", name="Make the report").click()
    page.wait_for_url(REPORT)
    expect(page.get_by_role("heading", level=1)).to_contain_text("2024")
    page.get_by_role("button", name=re.compile("^Ask : ")).first.click()
    answered(desk, page)
    expect(page.locator(".report-table").first).to_be_visible()
    assert page.locator("td.changed").count() == 0

    desk.house.clock.move(minutes=5)
    page.get_by_role("button", name="Update to 2025").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2025")
    for code in desk.members:
        desk.calls(code)
    for code in desk.members:
        desk.answers(code, withhold=("I",) if code == "KH" else ())
    answered(desk, page)

    changed = page.locator("td.changed")
    expect(changed.first).to_contain_text("†")
    expect(page.locator("article")).to_contain_text("Another number than in the tables of")

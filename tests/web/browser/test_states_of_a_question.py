"""States of a question that no quiet region shows: a member that is offline, refuses, or is late."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from browsing import Browsing, check_axe
from playwright.sync_api import Locator, Page, expect
from processes import running

pytestmark = pytest.mark.processes

AWAY = "TH"
LONG = 90_000
"""Milliseconds until a silent member counts as offline, and a reserve for a busy machine."""


@contextmanager
def stopped(look: Browsing, member: str) -> Iterator[None]:
    """A member whose processes are stopped: the member neither calls nor signs off."""
    still = running(f"member serve --dir {look.directory.resolve() / 'members' / member}")
    assert still
    for process in still:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in still:
            os.kill(process, signal.SIGCONT)


def step(page: Page, member: str) -> Locator:
    """The page's text on one member's progress."""
    return page.locator(".members li", has_text=member)


def table_is_there(page: Page) -> None:
    page.locator("table.release").wait_for(timeout=LONG)


def test_offline_refused_and_late_are_shown_as_they_come(look: Browsing) -> None:
    page = look.page("analyst")
    page.clock.install()
    page.goto(look.url() + "/ask?by=country&by=year&by=sex&purpose=regional-reporting&measure=casualties")
    with stopped(look, AWAY):
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(step(page, "Viet Nam")).to_contain_text("refused", timeout=LONG)
        expect(page.locator("#progress")).to_contain_text("5 of 6 members have replied", timeout=LONG)
        expect(step(page, "Thailand")).to_contain_text(re.compile("asked|offline"))
        check_axe(page, picture="analyst-progress")

        page.evaluate("window.stays = 'here'")
        table_is_there(page)
        for _ in range(LONG // 5_000):
            if "last contact" in step(page, "Thailand").inner_text():
                break
            page.clock.fast_forward(31_000)  # the page looks again every half minute, a test sooner
            page.wait_for_timeout(5_000)
        expect(step(page, "Thailand")).to_contain_text("last contact")
        expect(page.locator("td.no-answer").first).to_have_text("no answer")
        expect(page.locator("td.not-shared").first).to_have_text("not shared")
        check_axe(page, picture="analyst-offline")

    for _ in range(LONG // 1_000):
        if page.get_by_text("An answer came late").count():
            break
        page.clock.fast_forward(31_000)
        page.wait_for_timeout(1_000)
    check_axe(page, picture="analyst-late")
    assert page.evaluate("window.stays") == "here", "all of it came without a reload"
    page.get_by_role("link", name="Show the newer table").click()
    expect(page.locator(".covered li", has_text="Thailand")).to_contain_text("answered late")
    expect(page.locator(".covered li", has_text="Viet Nam")).to_contain_text("refused")
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.locator("main")).to_contain_text("This is table 1 of 2")


def test_data_that_nobody_shares_are_named_with_alternatives(look: Browsing) -> None:
    """A link may ask for data that no policy releases any more: members refuse, and the page says why."""
    page = look.page("analyst", "/ask?by=month&by=sex&purpose=regional-reporting&measure=casualties")
    expect(page.locator("#summary")).to_contain_text("will not answer")
    page.get_by_role("button", name=re.compile("^Ask")).click()
    table_is_there(page)

    expect(page.locator("main")).to_contain_text("This table contains no numbers")
    check_axe(page, picture="analyst-refused")

"""The yearly report by typing and clicking, never by an address: from a new one to that of the next year."""

import re
import zipfile

import pytest
from browsing import Browsing, check_axe
from keyboard import Keys
from playwright.sync_api import Page, expect
from signing_in_by_keys import signed_in

pytestmark = pytest.mark.processes

MOST_KEYS = 60
"""Keys of a desk's main job, beside the letters of a person's own text."""
OWN_WORDS = "Fewer people were harmed than in the year before."
REPORT = re.compile(r"/reports/y-[^/?]+$")


def made_by_keys(keys: Keys) -> Page:
    """A new report with a text of the person's own, and its DOCX."""
    page = keys.page
    keys.open("nav a[href='/reports']", leads_to="**/reports")
    keys.into_the_page()
    keys.to("#year")
    keys.write("2022")
    keys.press("Enter")
    page.wait_for_url(REPORT)
    keys.into_the_page()
    keys.open("a[href$='/texts']", leads_to="**/texts")
    keys.into_the_page()
    keys.to("textarea")
    keys.write(OWN_WORDS)
    page.locator("#state-summary", has_text="Saved").wait_for()  # while it is typed
    expect(page.locator("textarea").first).to_be_focused()
    keys.open("nav.crumbs a[href^='/reports/y-']", "Shift+Tab", leads_to=REPORT)
    keys.into_the_page()
    keys.to("a[href$='/download/docx']")
    with page.expect_download() as found:
        keys.press("Enter")
    with zipfile.ZipFile(found.value.path()) as document:
        assert OWN_WORDS in document.read("word/document.xml").decode()
    return page


def test_a_report_is_made_filled_written_read_published_and_renewed(look: Browsing) -> None:
    keys = signed_in(look, "analyst")
    page = made_by_keys(keys)
    assert keys.pressed <= MOST_KEYS, keys.pressed

    paper, missing = page.locator("article"), page.get_by_role("heading", name="Tables that are missing")
    if missing.count():
        tables = page.locator(".report-table")
        before = tables.count()
        page.get_by_role("button", name=re.compile("^Ask : ")).first.click()
        while page.get_by_text("asked, not answered yet").count():
            page.get_by_role("link", name="Look again").click()
        expect(tables).not_to_have_count(before)
    expect(paper).to_contain_text(OWN_WORDS)
    check_axe(page, picture="report")

    page.get_by_role("link", name="Public version").click()
    expect(page.locator("main")).to_contain_text("The texts are as you wrote them")
    with page.expect_download() as found:
        page.get_by_role("link", name="PDF", exact=True).click()
    assert found.value.path().read_bytes().startswith(b"%PDF")
    page.get_by_role("link", name=re.compile("^Version for .* only")).click()

    page.get_by_role("button", name="Update to 2023").click()  # a year of which nobody has a report
    expect(page.get_by_role("heading", level=1)).to_contain_text("2023")
    expect(page.locator("main")).to_contain_text("Texts of the year before")
    expect(paper).to_contain_text(OWN_WORDS)
    page.get_by_text("Delete the report").first.click()
    page.get_by_role("button", name="Delete the report").click()
    page.wait_for_url("**/reports")

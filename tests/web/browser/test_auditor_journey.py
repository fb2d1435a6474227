"""An auditor's work in a real browser, on the hub and inside a state; with and without scripts."""

import pytest
from browsing import DARK, LIGHT, NARROW, Browsing, check_axe, shoot

pytestmark = pytest.mark.processes


def test_from_the_log_to_the_evidence(look: Browsing) -> None:
    page = look.page("auditor")
    assert page.url.endswith("/audit/entries")

    page.get_by_label("Kind").select_option("asked")
    page.wait_for_url("**type=asked**")
    page.locator("#found tbody tr").first.wait_for()
    shoot(page, "auditor-filtered", (LIGHT, DARK, NARROW))
    page.get_by_role("link", name="The question").first.click()

    page.get_by_role("heading", name="What happened with a question").wait_for()
    assert "the hash matches" in page.inner_text("main")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the bundle").click()
    assert downloading.value.suggested_filename.startswith("safelane-q-")
    shoot(page, "auditor-question", (LIGHT, DARK, NARROW))


def test_a_search_that_finds_nothing_and_one_that_cannot_be_made(look: Browsing) -> None:
    page = look.page("auditor", "/audit/entries?organisation=nobody")
    page.get_by_text("No entries match.").wait_for()
    shoot(page, "auditor-empty", (LIGHT, NARROW))
    check_axe(page)

    page.goto(look.url("auditor") + "/audit/entries?since=yesterday")
    page.get_by_text("This search is not possible.").wait_for()
    check_axe(page)


def test_it_works_without_scripts_and_by_the_keyboard_alone(look: Browsing) -> None:
    page = look.page("node-auditor", "/audit/entries", scripts=False)
    member = page.inner_text(".who").strip().rsplit(" ", 1)[1]  # "Authority of KH": whose node it is
    country = page.locator(f"select[name=member] option[value={member}]").inner_text().strip()
    page.get_by_label("Kind").focus()
    page.keyboard.press("Tab")
    page.keyboard.type(country)  # a list is chosen from by the first letters
    page.get_by_role("button", name="Find").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**member={member}**")
    page.locator("#found tbody th a").first.focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/audit/entries/*")
    assert "proved" in page.inner_text("main")


@pytest.mark.parametrize("path", ["/nowhere", "/questions", "/audit/entries/999999999"])
def test_what_is_not_there_or_not_open_is_said_and_leads_on(look: Browsing, path: str) -> None:
    page = look.page("auditor", path)

    page.get_by_role("link", name="Home page").wait_for()
    shoot(page, f"refused{path.replace('/', '-')}", (LIGHT, DARK))
    check_axe(page)


def test_a_broken_connection_is_reported_and_loses_nothing(look: Browsing) -> None:
    page = look.page("auditor", "/audit/entries")
    page.context.set_offline(True)

    page.get_by_label("Organisation").fill("kept")
    page.get_by_label("Kind").select_option("released")

    page.locator("#offline").wait_for(state="visible")
    assert page.get_by_label("Organisation").input_value() == "kept"
    shoot(page, "offline")
    page.context.set_offline(False)
    page.locator("#offline").wait_for(state="hidden")

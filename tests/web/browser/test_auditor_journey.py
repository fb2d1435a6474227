"""An auditor's work in a real browser, on the hub and inside a state; with and without scripts."""

import pytest
from browsing import DARK, LIGHT, NARROW, Browsing, check_axe, shoot
from signing_in_by_keys import signed_in

pytestmark = pytest.mark.processes

MOST_KEYS = 60
"""Keys of a desk's main job, beside the letters of a person's own text."""


def test_from_the_log_to_the_evidence(look: Browsing) -> None:
    page = look.page("auditor")
    assert page.url.endswith("/audit/overview")
    page.get_by_role("link", name="The whole log").click()

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


def test_from_the_health_of_the_log_to_an_entry_and_a_sample_by_the_keyboard_alone(look: Browsing) -> None:
    keys = signed_in(look, "node-auditor")
    page = keys.page
    assert "entries stand as they were written" in page.inner_text("main")
    keys.into_the_page()
    keys.to("#look-up")
    keys.write("answered ARMAC")
    keys.press("Enter")
    page.wait_for_url("**/audit/entries?**")
    assert "Result: answered" in page.inner_text("main")
    keys.into_the_page()
    keys.open("a.skip[href='#found']")
    keys.open("#found tbody th a", leads_to="**/audit/entries/*")
    assert "proved" in page.inner_text("main")
    keys.open("a[href='/audit/sample']", leads_to="**/audit/sample")
    keys.into_the_page()
    keys.to("#count")
    keys.write("3")
    keys.press("Enter")
    page.get_by_text("Drawn from").wait_for()
    keys.into_the_page()
    keys.open("tbody th a", leads_to="**/audit/entries/*")
    assert keys.pressed <= MOST_KEYS, keys.pressed


def test_the_list_is_searched_without_scripts(look: Browsing) -> None:
    page = look.page("node-auditor", "/audit/entries", scripts=False)
    member = page.inner_text(".who").strip().rsplit(" ", 1)[1]  # "Authority of KH": whose node it is
    page.get_by_label("Member").select_option(member)
    page.get_by_role("button", name="Find").click()
    page.wait_for_url(f"**member={member}**")
    page.locator("#found tbody th a").first.click()

    page.wait_for_url("**/audit/entries/*")


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

"""An officer who cannot program brings a file of any shape to the node, in a browser, by keys and clicks."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import Browsing, check_axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.processes

WHOLE = 300_000
REGISTER = Path(__file__).parents[3] / "docs" / "how-to" / "rehearsal" / "victims-of-2025.csv"
"""Invented people in a shape that the mapping of the demo does not know."""


def kept(page: Page, name: str) -> None:
    check_axe(page, picture=f"mapping-{name}")


def test_a_file_of_any_shape_is_mapped_by_clicking_and_counted(look: Browsing) -> None:
    page = look.page("controller", "/controller/loads/upload")
    page.context.set_default_timeout(WHOLE)
    kept(page, "file")
    page.get_by_label("The register", exact=True).set_input_files(REGISTER)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_role("combobox", name="What became of them").wait_for()
    expect(page.get_by_role("combobox", name="Gender")).to_have_value("sex")
    expect(page.locator("main")).not_to_contain_text("Invented")
    kept(page, "columns")

    page.get_by_role("combobox", name="Weapon").select_option("sex")
    page.get_by_role("button", name="Go on to the words").click()
    expect(page.locator("main")).to_contain_text("“Gender” has this meaning already")
    page.get_by_role("combobox", name="Weapon").select_option("device")
    page.get_by_role("combobox", name="Years old").select_option("age")
    fate = page.get_by_role("combobox", name="What became of them")
    fate.focus()
    page.keyboard.type("outcome")  # as somebody without a mouse does
    expect(fate).to_have_value("outcome")
    page.get_by_role("button", name="Go on to the words").press("Enter")

    page.get_by_label("consent to share (needed)").wait_for()
    page.get_by_label("consent to share (needed)").select_option("AGG")
    page.get_by_role("combobox", name="hurt badly").select_option("I")
    page.get_by_role("combobox", name="died at once").select_option("K")
    page.get_by_role("combobox", name="blue thing").select_option("CMR")
    kept(page, "words")
    page.get_by_role("button", name="See what would be counted").click()
    page.get_by_role("button", name="Load", exact=True).wait_for()
    expect(page.locator("main")).to_contain_text("240 casualties")
    expect(page.locator("main")).to_contain_text("Is this the complete register?")
    expect(page.locator("main")).to_contain_text("so it cannot be added to it")
    expect(page.get_by_label("The file adds to the register")).to_have_count(0)

    page.get_by_role("link", name="Correct columns and words").click()
    expect(page.get_by_role("combobox", name="What became of them")).to_have_value("outcome")
    plain = look.page("controller", "/controller/loads", scripts=False)
    plain.get_by_role("link", name="victims-of-2025.csv").click()
    plain.get_by_role("button", name="Discard").click()
    expect(plain).to_have_url(re.compile("/controller/loads$"))


def test_the_set_source_is_looked_at_without_an_upload(look: Browsing) -> None:
    page = look.page("controller", "/controller/loads/upload", scripts=False)
    page.context.set_default_timeout(WHOLE)
    page.get_by_role("button", name="Look at its columns").click()
    page.get_by_role("button", name="Go on to the words").wait_for()  # the page asks again by itself
    expect(page.locator("main")).to_contain_text("as before")
    expect(page.locator("main")).not_to_contain_text("Mao Piseth")  # a name is one also where three have it
    page = look.page("controller", urlsplit(page.url).path)
    kept(page, "source")
    page.goto(page.url.removesuffix("/columns"))
    page.get_by_role("button", name="Discard").click()

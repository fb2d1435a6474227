"""An analyst's day in a real browser, on the real region: with scripts and without."""

import re

import pytest
from browsing import LIGHT, NARROW, Browsing, check_axe, shoot
from playwright.sync_api import Page, expect
from signing_in_by_keys import signed_in

pytestmark = pytest.mark.processes

TABLE = "table.release"
QUESTION = re.compile(r"/questions/q-")
MOST_KEYS = 60
"""Keys of a desk's main job, beside the letters of a person's own text."""
WHOLE = 60_000
"""Milliseconds that a table may take on a busy machine."""


IN_SIGHT = """name => {
    name.scrollIntoView({block: 'center'});
    const [box, frame] = [name, name.closest('.table-frame')].map(e => e.getBoundingClientRect());
    return name.contains(document.elementFromPoint(box.left + 8, box.top + 8)) && box.left >= frame.left;
}"""


def sheets(pdf: bytes) -> int:
    """How many pages a file of the browser's printer has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def chosen(page: Page, label: str, value: str, nth: int = 0) -> None:
    """Choose in a select, and wait until the page has shown the consequences."""
    with page.expect_response(lambda r: "/ask?" in r.url):
        page.get_by_label(label, exact=True).nth(nth).select_option(value)


def asked(look: Browsing, query: str) -> Page:
    """A question by its link, on its own page with its table."""
    page = look.page("analyst", f"/ask?{query}&purpose=regional-reporting")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_url(QUESTION)
    page.locator(TABLE).wait_for(timeout=WHOLE)
    return page


def test_a_word_typed_wrongly_leads_to_a_question(look: Browsing) -> None:
    page = look.page("analyst", "/overview")
    page.keyboard.press("Tab")
    page.get_by_role("searchbox").fill("barier")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="barrier", exact=True).click()
    check_axe(page, picture="analyst-find")
    page.get_by_role("link", name="Unmet need, by province and barrier").click()

    expect(page.locator("#summary")).to_contain_text("Cambodia will answer")


def test_from_the_slots_to_the_table_without_reload(look: Browsing) -> None:
    page = look.page("analyst", "/ask")
    chosen(page, "By", "country")
    chosen(page, "and by", "year")
    chosen(page, "and by", "outcome", nth=1)

    summary = page.locator("#summary")
    expect(summary).to_contain_text("People killed or injured, by country, year and outcome")
    expect(summary).to_contain_text("Cambodia will answer")
    assert "by=country&by=year&by=outcome" in page.url, "the address asks the same question again"
    check_axe(page, picture="analyst-ask")

    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_url(QUESTION)
    page.evaluate("window.stays = 'here'")
    page.locator(TABLE).wait_for(timeout=WHOLE)
    assert page.evaluate("window.stays") == "here", "the table came without a reload"
    expect(page.locator("#question")).not_to_have_attribute("hx-get", re.compile("."))
    check_axe(page, picture="analyst-table")


def test_years_typed_one_after_the_other_stay_as_typed(look: Browsing) -> None:
    page = look.page("analyst", "/ask?by=country&by=year")
    page.get_by_label("From year").focus()
    with page.expect_response(lambda r: "from=2024" in r.url and "to=2558" in r.url):
        for word in ("2024", "2558"):  # the second is 2015 of the Buddhist era
            page.keyboard.type(word, delay=40)
            page.keyboard.press("Tab")

    expect(page.locator("#summary")).to_contain_text("year: 2015 to 2024")
    expect(page.locator("#summary")).to_contain_text("2558 is read as a year of the Buddhist era: 2015.")
    expect(page.get_by_label("From year")).to_have_value("2024")
    expect(page.get_by_label("to year")).to_have_value("2558")


def test_a_withheld_number_is_explained_and_what_helps_is_a_link(look: Browsing) -> None:
    page = asked(look, "by=country&by=year&by=outcome")

    page.locator("td.withheld a").first.click()
    expect(page.locator("#explained")).to_contain_text("Withheld to protect people")
    expect(page.locator("#explained")).to_contain_text("Whether the number is small itself")
    check_axe(page)

    page.locator(".rows a[href*='year_band5']").first.click()
    expect(page.locator("#summary")).to_contain_text("five years")


def test_the_table_scrolls_by_itself_with_its_margins_in_sight(look: Browsing) -> None:
    page = asked(look, "by=country&by=year&by=outcome")
    frame = page.locator(".table-frame").first
    frame.evaluate("f => f.scrollTo(0, f.scrollHeight / 2)")

    top = frame.bounding_box()
    head = page.locator(f"{TABLE} thead th").last.bounding_box()
    margin = page.locator(f"{TABLE} tbody td").last.bounding_box()
    assert top is not None
    assert head is not None
    assert margin is not None
    assert abs(head["y"] - top["y"]) < 3
    assert abs(margin["y"] + margin["height"] - top["y"] - top["height"]) < 8


# A hand may be quicker than a slow machine: the link is pressed again the moment that it stands on the page.
PRESSED_AGAIN_AT_ONCE = """id => {
  window.stayed = true;
  const again = () => queueMicrotask(() => document.getElementById(id).click());
  document.addEventListener("htmx:afterSwap", again, { once: true });
}"""


def test_the_table_is_arranged_by_keyboard_printed_and_read_on_a_phone(look: Browsing) -> None:
    page = asked(look, "by=country&by=year&from=2015&to=2024")
    first = page.locator(f"{TABLE} tbody th.h0").all_inner_texts()

    page.locator("#handle-country").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # to the columns
    expect(page.locator("#handle-country")).to_be_focused()
    page.keyboard.press("Shift+Tab")  # both levels are across now: the sides are swapped
    expect(page.locator("#handle-year")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#swap")).to_be_focused()
    expect(page).to_have_url(re.compile("down=year&down=country&across=$"))
    page.locator("#move-year").locator("xpath=ancestor::details").locator("summary").press("Enter")
    page.locator("#move-year").press("Enter")
    expect(page.locator("#handle-year")).to_be_focused()
    page.locator("#show-share-row").press("Enter")
    expect(page.locator("#show-share-row[aria-current]")).to_be_focused()
    page.evaluate(PRESSED_AGAIN_AT_ONCE, "sort-name")
    page.locator("#sort-name").press("Enter")  # ascending, and descending
    expect(page.locator("th[aria-sort=descending] #sort-name")).to_be_focused()
    assert page.evaluate("window.stayed"), "the whole page was fetched anew"
    check_axe(page, picture="analyst-turned")

    rows = page.locator(f"{TABLE} tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in rows] == [*reversed(first[:-1]), "Total"]
    expect(page.locator(f"{TABLE} thead th").last).to_have_text("Total = 100 %")
    without = look.page("analyst", page.url.partition(look.url())[2], scripts=False)
    assert without.locator(f"{TABLE} tbody tr").all_inner_texts() == rows, "the link shows the same table"
    without.locator("#as-at-first").click()
    assert without.locator(f"{TABLE} tbody th.h0").all_inner_texts() == first

    for paper in ("A4", "Letter"):
        assert sheets(page.pdf(format=paper)) == 1, paper
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 700})
        page.locator(".table-frame").evaluate("f => f.scrollTo(f.scrollWidth, 0)")
        assert page.locator(f"{TABLE} tbody th").first.evaluate(IN_SIGHT), f"no row names at {width} px"


def test_from_signing_in_to_the_saved_table_by_the_keyboard_alone(look: Browsing) -> None:
    keys = signed_in(look, "analyst")
    page = keys.page
    keys.into_the_page()
    keys.open("a.skip[href='#every-year']")
    keys.open(".qcard form button", leads_to=QUESTION)
    page.locator(TABLE).wait_for(timeout=WHOLE)
    keys.into_the_page()
    keys.open("#swap", leads_to=re.compile("across="))
    expect(page.locator("#swap")).to_be_focused()
    keys.open("a.skip[href='#after-table']")
    for form, begins in (("csv", b"country,"), ("xlsx", b"PK"), ("svg", b"<?xml"), ("png", b"\x89PNG")):
        keys.to(f"a[href*='/download/{form}']")
        with page.expect_download() as found:
            keys.press("Enter")
        assert found.value.path().read_bytes().startswith(begins), form
    keys.open("a[href='#save-name']")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    keys.write("Saved by keys alone")
    keys.press("Enter")
    page.wait_for_url("**/saved")
    assert keys.pressed <= MOST_KEYS, keys.pressed

    page.get_by_role("button", name=re.compile("Delete.*Saved by keys alone")).click()


def test_asking_and_reading_without_scripts(look: Browsing) -> None:
    page = look.page("analyst", "/ask", scripts=False)
    page.get_by_label("By", exact=True).select_option("country")
    page.get_by_role("button", name="Show my question").click()
    expect(page.locator("#summary")).to_contain_text("People killed or injured, by country")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_url(QUESTION)
    page.locator(TABLE).wait_for(timeout=WHOLE)  # the page comes again by itself until the table is there

    page.goto(page.url + "?cell=KH")
    expect(page.locator("#explained")).to_contain_text("The number is")
    page.get_by_role("link", name="Ask again").first.click()
    expect(page.locator("#summary")).to_contain_text("People killed or injured, by country")


def test_every_state_of_the_lists_is_readable(look: Browsing) -> None:
    page = look.page("analyst", "/questions?purpose=none-of-ours")
    shoot(page, "analyst-nothing-found", (LIGHT, NARROW))
    check_axe(page)
    page.goto(look.url() + "/questions/q-of-somebody-else")
    expect(page.locator("main")).to_contain_text("There is no such question among yours")
    shoot(page, "analyst-not-there", (LIGHT,))
    check_axe(page)

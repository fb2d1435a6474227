"""Every language on the narrowest page: nothing sticks out, no font is fetched for a name."""

from itertools import count, cycle
from urllib.parse import urlsplit

import pytest
from browsing import NARROW, PEOPLE, Browsing, shoot

from gateway.web.shared.languages import available

pytestmark = pytest.mark.processes

LANGUAGES = [code for code in available() if code != "en"]
MAIN_PAGES = "nav a[href^='/']"
STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FONTS = """() => performance.getEntriesByType('resource').map(entry => entry.name)
    .filter(name => name.includes('/fonts/')).map(name => name.split('/').pop())"""


@pytest.mark.parametrize("who", PEOPLE)
def test_main_pages_fit_a_narrow_screen_in_one_language_each(look: Browsing, who: str) -> None:
    """The roles have some thirty such pages together: each language comes to a handful."""
    page = look.page(who, view=NARROW)
    here = urlsplit(page.url)
    paths = page.eval_on_selector_all(MAIN_PAGES, "links => links.map(a => a.pathname)")
    assert len(paths) > 1
    languages = cycle(LANGUAGES[list(PEOPLE).index(who) :] + LANGUAGES[: list(PEOPLE).index(who)])

    for path, language, number in zip(sorted(set(paths)), languages, count(), strict=False):
        page.goto(here._replace(path=f"/language/{language}", query=f"next={path}").geturl())

        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate(STICKS_OUT) <= 0, (path, language)
        shoot(page, f"language-{language}-{who}-{number}", (NARROW,))


def test_an_english_page_fetches_no_font_of_another_script(look: Browsing) -> None:
    page = look.page(None, "/sign-in")
    page.evaluate("document.fonts.ready.then(() => 0)")

    fetched = page.evaluate(FONTS)

    assert any("names" in name for name in fetched)
    assert not [name for name in fetched if any(s in name for s in ("khmer", "lao", "thai", "myanmar"))]

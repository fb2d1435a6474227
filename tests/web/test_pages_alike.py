"""Common properties of all pages: compressed, cached by browsers, in the chosen language."""

import gzip
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

import pytest
from entrances import House

from gateway.accounts.model import Role
from gateway.web.shared import languages
from gateway.web.shared.desk import plain, twin_rule


class Colour(Enum):
    GREEN = "green"


@dataclass(frozen=True)
class Thing:
    colour: Colour
    days: tuple[date, ...]
    names: frozenset[str]
    at: datetime | None = None


def test_a_model_is_plain_values_in_its_twin() -> None:
    thing = Thing(Colour.GREEN, (date(2026, 3, 1),), frozenset({"b", "a"}), datetime(2026, 3, 1, tzinfo=UTC))

    assert plain({Colour.GREEN: thing, "n": 1.5, "yes": True}) == {
        "green": {
            "colour": "green",
            "days": ["2026-03-01"],
            "names": ["a", "b"],
            "at": "2026-03-01T00:00:00+00:00",
        },
        "n": 1.5,
        "yes": True,
    }


@pytest.mark.parametrize(("rule", "found"), [("/", "/index.json"), ("/a/<b>", "/a/<b>.json")])
def test_where_a_twin_is(rule: str, found: str) -> None:
    assert twin_rule(rule) == found


def test_pages_are_compressed_with_lengths_that_disclose_nothing(house: House) -> None:
    browser = house.browser()
    raw = {}
    for _ in range(8):
        with browser.client.stream("GET", "/sign-in", headers={"Accept-Encoding": "gzip"}) as answer:
            data = b"".join(answer.iter_raw())
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b"</html>" in gzip.decompress(data)
        raw[len(data)] = True
    plainly = browser.get("/sign-in", headers={"Accept-Encoding": "identity"})

    assert len(raw) > 1
    assert "Content-Encoding" not in plainly.headers


def test_files_of_the_pages_are_kept_by_browsers_under_addresses_that_change_with_them(house: House) -> None:
    browser = house.browser()
    page = browser.get("/sign-in").text

    for address in re.findall(r'(?:href|src)="(/assets/[^"]+)"', page):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"], address
    style = browser.get("/assets/safelane.css").text
    fonts = re.findall(r'url\("(fonts/[^"]+)"\)', style)
    assert len(fonts) == len(set(fonts)) == 15
    for font in fonts:
        answer = browser.get(f"/assets/{font}")
        assert answer.headers["Content-Type"] == "font/woff2"
        assert "immutable" in answer.headers["Cache-Control"]
    assert "http" not in re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)


def test_a_language_is_chosen_by_a_click_and_stays(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "available", lambda: ("en", "km"))
    browser = house.browser(**{"Accept-Language": "km"})
    asked = browser.get("/sign-in").text
    assert '<html lang="en">' in asked, "a draft is offered, and never chosen for anybody"
    assert '<form class="languages notice note not-on-paper" action="/language/km">' in asked
    plain = house.browser(**{"Accept-Language": "de, en;q=0.5, km;q=0.4"}).get("/sign-in").text
    assert "Your browser prefers" not in plain

    chosen = browser.get("/language/km?next=/sign-in")
    page = browser.get("/sign-in").text

    assert chosen.headers["Location"] == "/sign-in"
    assert '<html lang="km">' in page
    assert 'class="hint"' in page.partition("<footer>")[2], "it says that nobody has reviewed it yet"
    assert "languages notice" not in page
    monkeypatch.setattr(languages, "AWAITING_REVIEW", frozenset())
    reviewed = house.browser(**{"Accept-Language": "km"})
    assert '<html lang="km">' in reviewed.get("/sign-in").text, "a reviewed language is chosen at once"
    assert browser.get("/language/xx?next=//evil.example").headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/nowhere", "/audit/entries", "/api/v1/desk/audit/entries.json"])
def test_what_is_not_open_says_so_and_is_no_page_of_a_stranger(house: House, path: str) -> None:
    ana = house.signed_in(house.person("ana@armac.example", Role.ANALYST))

    answer = ana.get(path, headers={"Accept": "text/html"})

    assert answer.status_code in {401, 403, 404}
    if answer.status_code != 401:
        assert "Home page" in answer.text
    if answer.status_code == 403:
        assert "You are signed in as ana@armac.example (analyst)" in answer.text

"""The glossary: every word that a page links to is there, once, in the language of the page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from entrances import Browser, House, house_of

from gateway.accounts.model import Role, Side
from gateway.web.entrance.terms import GROUPS
from gateway.wire.cells import Status

TEMPLATES = Path(__file__).parents[2] / "gateway" / "web" / "templates"
LINK = re.compile(r'why\("([a-z-]+)"')
CHOSEN = re.compile(r"set term = \{([^}]*)\}")


@pytest.fixture(scope="module")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with house_of(Side.NODE, tmp_path_factory.mktemp("house")) as house:
        yield house.signed_in(house.person("aud@words.example", Role.AUDITOR))


def ids(page: str) -> list[str]:
    return re.findall(r'<dt id="([^"]+)"', page)


def linked() -> set[str]:
    """Every word that a template links to."""
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")]
    found = {name for text in texts for name in LINK.findall(text)}
    chosen = [one for text in texts for one in CHOSEN.findall(text)]
    return found | {name for one in chosen for name in re.findall(r': "([a-z-]+)"', one)}


def test_every_word_that_a_page_links_to_stands_there_once(auditor: Browser) -> None:
    page = auditor.get("/glossary").text
    found = ids(page)
    assert len(found) == len(set(found)) > 30
    assert linked() > {"late", "refused", "draft", "coarser"}
    assert linked() <= set(found)
    assert set(GROUPS) & set(found) == set()


def test_every_status_without_a_number_and_every_mark_is_explained() -> None:
    explained = GROUPS["in-a-table"][1]
    assert {status.value for status in Status} - {"value"} <= set(explained)
    assert {"bounds", "lacks", "changed"} <= set(explained)


def test_the_glossary_is_in_the_language_of_the_page(auditor: Browser) -> None:
    english = auditor.get("/glossary").text
    auditor.get("/language/km")
    khmer = auditor.get("/glossary").text
    auditor.get("/language/en")
    assert ids(khmer) == ids(english)
    body = khmer[khmer.index('<dt id="withheld"') : khmer.index('<dt id="bounds"')]
    assert re.search("[\u1780-\u17ff]", body)
    assert not re.search("[A-Za-z]{4,}", re.sub("<[^>]*>", "", body))


def test_each_definition_of_what_is_counted_stands_there(auditor: Browser) -> None:
    twin = auditor.get("/glossary").text
    assert "Where the accident was, not where the person lives." in twin


def test_nobody_reads_it_without_signing_in(house: House) -> None:
    assert house.browser().get("/glossary").status_code == 303

"""Finding questions, tables, words and places by what somebody types."""

import pytest
from analyst_desk import Desk
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.model import Role
from gateway.dictionary import regional
from gateway.web.analyst.finding.entries import Entry, Kind, entries
from gateway.web.analyst.finding.matching import find
from gateway.web.shared.languages import labels_of_other_languages

EVERY = entries(regional(), list(labels_of_other_languages().values()))


def labels(typed: str, kind: Kind) -> list[str]:
    return [one.label for one in find(typed, EVERY).entries.get(kind, ())]


@pytest.mark.parametrize(
    ("typed", "kind", "label"),
    [
        ("killed year", Kind.QUESTION, "Killed and injured, by country and year"),
        ("barrier", Kind.QUESTION, "Unmet need, by province and barrier"),
        ("antipersonnel", Kind.WORD, "antipersonnel mine (factory-made)"),
        ("Dak Nong", Kind.PLACE, "Đắk Nông"),
        ("KH-12", Kind.PLACE, "Phnom Penh"),
        ("កម្ពុជា", Kind.PLACE, "Cambodia"),
    ],
)
def test_words_in_any_order_language_and_spelling_find(typed: str, kind: Kind, label: str) -> None:
    assert label in labels(typed, kind)


def test_a_name_as_a_whole_comes_before_names_that_hold_it() -> None:
    assert labels("sex", Kind.WORD)[0] == "sex"


def test_of_a_word_that_nothing_has_like_words_are_proposed() -> None:
    found = find("barier", EVERY)

    assert found.entries == {}
    assert "barrier" in found.near


@given(st.sampled_from(EVERY), st.booleans())
def test_every_entry_is_found_by_each_of_its_names(entry: Entry, upper: bool) -> None:
    for name in entry.names:
        found = find(name.upper() if upper else name, EVERY)
        assert entry in found.entries[entry.kind] or found.more.get(entry.kind)


@given(st.text(max_size=300))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    find(typed, EVERY)


def test_words_after_the_eighth_are_not_looked_for() -> None:
    eight = "killed and injured by country and year killed"

    assert find(eight, EVERY).entries
    assert find(f"{eight} {'xyzzy ' * 30}", EVERY) == find(eight, EVERY)


def test_the_page_finds_the_persons_own_tables_and_nobody_elses(desk: Desk) -> None:
    question = desk.ask(by=["sex", "year"])

    assert f'href="/questions/{question}"' in desk.browser.get("/find?q=sex+year").text
    other = desk.house.signed_in(desk.house.person("ben", Role.ANALYST, "regional-reporting"))
    assert f"/questions/{question}" not in other.get(f"/find?q={question}").text


def test_what_is_found_opens_a_question_that_can_be_asked(desk: Desk) -> None:
    page = desk.browser.get("/find?q=battambang").text
    assert "/ask?where=country%3AKH&amp;where=province%3AKH-2" in page
    assert "Battambang" in desk.browser.get("/ask?where=country%3AKH&where=province%3AKH-2").text


def test_every_page_of_the_desk_has_the_field_and_what_was_typed_stays(desk: Desk) -> None:
    assert 'role="search"' in desk.browser.get("/questions").text
    page = desk.browser.get("/find?q=%3Cb%3Ex").text
    assert "Nothing was found" in page
    assert 'value="&lt;b&gt;x"' in page
    assert "<b>x" not in page


def test_nothing_typed_says_what_can_be_typed(desk: Desk) -> None:
    assert "Type words of a question" in desk.browser.get("/find").text

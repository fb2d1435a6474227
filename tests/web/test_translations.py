"""Translations of the pages: whole, faithful to placeholders and tags, and shown as drafts."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from html import unescape
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from entrances import House
from flask import Flask, render_template_string
from flask_babel import force_locale, ngettext
from texts import MARKS, catalogue, compiled, languages, marked_messages, refusals, renewed, words, written
from texts import texts as english

from gateway.accounts.errors import SignInRefusedError
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.question import COUNTRY
from gateway.web.controller.common import wording as office
from gateway.web.controller.policy.policy_fields import policy_form
from gateway.web.shared import languages as pages
from policies.editing.patching import raw

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%(?!\()|\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>|&\w+;")


@pytest.fixture(params=languages())
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def translated(language: str) -> Catalog:
    return _read(language)


@cache
def _read(language: str) -> Catalog:
    """Read once: nothing here changes a catalogue."""
    with catalogue(language).open("rb") as file:
        return read_po(file, locale=language)


def forms(message: Message) -> tuple[str, ...]:
    """A translation has one form, or one for each plural of its language."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def source(message: Message) -> str:
    """The English text; the plural text where there is one."""
    return message.id if isinstance(message.id, str) else message.id[-1]


def test_texts_are_found_in_whatever_way_they_are_said() -> None:
    code = (
        b"""f'{_("inside")} {words.say(msgid("wrapped"))}', ngettext("one", "many", n), _(name), no("no")"""
    )

    found = [text for _, _, text, _ in marked_messages(BytesIO(code), MARKS) if text]

    assert found == ["inside", "wrapped", ("one", "many", None)]


def test_nearly_every_text_has_a_translation(translated: Catalog) -> None:
    """A developer who changes a page need not know every language: untranslated texts are shown in
    English.
    """
    known = {source(m) for m in translated if m.id and all(forms(m)) and not m.fuzzy}
    today = {source(m) for m in english() if m.id}

    missing = today - known

    assert len(missing) < len(today) / 50, f"renew with tests/support/texts.py, then translate {missing}"


def test_translations_keep_placeholders_tags_and_the_spaces_at_their_ends(translated: Catalog) -> None:
    """A missing placeholder is an error on a page; an added tag would be rendered as a tag."""
    for message in translated:
        text = source(message)
        for form in forms(message) if message.id and not message.fuzzy else ():
            assert Counter(PLACEHOLDER.findall(form)) == Counter(PLACEHOLDER.findall(text)), text
            assert Counter(TAG.findall(form)) == Counter(TAG.findall(text)), text
            assert form.endswith(" ") == text.endswith(" "), text
            assert "<" not in TAG.sub("", form), text


def test_the_files_are_those_that_the_tool_makes(translated: Catalog, language: str) -> None:
    file = catalogue(language)

    assert file.read_bytes() == written(translated, language)
    assert file.with_suffix(".mo").read_bytes() == compiled(file.read_bytes(), language)


def test_renewing_once_is_enough(language: str) -> None:
    once = renewed(catalogue(language).read_bytes(), language)

    assert renewed(once, language) == once


def test_the_files_name_no_moment_and_no_machine(language: str) -> None:
    text = catalogue(language).read_text(encoding="utf-8")

    assert not re.search(r"Date:|^#: /|:\d+$", text, re.MULTILINE)


def test_a_page_speaks_the_language_and_says_that_it_awaits_review(
    house: House, language: str, translated: Catalog
) -> None:
    browser = house.browser()
    browser.get(f"/language/{language}?next=/sign-in")

    page = browser.get("/sign-in").text

    assert f'<html lang="{language}">' in page
    assert (
        translated["Safelane shares statistics, never a person. What is done here is logged."].string in page
    )
    if language in pages.AWAITING_REVIEW:
        assert translated["This translation is a draft that awaits review by native speakers."].string in page


def test_a_refused_sign_in_is_explained_in_the_language(
    house: House, language: str, translated: Catalog
) -> None:
    browser = house.browser()
    browser.get(f"/language/{language}?next=/sign-in")
    refused = SignInRefusedError()

    page = browser.post("/sign-in", {"name": "nobody", "passphrase": "x", "code": "1"}, page="/sign-in").text

    assert translated[refused.message].string in page
    assert translated[refused.remedy].string in page
    assert refused.message not in page


def test_texts_of_other_floors_are_taken_as_they_are_and_escaped_by_the_page(language: str) -> None:
    app = Flask("pages")
    pages.install(app)

    with app.test_request_context("/"), force_locale(language):
        shown = render_template_string("{{ text | translated }}", text="100% of <b>%(name)s</b>")
        nothing = render_template_string("{{ text | translated }}", text="")

    assert unescape(shown) == "100% of <b>%(name)s</b>"
    assert "<" not in shown
    assert nothing == ""


def test_the_form_of_a_policy_says_the_dictionary_in_the_language(language: str, translated: Catalog) -> None:
    app = Flask("pages")
    pages.install(app)
    known = vocabulary(regional(), recipients=RECIPIENTS, member="KH")
    document = raw("member: KH\npopulation: {consent: [AGG]}\n")
    assert document is not None

    with app.test_request_context("/"), force_locale(language):
        form = policy_form(document, known, regional(), "KH")

    fields = [f for part in (*form.permissions, *form.sections) for f in part.fields]
    shown = {f.label for f in fields} | {text for f in fields for _, text in f.options}
    foreign = {text for text in words(regional()) if translated[text].string not in ("", text)}
    assert translated["aggregates"].string in shown
    assert not shown & foreign


def test_a_question_is_said_in_the_language(language: str, translated: Catalog) -> None:
    app = Flask("pages")
    pages.install(app)
    dictionary = regional()
    name, spoken = next(iter(dictionary.measures.items()))

    with app.test_request_context("/"), force_locale(language):
        assert office.measure(dictionary, name) == translated[spoken.label].string
        assert office.code(dictionary, COUNTRY, "KH") == translated[dictionary.member("KH").name].string


def test_errors_are_found_by_what_they_advise() -> None:
    code = 'raise E("What is wrong.", remedy="What to do."); E(f"{x}", remedy="Else."); f("other")'

    assert sorted(refusals(code)) == ["Else.", "What is wrong.", "What to do."]


def test_a_language_is_not_chosen_by_the_browsers_wish(house: House, language: str) -> None:
    browser = house.browser(**{"Accept-Language": language})

    assert '<html lang="en">' in browser.get("/sign-in").text


def test_numbers_and_days_are_written_with_digits_that_machines_read(language: str) -> None:
    app = Flask("pages")
    pages.install(app)

    with app.test_request_context("/"), force_locale(language):
        assert re.sub(r"[.,]", "", pages.number(1234567)) == "1234567"
        assert re.search(r"\b5\b.*\b2026\b", pages.day(date(2026, 3, 5)))
        assert "14:07" in pages.moment(datetime(2026, 3, 5, 14, 7, tzinfo=UTC))
        assert "3" in ngettext("%(num)d day", "%(num)d days", 3)
        assert "%" not in ngettext("%(num)d hour ago", "%(num)d hours ago", 1)

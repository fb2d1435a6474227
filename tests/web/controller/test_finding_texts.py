"""Findings, and what to do about them, stand on the pages in the language of the page."""

import pytest
from flask import Flask
from flask_babel import force_locale, gettext
from texts import quality_words

from gateway.sources.model.finding_remedies import REMEDIES
from gateway.sources.model.findings import Problem
from gateway.web.shared import languages


@pytest.fixture
def khmer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(languages, "available", lambda: ("en", "km"))
    app = Flask("pages")
    languages.install(app)
    with app.test_request_context("/"), force_locale("km"):
        yield gettext


def test_every_finding_says_what_to_do() -> None:
    assert set(REMEDIES) == set(Problem)
    assert all(text.endswith(".") for text in REMEDIES.values())


def test_all_that_a_quality_report_says_is_said_in_khmer(khmer) -> None:
    assert [text for text in quality_words() if khmer(text) == text] == []


def test_the_rules_of_contradictions_are_among_the_texts() -> None:
    found = set(quality_words())
    assert {
        "a child who is a deminer",
        "one district in several provinces",
        "contacts: before the accident",
    } <= found
    assert "killed, but received rehabilitation" in found

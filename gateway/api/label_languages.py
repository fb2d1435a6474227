"""The languages of labels beside the data of releases."""

from collections.abc import Mapping

from flask import current_app
from werkzeug.exceptions import NotAcceptable

from gateway.picturing import ENGLISH, Words

LANGUAGES = "safelane-languages"
"""Extension of the application: the languages of labels beside English, each with its words."""


def languages() -> Mapping[str, Words]:
    """The languages beside English that the application has, by code."""
    found: Mapping[str, Words] = current_app.extensions.get(LANGUAGES, {})
    return found


def words_of(language: str) -> Words:
    """Return the words of a language, English for none. Raises NotAcceptable."""
    if language in ("", "en"):
        return ENGLISH
    known = languages()
    if language not in known:
        raise NotAcceptable(f"There are labels in {', '.join(['en', *sorted(known)])}.")
    return known[language]

"""Errors of typed fields, in the page's language, for the page that shows the fields again."""

from collections.abc import Mapping

from flask_babel import gettext
from marshmallow import ValidationError

from gateway.web.shared.tour import PARAMETER

DAYS = frozenset({"since", "until"})
NUMBERS = frozenset({"count", "size", "before"})


def searched(values: Mapping[str, str]) -> dict[str, str]:
    """The fields of a search that were filled in; the step of the tour is none of them."""
    return {name: value for name, value in values.items() if value.strip() and name != PARAMETER}


def said(error: ValidationError) -> dict[str, str]:
    """The errors by field."""
    if not isinstance(error.messages, dict):
        return {"": " ".join(map(str, error.messages))}
    return {str(name): _said(str(name), messages) for name, messages in error.messages.items()}


def _said(name: str, messages: object) -> str:
    if name in DAYS:
        return gettext("Write the day as 2026-01-31.")
    if name in NUMBERS:
        return gettext("Write a whole number that is not too large.")
    if name == "outcome":
        return gettext("Choose a value from the list.")
    words = messages if isinstance(messages, list) else [messages]
    return " ".join(map(str, words))

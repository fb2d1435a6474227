"""Refusals of the desk, in words for the controller."""

from typing import NoReturn

from werkzeug.exceptions import Conflict, NotFound

from gateway.errors import SafelaneError
from gateway.web.shared.languages import translated


def raise_not_found(error: SafelaneError) -> NoReturn:
    """Refuse a page about something that does not exist (any more)."""
    raise NotFound(problem_text(error)) from None


def busy(error: SafelaneError) -> NoReturn:
    """Refuse, since another job has to end first."""
    raise Conflict(problem_text(error)) from None


def problem_text(error: SafelaneError) -> str:
    """The problem and its remedy, in the page's language."""
    return f"{translated(error.message)} {translated(error.remedy)}".strip()

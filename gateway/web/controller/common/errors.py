"""Refusals of the desk, in words for the controller."""

from typing import NoReturn

from werkzeug.exceptions import Conflict, NotFound

from gateway.errors import SafelaneError
from gateway.web.shared.languages import translated


def not_there(error: SafelaneError) -> NoReturn:
    """A page about something that does not exist (any more)."""
    raise NotFound(told(error)) from None


def busy(error: SafelaneError) -> NoReturn:
    """Something else has to end first."""
    raise Conflict(told(error)) from None


def told(error: SafelaneError) -> str:
    """The problem and its remedy, in the page's language."""
    return f"{translated(error.message)} {translated(error.remedy)}".strip()

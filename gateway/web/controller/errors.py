"""What the desk refuses, in words for the controller."""

from typing import NoReturn

from werkzeug.exceptions import Conflict, NotFound

from gateway.errors import SafelaneError


def not_there(error: SafelaneError) -> NoReturn:
    """A page about something that there is not (any more)."""
    raise NotFound(f"{error.message} {error.remedy}".strip()) from None


def busy(error: SafelaneError) -> NoReturn:
    """Something else has to end first."""
    raise Conflict(f"{error.message} {error.remedy}".strip()) from None

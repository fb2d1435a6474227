"""One turn of an endless loop: a failure is logged, and the loop goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from gateway.errors import SafelaneError

log = structlog.get_logger()


@dataclass
class Attempt:
    """The outcome of an attempt, known at its end."""

    failed: bool = False


@contextmanager
def attempt(what: str, **about: str) -> Iterator[Attempt]:
    """Log `what` for a failure.

    Of an unexpected error only the class is logged: the message may hold data.
    """
    tried = Attempt()
    try:
        yield tried
    except SafelaneError as error:
        tried.failed = True
        log.warning(what, reason=error.message, **about)
    except Exception as error:  # noqa: BLE001 - nobody would miss a loop that has ended
        tried.failed = True
        log.error(what, reason=f"unforeseen: {type(error).__name__}", **about)

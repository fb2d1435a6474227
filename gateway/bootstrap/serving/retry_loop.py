"""One turn of a loop that must never end: whatever goes wrong in it is said, and the next turn comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from gateway.errors import SafelaneError

log = structlog.get_logger()


@dataclass
class Attempt:
    """Whether it failed, known at its end."""

    failed: bool = False


@contextmanager
def attempt(what: str, **about: str) -> Iterator[Attempt]:
    """`what` is said of a failure. Of an error that nobody foresaw only the kind: its words may hold data."""
    tried = Attempt()
    try:
        yield tried
    except SafelaneError as error:
        tried.failed = True
        log.warning(what, reason=error.message, **about)
    except Exception as error:  # noqa: BLE001 - nobody would miss a loop that has ended
        tried.failed = True
        log.error(what, reason=f"unforeseen: {type(error).__name__}", **about)

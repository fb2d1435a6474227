"""Whether the extra `report` is installed, without loading its libraries."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec

from gateway.errors import SafelaneError
from gateway.picturing.words import msgid

FORMS = ("docx", "pdf")
"""The forms of a report as a file."""

CONTENT_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}

MISSING = msgid(
    "Files for word processors and for print need the extra “report”, which is not installed here. The "
    "operator installs requirements/report.txt; until then print the page."
)


class DocumentError(SafelaneError):
    """A document that could not be made; the report itself is as it was."""


_ONE = threading.BoundedSemaphore()
_IN_LINE = threading.BoundedSemaphore(3)
"""One in the making and two that wait: who waits holds a thread, which pages and members need too."""
LONGEST_WAIT = 60.0
"""Seconds that a person waits for the documents of others."""


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Documents take a processor for seconds: one is made at a time, so that pages and members are served.

    Raises DocumentError where two wait already, or after a while.
    """
    busy = DocumentError("Other documents are being made just now.", remedy="Try again in a minute.")
    if not _IN_LINE.acquire(blocking=False):
        raise busy
    try:
        if not _ONE.acquire(timeout=LONGEST_WAIT):
            raise busy
        try:
            yield
        finally:
            _ONE.release()
    finally:
        _IN_LINE.release()


@cache
def installed() -> bool:
    """Whether both libraries are there."""
    return find_spec("docx") is not None and find_spec("weasyprint") is not None

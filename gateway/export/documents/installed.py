"""Whether the extra `report` is installed, without loading its libraries."""

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


@cache
def installed() -> bool:
    """Whether both libraries are there."""
    return find_spec("docx") is not None and find_spec("weasyprint") is not None

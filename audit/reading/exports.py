"""A log's entries for other programs: JSON lines and CSV. (`audit.reading.fhir` writes AuditEvent
resources.)
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

from audit.events.former_events import present_type
from audit.events.search import Found, members_of, reasons_of, time_of
from audit.reading.sentences import say_event

COLUMNS: Final = (
    "number", "time", "type", "question", "organisation", "role", "purpose", "measure", "by", "where",
    "members", "answered", "refused", "missing", "reasons", "policy", "snapshot", "size", "withheld", "says",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Full-width forms included, which some programs treat alike."""
_CONTROL: Final = ("\t", "\r", "\n")
_PASSED_OVER: Final = " \t\r\n\u00a0\u200b\ufeff"


def json_lines(found: Iterable[Found]) -> Iterator[str]:
    """Yield one JSON object per line, in canonical spelling: `number`, and `entry` as in the log."""
    for each in found:
        yield f'{{"entry":{each.entry.decode()},"number":{each.number}}}\n'


def csv_rows(found: Iterable[Found]) -> Iterator[str]:
    """A header and a line for each entry (RFC 4180). Lists are joined by spaces; no cell is a formula."""
    yield _csv_line(COLUMNS)
    for each in found:
        yield _csv_line([_safe(cell) for cell in _cells(each)])


def _cells(found: Found) -> list[str]:
    event = found.event

    def value(name: str) -> str:
        held: Any = getattr(event, name, None)
        return " ".join(map(str, held)) if isinstance(held, tuple) else str("" if held is None else held)

    where = " ".join(f"{f.dimension}={','.join(f.codes)}" for f in getattr(event, "where", ()))
    return [
        str(found.number), f"{time_of(event).isoformat()[:19]}Z", present_type(event.TYPE),
        value("question_id"), value("organisation"), value("role"), value("purpose"), value("measure"),
        value("by"), where,
        " ".join(sorted(members_of(event))), value("answered"), value("refused"), value("missing"),
        " ".join(reasons_of(event)), value("policy_version"), value("snapshot"), value("size"),
        value("withheld"), say_event(event),
    ]  # fmt: skip


def _safe(cell: str) -> str:
    """Prefix an apostrophe to text that a spreadsheet would take for a formula.

    Leading spaces and invisible characters do not help: programs skip these. (OWASP, CSV injection.)
    """
    start = cell.lstrip(_PASSED_OVER)
    return "'" + cell if start.startswith(_FORMULA) or cell.startswith(_CONTROL) else cell


def _csv_line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()

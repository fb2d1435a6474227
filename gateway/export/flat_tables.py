"""A release for programs and spreadsheets: one row or object a cell."""

import csv
import io
import json
import re

from gateway.wire.cells import Cell
from gateway.wire.release import Release

STATUS_COLUMNS = (
    "status",
    "value",
    "at_least",
    "at_most",
    "lacks",
    "under_masks",
    "off_by",
    "typically_off_by",
)

_FORMULAS = ("=", "+", "-", "@")
_BREAKS = re.compile(r"[\t\r\n]+")


def to_csv(release: Release) -> str:
    """One row a cell: a column for each level, then what is known of it and of its members.

    The `value` of a cell without a number is the word of its status, never nothing: spreadsheets take an
    empty field for 0.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(harmless(axis.level) for axis in release.axes), *STATUS_COLUMNS])
    writer.writerows([*map(harmless, cell.key), *status_fields(cell)] for cell in release.cells)
    return out.getvalue()


def status_fields(cell: Cell) -> list[str | int]:
    """What stands in STATUS_COLUMNS for a cell."""
    return [
        cell.status.value,
        cell.status.value if cell.value is None else cell.value,
        "" if cell.at_least is None else cell.at_least,
        "" if cell.at_most is None else cell.at_most,
        " ".join(cell.lacks),
        " ".join(cell.under_masks),
        cell.off_by or "",
        cell.typically_off_by or "",
    ]


def harmless(text: str) -> str:
    """The text on one line, and so that no spreadsheet runs it: an apostrophe before what looks so.

    After https://owasp.org/www-community/attacks/CSV_Injection.
    """
    line = _BREAKS.sub(" ", text)
    return f"'{line}" if line.lstrip().startswith(_FORMULAS) else line


def to_json(release: Release) -> str:
    """The release as it was committed to in the regional log, indented."""
    return json.dumps(release.as_json(), indent=1, ensure_ascii=False) + "\n"

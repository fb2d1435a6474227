"""A release for programs and spreadsheets: one row or object per cell."""

import csv
import io
import json

from gateway.dictionary import Dictionary
from gateway.export.spreadsheet_cells import harmless
from gateway.export.year_axis import year_axis
from gateway.picturing import with_bounds
from gateway.wire.cells import Cell
from gateway.wire.release import Release

STATUS_COLUMNS = (
    "status",
    "value",
    "at_least",
    "at_most",
    "missing_members",
    "masked_members",
    "largest_deviation",
    "standard_deviation",
)


def to_csv(release: Release, dictionary: Dictionary) -> str:
    """Return one row per cell: a column for each level, then the facts about the cell and its members.

    The `value` of a cell without a number is the word of its status, never empty: spreadsheets read an empty
    field as 0. A withheld cell has the bounds that follow from the table. Before the levels stands the year
    of service, where there is one.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    one_year = year_axis(release, dictionary)
    writer.writerow([*(harmless(axis.level) for axis in (*one_year, *release.axes)), *STATUS_COLUMNS])
    year = [code for axis in one_year for code in axis.codes]
    writer.writerows(
        [*year, *map(harmless, cell.key), *status_fields(cell)]
        for cell in with_bounds(release, dictionary).cells
    )
    return out.getvalue()


def status_fields(cell: Cell) -> list[str | int]:
    """Return the values of STATUS_COLUMNS for a cell."""
    return [
        cell.status.value,
        cell.status.value if cell.value is None else cell.value,
        "" if cell.at_least is None else cell.at_least,
        "" if cell.at_most is None else cell.at_most,
        " ".join(cell.missing_members),
        " ".join(cell.masked_members),
        cell.largest_deviation or "",
        cell.standard_deviation or "",
    ]


def to_json(release: Release) -> str:
    """Return the release as committed to in the regional log, indented."""
    return json.dumps(release.as_json(), indent=1, ensure_ascii=False) + "\n"

"""Observations as CSV (RFC 4180), for programs: numbers only where there is a number, and no comments."""

import csv
import io

from gateway.export.observations import Observations, Selection, totals_over
from gateway.export.spreadsheet_cells import harmless
from gateway.wire.cells import Axis, Cell

FACTS = (
    "value",
    "status",
    "at_least",
    "at_most",
    "largest_deviation",
    "standard_deviation",
    "missing_members",
)
TOTAL_OVER = "total_over"
"""Column of a selection with totals: the levels over which the row adds up, none for an inner cell."""


def to_data_csv(observations: Observations, *, labelled: bool = False) -> str:
    """Return a row for each cell: its codes, with `labelled` each followed by its label, then FACTS.

    `value` is empty where there is no number, and `status` says why; a total has its levels in a column of
    its own, so that no program adds it to the cells within it unawares. The year of service comes
    first, where there is one.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    marked = observations.selection is not Selection.INNER
    one_year = observations.one_year
    names = [harmless(axis.level) for axis in (*one_year, *observations.axes)]
    heads = [head for name in names for head in ((name, f"{name}_label") if labelled else (name,))]
    writer.writerow([*heads, *([TOTAL_OVER] if marked else []), *FACTS])
    shown = [_shown(observations, axis, labelled=labelled) for axis in observations.axes]
    year = [code for axis in one_year for code in axis.codes * (2 if labelled else 1)]
    for cell in observations.cells:
        codes = [text for by_code, code in zip(shown, cell.key, strict=True) for text in by_code[code]]
        over = [" ".join(totals_over(observations.axes, cell))] if marked else []
        writer.writerow([*year, *codes, *over, *_facts(cell)])
    return out.getvalue()


def _shown(observations: Observations, axis: Axis, *, labelled: bool) -> dict[str, tuple[str, ...]]:
    """The fields of each code of an axis: a table repeats a few codes thousands of times."""
    said = observations.labels.code
    return {
        code: (harmless(code), harmless(said(axis.level, code))) if labelled else (harmless(code),)
        for code in axis.codes
    }


def _facts(cell: Cell) -> list[str | int]:
    numbers = (cell.value, cell.at_least, cell.at_most)
    value, least, most = ("" if number is None else number for number in numbers)
    return [
        value,
        cell.status.value,
        least,
        most,
        cell.largest_deviation or "",
        cell.standard_deviation or "",
        " ".join(cell.missing_members),
    ]

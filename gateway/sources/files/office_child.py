"""Reads a workbook with python-calamine and writes it as lines of JSON: a program for a process of its own.

    python office_child.py FILE [SHEET]

The first line has the names of the sheets. With SHEET, the second says where its cells begin and which are
merged, and each further line has the cells of a row: numbers, words, booleans, null, and `{"day": ...}`.

It imports nothing of Safelane, so that it starts at once. It is to be run with a bound on its memory: a sheet
is read whole, and the file says how large it is.
"""

import json
import sys
from datetime import date
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum

_TABLES = (SheetTypeEnum.WorkSheet,)


def main(path: str, name: str | None = None) -> None:
    """Write the workbook at `path`, and one of its sheets, to the standard output."""
    book = CalamineWorkbook.from_path(path)
    names = [sheet.name for sheet in book.sheets_metadata if sheet.typ in _TABLES]
    _write(names)
    if name not in names:
        return
    sheet = book.get_sheet_by_name(name)
    _write({"start": sheet.start or (0, 0), "merged": sheet.merged_cell_ranges or []})
    for row in sheet.iter_rows():
        _write([_cell(value) for value in row])


def _write(line: Any) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")


def _cell(value: Any) -> Any:
    if value == "":
        return None
    if isinstance(value, date):
        return {"day": value.isoformat()[:10]}
    return value if isinstance(value, bool | int | float | str) else str(value)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The two sheets of a saved workbook that hold numbers: one row for each cell, and the table as read."""

from collections.abc import Sequence
from itertools import combinations, product

from audit.errors import TableError
from audit.reading.released_table import ReleasedTable
from audit.reading.workbook import Row, read_sheets

_BEFORE_HEADS = 2
"""Rows above the heads of the columns: the caption, and a blank one."""
_FACTS = 8


def data_rows(data: bytes) -> tuple[list[list[Row]], list[Row]]:
    """All sheets, and the rows of the one with a row for each cell, all as wide as its head.

    Raises MalformedError or TableError.
    """
    sheets = list(read_sheets(data).values())
    for sheet in sheets:
        if sheet and "at_least" in sheet[0] and "status" in sheet[0]:
            width = len(sheet[0])
            if any(len(row) > width for row in sheet):
                raise TableError("a row has more fields than the head")
            return sheets, [row + [None] * (width - len(row)) for row in sheet]
    raise TableError("the workbook has no sheet with a row for each cell")


def compare_first_sheet(sheets: Sequence[Sequence[Row]], table: ReleasedTable) -> None:
    """Compare the numbers of the table as it is read, in whichever way its levels run down and across.

    Raises TableError. The heads are words in one of many languages, and are not compared.
    """
    if not sheets:
        raise TableError("the workbook has no sheet")
    places = range(len(table.levels))
    for across in (each for count in range(len(table.levels) + 1) for each in combinations(places, count)):
        down = [place for place in places if place not in across]
        if _numbers(sheets[0], max(1, len(down)), max(1, len(across))) == _expected(table, down, across):
            return
    raise TableError(
        "the first sheet, the table as it is read, has other numbers than the release, or others' places"
    )


def _numbers(sheet: Sequence[Row], left: int, heads: int) -> list[list[int | None]]:
    """The numbers right of the row heads and below the column heads, without blanks at the end of rows."""
    body = sheet[_BEFORE_HEADS + heads :]
    return [_trimmed([value if isinstance(value, int) else None for value in row[left:]]) for row in body]


def _expected(table: ReleasedTable, down: Sequence[int], across: Sequence[int]) -> list[list[int | None]]:
    order = [*down, *across]
    cells = {tuple(key[place] for place in order): cell.value for key, cell in table.cells.items()}
    lines = _existing(table, down)
    columns = _existing(table, across)
    return [_trimmed([cells.get((*line, *column)) for column in columns]) for line in lines]


def _existing(table: ReleasedTable, places: Sequence[int]) -> list[tuple[str, ...]]:
    found = {tuple(key[place] for place in places) for key in table.cells}
    return [codes for codes in product(*(table.codes[place] for place in places)) if codes in found]


def _trimmed(row: list[int | None]) -> list[int | None]:
    while row and row[-1] is None:
        row.pop()
    return row

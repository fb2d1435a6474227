"""Compares a table as it was saved with the release that the log commits to: every code, status and number.

What a format holds beside them (labels, notes, ranges worked out from the table) has another source than the
release, so that the comparison names it as not compared. A picture holds no number that can be read back.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any, Final

from audit.errors import AuditError, MalformedError, TableError
from audit.formats.canonical import canonical_json, parse_json_object
from audit.formats.encoding import decode_utf8
from audit.reading.released_table import (
    SERVICE_YEAR,
    TOTAL,
    VALUE,
    WITHHELD,
    Key,
    ReleasedCell,
    ReleasedTable,
)
from audit.reading.saved_columns import arrow_rows, parquet_rows
from audit.reading.saved_sdmx import TIME, csv_rows, json_rows, xml_rows
from audit.reading.saved_workbook import compare_first_sheet, data_rows

FACTS: Final = (
    "status",
    "value",
    "at_least",
    "at_most",
    "missing_members",
    "masked_members",
    "largest_deviation",
    "standard_deviation",
)
PROGRAM_FACTS: Final = (
    "value",
    "status",
    "at_least",
    "at_most",
    "largest_deviation",
    "standard_deviation",
    "missing_members",
)
_REASONS: Final = MappingProxyType(
    {
        VALUE: 0,
        WITHHELD: 1,
        "not-shared": 2,
        "no-answer": 3,
        "not-collected": 4,
        "not-applicable": 5,
    }
)
_OVER: Final = "total_over"
_LABELS: Final = "labels"
_RANGES: Final = "ranges of withheld numbers that follow from the table"
_BESIDE: Final = "what the file says beside its rows"
_PICTURES: Final = ("svg", "png")


@dataclass(frozen=True)
class Compared:
    """How many cells of the file are those of the release, and what the file holds that was not compared.

    `picture`: the file holds nothing that can be compared.
    """

    cells: int
    of: int
    unchecked: tuple[str, ...]
    picture: bool = False


def compare(name: str, data: bytes, table: ReleasedTable) -> Compared:
    """Compare a saved file with the release. Raises TableError where they differ, MalformedError where the
    file is of no format that Safelane saves.
    """
    ending = name.lower().rpartition(".")[2]
    if ending in _PICTURES:
        return Compared(
            0, len(table.cells), ("everything drawn: a picture cannot be read back",), picture=True
        )
    readers: Mapping[str, Callable[[bytes, ReleasedTable], Compared]] = {
        "csv": _csv,
        "json": _json,
        "jsonstat": _json_stat,
        "xlsx": _workbook,
        "xml": _xml,
        "parquet": _parquet,
        "arrows": _arrow,
    }
    if ending not in readers:
        raise MalformedError(name, f"its ending is none of {', '.join([*readers, *_PICTURES])}")
    return readers[ending](data, table)


def _json(data: bytes, table: ReleasedTable) -> Compared:
    value = parse_json_object(data, "saved table")
    if value.get("class") == "dataset":
        return _json_stat(data, table)
    if "data" in value:
        compared = _rows(table, json_rows(value, table), worded=False)
        return Compared(compared.cells, compared.of, (*compared.unchecked, _LABELS))
    if canonical_json(value) != table.text:
        raise TableError(_where_json(value, table))
    return Compared(len(table.cells), len(table.cells), ())


def _where_json(value: Mapping[str, Any], table: ReleasedTable) -> str:
    try:
        other = ReleasedTable.parse(canonical_json(value))
    except AuditError:
        return "the file is not the release: it lacks a field, or has one of another type"
    for key, cell in table.cells.items():
        if other.cells.get(key) != cell:
            return f"the cell {_named(table, key)} is not the released one"
    return "the file and the release have the same cells, and differ in what stands beside them"


def _workbook(data: bytes, table: ReleasedTable) -> Compared:
    sheets, (head, *rows) = data_rows(data)
    head, rows = _without_year(head, rows, table, SERVICE_YEAR)
    head, rows = _without_year(head, rows, table, f"{SERVICE_YEAR}_label")
    expected = [text for level in table.levels for text in (harmless(level), f"{harmless(level)}_label")]
    # A workbook from before its rows of totals were marked lacks the first of these columns.
    columns = [_OVER, *FACTS] if _OVER in head else list(FACTS)
    if head != [*expected, *columns]:
        raise TableError("the sheet with a row for each cell is of another table, or has other columns")
    width = len(table.levels)
    found = [
        ([row[2 * place] for place in range(width)], dict(zip(columns, row[2 * width :], strict=True)))
        for row in rows
    ]
    compared = _rows(table, found, worded=True)
    compare_first_sheet(sheets, table)
    return Compared(compared.cells, compared.of, (*compared.unchecked, "labels, notes and legend"))


def _csv(data: bytes, table: ReleasedTable) -> Compared:
    text = decode_utf8(data, "saved table")
    try:
        head, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    except csv.Error:  # a field of more than 131,072 characters
        raise TableError("the file has a field that is longer than any of a saved table") from None
    if any(len(row) != len(head) for row in rows):
        raise TableError("a row has more or fewer fields than the head")
    head, rows = _without_year(head, rows, table, SERVICE_YEAR)
    head, rows = _without_year(head, rows, table, f"{SERVICE_YEAR}_label")
    names = [harmless(level) for level in table.levels]
    if head == [*names, *FACTS]:
        return _rows(table, _split(head, rows, len(names), 1), worded=True)
    if head[:3] == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]:
        head, rows = head[3:], [row[3:] for row in rows]
        return _rows(table, csv_rows(*_without_year(head, rows, table, TIME), table), worded=False)
    return _program(head, rows, names, table)


def _xml(data: bytes, table: ReleasedTable) -> Compared:
    return _rows(table, xml_rows(data, table), worded=False)


def _parquet(data: bytes, table: ReleasedTable) -> Compared:
    return _columns(*parquet_rows(data, len(table.cells)), table)


def _arrow(data: bytes, table: ReleasedTable) -> Compared:
    return _columns(*arrow_rows(data, len(table.cells)), table)


def _columns(head: list[str], rows: list[list[Any]], table: ReleasedTable) -> Compared:
    head, rows = _without_year(head, rows, table, SERVICE_YEAR)
    head, rows = _without_year(head, rows, table, f"{SERVICE_YEAR}_label")
    compared = _program(head, rows, table.levels, table)
    return Compared(compared.cells, compared.of, (*compared.unchecked, _BESIDE))


def _program(
    head: Sequence[str], rows: Iterable[Sequence[Any]], names: Sequence[str], table: ReleasedTable
) -> Compared:
    """Compare rows as programs get them, whose levels have these names. Raises TableError."""
    doubled = [each for name in names for each in (name, f"{name}_label")]
    for keys, step in ((names, 1), (doubled, 2)):
        for more in ([], [_OVER]):
            if [*head] == [*keys, *more, *PROGRAM_FACTS]:
                compared = _rows(table, _split(head, rows, len(names), step), worded=False)
                beside = (*compared.unchecked, *([_LABELS] if step == 2 else []))
                return Compared(compared.cells, compared.of, beside)
    raise TableError("the file is of another table than the release, or no table that Safelane saves")


def _without_year(
    head: Sequence[Any], rows: Sequence[Sequence[Any]], table: ReleasedTable, name: str
) -> tuple[list[Any], list[list[Any]]]:
    """The head and rows without a first column that repeats the year of service of the question.

    Raises TableError where that column names another year.
    """
    if not table.year or list(head[:1]) != [name]:
        return list(head), [list(row) for row in rows]
    if any(str(row[0]) != table.year for row in rows):
        raise TableError(f"the file is about another year of service than {table.year}")
    return list(head[1:]), [list(row[1:]) for row in rows]


def _split(
    head: Sequence[str], rows: Iterable[Sequence[str]], width: int, step: int
) -> list[tuple[list[Any], dict[str, Any]]]:
    return [
        ([row[place * step] for place in range(width)], dict(zip(head, row, strict=True))) for row in rows
    ]


def _json_stat(data: bytes, table: ReleasedTable) -> Compared:
    value = parse_json_object(data, "saved table")
    try:
        cross = [value["dimension"][level]["category"]["index"] for level in table.levels]
        if value["id"] != [*table.levels, "contents"]:
            raise TableError("the file is of another table than the release")
        numbers, status, found, place = value["value"], value.get("status", {}), [], 0
        for key in product(*cross):
            said = status.get(str(place), VALUE)
            amount, least, most, reason = numbers[place : place + 4]
            place += 4
            if reason != _REASONS[said]:
                raise TableError(f"the cell {', '.join(key) or TOTAL} has two statuses in the file")
            if said != "not-applicable":
                facts = {"value": amount, "status": said, "at_least": least, "at_most": most}
                found.append((list(key), facts))
        if place != len(numbers):
            raise TableError("the file has more numbers than cells")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise MalformedError(
            "saved table", "a dataset of JSON-stat lacks a field, or has a wrong one"
        ) from None
    compared = _rows(table, found, worded=False)
    return Compared(compared.cells, compared.of, (*compared.unchecked, _LABELS))


def _rows(
    table: ReleasedTable, rows: Iterable[tuple[Sequence[Any], Mapping[str, Any]]], *, worded: bool
) -> Compared:
    """Compare rows of codes and facts; `worded`: a cell without a number has its status in place of one."""
    known = {tuple(map(harmless, key)): key for key in table.cells} | {key: key for key in table.cells}
    seen: set[Key] = set()
    ranges = False
    for codes, facts in rows:
        key = known.get(tuple(str(code) for code in codes))
        if key is None or key in seen:
            where = ", ".join(map(str, codes)) or "the only one"
            raise TableError(f"the cell {where} is {'there twice' if key else 'not in the release'}")
        seen.add(key)
        ranges |= _compare_cell(table, key, facts, worded=worded)
    wholes = (set(table.cells), table.inner, table.totals)
    if seen not in wholes or not (seen or not table.cells):
        lacking = min((whole - seen for whole in wholes if whole - seen), key=len)
        raise TableError(
            f"the file lacks {len(lacking)} cells of the release, {_named(table, min(lacking))} first"
        )
    return Compared(len(seen), len(table.cells), (_RANGES,) if ranges else ())


def _compare_cell(table: ReleasedTable, key: Key, facts: Mapping[str, Any], *, worded: bool) -> bool:
    """Raises TableError; returns whether the row has a range that the release does not state."""
    cell = table.cells[key]
    blank = cell.status if worded else ""
    expected = {
        "status": cell.status,
        "value": blank if cell.value is None else cell.value,
        "missing_members": " ".join(cell.missing_members),
        "masked_members": " ".join(cell.masked_members),
        "largest_deviation": cell.largest_deviation or "",
        "standard_deviation": cell.standard_deviation or "",
        _OVER: " ".join(level for level, code in zip(table.levels, key, strict=True) if code == TOTAL),
    }
    for name, value in expected.items():
        if name in facts and _plain(facts[name]) != str(value):
            shown = _plain(facts[name]) or "nothing"
            raise TableError(
                f"the cell {_named(table, key)} has {name} {shown} in the file, and "
                f"{value if value != '' else 'nothing'} in the release"
            )
    return _compare_range(table, key, cell, facts)


def _compare_range(table: ReleasedTable, key: Key, cell: ReleasedCell, facts: Mapping[str, Any]) -> bool:
    least, most = (_plain(facts.get(name)) for name in ("at_least", "at_most"))
    stated = {
        "at_least": "" if cell.at_least is None else str(cell.at_least),
        "at_most": "" if cell.at_most is None else str(cell.at_most),
    }
    if (least in (stated["at_least"], stated["at_least"] or "0")) and most == stated["at_most"]:
        return False
    narrower = (
        cell.status == WITHHELD
        and all(text.isascii() and (text.isdecimal() or not text) for text in (least, most))
        and int(least or 0) >= (cell.at_least or 0)
        and (cell.at_most is None or (bool(most) and int(most) <= cell.at_most))
    )
    if not narrower:
        raise TableError(
            f"the cell {_named(table, key)} has another range in the file than the release allows"
        )
    return True


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _named(table: ReleasedTable, key: Key) -> str:
    return ", ".join(f"{level} {code}" for level, code in zip(table.levels, key, strict=True)) or TOTAL


def harmless(text: str) -> str:
    """A text as spreadsheets get it: on one line, with an apostrophe before what they would run."""
    line = re.sub(r"[\t\r\n]+", " ", text)
    return f"'{line}" if line.lstrip().startswith(("=", "+", "-", "@")) else line

"""Writes tables of messy registers: CSV, workbooks, SQLite databases."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import openpyxl
import sqlalchemy as sa

from gateway.dictionary import regional

Row = Sequence[object]


def write_csv(path: Path, rows: Sequence[Row], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Rows as they are, whatever stands above and below the headings."""
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def write_workbook(
    path: Path, sheets: Mapping[str, Sequence[Row]], merged: Mapping[str, Sequence[str]] | None = None
) -> Path:
    """A workbook; `merged`: sheet -> ranges such as `A1:F1`."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in (merged or {}).get(name, ()):
            sheet.merge_cells(cells)
    book.save(path)
    return path


def write_sqlite(path: Path, statements: Sequence[str], rows: Mapping[str, Sequence[Row]]) -> str:
    """A database of these tables; the URL."""
    url = f"sqlite:///{path}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        for table, values in rows.items():
            marks = ", ".join("?" * len(values[0]))
            insert = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - names of this module's callers
            connection.exec_driver_sql(insert, [tuple(v) for v in values])
    engine.dispose()
    return url


def place_name(code: str, local: bool = False) -> str:
    """The dictionary's name of a province, or its first other name beyond ASCII."""
    province = regional().places.provinces[code]
    others = [name for name in province.other_names if not name.isascii()]
    return others[0] if local and others else province.name


def milliseconds(day: date, hours: float = 7, at: int = 12) -> int:
    """The count of milliseconds of an hour of a day, on clocks that many hours ahead of UTC."""
    zone = timezone(timedelta(hours=hours))
    return int(datetime(day.year, day.month, day.day, at, tzinfo=zone).timestamp() * 1000)


def uuid(kind: int, number: int) -> str:
    """A text like a UUID, the same for the same numbers."""
    mixed = (number * 2_654_435_761 + kind * 40_503) % 2**32
    return f"{mixed:08x}-{kind:04x}-4{number % 4096:03x}-a{mixed % 4096:03x}-{mixed * 65_537 % 2**48:012x}"


def uid(kind: str, number: int) -> str:
    """A text like DHIS2's identifiers: a letter and ten letters or digits."""
    signs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    mixed, text = (number + 7) * 6_364_136_223_846_793_005 % 2**62, kind
    while len(text) < 11:
        mixed, sign = divmod(mixed, len(signs))
        text += signs[sign]
    return text

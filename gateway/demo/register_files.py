"""Writes a demo register to disk: CSV files, a workbook with real dates, or an SQLite database."""

import csv
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl

from gateway.sources.model.mapping import SourceMapping
from gateway.sources.model.targets import ACTIVITY_DATE, AGE, DATE, REACHED, SESSIONS

WORKBOOK, DATABASE = "register.xlsx", "register.sqlite"

DATES_AS_TEXT = 3
"""Every third date of a workbook is written as text, as in offices where several people type."""


@dataclass(frozen=True)
class RegisterTable:
    """One table with its headings and cells as text."""

    name: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[str]]


def write_tables(tables: Sequence[RegisterTable], folder: Path, mapping: SourceMapping) -> None:
    """Write the tables in the form that the mapping reads; former files are replaced."""
    if mapping.kind == "xlsx":
        _write_workbook(tables, folder / WORKBOOK, mapping)
    elif mapping.kind == "database":
        _write_database(tables, folder / DATABASE)
    else:
        for table in tables:
            _write_csv(table, folder / table.name, mapping.reading.delimiter)


def _write_csv(table: RegisterTable, path: Path, delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(table.headings)
        writer.writerows(table.rows)


def _write_workbook(tables: Sequence[RegisterTable], path: Path, mapping: SourceMapping) -> None:
    book = openpyxl.Workbook(write_only=True)
    for table, rule in zip(tables, mapping.tables, strict=True):
        sheet = book.create_sheet(table.name)
        sheet.append([f"{mapping.member}: {table.name}"])
        for _ in range(2, mapping.reading.header):
            sheet.append([])
        sheet.append(table.headings)
        targets = {heading: column.target.name for heading, column in rule.columns.items()}
        kinds = [targets.get(heading, "") for heading in table.headings]
        for number, row in enumerate(table.rows):
            as_text = number % DATES_AS_TEXT == 0
            sheet.append([_typed(cell, kind, as_text) for cell, kind in zip(row, kinds, strict=True)])
    book.save(path)


def _typed(cell: str, target: str, as_text: bool) -> object:
    if target in {AGE, SESSIONS, REACHED} and cell.isdigit():
        return int(cell)
    if target in {DATE, ACTIVITY_DATE} and cell and not as_text:
        return datetime.strptime(cell, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no time zone
    return cell or None


def _write_database(tables: Sequence[RegisterTable], path: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in tables:
            columns = ", ".join(f'"{heading}" TEXT' for heading in table.headings)
            places = ", ".join("?" for _ in table.headings)
            connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
            insert = f'INSERT INTO "{table.name}" VALUES ({places})'  # noqa: S608 - names of our own mapping
            connection.executemany(insert, ([cell or None for cell in row] for row in table.rows))

"""Tables of counts as sheets: CSV and XLSX in and out, one row a cell or one row a record.

The first row names the columns. A column of counts makes each row a cell; without it each row is a record
and counts for one. Every other column is a dimension. Hierarchies stand in a small YAML file, a dimension
each: a list of codes, or codes with those below them. A dimension that the file does not name is flat, with
the codes of the sheet.

    place: {North: [N1, N2], South: [S1]}
    sex: [F, M]
"""

import csv
import io
import re
import warnings
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from anonymisers.errors import AnonymiserError
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release
from gateway.cli.common.csv_tables import open_table
from gateway.cli.common.tables import TableInputError, read_text
from gateway.export.spreadsheet_cells import as_written, harmless_row, text_cells
from gateway.sources.files.workbook_package import check_package, sheet_traits
from gateway.sources.model.errors import SourceError

SHEETS = (".csv", ".xlsx")
WHOLE = re.compile(r"-?[0-9]{1,18}")
"""Stricter than `int`: no underscores, no digits of other scripts."""
COUNT = "count"
"""The default column of counts, where a column has this name."""
_BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ParseError)
VALUE, STATUS, WITHHELD = "value", "status", "withheld"
Trees = dict[str, Hierarchy]


def read_sheet(path: Path, hierarchies: Path | None, counts: str | None, person: str | None = None) -> Table:
    """Return the table of a sheet. Raises TableInputError with file, row and column; never a value of a cell.

    A cell in two rows is an error where rows are cells. With a column of people each person counts once,
    whatever the number of rows; a person in two cells is an error.
    """
    trees = {} if hierarchies is None else read_hierarchies(hierarchies)
    header, *rows = rows_of(path)
    if person is not None:
        header, rows = _one_row_each(path, header, rows, person)
    place = _count_column(path, header, counts)
    if person is not None and place is not None:
        raise TableInputError(f"{path} has a column of counts: its rows are cells and no people")
    names = [name for n, name in enumerate(header) if n != place]
    cells: list[tuple[tuple[str, ...], int]] = []
    for number, row in enumerate(rows, 2):
        key = tuple(word for n, word in enumerate(row) if n != place)
        if "" in key:
            raise TableInputError(f"row {number} of {path} leaves {names[key.index('')]!r} empty")
        cells.append((key, 1 if place is None else _whole(path, number, row[place])))
    if place is None:
        cells = list(Counter(key for key, _ in cells).items())
    if not cells and set(names) - set(trees):
        raise TableInputError(f"{path} has no rows, and no hierarchy says what there could be")
    for name in sorted(set(trees) - set(names)):
        raise TableInputError(f"{hierarchies}: {path.name} has no column {name!r}")
    try:
        dims = [trees.get(name) or flat(name, (key[n] for key, _ in cells)) for n, name in enumerate(names)]
        return Table.of(dims, cells)
    except AnonymiserError as error:
        raise TableInputError(f"{path}: {error.message}", remedy=error.remedy) from error


def read_released_sheet(path: Path, trees: Trees) -> Release:
    """Return a release from a sheet of `write_sheet`. A dimension without a hierarchy in `trees` is flat.

    Raises TableInputError, naming file and row; never a value of a cell.
    """
    header, *rows = [tuple(map(as_written, row)) for row in rows_of(path)]
    if VALUE not in header or STATUS not in header:
        message = f"{path} has no columns {VALUE!r} and {STATUS!r}"
        raise TableInputError(message, remedy="A released sheet is written by safelane protect.")
    names = [name for name in header if name not in (VALUE, STATUS)]
    at = [header.index(name) for name in (*names, VALUE, STATUS)]
    cells: dict[tuple[str, ...], int | None] = {}
    for number, row in enumerate(rows, 2):
        *codes, value, status = (row[n] for n in at)
        if "" in codes:
            raise TableInputError(f"row {number} of {path} leaves {names[codes.index('')]!r} empty")
        if status not in (VALUE, WITHHELD) or (status == WITHHELD) != (value == ""):
            message = f"row {number} of {path}: a cell has a number and the status {VALUE!r},"
            raise TableInputError(f"{message} or none and {WITHHELD!r}")
        if tuple(codes) in cells:
            raise TableInputError(f"row {number} of {path}: the cell stands in an earlier row already")
        cells[tuple(codes)] = None if status == WITHHELD else _whole(path, number, value)
    try:
        dims = [trees.get(name) or flat(name, (key[n] for key in cells)) for n, name in enumerate(names)]
        return Release.of(dims, cells)
    except AnonymiserError as error:
        raise TableInputError(f"{path}: {error.message}", remedy=error.remedy) from error


def read_hierarchies(path: Path) -> Trees:
    """Return the hierarchies of a YAML file. Raises TableInputError, naming the dimension."""
    try:
        body: Any = YAML(typ="safe", pure=True).load(read_text(path))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" at line {mark.line + 1}"
        raise TableInputError(f"{path} is not YAML{where}") from None
    if not isinstance(body, dict) or not all(isinstance(name, str) for name in body):
        raise TableInputError(f"{path} does not name dimensions", remedy="Write, for example: sex: [F, M]")
    return {name: _tree(path, name, below) for name, below in body.items()}


def write_sheet(release: Release, path: Path, target: Path) -> None:
    """Write a release to `target` as a sheet of the kind of `path`: a row per cell, a column per dimension.

    Withheld cells have no value and a status.
    """
    write_rows([[*(d.name for d in release.dims), VALUE, STATUS], *_released(release)], path, target)


def write_rows(rows: Iterable[Iterable[object]], path: Path, target: Path) -> None:
    """Write rows to `target` as a sheet of the kind of `path`. No text of it is run as a formula."""
    if path.suffix.lower() == ".csv":
        with target.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(map(harmless_row, rows))
        return
    from openpyxl import Workbook  # noqa: PLC0415 - here, so that other sheets do not wait for it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("cells")
    for row in rows:
        sheet.append(text_cells(sheet, row))
    whole = io.BytesIO()
    book.save(whole)
    target.write_bytes(whole.getvalue())


def _released(release: Release) -> Iterator[list[str | int | None]]:
    codes = [d.codes for d in release.dims]
    for row, value, withheld in zip(
        release.coords.tolist(), release.values.tolist(), release.withheld.tolist(), strict=True
    ):
        names = [c[i] for c, i in zip(codes, row, strict=True)]
        yield [*names, None if withheld else value, WITHHELD if withheld else VALUE]


def rows_of(path: Path) -> list[tuple[str, ...]]:
    """Return header and rows as words; empty rows are skipped."""
    if path.suffix.lower() == ".csv":
        with open_table(path) as table:
            return [table.header, *(tuple(word.strip() for word in row) for row in table.rows)]
    from openpyxl import load_workbook  # noqa: PLC0415 - here, so that other sheets do not wait for it

    try:
        check_package(path)
        # The library leaves a file open that it cannot read, and warns of styles, which are not read here.
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            book = load_workbook(file, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet_traits(path, str(sheet._worksheet_path))  # openpyxl has no public name for it
            sheet.reset_dimensions()
            rows = [tuple(_word(value) for value in row) for row in sheet.iter_rows(values_only=True)]
            book.close()
    except SourceError as error:
        raise TableInputError(error.message, remedy=error.remedy) from None
    except (OSError, LookupError, ValueError, TypeError, OverflowError, *_BROKEN):
        raise TableInputError(f"{path} cannot be read as a workbook") from None
    rows = [row for row in rows if any(row)]
    if not rows or "" in rows[0] or len(set(rows[0])) < len(rows[0]):
        raise TableInputError(f"{path} does not begin with a row of column names, each once")
    return rows


def _one_row_each(
    path: Path, header: tuple[str, ...], rows: Sequence[tuple[str, ...]], person: str
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows without the column of people, with one row for each person."""
    if person not in header:
        message = f"{path} has no column {person!r}"
        raise TableInputError(message, remedy=f"Its columns are: {', '.join(header)}.")
    at = header.index(person)
    first: dict[str, tuple[int, tuple[str, ...]]] = {}
    for number, row in enumerate(rows, 2):
        rest = (*row[:at], *row[at + 1 :])
        if not row[at]:
            raise TableInputError(f"row {number} of {path} leaves {person!r} empty")
        before, known = first.setdefault(row[at], (number, rest))
        if known != rest:
            message = f"rows {before} and {number} of {path} are of one person and differ"
            remedy = "Give each person one place in the table; or count rows: --magnitude rows."
            raise TableInputError(message, remedy=remedy)
    return (*header[:at], *header[at + 1 :]), [row for _, row in first.values()]


def _word(value: object) -> str:
    """Return a cell of a workbook as a word: numbers without a needless .0, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _count_column(path: Path, header: Sequence[str], counts: str | None) -> int | None:
    if counts is not None and counts not in header:
        message = f"{path} has no column {counts!r}"
        raise TableInputError(message, remedy=f"Its columns are: {', '.join(header)}.")
    name = counts or COUNT
    return list(header).index(name) if name in header else None


def _whole(path: Path, number: int, word: str) -> int:
    if not WHOLE.fullmatch(word):
        raise TableInputError(f"row {number} of {path}: the count is not a whole number")
    return int(word)


def flat(name: str, codes: Iterable[str]) -> Hierarchy:
    found = sorted(set(codes) - {ROOT})
    return Hierarchy(name, (ROOT, *found), dict.fromkeys(found, ROOT))


def _tree(path: Path, name: str, body: object) -> Hierarchy:
    codes: list[str] = [ROOT]
    parent: dict[str, str] = {}

    def take(above: str, below: object) -> None:
        entries = below.items() if isinstance(below, dict) else [(code, None) for code in _listed(below)]
        for code, deeper in entries:
            word = _word(code)
            if not word or word in codes:
                raise TableInputError(f"{path}: a code of {name!r} is empty or stands twice")
            codes.append(word)
            parent[word] = above
            if deeper is not None:
                take(word, deeper)

    def _listed(below: object) -> list[object]:
        if not isinstance(below, list):
            raise TableInputError(f"{path}: {name!r} is neither a list of codes nor codes with those below")
        return below

    take(ROOT, body)
    if len(codes) == 1:
        raise TableInputError(f"{path}: {name!r} has no code")
    return Hierarchy(name, tuple(codes), parent)

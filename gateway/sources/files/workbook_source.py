"""An XLSX workbook as a streamed source: sheets are the tables; formulas and merged cells are findings."""

import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from audit.reading.messages import message
from gateway.sources.files.workbook_package import OF_THE_CONTENT, Place, check_package, damaged, sheet_traits
from gateway.sources.model.cells import EXACT, cell_text
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.heading_lines import is_total, joined_headings
from gateway.sources.model.mapping import Reading
from gateway.sources.model.tables import CHUNK_ROWS, Chunk, ForeignKey, OpenTable
from gateway.sources.rows.stable_file import steady

_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError)
_DAMAGED = (*_BROKEN_ZIP, LookupError, ValueError, TypeError, OverflowError, ParseError)
_Row = tuple[Any, ...]

MOST_EMPTY, MOST_EMPTY_FOR_EACH = 5_000_000, 200
"""Empty cells of a sheet: beyond the former, so many for each that is filled."""


class WorkbookSource:
    """One workbook. Faults that do not prevent reading are noted in `findings`."""

    def __init__(self, path: Path, reading: Reading, findings: Findings) -> None:
        if not path.is_file():
            msg = f"There is no file {path}."
            raise SourceError(msg, remedy="Check the path.")
        check_package(path)
        self._path = path
        self._reading = reading
        self._findings = findings

    def tables(self) -> list[str]:
        """The names of the sheets, in the order of the workbook. Raises SourceError."""
        with self._book(results=True) as book:
            return [name for name in book.sheetnames if hasattr(book[name], "reset_dimensions")]

    def top(self, name: str, rows: int) -> list[list[str]]:
        """The first rows of a sheet, with merged cells as `table` reads them. Raises SourceError."""
        with ExitStack() as stack, _as_damaged(self._path):
            sheet = self._sheet(stack, name, results=True)
            _, merged = sheet_traits(self._path, _part(sheet))
            read = _SheetRows(name, sheet, None, merged, Findings(), self._reading)
            stack.callback(read.close)
            return list(islice(read.raw(), rows))

    @contextmanager
    def table(self, name: str) -> Iterator[OpenTable]:
        """Open the sheet called `name`. Raises SourceError, also while the chunks are read."""
        with ExitStack() as stack:
            stack.enter_context(steady(self._path, self._path.name))
            sheet = self._sheet(stack, name, results=True)
            formulas, merged = sheet_traits(self._path, _part(sheet))
            written = self._sheet(stack, name, results=False) if formulas else None
            rows = _SheetRows(name, sheet, written, merged, self._findings, self._reading)
            stack.callback(rows.close)
            with _as_damaged(self._path):
                headings = rows.headings(self._reading)
            yield OpenTable(headings, self._chunks(rows, len(headings)), lambda: rows.line)

    def foreign_keys(self) -> list[ForeignKey]:
        """None: files declare no keys."""
        return []

    def size(self, name: str) -> int:
        """Rows of the sheet as declared by the file, possibly wrongly. Raises SourceError."""
        with self._book(results=True) as book:
            rows = getattr(book[name], "max_row", None) if name in book.sheetnames else None
        return rows if isinstance(rows, int) else 0

    def _chunks(self, rows: "_SheetRows", width: int) -> Iterator[Chunk]:
        with _as_damaged(self._path):
            yield from rows.chunks(width)

    @contextmanager
    def _book(self, *, results: bool) -> Iterator[Any]:
        # Opened here: the library leaves a file open that it cannot read.
        with self._path.open("rb") as file:
            with _as_damaged(self._path), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, not read here
                # Imported here, because the import would slow down every start of the program.
                from openpyxl import load_workbook  # noqa: PLC0415

                book = load_workbook(file, read_only=True, data_only=results, keep_links=False)
            try:
                yield book
            finally:
                book.close()

    def _sheet(self, stack: ExitStack, name: str, *, results: bool) -> Any:
        """The sheet with the last results of the formulas, or with the formulas themselves."""
        book = stack.enter_context(self._book(results=results))
        if name not in book.sheetnames:
            names = ", ".join(repr(sheet) for sheet in book.sheetnames[:10])
            msg = message("%(file)s has no sheet %(sheet)s.", file=self._path.name, sheet=repr(name))
            raise SourceError(msg, remedy=message("Its sheets are %(sheets)s.", sheets=names))
        sheet = book[name]
        if not hasattr(sheet, "reset_dimensions"):
            msg = message(
                "%(sheet)s in %(file)s is a chart, not a table.", sheet=repr(name), file=self._path.name
            )
            raise SourceError(msg, remedy=message("Name another sheet in the mapping."))
        sheet.reset_dimensions()  # the size declared by the file is often wrong
        return sheet


def _part(sheet: Any) -> str:
    return str(sheet._worksheet_path)  # openpyxl has no public name for the part of a sheet


@contextmanager
def _as_damaged(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGED:
        raise damaged(path) from None
    except OSError as error:
        if error.errno in OF_THE_CONTENT:
            raise damaged(path) from None
        raise


def _as_kept(value: object) -> object:
    """A number as stored in a workbook: a floating-point number, even where written without a point."""
    long = isinstance(value, int) and not isinstance(value, bool) and abs(value) >= EXACT
    return float(value) if long and isinstance(value, int) else value


class _SheetRows:
    """The rows of one sheet as text."""

    def __init__(  # noqa: PLR0917 - all that a sheet is read with
        self,
        name: str,
        sheet: Any,
        written: Any,
        merged: dict[Place, Place],
        findings: Findings,
        reading: Reading,
    ) -> None:
        self._totals = reading.totals
        self._name = name
        self.line = 0
        self._findings = findings
        self._merged = merged
        self._origins: dict[Place, str] = dict.fromkeys(merged.values(), "")
        self._empty = self._filled = 0
        self._rows = self._walk(sheet, written)

    def close(self) -> None:
        """Close the file, which a half-read sheet keeps open."""
        self._rows.close()

    def raw(self) -> Iterator[list[str]]:
        """The cells of every line from here on."""
        return (cells for _, cells in self._rows)

    def headings(self, reading: Reading) -> tuple[str, ...]:
        """The headings. Raises SourceError when the sheet ends before the line of the headings."""
        lines: list[list[str]] = []
        for line, cells in self._rows:
            lines.append(list(cells))
            if line == reading.header:
                for _ in islice(self._rows, reading.units):
                    pass
                return tuple(joined_headings(lines[-reading.header_lines :]))
        msg = message(
            "The sheet %(sheet)s ends before its headings on line %(line)s.",
            sheet=repr(self._name),
            line=reading.header,
        )
        raise SourceError(msg, remedy=message("Correct 'header' under 'reading' in the mapping."))

    def chunks(self, width: int) -> Iterator[Chunk]:
        """All rows after the headings, each `width` cells wide."""
        lines: list[int] = []
        rows: list[list[str]] = []
        blank: list[int] = []  # reported only when a filled row follows: sheets often end in empty rows
        for line, cells in self._rows:
            if not any(cells):
                blank.append(line)
                continue
            self._findings.add(self._name, "", Problem.ROW_BLANK, blank) if blank else None
            blank = []
            if self._totals and is_total(cells, self._totals):
                self._findings.add(self._name, "", Problem.ROW_TOTAL, [line])
                continue
            if any(cells[width:]):
                self._findings.add(self._name, "", Problem.CELL_BEYOND, [line])
            lines.append(line)
            rows.append((cells + [""] * width)[:width])
            if len(rows) >= CHUNK_ROWS:
                yield Chunk(lines, rows)
                lines, rows = [], []
        yield Chunk(lines, rows)

    def _walk(self, sheet: Any, written: Any) -> Generator[tuple[int, list[str]], None, None]:
        with ExitStack() as stack:
            results = stack.enter_context(closing(sheet.iter_rows(values_only=True)))
            formulas = stack.enter_context(closing(written.iter_rows())) if written is not None else None
            for line, values in enumerate(results, 1):
                self._count(values)
                cells = [cell_text(_as_kept(value)) for value in values]
                if formulas is not None:
                    self._report_formulas(line, next(formulas), cells)
                if self._merged:
                    self._spread(line, cells)
                self.line = line
                yield line, cells

    def _count(self, values: _Row) -> None:
        """Raise ValueError for a sheet of empty cells: one at its far right makes a row of 18,000."""
        empty = values.count(None)
        self._empty += empty
        self._filled += len(values) - empty
        if self._empty > MOST_EMPTY and self._empty > MOST_EMPTY_FOR_EACH * self._filled:
            msg = "far more empty cells than others"
            raise ValueError(msg)

    def _report_formulas(self, line: int, written: _Row, cells: list[str]) -> None:
        for cell, result in zip(written, cells, strict=False):
            if cell.data_type == "f":
                problem = Problem.FORMULA if result else Problem.FORMULA_EMPTY
                self._findings.add(self._name, "", problem, [line])

    def _spread(self, line: int, cells: list[str]) -> None:
        """Give the value of merged cells to every row covered by the merged cells."""
        for column in range(1, len(cells) + 1):
            place = (line, column)
            if place in self._origins:
                self._origins[place] = cells[column - 1]
            origin = self._merged.get(place)
            if origin is not None and self._origins[origin]:
                cells[column - 1] = self._origins[origin]
                self._findings.add(self._name, "", Problem.MERGED, [line])

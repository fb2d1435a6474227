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
from gateway.sources.files.sheet_rows import Formulas, Row, SheetRows
from gateway.sources.files.workbook_package import OF_THE_CONTENT, check_package, damaged, sheet_traits
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import Reading
from gateway.sources.model.tables import Chunk, ForeignKey, OpenTable
from gateway.sources.rows.stable_file import steady

_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError)
_DAMAGED = (*_BROKEN_ZIP, LookupError, ValueError, TypeError, AttributeError, OverflowError, ParseError)


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
            read = SheetRows(name, _values(sheet), None, merged, Findings(), self._reading)
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
            marked = None if written is None else _formulas(stack, written)
            rows = SheetRows(name, _values(sheet), marked, merged, self._findings, self._reading)
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

    def _chunks(self, rows: SheetRows, width: int) -> Iterator[Chunk]:
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


def _values(sheet: Any) -> Generator[Row, None, None]:
    with closing(sheet.iter_rows(values_only=True)) as rows:
        yield from rows


def _formulas(stack: ExitStack, written: Any) -> Formulas:
    """The columns with formulas of line after line, from the sheet as it is written."""
    lines = stack.enter_context(closing(written.iter_rows()))
    return lambda _: [column for column, cell in enumerate(next(lines)) if cell.data_type == "f"]


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

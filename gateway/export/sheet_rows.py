"""Rows of a worksheet as XML (ECMA-376, part 1, 18.3.1.73), put into a workbook that openpyxl has framed.

openpyxl writes styles, widths and panes, but takes some 15 microseconds for every cell. A table has few
different texts and formats, so here each is written once and then repeated. Every text is an inline string:
no cell can be a formula.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from gateway.picturing.svg import clean

LONGEST = 32_767
"""Characters that a spreadsheet takes in one cell."""
_EMPTY = b"<sheetData></sheetData>"

_BOLD = Font(bold=True)
_RIGHT = Alignment(horizontal="right")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


class Format(NamedTuple):
    """How a cell looks. The library's own formats take long to compare, and every cell asks for one."""

    bold: bool = False
    right: bool = False
    wrapped: bool = False
    number: str = ""


PLAIN = Format()


class SheetRows:
    """The rows of one sheet of a workbook. `frame` is the library's sheet, to which no row is appended."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self._written: list[str] = []
        self._columns: list[str] = []
        self._cells: dict[tuple[str | int, Format], str] = {}
        self._styles = {PLAIN: ""}

    def append(self, cells: Iterable[str | None]) -> None:
        """Add a row of cells that `text` and `number` made; None leaves a place without a cell."""
        line = list(cells)
        while len(self._columns) < len(line):
            self._columns.append(get_column_letter(len(self._columns) + 1))
        row = len(self._written) + 1
        inside = [
            f'<c r="{column}{row}"{cell}' for column, cell in zip(self._columns, line, strict=False) if cell
        ]
        self._written.append(f'<row r="{row}">{"".join(inside)}</row>')

    def text(self, content: str, look: Format = PLAIN) -> str:
        """A cell that is text, whatever its first character."""
        if (content, look) not in self._cells:
            self._cells[content, look] = f'{self._style(look)} t="inlineStr"{_inline(content)}'
        return self._cells[content, look]

    def number(self, value: int, look: Format = PLAIN) -> str:
        """A cell that is a number."""
        if (value, look) not in self._cells:
            self._cells[value, look] = f'{self._style(look)} t="n"><v>{value}</v></c>'
        return self._cells[value, look]

    def xml(self) -> bytes:
        """All rows."""
        return f"<sheetData>{''.join(self._written)}</sheetData>".encode()

    def _style(self, look: Format) -> str:
        """The attribute that names a format of the workbook; nothing for a cell without one."""
        if look not in self._styles:
            cell = WriteOnlyCell(self._frame)
            if look.bold:
                cell.font = _BOLD
            if look.right:
                cell.alignment = _RIGHT
            if look.wrapped:
                cell.alignment = _WRAPPED
            if look.number:
                cell.number_format = look.number
            self._styles[look] = f' s="{cell.style_id}"'
        return self._styles[look]


def packed(book: Workbook, sheets: Sequence[SheetRows], moment: datetime) -> bytes:
    """The bytes of a workbook with the rows of its sheets, the same at any time: only `moment` is in them."""
    frame, out = io.BytesIO(), io.BytesIO()
    # Not `book.save`, which writes the time of saving into the workbook.
    with ZipFile(frame, "w") as archive:
        ExcelWriter(book, archive).save()
    rows = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, start=1)}
    with ZipFile(frame) as framed, ZipFile(out, "w") as archive:
        for name in framed.namelist():
            part = framed.read(name)
            if name in rows:
                before, empty, after = part.partition(_EMPTY)
                if not empty:
                    raise ValueError(f"{name} has rows already")
                part = before + rows.pop(name).xml() + after
            entry = ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, part)
    if rows:
        raise ValueError(f"the workbook has no {', '.join(rows)}")
    return out.getvalue()


def _inline(content: str) -> str:
    if not content:
        return " />"
    shown = clean(content)[:LONGEST]
    kept = ' xml:space="preserve"' if shown.strip() != shown else ""
    return f"><is><t{kept}>{escape(shown)}</t></is></c>"

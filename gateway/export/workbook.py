"""A release as a workbook (XLSX, ECMA-376): the table, one row per cell, the notes and the legend.

Texts are written as texts: no cell is a formula. A cell without a number holds the reserved symbol or a word,
so that no sum counts the cell as 0.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from gateway.dictionary import Dictionary
from gateway.export.flat_tables import STATUS_COLUMNS, status_fields
from gateway.export.notes import Receipt, coverage_rows, facts, legend_rows
from gateway.picturing import Layout, Words, layout, with_bounds
from gateway.picturing.labels import Labels
from gateway.picturing.svg import clean
from gateway.picturing.words import capital, msgid
from gateway.wire.cells import Cell
from gateway.wire.release import Release

Value = str | int | None

_BOLD = Font(bold=True)
_RIGHT = Alignment(horizontal="right")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_WIDEST = 60


def to_xlsx(release: Release, dictionary: Dictionary, words: Words, receipt: Receipt | None) -> bytes:
    """Return the workbook's bytes. A withheld cell has the bounds that follow from the table."""
    release = with_bounds(release, dictionary)
    book = Workbook(write_only=True)
    # When it was released, not when it was written: the same release gives the same workbook.
    book.properties.created = book.properties.modified = datetime.fromisoformat(release.released_at).replace(
        tzinfo=None
    )
    book.properties.creator = "Safelane"
    book.properties.title = clean(Labels(dictionary, words).caption(release))
    _table(book, release, layout(release, dictionary, words), words)
    _data(book, release, dictionary, words)
    _notes(book, release, dictionary, words, receipt)
    _legend(book, release, dictionary, words)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(book: Workbook, release: Release, table: Layout, words: Words) -> None:
    """The table as read: headers are repeated in every row and column, for sorting and filtering."""
    sheet = book.create_sheet(words.say(msgid("Table")))
    down = len(table.corner)
    heads = [[head.text for head in line for _ in range(head.span)] for line in table.heads]
    sheet.freeze_panes = f"{get_column_letter(down + 1)}{len(heads) + 3}"
    _set_widths(sheet, [24] * down + [12] * len(heads[-1]))
    sheet.append([_text(sheet, table.caption, font=_BOLD)])
    sheet.append([])
    for number, line in enumerate(heads):
        corner = table.corner if number == len(heads) - 1 else [""] * down
        left = [_text(sheet, capital(text), font=_BOLD) for text in corner]
        sheet.append(left + [_text(sheet, text, font=_BOLD, alignment=_RIGHT) for text in line])
    cells = {cell.key: cell for cell in release.cells}
    open_heads: list[str] = [""] * down
    for row in table.rows:
        for place, head in zip(range(down - len(row.heads), down), row.heads, strict=True):
            open_heads[place] = head.text
        numbers = [_number(sheet, cells.get(shown.key), shown.text, shown.marks) for shown in row.cells]
        sheet.append([_text(sheet, text) for text in open_heads] + numbers)


def _number(sheet: Any, cell: Cell | None, text: str, marks: str) -> Any:
    """A number stays a number with its signs as the format; anything else is text."""
    if cell is None or cell.value is None:
        return _text(sheet, text, alignment=_RIGHT) if text else None
    found = WriteOnlyCell(sheet, cell.value)
    found.number_format = f'#,##0"{marks}"' if marks else "#,##0"
    return found


def _data(book: Workbook, release: Release, dictionary: Dictionary, words: Words) -> None:
    """One row per cell: for each level its code and its label, then the columns of the CSV."""
    sheet = book.create_sheet(words.say(msgid("Data")))
    sheet.freeze_panes = "A2"
    labels = Labels(dictionary, words)
    names = [labels.axis(axis) for axis in release.axes]
    _set_widths(sheet, [18] * (2 * len(names) + len(STATUS_COLUMNS)))
    head = [text for axis in release.axes for text in (axis.level, f"{axis.level}_label")]
    sheet.append([_text(sheet, text, font=_BOLD) for text in (*head, *STATUS_COLUMNS)])
    for cell in release.cells:
        key = [text for code, name in zip(cell.key, names, strict=True) for text in (code, name[code])]
        sheet.append([_plain(sheet, value) for value in (*key, *status_fields(cell))])


def _notes(
    book: Workbook, release: Release, dictionary: Dictionary, words: Words, receipt: Receipt | None
) -> None:
    sheet = book.create_sheet(words.say(msgid("Notes")))
    _set_widths(sheet, [28, 60, 18, 18, 60])
    for name, value in facts(release, dictionary, words, receipt):
        sheet.append([_text(sheet, name, font=_BOLD), _text(sheet, value, alignment=_WRAPPED)])
    sheet.append([])
    for number, row in enumerate(coverage_rows(release, dictionary, words)):
        font = _BOLD if number == 0 else None
        sheet.append([_text(sheet, value, font=font, alignment=_WRAPPED) for value in row])


def _legend(book: Workbook, release: Release, dictionary: Dictionary, words: Words) -> None:
    sheet = book.create_sheet(words.say(msgid("Legend")))
    _set_widths(sheet, [20, 18, 80])
    for number, row in enumerate(legend_rows(release, dictionary, words)):
        sheet.append([_text(sheet, value, font=_BOLD if number == 0 else None) for value in row])


def _text(sheet: Any, text: str, *, font: Font | None = None, alignment: Alignment | None = None) -> Any:
    """Return a cell that is text, whatever its first character."""
    cell = WriteOnlyCell(sheet, clean(text))
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    if alignment is not None:
        cell.alignment = alignment
    return cell


def _plain(sheet: Any, value: Value) -> Any:
    """Return a value without a format. The library reads a text that begins with `=` as a formula."""
    if isinstance(value, str):
        return _text(sheet, value) if value.startswith("=") else clean(value) or None
    return value


def _set_widths(sheet: Any, widths: Iterable[int] | Sequence[int]) -> None:
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = min(width, _WIDEST)

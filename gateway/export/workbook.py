"""A release as a workbook (XLSX, ECMA-376): the table, one row per cell, the notes and the legend.

Texts are written as texts: no cell is a formula. A cell without a number holds the reserved symbol or a word,
so that no sum counts the cell as 0.
"""

from collections.abc import Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from gateway.dictionary import Dictionary
from gateway.export.data_csv import TOTAL_OVER
from gateway.export.flat_tables import STATUS_COLUMNS, status_fields
from gateway.export.notes import Receipt, coverage_rows, facts, legend_rows
from gateway.export.observations import totals_over
from gateway.export.sheet_rows import PLAIN, Format, SheetRows, packed
from gateway.export.year_axis import year_axis
from gateway.picturing import Layout, Words, layout, with_bounds
from gateway.picturing.labels import Labels
from gateway.picturing.svg import clean
from gateway.picturing.words import capital, msgid
from gateway.wire.cells import Cell
from gateway.wire.release import Release

_BOLD = Format(bold=True)
_RIGHT = Format(right=True)
_WRAPPED = Format(wrapped=True)
_WIDEST = 60


def to_xlsx(release: Release, dictionary: Dictionary, words: Words, receipt: Receipt | None) -> bytes:
    """Return the workbook's bytes. A withheld cell has the bounds that follow from the table."""
    return workbook(with_bounds(release, dictionary), dictionary, words, receipt)


def workbook(
    release: Release,
    dictionary: Dictionary,
    words: Words,
    receipt: Receipt | None,
    *,
    more: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Return the bytes of a workbook for a release whose withheld cells have their bounds already.

    `more`: names and values that stand in the notes behind the others.
    """
    words = words.remembered()
    book = Workbook(write_only=True)
    # When it was released, not when it was written: the same release gives the same workbook.
    moment = datetime.fromisoformat(release.released_at).replace(tzinfo=None)
    book.properties.created = book.properties.modified = moment
    book.properties.creator = "Safelane"
    book.properties.title = clean(Labels(dictionary, words).caption(release))
    sheets = (
        _table(book, release, layout(release, dictionary, words), words),
        _data(book, release, dictionary, words),
        notes_sheet(book, release, dictionary, words, receipt, more=more),
        legend_sheet(book, release, dictionary, words),
    )
    return packed(book, sheets, moment)


def _table(book: Workbook, release: Release, table: Layout, words: Words) -> SheetRows:
    """The table as read: headers are repeated in every row and column, for sorting and filtering."""
    down = len(table.corner)
    heads = [[head.text for head in line for _ in range(head.span)] for line in table.heads]
    widths = [24] * down + [12] * len(heads[-1])
    sheet = named_sheet(book, words.say(msgid("Table")), widths, panes=(down, len(heads) + 2))
    sheet.append([sheet.text(table.caption, _BOLD)])
    sheet.append([])
    for number, line in enumerate(heads):
        corner = table.corner if number == len(heads) - 1 else [""] * down
        left = [sheet.text(capital(text), _BOLD) for text in corner]
        sheet.append(left + [sheet.text(text, Format(bold=True, right=True)) for text in line])
    cells = {cell.key: cell for cell in release.cells}
    open_heads: list[str] = [""] * down
    for row in table.rows:
        for place, head in zip(range(down - len(row.heads), down), row.heads, strict=True):
            open_heads[place] = head.text
        numbers = [number_cell(sheet, cells.get(shown.key), shown.text, shown.marks) for shown in row.cells]
        sheet.append([*map(sheet.text, open_heads), *numbers])
    return sheet


def number_cell(sheet: SheetRows, cell: Cell | None, text: str, marks: str) -> str | None:
    """The place of a cell: a number stays a number, with its signs as the format; anything else is text."""
    if cell is None or cell.value is None:
        return sheet.text(text, _RIGHT) if text else None
    return sheet.number(cell.value, Format(number=f'#,##0"{marks}"' if marks else "#,##0"))


def _data(book: Workbook, release: Release, dictionary: Dictionary, words: Words) -> SheetRows:
    """One row per cell: for each level its code and label, what a total is over, the columns of the CSV."""
    labels = Labels(dictionary, words)
    names = [labels.axis(axis) for axis in release.axes]
    one_year = year_axis(release, dictionary)
    axes = (*one_year, *release.axes)
    widths = [18] * (2 * len(axes) + 1 + len(STATUS_COLUMNS))
    sheet = named_sheet(book, words.say(msgid("Data")), widths, panes=(0, 1))
    head = [text for axis in axes for text in (axis.level, f"{axis.level}_label")]
    sheet.append([sheet.text(text, _BOLD) for text in (*head, TOTAL_OVER, *STATUS_COLUMNS)])
    year = [code for axis in one_year for code in axis.codes * 2]
    for cell in release.cells:
        key = [text for code, name in zip(cell.key, names, strict=True) for text in (code, name[code])]
        over = " ".join(totals_over(release.axes, cell))
        sheet.append([plain_cell(sheet, value) for value in (*year, *key, over, *status_fields(cell))])
    return sheet


def notes_sheet(
    book: Workbook,
    release: Release,
    dictionary: Dictionary,
    words: Words,
    receipt: Receipt | None,
    *,
    more: Sequence[tuple[str, str]] = (),
) -> SheetRows:
    """What was asked and answered, member by member, with the terms of each."""
    sheet = named_sheet(book, words.say(msgid("Notes")), [28, 60, 18, 18, 60])
    for name, value in (*facts(release, dictionary, words, receipt), *more):
        sheet.append([sheet.text(name, _BOLD), sheet.text(value, _WRAPPED)])
    sheet.append([])
    for number, row in enumerate(coverage_rows(release, dictionary, words)):
        look = Format(bold=number == 0, wrapped=True)
        sheet.append([sheet.text(value, look) for value in row])
    return sheet


def legend_sheet(book: Workbook, release: Release, dictionary: Dictionary, words: Words) -> SheetRows:
    """Every sign and every status with its meaning."""
    sheet = named_sheet(book, words.say(msgid("Legend")), [20, 18, 80])
    for number, row in enumerate(legend_rows(release, dictionary, words)):
        sheet.append([sheet.text(value, PLAIN if number else _BOLD) for value in row])
    return sheet


def plain_cell(sheet: SheetRows, value: str | int) -> str | None:
    """A text or a number without a format; nothing for an empty text."""
    if isinstance(value, str):
        return sheet.text(value) if value else None
    return sheet.number(value)


def named_sheet(
    book: Workbook, name: str, widths: Sequence[int], *, panes: tuple[int, int] | None = None
) -> SheetRows:
    """A sheet without rows. `panes`: how many columns and rows stay in view."""
    frame = book.create_sheet(name)
    if panes is not None:
        frame.freeze_panes = f"{get_column_letter(panes[0] + 1)}{panes[1] + 1}"
    for number, width in enumerate(widths, start=1):
        frame.column_dimensions[get_column_letter(number)].width = min(width, _WIDEST)
    return SheetRows(frame)

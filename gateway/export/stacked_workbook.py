"""Tables of one question below each other as a workbook: one sheet to read, one row per cell, notes, legend.

Each table stays one of its own: the first column says which a row is of, and nothing is added up over them.
"""

from collections.abc import Sequence
from datetime import datetime

from openpyxl import Workbook

from gateway.dictionary import Dictionary
from gateway.export.data_csv import TOTAL_OVER
from gateway.export.flat_tables import STATUS_COLUMNS, status_fields
from gateway.export.notes import coverage_rows, facts, legend_rows
from gateway.export.observations import totals_over
from gateway.export.sheet_rows import PLAIN, Format, SheetRows, packed
from gateway.export.stacked_files import TABLE, Part, levels_of
from gateway.export.workbook import named_sheet, number_cell, plain_cell
from gateway.export.year_axis import year_axis
from gateway.picturing import Words, with_bounds
from gateway.picturing.labels import Labels
from gateway.picturing.svg import clean
from gateway.picturing.turning.stacked import stacked
from gateway.picturing.words import capital, msgid

_BOLD, _WRAPPED = Format(bold=True), Format(wrapped=True)


def stacked_xlsx(title: str, parts: Sequence[Part], dictionary: Dictionary, words: Words) -> bytes:
    """Return the workbook's bytes. Raises LayoutError where the tables differ in their number of levels."""
    words = words.remembered()
    bounded = [part._replace(release=with_bounds(part.release, dictionary)) for part in parts]
    book = Workbook(write_only=True)
    moment = datetime.fromisoformat(max(part.release.released_at for part in parts)).replace(tzinfo=None)
    book.properties.created = book.properties.modified = moment
    book.properties.creator = "Safelane"
    book.properties.title = clean(title)
    sheets = (
        _table(book, title, parts, dictionary, words),
        _data(book, bounded, dictionary, words),
        _notes(book, bounded, dictionary, words),
        _legend(book, bounded, dictionary, words),
    )
    return packed(book, sheets, moment)


def _table(
    book: Workbook, title: str, parts: Sequence[Part], dictionary: Dictionary, words: Words
) -> SheetRows:
    """The tables as read: heads are repeated in every row, for sorting and filtering."""
    made = stacked([part.release for part in parts], dictionary, words)
    down = 1 + len(made.corner)
    widths = [32, *[24] * len(made.corner), *[12] * len(made.heads)]
    sheet = named_sheet(book, words.say(msgid("Table")), widths, panes=(down, 3))
    sheet.append([sheet.text(title, _BOLD)])
    sheet.append([])
    corner = ("", *made.corner)
    heads = [sheet.text(head.text, Format(bold=True, right=True)) for head in made.heads]
    sheet.append([*(sheet.text(capital(text), _BOLD) for text in corner), *heads])
    for part, rows in zip(parts, made.parts, strict=True):
        cells = {cell.key: cell for cell in part.release.cells}
        open_heads = [""] * len(made.corner)
        for row in rows:
            for place, head in zip(range(down - 1 - len(row.heads), down - 1), row.heads, strict=True):
                open_heads[place] = head.text
            numbers = [number_cell(sheet, cells.get(one.key), one.text, one.marks) for one in row.cells]
            sheet.append([*map(sheet.text, (part.label, *open_heads)), *numbers])
    return sheet


def _data(book: Workbook, parts: Sequence[Part], dictionary: Dictionary, words: Words) -> SheetRows:
    """One row per cell: the table, for each level its code and label, and the columns of the CSV."""
    labels = Labels(dictionary, words)
    first = [axis.level for axis in year_axis(parts[0].release, dictionary)]
    names = [*first, *levels_of([part.release for part in parts], dictionary)]
    head = [TABLE, *(text for name in names for text in (name, f"{name}_label")), TOTAL_OVER, *STATUS_COLUMNS]
    sheet = named_sheet(book, words.say(msgid("Data")), [18] * len(head), panes=(1, 1))
    sheet.append([sheet.text(text, _BOLD) for text in head])
    for part in parts:
        year = [code for axis in year_axis(part.release, dictionary) for code in axis.codes * 2]
        said = [labels.axis(axis) for axis in part.release.axes]
        for cell in part.release.cells:
            key = [text for code, name in zip(cell.key, said, strict=True) for text in (code, name[code])]
            over = " ".join(totals_over(part.release.axes, cell))
            row = (part.name, *year, *key, over, *status_fields(cell))
            sheet.append([plain_cell(sheet, value) for value in row])
    return sheet


def _notes(book: Workbook, parts: Sequence[Part], dictionary: Dictionary, words: Words) -> SheetRows:
    """Of each table what was asked and answered, member by member, with the terms of each."""
    sheet = named_sheet(book, words.say(msgid("Notes")), [28, 60, 18, 18, 60])
    for part in parts:
        sheet.append([sheet.text(part.label, _BOLD)])
        for name, value in facts(part.release, dictionary, words, part.receipt):
            sheet.append([sheet.text(name, _BOLD), sheet.text(value, _WRAPPED)])
        for number, row in enumerate(coverage_rows(part.release, dictionary, words)):
            look = Format(bold=number == 0, wrapped=True)
            sheet.append([sheet.text(value, look) for value in row])
        sheet.append([])
    return sheet


def _legend(book: Workbook, parts: Sequence[Part], dictionary: Dictionary, words: Words) -> SheetRows:
    """Every sign and status of any of the tables, once."""
    sheet = named_sheet(book, words.say(msgid("Legend")), [20, 18, 80])
    rows = dict.fromkeys(row for part in parts for row in legend_rows(part.release, dictionary, words))
    for number, row in enumerate(rows):
        sheet.append([sheet.text(value, PLAIN if number else _BOLD) for value in row])
    return sheet

"""Tables of one question below each other, for the terminal and for programs. Nothing adds up over them."""

import csv
import io
import json
from collections.abc import Sequence
from typing import NamedTuple

from gateway.dictionary import Dictionary, ReadyTable
from gateway.export.flat_tables import STATUS_COLUMNS, status_fields
from gateway.export.notes import Receipt
from gateway.export.spreadsheet_cells import harmless
from gateway.export.text import legend, table_text, wrapped
from gateway.export.year_axis import year_axis
from gateway.picturing import ENGLISH, Words, with_bounds
from gateway.picturing.labels import Labels
from gateway.picturing.notices.coarser_tables import coarser_tables
from gateway.picturing.notices.units import units
from gateway.picturing.turning.stacked import silent, telling
from gateway.wire.cells import TOTAL
from gateway.wire.release import Release

FORMS = ("csv", "xlsx", "json")
"""The formats of a file of several tables."""
TABLE = "table"
"""The column that says which table of the question a row is of."""


class Part(NamedTuple):
    """A released table, its name among the tables of its question (`REH` of `services-by-sex.REH`), what
    distinguishes it in words, and its receipt."""

    name: str
    release: Release
    label: str = ""
    receipt: Receipt | None = None


def label_of(dictionary: Dictionary, table: ReadyTable) -> str:
    """What distinguishes a table from the others of its question, as the dictionary says it."""
    return dictionary.level(table.label).label if table.label in dictionary.levels else table.label


def stacked_file_of(
    form: str, title: str, parts: Sequence[Part], dictionary: Dictionary, words: Words
) -> bytes:
    """Return the bytes of a file, in one of FORMS.

    Raises LayoutError where tables of different shapes cannot stand in one sheet.
    """
    if form == "csv":
        return stacked_csv(parts, dictionary).encode()
    if form == "json":
        return stacked_json(parts).encode()
    # Here, because a library for workbooks is in the way of whoever only starts.
    from gateway.export.stacked_workbook import stacked_xlsx  # noqa: PLC0415

    return stacked_xlsx(title, parts, dictionary, words)


def stacked_text(parts: Sequence[Part], dictionary: Dictionary) -> str:
    """The tables as one on the terminal, then the meaning of its signs, and what a number counts.

    All have the same number of levels, at least two; the last runs across.
    """
    labels = Labels(dictionary, ENGLISH)
    bounded = [telling(with_bounds(part.release, dictionary)) for part in parts]
    without = silent([part.release for part in parts])
    codes = dict.fromkeys(code for release in bounded for code in release.axes[-1].codes)
    across = sorted(codes, key=lambda code: code == TOTAL)
    levels = levels_of([part.release for part in parts], dictionary)
    names = [part.name for part in parts]
    rows = [(name, release) for name, release in zip(names, bounded, strict=True)]
    body = table_text([TABLE, *levels[:-1]], across, rows)
    more = [f"{part.name}: {said}" for part in parts for said in coarser_tables(part.release, labels)]
    signs = list(dict.fromkeys(line for release in bounded for line in legend(release)))
    said = dict.fromkeys(said for release in bounded for said in units(release, labels))
    nothing = [f"Without a row, since they gave nothing of this: {', '.join(without)}"] if without else []
    return "\n".join([body, *([""] if signs else []), *signs, "", *wrapped([*said, *more, *nothing])])


def stacked_csv(parts: Sequence[Part], dictionary: Dictionary) -> str:
    """Return one row per cell of each table, as `to_csv` does, after the name of the table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    releases = [part.release for part in parts]
    one_year = [axis.level for axis in year_axis(releases[0], dictionary)]
    heads = [TABLE, *one_year, *levels_of(releases, dictionary)]
    writer.writerow([*map(harmless, heads), *STATUS_COLUMNS])
    for name, release, *_ in parts:
        year = [code for axis in year_axis(release, dictionary) for code in axis.codes]
        for cell in with_bounds(release, dictionary).cells:
            writer.writerow([name, *year, *map(harmless, cell.key), *status_fields(cell)])
    return out.getvalue()


def stacked_json(parts: Sequence[Part]) -> str:
    """Return a list of the releases as committed to in the regional log, indented."""
    return json.dumps([part.release.as_json() for part in parts], indent=1, ensure_ascii=False) + "\n"


def levels_of(releases: Sequence[Release], dictionary: Dictionary) -> list[str]:
    """The names of the levels; of levels of several values of one attribute the attribute's."""
    found = []
    for axes in zip(*(release.axes for release in releases), strict=True):
        levels = {axis.level for axis in axes}
        attribute = axes[0].level if len(levels) == 1 else dictionary.attribute_of(axes[0].level)
        found.append(attribute)
    return found

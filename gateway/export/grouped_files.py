"""A table with its reader's own groups, as a file: it says which rows the desk computed, and from what.

Such a file is no release: the log commits to the table without groups.
"""

import csv
import io
from collections.abc import Sequence

from gateway.dictionary import Dictionary
from gateway.export.flat_tables import STATUS_COLUMNS, status_fields
from gateway.export.notes import Receipt
from gateway.export.spreadsheet_cells import harmless
from gateway.export.year_axis import year_axis
from gateway.picturing import Words, with_bounds
from gateway.picturing.grouping import Group, grouped, put_together
from gateway.picturing.grouping.group_notes import group_notes
from gateway.picturing.labels import Labels
from gateway.wire.release import Release

FORMS = ("csv", "xlsx")
"""The formats that a table with groups can be saved as."""
OWN_GROUP = "own_group"
"""The column with the codes behind a row that the desk computed; empty for what was released."""


def with_groups(release: Release, dictionary: Dictionary, groups: Sequence[Group]) -> Release:
    """The table with the groups in place of their codes, and with the ranges of what is withheld."""
    return grouped(with_bounds(release, dictionary), dictionary, groups)


def grouped_csv(release: Release, dictionary: Dictionary, groups: Sequence[Group]) -> bytes:
    """Return one row per cell as `to_csv` does, with a column more: the codes behind a group, with spaces."""
    behind = {group.code: put_together(release, group) for group in groups}
    made = with_groups(release, dictionary, groups)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    one_year = year_axis(release, dictionary)
    levels = [harmless(axis.level) for axis in (*one_year, *made.axes)]
    writer.writerow([*levels, *STATUS_COLUMNS, OWN_GROUP])
    year = [code for axis in one_year for code in axis.codes]
    for cell in made.cells:
        codes = " ".join(code for one in cell.key for code in behind.get(one, ()))
        writer.writerow([*year, *map(harmless, cell.key), *status_fields(cell), harmless(codes)])
    return out.getvalue().encode()


def grouped_xlsx(
    release: Release, dictionary: Dictionary, words: Words, groups: Sequence[Group], receipt: Receipt
) -> bytes:
    """Return a workbook whose notes say of each group what it holds and that the desk computed it."""
    # Here, because a library for workbooks is in the way of whoever only starts.
    from gateway.export.workbook import workbook  # noqa: PLC0415

    said = [(note.sign, note.text) for note in group_notes(release, groups, Labels(dictionary, words))]
    return workbook(with_groups(release, dictionary, groups), dictionary, words, receipt, more=said)

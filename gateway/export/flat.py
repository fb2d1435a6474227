"""A release for programs and spreadsheets: one row or object a cell."""

import csv
import io
import json

from gateway.wire.release import Release

STATUS_COLUMNS = ("status", "value", "at_least", "at_most", "lacks", "under_masks")


def to_csv(release: Release) -> str:
    """One row a cell: a column for each level, then what is known of it and of its members."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(axis.level for axis in release.axes), *STATUS_COLUMNS])
    for cell in release.cells:
        value = "" if cell.value is None else cell.value
        known = ["" if bound is None else bound for bound in (cell.at_least, cell.at_most)]
        members = [" ".join(cell.lacks), " ".join(cell.under_masks)]
        writer.writerow([*cell.key, cell.status, value, *known, *members])
    return out.getvalue()


def to_json(release: Release) -> str:
    """The release as it was committed to in the regional log, indented."""
    return json.dumps(release.as_json(), indent=1, ensure_ascii=False) + "\n"

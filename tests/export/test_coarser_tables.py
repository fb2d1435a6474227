"""A table that is mostly withheld names coarser tables, and each format says so, and each range with it."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

from openpyxl import load_workbook
from releases import made_release

from gateway.dictionary import regional
from gateway.export import to_text
from gateway.export.csv_descriptions import csvw
from gateway.export.data_formats import FORMATS
from gateway.export.export_formats import export
from gateway.export.observations import Observations
from gateway.export.pxweb.px_table import data as px_data
from gateway.export.pxweb.px_table import metadata as px_metadata
from gateway.picturing import ENGLISH, layout
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release

DICTIONARY = regional()
BINARY = ("xlsx", "arrows", "parquet")
SAID = (
    "Most of this table is withheld. Coarser tables show more: Leave out: outcome (shows a number for 6 of 6 "
    "withheld numbers)"
)


def mostly_withheld() -> Release:
    release = made_release("country", "outcome", members=("TH", "VN"))
    cells = (c if TOTAL in c.key else replace(c, status=Status.WITHHELD, value=None) for c in release.cells)
    return replace(release, cells=tuple(cells))


def test_the_terminal_the_page_and_a_report_name_coarser_tables() -> None:
    release = mostly_withheld()

    assert SAID in " ".join(to_text(release, DICTIONARY).split())
    assert layout(release, DICTIONARY, ENGLISH).counted == (f"{SAID}.",)


def test_a_table_that_is_mostly_shown_names_none() -> None:
    release = made_release("country", "outcome", members=("MM",))
    shown = (replace(c, status=Status.VALUE, value=9, at_least=None, at_most=None) for c in release.cells)

    assert "Coarser" not in to_text(replace(release, cells=tuple(shown)), DICTIONARY)


def test_files_for_people_and_for_programs_name_coarser_tables() -> None:
    observations = Observations.of(mostly_withheld(), DICTIONARY)
    notes = load_workbook(BytesIO(export(mostly_withheld(), "xlsx", DICTIONARY)))["Notes"]

    assert ("Ways to see more numbers", f"{SAID}.") in [row[:2] for row in notes.values]
    for text in (
        FORMATS["jsonstat"].write(observations, False, None).decode(),
        FORMATS["sdmx.json"].write(observations, False, None).decode(),
        json.dumps(csvw(observations, "data.csv")),
        json.dumps(px_metadata(observations)),
        FORMATS["parquet"].write(observations, False, None).decode(errors="replace"),
    ):
        assert SAID in text


def bounded() -> Release:
    """Killed in Thailand: 137 to 541, by what the member says."""
    release = mostly_withheld()
    cells = []
    for cell in release.cells:
        total = replace(cell, status=Status.VALUE, value=9876, at_least=None, at_most=None)
        said = cell.within(137, 541) if cell.key == ("TH", "K") else cell
        cells.append(total if TOTAL in cell.key else said)
    return replace(release, cells=tuple(cells))


def texts() -> Mapping[str, str]:
    """What is written of the release in each format, as text; of Parquet and Arrow: `test_columnar.py`."""
    release = bounded()
    observations = Observations.of(release, DICTIONARY)
    files = {ending: made.write(observations, False, None) for ending, made in FORMATS.items()}
    files |= {f"saved {form}": export(release, form, DICTIONARY) for form in ("csv", "json", "svg")}
    return {
        **{name: data.decode() for name, data in files.items() if name not in BINARY},
        "xlsx": str([*load_workbook(BytesIO(files["xlsx"]))["Data"].values]),
        "pxweb": json.dumps(px_data(observations, None)),
        "terminal": to_text(release, DICTIONARY),
        "page and report": str(layout(Observations.of(release, DICTIONARY).bounded, DICTIONARY, ENGLISH)),
    }


def test_every_format_has_the_range_of_a_withheld_number() -> None:
    for name, text in texts().items():
        assert re.search(r"\b137\b", text), name
        assert re.search(r"\b541\b", text), name

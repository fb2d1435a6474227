"""Laws of a load: no order of rows or columns matters, and a file that changes meanwhile is no source."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.sources.files.opening import open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings

CELLS = {
    "Case": ["C1", "C2", "C3", "c-2", "", "--"],
    "ID card": ["", "0102034", "01 020 34", "none", "77", "000"],
    "Date": ["31/12/2010", "02/2011", "2012", "29/02/2011", "12/03/2567", "12/03/67", "01/01/2030", ""],
    "Province": ["Battambang", "KH-1", "?", ""],
    "Sex": ["Male", "Female", "n/a", "Mael", ""],
    "Age": ["34", "-1", "400", "0", "x", ""],
    "Device": ["mine", "bomblet", "rocket", ""],
    "Consent": ["N", "NAT", "AGG", "REC", "", "maybe"],
}
ROWS = st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}))


def table(rows, headings) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, headings, lineterminator="\n")
    writer.writeheader()
    writer.writerows({"Name": "Sok Dara"} | row for row in rows)
    return stream.getvalue()


HEADINGS = (*CELLS, "Name")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, data=st.data())
def test_shuffled_rows_and_columns_give_the_same_snapshot_and_the_same_findings(small, rows, data) -> None:
    shuffled = data.draw(st.permutations(rows))
    headings = data.draw(st.permutations(HEADINGS))

    first = small.load(victims=table(rows, HEADINGS))
    again = small.load(victims=table(shuffled, headings))

    assert again.snapshot.id == first.snapshot.id
    assert small.problems(again) == small.problems(first)
    assert len(first.snapshot) <= len(rows)


def test_a_file_that_is_written_while_it_is_read_is_an_error(small) -> None:
    """Also where it stays as long as it was, and where another takes its place."""
    mapping = parse_mapping(small.mapping, regional())
    path = small.folder / "victims.csv"
    path.write_text(small.text({}, {}), encoding="utf-8")

    def change_in_place() -> None:
        path.write_text(small.text({}, {"Sex": "Fema"}), encoding="utf-8")

    def replace() -> None:
        other = path.with_suffix(".new")
        other.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        other.replace(path)

    for change in (change_in_place, replace, path.unlink):
        with (
            pytest.raises(
                SourceError, match=r"victims\.csv was changed while it was read; nothing was loaded"
            ),
            open_source(str(small.folder), mapping, Findings()) as source,
            source.table("victims.csv") as opened,
        ):
            assert next(opened.chunks).rows
            change()
        if not path.exists():
            break


def test_a_workbook_that_is_saved_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Case", "Date"], ["C1", "2010-01-02"]):
        book.active.append(row)
    book.active.title = "victims"
    path = tmp_path / "register.xlsx"
    book.save(path)
    mapping = parse_mapping(
        "mapping: 1\nmember: KH\nsource: xlsx\n"
        "tables:\n  victims:\n    columns: {Case: case_id, Date: date}\n"
        "constants: {consent_share: AGG}\n",
        regional(),
    )

    with (
        pytest.raises(SourceError, match=r"register\.xlsx was changed while it was read"),
        open_source(str(path), mapping, Findings()) as source,
        source.table("victims") as opened,
    ):
        assert next(opened.chunks).rows
        book.active.append(["C2", "2010-01-03"])
        book.save(path)

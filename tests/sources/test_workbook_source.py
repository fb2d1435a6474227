"""Workbooks as offices keep them: date cells, formulas, merged cells, titles; and what is no workbook."""

import re
import time
import zipfile
from datetime import date

import openpyxl
import pytest

from gateway.dictionary import regional
from gateway.sources.files import sheet_rows
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import load

MAPPING = """\
mapping: 1
member: VN
source: xlsx
tables:
  Nạn nhân:
    columns:
      Mã: case_id
      CCCD: national_id
      Ngày: {to: date, formats: [DD/MM/YYYY], era: either}
      Tỉnh: place
      Tuổi: age
      Giới tính: {to: sex, codes: {Nam: M, Nữ: F}}
    left_out: {Họ tên: names a person}
constants: {consent_share: AGG}
"""
HEADINGS = ["Mã", "Họ tên", "CCCD", "Ngày", "Tỉnh", "Tuổi", "Giới tính"]
ROW = ["V1", "Nguyễn Văn An", 41086279556, date(2015, 3, 4), "Quảng Trị", 34, "Nam"]


def row(**changes):
    return [changes.get(h.replace(" ", "_"), value) for h, value in zip(HEADINGS, ROW, strict=True)]


@pytest.fixture
def workbook(tmp_path):
    """Save rows under the headings, let `change` spoil the sheet, and load it."""

    def load_it(*rows, change=None, mapping=MAPPING, after=None):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Nạn nhân"
        for cells in [HEADINGS, *rows]:
            sheet.append(cells)
        if change:
            change(sheet)
        path = tmp_path / "register.xlsx"
        book.save(path)
        if after:
            after(path)
        return load_path(path, mapping)

    return load_it


def load_path(path, mapping=MAPPING):
    parsed = parse_mapping(mapping, regional())
    findings = Findings()
    with open_source(str(path), parsed, findings) as source:
        return load(
            source,
            parsed,
            regional(),
            pseudonymise=lambda kind, values: [f"{kind}:{value}" for value in values],
            today=date(2026, 11, 25),
            findings=findings,
        )


def problems(loaded):
    return {(f.column, f.problem.name): (f.count, f.lines) for f in loaded.findings}


def test_cells_are_read_as_what_they_are(workbook):
    loaded = workbook(row())
    assert loaded.findings == ()
    columns = {name: column.values() for name, column in loaded.snapshot.columns.items()}
    assert columns == {"age": ["25-34"], "date": ["2015-03"], "place": ["VN-25"], "sex": ["M"]}
    assert loaded.snapshot.links["person"].tolist() == [b"national_id:41086279556"]


def test_a_date_cell_is_a_date_beside_written_ones_of_either_era(workbook):
    loaded = workbook(
        row(Mã="1"),
        row(Mã="2", Ngày="04/03/2558"),
        row(Mã="3", Ngày="04/03/2015"),
        row(Mã="4", Ngày=date(2015, 3, 4)),
    )
    assert loaded.findings == ()
    assert loaded.snapshot.columns["date"].codes == ("2015-03",)


def test_a_date_cell_keeps_its_meaning_where_written_years_are_buddhist(workbook):
    loaded = workbook(row(), row(Mã="2", Ngày="04/03/2558"), mapping=MAPPING.replace("either", "BE"))
    assert loaded.findings == ()
    assert loaded.snapshot.columns["date"].codes == ("2015-03",)


def test_dates_of_a_workbook_can_be_in_the_future_too(workbook):
    assert problems(workbook(row(Ngày=date(2030, 1, 1)))) == {("Ngày", "DATE_FUTURE"): (1, (2,))}


def test_formulas_without_a_stored_result_are_told(workbook):
    loaded = workbook(row(), row(Mã="V2", Tuổi="=30+4"))
    assert problems(loaded) == {("", "FORMULA_EMPTY"): (1, (3,))}
    assert sorted(loaded.snapshot.columns["age"].values()) == ["25-34", "UNK"]


def test_formulas_with_a_stored_result_are_read_and_told(workbook):
    def store_result(name, data):
        return re.sub(rb"<f>30\+4</f><v ?/>", b"<f>30+4</f><v>34</v>", data)

    loaded = workbook(row(Tuổi="=30+4"), after=lambda path: rewritten(path, store_result))
    assert problems(loaded) == {("", "FORMULA"): (1, (2,))}
    assert loaded.snapshot.columns["age"].values() == ["25-34"]


def test_merged_cells_hold_for_all_their_rows_and_are_told(workbook):
    def merge(sheet):
        sheet.merge_cells("D2:D4")

    rows = [row(Mã="1"), row(Mã="2", Ngày=None), row(Mã="3", Ngày=None), row(Mã="4")]
    loaded = workbook(*rows, change=merge)
    assert len(loaded.snapshot) == 4
    assert problems(loaded) == {("", "MERGED"): (2, (3, 4))}


def test_titles_above_the_headings_are_stated(workbook):
    def title(sheet):
        sheet.insert_rows(1, 2)
        sheet["A1"] = "SỔ THEO DÕI NẠN NHÂN"
        sheet.merge_cells("A1:G1")

    with pytest.raises(SourceError, match="no column 'Mã'"):
        workbook(row(), change=title)
    loaded = workbook(
        row(), change=title, mapping=MAPPING.replace("tables:", "reading: {header: 3}\ntables:")
    )
    assert loaded.findings == ()
    assert len(loaded.snapshot) == 1


def test_empty_rows_between_are_told_and_those_at_the_end_are_not(workbook):
    loaded = workbook(row(), [None] * 7, row(Mã="V2"), [None] * 7, ["", ""])
    assert problems(loaded) == {("", "ROW_BLANK"): (1, (3,))}


def test_cells_beyond_the_headings_are_told(workbook):
    loaded = workbook(row(), [*row(Mã="V2"), "?"])
    assert problems(loaded) == {("", "CELL_BEYOND"): (1, (3,))}
    assert len(loaded.snapshot) == 2, "a note beside the table loses nobody"


def test_numbers_longer_than_a_workbook_keeps_make_nobody_the_same_person(workbook):
    loaded = workbook(row(CCCD=3201234567890120), row(Mã="V2", CCCD=3.20123456789012e15))
    assert problems(loaded) == {("CCCD", "NUMBER_CUT"): (2, (2, 3))}
    assert len(set(loaded.snapshot.links["person"].tolist())) == 2


def test_merged_cells_without_end_are_not_followed(workbook):
    def fill(name, data):
        merged = b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        return data.replace(b"</sheetData>", b"</sheetData>" + merged)

    with pytest.raises(SourceError, match="far too large"):
        workbook(row(), after=lambda path: rewritten(path, fill))


def test_a_missing_sheet_names_those_that_there_are(workbook):
    with pytest.raises(SourceError, match="no sheet 'Victims'") as caught:
        workbook(row(), mapping=MAPPING.replace("Nạn nhân", "Victims"))
    assert "'Nạn nhân'" in caught.value.remedy


@pytest.mark.parametrize(
    "junk", [b"", b"PK\x03\x04", b"Case,Sex\n1,M\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_what_is_no_workbook_is_an_error(tmp_path, junk):
    path = tmp_path / "register.xlsx"
    path.write_bytes(junk)
    with pytest.raises(SourceError, match=r"not a whole \.xlsx workbook"):
        load_path(path)


def test_a_zip_of_something_else_is_an_error(tmp_path):
    path = tmp_path / "register.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("hello.txt", "no workbook")
    with pytest.raises(SourceError, match=r"not a whole \.xlsx workbook"):
        load_path(path)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="no file"):
        load_path(tmp_path / "register.xlsx")


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_half_copied_workbook_is_an_error(workbook, keep):
    def cut(path):
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * keep)])

    with pytest.raises(SourceError, match=r"not a whole \.xlsx workbook"):
        workbook(*[row(Mã=str(n)) for n in range(500)], after=cut)


def test_a_sheet_damaged_inside_is_an_error(workbook):
    def damage(name, data):
        return data[:-300] if name.endswith("sheet1.xml") else data

    with pytest.raises(SourceError, match=r"not a whole \.xlsx workbook"):
        workbook(*[row(Mã=str(n)) for n in range(500)], after=lambda path: rewritten(path, damage))


def test_a_bomb_is_not_unpacked(workbook):
    def fill(name, data):
        return data.replace(b"</worksheet>", b" " * (11 << 20) + b"</worksheet>")

    with pytest.raises(SourceError, match="far too large"):
        workbook(row(), after=lambda path: rewritten(path, fill))


def rewritten(path, change):
    """The workbook with every part changed by `change(name, data)`."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, change(name, data))


def test_entities_that_multiply_are_not_followed(workbook):
    def plant(name, data):
        if not name.endswith("sheet1.xml"):
            return data
        laughs = '<!DOCTYPE x [<!ENTITY a "ha">'
        for entity, inner in zip("bcdefghij", "abcdefghi", strict=True):
            laughs += f'<!ENTITY {entity} "{f"&{inner};" * 50}">'
        return data.replace(b"<worksheet", laughs.encode() + b"]><worksheet", 1).replace(b"Nam", b"&j;", 1)

    with pytest.raises(SourceError, match=r"not a whole \.xlsx workbook"):
        workbook(row(), after=lambda path: rewritten(path, plant))


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "ha">]>'


def wide(data):
    """A part in UTF-16, with a DTD."""
    rest = data.decode().split("?>", 1)[-1]
    return f'<?xml version="1.0" encoding="UTF-16"?>{DOCTYPE}{rest}'.encode("utf-16")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "hide",
    [
        wide,
        lambda data: b"<!--" + b"x" * 6000 + b"-->" + DOCTYPE.encode() + data.split(b"?>", 1)[-1],
        lambda data: b"<!--" + b"x" * 100_000 + b"-->" + DOCTYPE.encode() + data.split(b"?>", 1)[-1],
        lambda data: b"<?xml version='1.0' encoding='ISO-8859-1'?>" + data.split(b"?>", 1)[-1],
    ],
)
def test_a_dtd_is_found_wherever_it_hides(workbook, part, hide):
    spoilt = lambda name, data: hide(data) if name == part else data  # noqa: E731
    with pytest.raises(SourceError, match=r"not a whole \.xlsx workbook"):
        workbook(row(), after=lambda path: rewritten(path, spoilt))


@pytest.mark.parametrize(
    "number",
    [b'r="2000000000"', b'r="1048577"', b'r="1"', b'r="-5"', b'r="2e9"', b'r="&#50;000000000"', b"r='3'"],
)
def test_a_row_number_that_no_sheet_has_is_refused_at_once(workbook, number):
    def renumbered(name, data):
        return data.replace(b'<row r="2"', b'<row x=">" ' + number) if name.endswith("sheet1.xml") else data

    def load_it():
        return workbook(row(), row(Mã="V2"), after=lambda path: rewritten(path, renumbered))

    begun = time.process_time()
    with pytest.raises(SourceError, match="not numbered from 1 to 1048576 in order"):
        load_it()
    assert time.process_time() - begun < 1


def test_a_row_in_another_prefix_is_seen_too(workbook):
    def prefixed(name, data):
        if not name.endswith("sheet1.xml"):
            return data
        data = data.replace(b"<worksheet xmlns=", b"<s:worksheet xmlns:s=").replace(b"</", b"</s:")
        return re.sub(rb"<(?=[a-zA-Z]+[ />])(?!s:)", b"<s:", data).replace(
            b'row r="2"', b'row r="2000000000"'
        )

    with pytest.raises(SourceError, match="not numbered from 1 to 1048576 in order"):
        workbook(row(), after=lambda path: rewritten(path, prefixed))


def test_a_sheet_of_empty_cells_is_refused(workbook, monkeypatch):
    monkeypatch.setattr(sheet_rows, "MOST_EMPTY", 100_000)

    def far(sheet):
        for line in range(3, 30):
            sheet.cell(line, 16_000, "x")

    with pytest.raises(SourceError, match=r"not a whole \.xlsx workbook"):
        workbook(row(), change=far)


def test_a_workbook_without_a_sheet_of_rows_has_nothing_to_draft_a_mapping_of(tmp_path):
    """Both ended in an internal error."""
    book = openpyxl.Workbook()
    book.save(tmp_path / "none.xlsx")
    with zipfile.ZipFile(tmp_path / "none.xlsx") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/workbook.xml"] = re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", parts["xl/workbook.xml"])
    with zipfile.ZipFile(tmp_path / "none.xlsx", "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    book.create_chartsheet("Casualties by year")
    del book["Sheet"]
    book.save(tmp_path / "charts.xlsx")

    for name, said in (("none.xlsx", "no sheet of rows in none"), ("charts.xlsx", "charts.xlsx")):
        with pytest.raises(SourceError, match=said):
            draft_mapping(str(tmp_path / name), "KH", regional(), date(2026, 11, 25))

"""Workbooks of LibreOffice and of old versions of Excel, read as those of Excel are; and hostile ones."""

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ods_files import ods_file

from gateway.dictionary import regional
from gateway.sources.files import limited, office_source, sheet_rows
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import Load, load

REGISTERS = Path(__file__).parents[2] / "data" / "registers"
MAPPING = """\
mapping: 1
member: VN
source: ods
reading: {header: 3}
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
ABOVE = [["SỔ THEO DÕI NẠN NHÂN"], [], HEADINGS]


def workbook(folder: Path, *rows: list[Any], raw: str = "", empty: int = 1_000_000) -> Path:
    """An .ods with these rows below the headings, and `raw` after them."""
    path = folder / "register.ods"
    path.write_bytes(ods_file("Nạn nhân", [*ABOVE, *rows], raw=raw, empty=empty))
    return path


def load_path(path: Path, mapping: str = MAPPING) -> Load:
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


def problems(loaded: Load) -> dict[tuple[str, str], tuple[int, tuple[int, ...]]]:
    return {(f.column, f.problem.name): (f.count, f.lines) for f in loaded.findings}


def columns(loaded: Load) -> dict[str, list[str]]:
    return {name: column.values() for name, column in loaded.snapshot.columns.items()}


def test_an_ods_is_read_as_an_xlsx_is(tmp_path: Path) -> None:
    old = [*ROW[:3], "04/03/2558", *ROW[4:]]
    loaded = load_path(workbook(tmp_path, ROW, ["V2", *old[1:]]))

    assert loaded.findings == ()
    assert columns(loaded) == {
        "age": ["25-34"] * 2, "date": ["2015-03"] * 2, "place": ["VN-25"] * 2, "sex": ["M"] * 2
    }  # fmt: skip
    assert loaded.snapshot.links["person"].tolist() == [b"national_id:41086279556"] * 2


def test_merged_cells_and_formulas_of_an_ods_are_told(tmp_path: Path) -> None:
    merged = (
        '<table:table-cell table:number-rows-spanned="2" office:value-type="date" '
        'office:date-value="2015-03-04"/>'
    )
    formula = '<table:table-cell table:formula="of:=30+4" office:value-type="float" office:value="34"/>'
    first = [*ROW[:3], merged, ROW[4], formula, ROW[6]]
    second = ["V2", ROW[1], 41086279557, "<table:covered-table-cell/>", *ROW[4:]]
    loaded = load_path(workbook(tmp_path, first, second))

    assert problems(loaded) == {("", "MERGED"): (1, (5,)), ("", "FORMULA"): (1, (4,))}
    assert columns(loaded)["date"] == ["2015-03"] * 2
    assert columns(loaded)["age"] == ["25-34"] * 2


def test_an_xls_is_read_as_an_xlsx_is() -> None:
    loaded = load_path(
        REGISTERS / "victims.xls",
        MAPPING.replace("source: ods", "source: xls") + "left_out: {Ghi chú: notes}\n",
    )

    assert problems(loaded) == {("", "MERGED"): (1, (5,))}
    assert columns(loaded)["date"] == ["2015-03", "2015-03", "2015-04"]
    assert columns(loaded)["age"] == ["25-34", "15-17", "UNK"]


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_draft_finds_kind_sheet_and_headings(tmp_path: Path, kind: str) -> None:
    place = REGISTERS / "victims.xls" if kind == "xls" else workbook(tmp_path, ROW, ["V2", *ROW[1:]])

    draft = draft_mapping(str(place), "VN", regional(), date(2026, 11, 25))

    assert f"source: {kind}\n" in draft
    assert "header: 3" in draft
    assert "Tỉnh: place" in draft


@pytest.mark.parametrize(
    ("rows", "columns"), [(2_000_000_000, 1), (1_048_576, 1), (60_000, 1000), (1, 20_000)]
)
def test_a_few_bytes_that_say_millions_of_cells_are_refused(tmp_path: Path, rows: int, columns: int) -> None:
    raw = (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell office:value-type="string" '
        f'table:number-columns-repeated="{columns}"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    with pytest.raises(SourceError, match=r"not numbered from 1|far too large"):
        load_path(workbook(tmp_path, ROW, raw=raw, empty=1))


@pytest.mark.parametrize("number", ["0", "-5", "2e9", "x"])
def test_a_number_that_is_none_is_a_damaged_workbook(tmp_path: Path, number: str) -> None:
    raw = f'<table:table-row table:number-rows-repeated="{number}"/>'
    with pytest.raises(SourceError, match=r"not a whole \.ods workbook"):
        load_path(workbook(tmp_path, ROW, raw=raw))


def test_merged_cells_without_end_are_not_followed(tmp_path: Path) -> None:
    raw = '<table:table-row><table:table-cell table:number-rows-spanned="900000"/></table:table-row>'
    with pytest.raises(SourceError, match="far too large"):
        load_path(workbook(tmp_path, ROW, raw=raw))


@pytest.mark.parametrize("change", [
    lambda data: data[: len(data) // 2],
    lambda _: b"",
    lambda _: b"\xd0",
    lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    lambda _: b"Case,Sex\n1,M\n",
])  # fmt: skip
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_what_is_no_whole_workbook_is_an_error(tmp_path: Path, kind: str, change: Any) -> None:
    whole = (REGISTERS / "victims.xls") if kind == "xls" else workbook(tmp_path, *[ROW] * 50)
    path = tmp_path / f"changed.{kind}"
    path.write_bytes(change(whole.read_bytes()))
    with pytest.raises(SourceError, match=rf"not a whole \.{kind} workbook"):
        load_path(path, MAPPING.replace("source: ods", f"source: {kind}"))


def test_entities_and_bombs_in_an_ods_are_not_followed(tmp_path: Path) -> None:
    path = workbook(tmp_path, ROW)
    with zipfile.ZipFile(path) as package:
        content = package.read("content.xml")
    laugh = content.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "ha">]>', 1).replace(b"Nam", b"&a;")
    for spoilt, said in ((laugh, "not a whole"), (content + b" " * (11 << 20), "far too large")):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("content.xml", spoilt)
        with pytest.raises(SourceError, match=said):
            load_path(path)


def test_a_reader_that_wants_too_much_memory_takes_nothing_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = (
        '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16000"/>'
    )
    path = workbook(tmp_path, ROW, raw=f"<table:table-row>{many}</table:table-row>" * 200)
    monkeypatch.setattr(limited, "MOST_MEMORY", 60 << 20)
    with pytest.raises(SourceError, match=r"not a whole \.ods workbook"):
        load_path(path)


def test_a_sheet_of_empty_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_rows, "MOST_EMPTY", 100_000)
    far = '<table:table-cell table:number-columns-repeated="16000"/>'
    with pytest.raises(SourceError, match=r"not a whole \.ods workbook"):
        load_path(workbook(tmp_path, ROW, *[[far, "x"]] * 30))


def test_a_missing_sheet_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no sheet 'Victims'") as caught:
        load_path(workbook(tmp_path, ROW), MAPPING.replace("Nạn nhân", "Victims"))
    assert "'Nạn nhân'" in caught.value.remedy


def test_a_missing_reader_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_source, "find_spec", lambda _: None)
    with pytest.raises(SourceError, match="python-calamine") as caught:
        load_path(workbook(tmp_path, ROW))
    assert "safelane[sources]" in caught.value.remedy


def test_an_old_copy_beside_csv_files_is_not_taken_for_the_register(tmp_path: Path) -> None:
    workbook(tmp_path, ROW)
    (tmp_path / "victims.csv").write_text("Case,Date,Sex\nC1,2024-01-02,M\n")
    draft = draft_mapping(str(tmp_path), "VN", regional(), date(2026, 11, 25))
    assert "source: csv\n" in draft
    assert "victims.csv:" in draft


def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = workbook(tmp_path, ROW)
    parsed = parse_mapping(MAPPING, regional())
    with (
        open_source(str(path), parsed, Findings()) as source,
        pytest.raises(SourceError, match="changed"),
        source.table("Nạn nhân"),
    ):
        path.write_bytes(path.read_bytes() + b" ")

"""No writer of CSV or XLSX makes a formula live, and what our own programs read back is what was there."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gateway.cli import main
from gateway.cli.common.sheets import read_released_sheet, write_rows
from gateway.export.sdmx.sdmx_terms import identifier
from gateway.export.spreadsheet_cells import as_written, harmless, harmless_row

FORMULAS = ["=1+1", "+A1", "-A1", "@SUM(1)", " =1", "\t=1", "\r=1", "\n=1", "\u200b=1", "\uff1d1", "'=1"]
RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@given(text=st.text() | st.sampled_from(FORMULAS))
@example("-5.2")
@example("=")
def test_nothing_is_run_and_everything_on_one_line_is_read_back(text: str) -> None:
    safe = harmless(text)
    assert not safe.lstrip(" \u00a0\u200b\ufeff").startswith(RUN)
    if safe.removeprefix("'") == text and not text.startswith("'"):
        assert as_written(safe) == text
    assert not identifier(text or "x").startswith(RUN)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_protect_makes_no_formula_live_and_attack_reads_the_codes(tmp_path: Path, ending: str) -> None:
    codes = ["=HYPERLINK(1)", "+A1", "-A1", "@SUM(1)", "-7", "plain"]
    rows = [("=place", "count"), *((code, 10 * number) for number, code in enumerate(codes, 1))]
    source, output = tmp_path / "counts.csv", tmp_path / f"safe{ending}"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    wanted = ["protect", str(source), "-o", str(output), "--threshold", "3"]
    if ending == ".xlsx":
        write_rows(rows, tmp_path / "counts.xlsx", tmp_path / "counts.xlsx")
        wanted[1] = str(tmp_path / "counts.xlsx")
    result = CliRunner().invoke(main, wanted)
    assert result.exit_code == 0, result.output

    if ending == ".csv":
        cells = [cell for row in csv.reader(io.StringIO(output.read_text())) for cell in row]
        assert not [cell for cell in cells if cell.startswith(RUN) and cell != "-7"]
    else:
        cells = [cell for row in load_workbook(output).active.rows for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        with zipfile.ZipFile(output) as package:
            assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    read = read_released_sheet(output, {})
    assert [d.name for d in read.dims] == ["=place"]
    assert set(codes) < set(read.dims[0].codes)


def test_numbers_that_are_written_out_stay_numbers() -> None:
    rows = [["=id", "note"], ["x", "=1+1"], ["y", "-5"], ["z", "+3,5"], ["-1-1", "-2e3"]]
    safe = [["'=id", "note"], ["x", "'=1+1"], ["y", "-5"], ["z", "+3,5"], ["'-1-1", "-2e3"]]
    assert list(map(harmless_row, rows)) == safe

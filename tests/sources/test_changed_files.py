"""Whatever somebody makes of a workbook, a CSV file or a zip, its reader takes it or says what is wrong."""

import contextlib
import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from changed_texts import changed_bytes, tried
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.common.sheets import read_sheet
from gateway.errors import SafelaneError
from gateway.sources.files.csv_source import CsvSource
from gateway.sources.files.uploaded import unpack
from gateway.sources.files.workbook_source import WorkbookSource
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import Reading

SMOKE = tried(10)
SHEETS = [b"a,b,count\nx,1,5\ny,2,7\n", 'a;b;count\n"x\ny";1;5\n'.encode("utf-16"), "ក,ខ\n1,2\n".encode()]


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    """The parts of a workbook with dates, a formula and merged cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["a", "b", "count"], ["x", date(2020, 1, 2), 5], ["y", "=1+1", 7], ["z", 1.5, True]):
        sheet.append(row)
    sheet.merge_cells("A5:B6")
    whole = io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changed")


@given(data=st.data())
@SMOKE
def test_a_workbook(parts: dict[str, bytes], place: Path, data: st.DataObject) -> None:
    which = data.draw(st.sampled_from([*parts, ""]))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as package:
        for name, part in parts.items():
            package.writestr(name, data.draw(changed_bytes([part])) if name == which else part)
    book = place / "book.xlsx"
    book.write_bytes(whole.getvalue() if which else data.draw(changed_bytes([whole.getvalue()])))
    try:
        source = WorkbookSource(book, Reading(), Findings())
        for name in source.tables():
            source.size(name)
            source.top(name, 5)
            with source.table(name) as table:
                list(table.chunks)
    except SafelaneError:
        pass
    _read_sheet(book)


@given(data=st.data())
@SMOKE
def test_a_csv_file(place: Path, data: st.DataObject) -> None:
    path = place / "table.csv"
    path.write_bytes(data.draw(changed_bytes(SHEETS)))
    try:
        with CsvSource(path, Reading(), Findings()).table(path.name) as table:
            list(table.chunks)
    except SafelaneError:
        pass
    _read_sheet(path)


@given(data=st.data())
@SMOKE
def test_a_zip(place: Path, data: st.DataObject) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as package:
        package.writestr("folder/t.csv", "a,b\n1,2\n")
    path, into = place / "all.zip", place / "t.csv"
    path.write_bytes(data.draw(changed_bytes([whole.getvalue()])))
    into.unlink(missing_ok=True)
    with contextlib.suppress(SafelaneError):
        unpack(path, ["t.csv"], place)


def _read_sheet(path: Path) -> None:
    with contextlib.suppress(SafelaneError):
        read_sheet(path, None, None)

"""A workbook that refreshes: openpyxl reads it, and its connection names an address and types of columns."""

import csv
import io
import zipfile
from xml.etree import ElementTree

import httpx
import pytest
from openpyxl import load_workbook
from regions import Region
from released_questions import ask_ready_made

from gateway.accounts.addresses import make_address
from gateway.accounts.model import AddressRequest
from gateway.export.columnar.columns import is_number
from gateway.hub.accounts import accounts_of

OWNER = "analyst@armac.example"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def asked(shared_region: Region) -> str:
    return ask_ready_made(shared_region)


def address_for(region: Region, question: str) -> str:
    requested = AddressRequest("workbook", question=question)
    secret = make_address(accounts_of(region.hub), OWNER, OWNER, requested)
    return f"{region.url}/personal/{secret}/api/v1/questions/{question}/releases/newest"


def get(address: str) -> httpx.Response:
    return httpx.get(address, trust_env=False)


def test_its_connection_fetches_the_rows_that_the_workbook_has(shared_region: Region, asked: str) -> None:
    begin = address_for(shared_region, asked)
    reply = get(f"{begin}/refreshing.xlsx?labels=en")
    parts = {
        name: ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(reply.content)).read(f"xl/{name}.xml"))  # noqa: S314
        for name in ("connections", "queryTables/queryTable1", "workbook")
    }
    book = load_workbook(io.BytesIO(reply.content))

    (read,) = parts["connections"].iter(f"{_MAIN}textPr")
    assert read.get("sourceFile") == f"{begin}/data.csv?labels=en"
    assert (read.get("prompt"), read.get("codePage"), read.get("comma")) == ("0", "65001", "1")
    fetched = get(read.attrib["sourceFile"])
    head, *rows = csv.reader(io.StringIO(fetched.text, newline=""))
    kinds = [field.get("type") for field in read.iter(f"{_MAIN}textField")]
    assert kinds == ["general" if is_number(name) else "text" for name in head]
    sheet = book.worksheets[0]
    shown = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    assert shown == [head, *rows]
    assert [cell.data_type for cell in sheet[2]][:2] == ["s", "s"]
    table = parts["queryTables/queryTable1"]
    assert (
        book.worksheets[0].defined_names[table.attrib["name"]].attr_text == f"'Data'!$A$1:$K${len(rows) + 1}"
    )
    assert table.get("connectionId") == next(parts["connections"].iter(f"{_MAIN}connection")).get("id")
    assert book.sheetnames == ["Data", "Notes", "Legend"]


def test_nobody_keeps_a_copy_of_it_and_it_needs_a_personal_address(shared_region: Region, asked: str) -> None:
    begin = address_for(shared_region, asked)
    plain = f"/api/v1/questions/{asked}/releases/newest/refreshing.xlsx"

    first, second = (get(f"{begin}/refreshing.xlsx") for _ in range(2))

    assert first.content == second.content
    assert first.headers["Cache-Control"] == "no-store"
    by_token = shared_region.analyst.get(plain)
    assert (by_token.status_code, "personal address" in by_token.json()["remedy"]) == (404, True)
    assert get(f"{begin}/refreshing.xlsx?labels=xx").status_code == 406
    assert get(begin.replace(asked, "q-0") + "/refreshing.xlsx").status_code in (403, 404)

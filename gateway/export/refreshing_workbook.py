"""A workbook whose first sheet *Refresh All* fetches anew: the data of the newest release, by an address.

The sheet is a query table on a text connection (ECMA-376, part 1, 18.12 and 18.13): Excel reads the CSV at
the address with the types that stand here, codes as texts, so that the age `5-9` does not become a day of
September. Notes and legend are those of the release with which the workbook was made.
"""

import csv
import io
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

from gateway.export.columnar.columns import is_number
from gateway.export.data_csv import to_data_csv
from gateway.export.notes import Receipt
from gateway.export.observations import Observations
from gateway.export.sheet_rows import Format, SheetRows, packed
from gateway.export.workbook import legend_sheet, named_sheet, notes_sheet
from gateway.picturing.svg import clean
from gateway.picturing.words import msgid

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
QUERY = "safelane"
"""The name of connection, query table and range."""
_UTF_8 = "65001"


def refreshing_workbook(observations: Observations, address: str, receipt: Receipt | None) -> bytes:
    """Return the bytes of a workbook. `address`: that of the CSV with labels, which needs no token.

    Whoever has the workbook has the address.
    """
    head, *rows = csv.reader(io.StringIO(to_data_csv(observations, labelled=True), newline=""))
    release, dictionary = observations.release, observations.dictionary
    words = observations.labels.words
    book = Workbook(write_only=True)
    moment = datetime.fromisoformat(release.released_at).replace(tzinfo=None)
    book.properties.created = book.properties.modified = moment
    book.properties.creator = "Safelane"
    book.properties.title = clean(observations.labels.caption(release))
    name = words.say(msgid("Data"))
    sheet = named_sheet(book, name, [18] * len(head), panes=(0, 1))
    sheet.append([sheet.text(text, Format(bold=True)) for text in head])
    for row in rows:
        sheet.append([_cell(sheet, text, column) for text, column in zip(row, head, strict=True)])
    place = f"{quote_sheetname(name)}!$A$1:${get_column_letter(len(head))}${len(rows) + 1}"
    book.worksheets[0].defined_names[QUERY] = DefinedName(QUERY, attr_text=place)
    sheets = (
        sheet,
        notes_sheet(book, release, dictionary, words, receipt),
        legend_sheet(book, release, dictionary, words),
    )
    return _connected(packed(book, sheets, moment), head, address, moment)


def _cell(sheet: SheetRows, text: str, column: str) -> str | None:
    if not text:
        return None
    return sheet.number(int(text)) if is_number(column) else sheet.text(text)


def _connected(workbook: bytes, head: list[str], address: str, moment: datetime) -> bytes:
    """The workbook with a connection, and with a query table on its first sheet."""
    added = {
        "xl/connections.xml": _connection(head, address),
        "xl/queryTables/queryTable1.xml": _query_table(),
        "xl/worksheets/_rels/sheet1.xml.rels": _relation("queryTable", "../queryTables/queryTable1.xml"),
    }
    kinds = "".join(
        f'<Override PartName="/{part}" ContentType="{_TYPES}.{kind}+xml"/>'
        for part, kind in (
            ("xl/connections.xml", "connections"),
            ("xl/queryTables/queryTable1.xml", "queryTable"),
        )
    )
    related = f'<Relationship Id="rId{QUERY}" Type="{_OFFICE}/connections" Target="connections.xml"/>'
    edits = {
        "[Content_Types].xml": ("</Types>", kinds),
        "xl/_rels/workbook.xml.rels": ("</Relationships>", related),
    }
    out = io.BytesIO()
    with ZipFile(io.BytesIO(workbook)) as framed, ZipFile(out, "w") as archive:
        parts = {name: framed.read(name) for name in framed.namelist()}
        for name, (end, more) in edits.items():
            before, found, after = parts[name].decode().rpartition(end)
            if not found:
                raise ValueError(f"{name} does not end with {end}")
            parts[name] = f"{before}{more}{end}{after}".encode()
        for name, part in {**parts, **added}.items():
            entry = ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, part)
    return out.getvalue()


def _connection(head: list[str], address: str) -> bytes:
    made = Element("connections", xmlns=_MAIN)
    connection = SubElement(
        made,
        "connection",
        {
            "id": "1",
            "name": QUERY,
            "description": "The newest table of a question, by an address with a secret in it",
            "type": "6",  # a text
            "refreshedVersion": "6",
            "background": "1",
            "saveData": "1",
            "credentials": "none",
        },
    )
    read = SubElement(
        connection,
        "textPr",
        {
            # Without asking for the name of a file; decimals as ours, whatever the machine's are.
            "prompt": "0",
            "codePage": _UTF_8,
            "sourceFile": address,
            "decimal": ".",
            "thousands": ",",
            "tab": "0",
            "comma": "1",
        },
    )
    columns = SubElement(read, "textFields", count=str(len(head)))
    for column in head:
        SubElement(columns, "textField", type="general" if is_number(column) else "text")
    return _xml(made)


def _query_table() -> bytes:
    looks = ("NumberFormats", "BorderFormats", "FontFormats", "PatternFormats", "AlignmentFormats")
    return _xml(
        Element(
            "queryTable",
            {
                "xmlns": _MAIN,
                "name": QUERY,
                "connectionId": "1",
                "autoFormatId": "16",
                **{f"apply{look}": "0" for look in (*looks, "WidthHeightFormats")},
            },
        )
    )


def _relation(kind: str, target: str) -> bytes:
    made = Element("Relationships", xmlns=_RELATIONS)
    SubElement(made, "Relationship", {"Id": "rId1", "Type": f"{_OFFICE}/{kind}", "Target": target})
    return _xml(made)


def _xml(made: Element) -> bytes:
    return tostring(made, encoding="unicode", xml_declaration=True).encode()

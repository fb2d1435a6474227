"""Workbooks as LibreOffice writes them (ODF 1.3)."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"><office:body>
<office:spreadsheet><table:table table:name="{sheet}">{rows}<table:table-row
 table:number-rows-repeated="{empty}"
><table:table-cell table:number-columns-repeated="16384"/></table:table-row
></table:table></office:spreadsheet></office:body></office:document-content>"""


def ods_file(sheet: str, rows: Sequence[Sequence[Any]], *, raw: str = "", empty: int = 1_000_000) -> bytes:
    """An .ods with one sheet of these rows, `raw` XML of further rows, and so many empty rows at its end."""
    made = [f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", _CONTENT.format(sheet=sheet, rows="".join(made) + raw, empty=empty))
        package.writestr("Configurations2/accelerator/current.xml", "")  # LibreOffice packs it empty
        package.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return stream.getvalue()


def _cell(value: Any) -> str:
    """A cell as LibreOffice writes it; a text that begins with `<` stands for a cell of its own."""
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str) and value.startswith("<"):
        return value
    kind, attribute = "string", ""
    if isinstance(value, date):
        kind, attribute = "date", f' office:date-value="{value}"'
    elif isinstance(value, int):
        kind, attribute = "float", f' office:value="{value}"'
    return (
        f'<table:table-cell office:value-type="{kind}"{attribute}><text:p>{value}</text:p></table:table-cell>'
    )

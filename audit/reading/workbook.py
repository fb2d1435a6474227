"""Reads the cells of a workbook (XLSX, ECMA-376) with nothing but the standard library."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from audit.errors import MalformedError

Value = str | int | None
Row = list[Value]

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DAMAGED: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError,
    KeyError, IndexError, ValueError, OverflowError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What reading a damaged workbook raises, a locked one too."""
_MOST: Final = 200_000_000
"""Bytes of one part once unpacked: a workbook of a million cells has a third of this."""
_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")


def read_sheets(data: bytes) -> dict[str, list[Row]]:
    """Every sheet by name, in order, each a list of rows. Raises MalformedError, for a formula as well."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _sheets(archive)
    except _DAMAGED:
        raise MalformedError("workbook", "not a workbook that can be read") from None
    except ElementTree.ParseError:
        raise MalformedError("workbook", "a part that is no XML") from None


def _sheets(archive: zipfile.ZipFile) -> dict[str, list[Row]]:
    texts: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        texts = [_text(item) for item in _part(archive, "xl/sharedStrings.xml").iter(f"{_MAIN}si")]
    relations = _part(archive, "xl/_rels/workbook.xml.rels")
    places = {each.get("Id"): each.get("Target", "") for each in relations}
    found = {}
    for sheet in _part(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        target = places[sheet.get(_LINK)]
        path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        found[sheet.get("name", "")] = list(_rows(_part(archive, path), texts))
    return found


def _part(archive: zipfile.ZipFile, path: str) -> ElementTree.Element:
    if archive.getinfo(path).file_size > _MOST:
        raise MalformedError("workbook", f"{path} is larger than {_MOST} bytes")
    data = archive.read(path)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise MalformedError("workbook", f"{path} defines entities of its own")
    return ElementTree.fromstring(data)  # noqa: S314 - no document type, and bounded above


def _rows(sheet: ElementTree.Element, texts: list[str]) -> Iterator[Row]:
    expected = 1
    for row in sheet.iter(f"{_MAIN}row"):
        number = int(row.get("r", expected))
        if not expected <= number <= expected + 1000:
            raise MalformedError("workbook", "its rows are not in their order")
        yield from ([] for _ in range(number - expected))
        cells: Row = []
        for cell in row.iter(f"{_MAIN}c"):
            column = _column(cell.get("r"), len(cells))
            cells += [None] * (column - len(cells))
            cells.append(_value(cell, texts))
        yield cells
        expected = number + 1


def _column(place: str | None, following: int) -> int:
    if place is None:
        return following
    match = _PLACE.fullmatch(place)
    if match is None:
        raise MalformedError("workbook", "a cell without a place")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    if column - 1 < following:
        raise MalformedError("workbook", f"the cell {place} twice, or out of order")
    return column - 1


def _value(cell: ElementTree.Element, texts: list[str]) -> Value:
    if cell.find(f"{_MAIN}f") is not None:
        raise MalformedError("workbook", f"a formula in {cell.get('r')}: Safelane saves none")
    kind, content = cell.get("t", "n"), cell.findtext(f"{_MAIN}v")
    if kind == "inlineStr":
        return _text(cell)
    if content is None:
        return None
    if kind == "s":
        return texts[int(content)]
    if kind != "n":
        return content
    number = float(content)
    return int(number) if number.is_integer() else content


def _text(element: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{_MAIN}t"))

"""Choices of an ODK form that stand in files of their own, which a form has as attachments.

`select_one_from_file` names a CSV, XML or GeoJSON file (https://docs.getodk.org/form-datasets), or a list of
entities, which Central gives as CSV; `select_one_external` has all its lists in `itemsets.csv`.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from types import MappingProxyType
from xml.etree.ElementTree import Element, ParseError, fromstring

ReadFile = Callable[[str], str | None]
"""Gives the text of an attachment by its name; None where it is missing."""

ITEMSETS = "itemsets.csv"
MOST_CHOICES = 100_000
_SOURCE = re.compile(r"jr://file(?:-csv)?/(.+)")
_INSTANCE = re.compile(r"instance\('([^']+)'\)")
_LIST, _CODE, _LABEL = "list_name", "name", "label"
_OF_GEOJSON = MappingProxyType({"value": "id", "label": "title"})
_NOTHING: Mapping[str, str] = MappingProxyType({})


def no_files(_name: str) -> str | None:
    """No attachment is there."""
    return None


def external_files(root: Element) -> Mapping[str, str]:
    """The instances of a form that are files: identifier -> name of the attachment."""
    found = {
        one.get("id", ""): match[1]
        for one in root.iter()
        if _tag(one) == "instance" and (match := _SOURCE.fullmatch(one.get("src", "")))
    }
    return MappingProxyType(found)


def external_choices(question: Element, files: Mapping[str, str], read: ReadFile) -> Mapping[str, str] | None:
    """The choices of a question that stand in a file: code -> label. Nothing for a question whose choices
    stand in no file; None where the file is missing, or is in no form that ODK describes.
    """
    if named := _INSTANCE.search(question.get("query", "")):  # `select_one_external`
        rows = _rows(ITEMSETS, read)
        own = None if rows is None else [row for row in rows if row.get(_LIST) == named[1]]
        return None if own is None else _codes(own, _CODE, _LABEL)
    for itemset in (one for one in question if _tag(one) == "itemset"):
        named = _INSTANCE.search(itemset.get("nodeset", ""))
        if named is None or named[1] not in files:
            continue
        name = files[named[1]]
        rows = _rows(name, read)
        refs = {_tag(one): one.get("ref", "") for one in itemset}
        code, label = (_column(refs.get(part, ""), part, name) for part in ("value", "label"))
        return None if rows is None else _codes(rows, code, label)
    return _NOTHING


def _column(ref: str, part: str, name: str) -> str:
    """The column of the codes, or of their labels, as a question names it or as ODK calls it by itself."""
    if ref and "(" not in ref:
        return ref
    return _OF_GEOJSON[part] if name.endswith(".geojson") else {"value": _CODE, "label": _LABEL}[part]


def _codes(rows: list[Mapping[str, str]], code: str, label: str) -> Mapping[str, str] | None:
    """Code -> label; None where there are none. A label in several languages is that of the first."""
    found = {row[code]: said for row in rows if row.get(code) and (said := _label(row, label))}
    return found or None


def _label(row: Mapping[str, str], label: str) -> str:
    return row.get(label) or next((text for name, text in row.items() if name.startswith(f"{label}::")), "")


def _rows(name: str, read: ReadFile) -> list[Mapping[str, str]] | None:
    text = read(name)
    if text is None:
        return None
    parse = next((found for ending, found in _PARSERS.items() if name.lower().endswith(ending)), None)
    if parse is None:
        return None
    try:
        rows = list(parse(text.removeprefix("\ufeff")))
    except (csv.Error, ParseError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return rows if len(rows) <= MOST_CHOICES else None


def _of_csv(text: str) -> Iterator[Mapping[str, str]]:
    for row in csv.DictReader(StringIO(text, newline="")):
        yield {name.strip(): value.strip() for name, value in row.items() if name and isinstance(value, str)}


def _of_xml(text: str) -> Iterator[Mapping[str, str]]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # entities can grow without end
        raise ValueError("a document type")
    for item in fromstring(text).iter():  # noqa: S314 - without a document type there are no entities
        if _tag(item) == "item":
            yield {_tag(cell): "".join(cell.itertext()).strip() for cell in item}


def _of_geojson(text: str) -> Iterator[Mapping[str, str]]:
    for feature in json.loads(text)["features"]:
        said = {"id": feature.get("id"), **feature["properties"]}
        yield {name: str(value) for name, value in said.items() if value is not None}


_PARSERS = {".csv": _of_csv, ".xml": _of_xml, ".geojson": _of_geojson}


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]

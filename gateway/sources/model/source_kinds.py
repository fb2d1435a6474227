"""The kinds of sources that a mapping can name, and the endings of those that are one file."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

FILES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "xlsx": (".xlsx", ".xlsm"),
    "ods": (".ods",),
    "xls": (".xls",),
    "xlsb": (".xlsb",),
    "access": (".accdb", ".mdb"),
})  # fmt: skip
"""Kind of a mapping -> endings, in lower case."""

WORKBOOKS = frozenset({"xlsx", "ods", "xls", "xlsb"})
"""Kinds whose tables are sheets, with titles above the headings and rows of totals."""

WITH_LINES = frozenset({"csv", *WORKBOOKS})
"""Kinds that people lay out: headings on some line, units below them, totals."""

SERVICES = ("kobo", "odk", "arcgis", "dhis2")
"""Kinds that other programs serve over HTTP."""

KINDS = ("csv", *FILES, "parquet", "database", *SERVICES)

FILE_ENDINGS = tuple(ending for endings in FILES.values() for ending in endings)


def kind_by(endings: Iterable[str]) -> str | None:
    """The kind of file that has one of these endings; None where none has."""
    found = set(endings)
    return next((kind for kind, own in FILES.items() if found & set(own)), None)

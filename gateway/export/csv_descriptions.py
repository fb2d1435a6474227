"""What describes the CSV of a release to a program: CSV on the Web, and a Data Package.

CSVW: https://www.w3.org/TR/tabular-metadata/. Data Package 2.0 with Table Schema: https://datapackage.org/.
Both name the columns of `data_csv`, what is a number, which codes there are, and why a number is missing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.export.data_csv import FACTS, TOTAL_OVER
from gateway.export.notes import Receipt
from gateway.export.observations import Observations, Selection
from gateway.export.text import coverage_lines, terms_lines
from gateway.picturing.labels import Labels
from gateway.picturing.notices.coarser_tables import sentences
from gateway.picturing.words import capital
from gateway.wire.cells import MEANINGS, Status

TEXTS = frozenset({"status", "missing_members"})
SAID = {
    "value": "the number; empty where there is none, and status says why",
    "status": "whether there is a number, or why not",
    "at_least": "the least that a withheld number can be",
    "at_most": "the most that a withheld number can be",
    "largest_deviation": "the most by which the number may differ from the count",
    "standard_deviation": "of noise in the number",
    "missing_members": "members that a total is without, with blanks between",
    TOTAL_OVER: "levels over which the row adds up, with blanks between; empty for a cell that is no total",
}
"""What each column of FACTS holds."""
STATUSES: Mapping[str, str] = {Status.VALUE.value: "the number itself"} | {
    status.value: meaning for status, meaning in MEANINGS.items()
}


def csvw(observations: Observations, address: str) -> dict[str, Any]:
    """Return the metadata of a table at an address."""
    keys = [axis.level for axis in (*observations.one_year, *observations.axes)]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": address,
        "dialect": {"lineTerminators": ["\r\n"], "header": True},
        "dc:title": observations.labels.caption(observations.release),
        "dc:description": _notes(observations),
        "dc:issued": observations.release.released_at,
        "tableSchema": {
            "columns": [
                {
                    "name": name.replace(".", "_"),
                    "titles": name,
                    "dc:description": said,
                    "datatype": "integer" if _is_number(name) else "string",
                    "required": name in keys or name == "status",
                }
                for name, said in _columns(observations)
            ],
            "primaryKey": [key.replace(".", "_") for key in keys],
        },
    }


def data_package(observations: Observations, address: str, receipt: Receipt) -> dict[str, Any]:
    """Return a package with one resource, the CSV at an address. The log's entries prove it."""
    release = observations.release
    labels = observations.labels
    codes = {axis.level: axis.codes for axis in (*observations.one_year, *observations.axes)}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"{release.question_id}-{release.number}".lower(),
        "title": labels.caption(release),
        "description": " ".join(_notes(observations)),
        "created": release.released_at,
        "version": str(release.number),
        "resources": [
            {
                "name": "data",
                "path": address,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\r\n"},
                "schema": {
                    "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
                    "fields": [_field(name, said, codes, labels) for name, said in _columns(observations)],
                    "primaryKey": list(codes),
                    "missingValues": [""],
                },
            }
        ],
        "safelane": {"log": receipt.log, "asked": receipt.asked, "released": receipt.released},
    }


def _columns(observations: Observations) -> list[tuple[str, str]]:
    """The columns of the CSV with what each holds."""
    labels = observations.labels
    levels = [
        (axis.level, capital(labels.level(axis.level)))
        for axis in (*observations.one_year, *observations.axes)
    ]
    marked = [TOTAL_OVER] if observations.selection is not Selection.INNER else []
    return [*levels, *((name, SAID[name]) for name in (*marked, *FACTS))]


def _field(name: str, said: str, codes: Mapping[str, Sequence[str]], labels: Labels) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": name,
        "type": "integer" if _is_number(name) else "string",
        "description": said,
    }
    if name in codes:
        named = [{"value": code, "label": labels.code(name, code)} for code in codes[name]]
        return {**field, "categories": named, "constraints": {"required": True}}
    if name == "status":
        statuses = [{"value": status, "label": meaning} for status, meaning in STATUSES.items()]
        return {**field, "categories": statuses, "constraints": {"required": True}}
    return field


def _is_number(name: str) -> bool:
    return name in FACTS and name not in TEXTS


def _notes(observations: Observations) -> list[str]:
    release = observations.release
    return [*sentences(release, observations.labels), *coverage_lines(release), *terms_lines(release)]

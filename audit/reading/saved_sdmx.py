"""The rows of a table that was saved as SDMX (CSV 2.0, JSON 2.0, ML 3.0): codes, and what stands at them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from xml.etree import ElementTree

from audit.errors import MalformedError, TableError
from audit.reading.released_table import TOTAL, VALUE, WITHHELD, ReleasedTable

Row = tuple[Sequence[Any], Mapping[str, Any]]

TIME: Final = "TIME_PERIOD"
_UNIT: Final = "UNIT_MEASURE"
_YEARS: Final = frozenset({"year", "service_year"})
_STATES: Final = ("OBS_VALUE", "OBS_STATUS", "CONF_STATUS")
_FACTS: Final = MappingProxyType(
    {
        "AT_LEAST": "at_least",
        "AT_MOST": "at_most",
        "LARGEST_DEVIATION": "largest_deviation",
        "STANDARD_DEVIATION": "standard_deviation",
        "MISSING_MEMBERS": "missing_members",
    }
)
_STATUS: Final = MappingProxyType(
    {
        ("A", "F"): VALUE,
        ("Q", "N"): WITHHELD,
        ("Q", "C"): "not-shared",
        ("O", "F"): "no-answer",
        ("L", "F"): "not-collected",
    }
)


def csv_rows(head: Sequence[str], rows: Iterable[Sequence[str]], table: ReleasedTable) -> list[Row]:
    """The rows of SDMX-CSV, without its three columns about the structure. Raises TableError."""
    width = len(table.levels)
    if list(head) != [*_components(table), *_STATES, *_FACTS]:
        raise TableError("the file is of another table than the release, or has other columns")
    return [_row(table, row[:width], row[width:]) for row in rows]


def json_rows(value: Mapping[str, Any], table: ReleasedTable) -> list[Row]:
    """The rows of an SDMX-JSON message with one data set. Raises TableError, or MalformedError for a message
    that lacks a field.
    """
    try:
        (structure,), (data_set,) = value["data"]["structures"], value["data"]["dataSets"]
        axes = structure["dimensions"]["observation"]
        beside = _beside(axes, table)
        attributes = structure["attributes"]["observation"]
        if [axis["id"] for axis in axes[beside:]] != _components(table) or [
            each["id"] for each in attributes
        ] != [
            *_STATES[1:],
            *_FACTS,
        ]:
            raise TableError("the file is of another table than the release, or has other attributes")
        codes = [[code["id"] for code in axis["values"]] for axis in axes]
        states = [[code["id"] for code in each["values"]] for each in attributes[:2]]
        return [
            _row(
                table,
                [_at(named, int(place)) for named, place in zip(codes, key.split(":"), strict=True)][beside:],
                [array[0], *_states(states, array), *_others(array)],
            )
            for key, array in data_set["observations"].items()
        ]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise MalformedError(
            "saved table", "a message of SDMX-JSON lacks a field, or has a wrong one"
        ) from None


def xml_rows(data: bytes, table: ReleasedTable) -> list[Row]:
    """The rows of a message of SDMX-ML with one data set in series. Raises TableError, or MalformedError."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise MalformedError("saved table", "it defines entities of its own")
    try:
        message = ElementTree.fromstring(data)  # noqa: S314 - no document type
    except (ElementTree.ParseError, ValueError, LookupError):
        raise MalformedError("saved table", "not XML that can be read") from None
    names = _components(table)
    beside = [TIME] if table.year and TIME not in names else []
    known = {*names, *beside, *_STATES, *_FACTS, _UNIT}
    rows = []
    for series in message.iter("Series"):
        for observation in series:
            found = {**series.attrib, **observation.attrib}
            if observation.tag != "Obs" or not known >= set(found) >= {*names, *beside}:
                raise TableError("the file is of another table than the release, or has other attributes")
            if beside and found[TIME] != table.year:
                raise TableError(f"the file is about another year of service than {table.year}")
            facts = [found.get(name) for name in (*_STATES, *_FACTS)]
            rows.append(_row(table, [found[name] for name in names], facts))
    return rows


def _beside(axes: Sequence[Mapping[str, Any]], table: ReleasedTable) -> int:
    """How many first dimensions only repeat the year of service of the question. Raises TableError where they
    name another year.
    """
    if not table.year or axes[0]["id"] != TIME:
        return 0
    if [code["id"] for code in axes[0]["values"]] != [table.year]:
        raise TableError(f"the file is about another year of service than {table.year}")
    return 1


def _states(states: Sequence[Sequence[str]], array: Sequence[Any]) -> list[str]:
    return [_at(named, place) for named, place in zip(states, array[1:3], strict=True)]


def _others(array: Sequence[Any]) -> list[Any]:
    """What is missing at the end of an array is nothing."""
    others = list(array[3:])
    if len(others) > len(_FACTS):
        raise ValueError("more attributes than there are")
    return others + [None] * (len(_FACTS) - len(others))


def _at(named: Sequence[str], place: int) -> str:
    if place < 0:
        raise IndexError(place)
    return named[place]


def _row(table: ReleasedTable, codes: Sequence[str], facts: Sequence[Any]) -> Row:
    value, observed, confidential, *others = facts
    written = [{_identifier(code): code for code in known} for known in table.codes]
    key = [known.get(code, code) for known, code in zip(written, codes, strict=True)]
    status = _STATUS.get((observed, confidential), "")
    return key, {
        **dict(zip(_FACTS.values(), others, strict=True)),
        "value": value,
        "status": status,
    }


def _components(table: ReleasedTable) -> list[str]:
    """The levels as SDMX names them."""
    return [
        TIME if level in _YEARS else _identifier(level.replace(".", "_")).upper() for level in table.levels
    ]


def _identifier(code: str) -> str:
    """A code as SDMX writes it."""
    if code == TOTAL:
        return "_T"
    return re.sub(r"^[@-]|[^A-Za-z0-9_@$-]", lambda found: f"_{ord(found[0]):X}_", code.replace("+", "_PLUS"))

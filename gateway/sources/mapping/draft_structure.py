"""What the tools of surveys, map services and health registers add to their exports: headings of their own,
and rows that name the row above them.

Kobo and ODK Central number submissions and name the submission of a row of a repeat; services of maps give
each row a GlobalID, and a related row that of its parent; DHIS2 exports events. For `map suggest` only.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from audit.reading.messages import message
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.model.tables import CHUNK_ROWS, ForeignKey
from gateway.sources.model.words import plain

OF_THE_TOOL = message("of the tool that collected it")
OPTION = message("an option of a column that is read as a whole")
IN_PARTS = message("its options stand in columns of their own")

_KOBO = frozenset({
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "audit",
    "instanceid", "instancename", "meta/instanceid", "meta-instanceid", "meta/instancename",
    "meta-instancename", "formhub/uuid", "submissiondate", "submitterid", "submittername",
    "attachmentspresent", "attachmentsexpected", "reviewstate", "edits", "formversion", "key", "parent_key",
    "starttime", "endtime", "duration", "caseid", "review_status", "review_quality",
})  # fmt: skip
_ARCGIS = frozenset({
    "objectid", "fid", "globalid", "parentglobalid", "parentguid", "parent_guid", "parentrowid", "rowid",
    "created_user", "created_date", "last_edited_user", "last_edited_date", "creator", "creationdate",
    "editor", "editdate", "shape", "shape_length", "shape_area", "shape__length", "shape__area", "x", "y",
})  # fmt: skip
_DHIS2 = frozenset({
    "event", "program", "programstage", "program stage", "orgunit", "org unit", "organisation unit",
    "orgunitname", "org unit name", "organisation unit name", "organisation unit code", "orgunitcode",
    "status", "event status", "enrollment", "enrollment status", "trackedentityinstance", "trackedentity",
    "tracked entity instance", "tracked entity", "storedby", "stored by", "created", "lastupdated",
    "last updated", "last updated by", "created by", "completeddate", "completed date", "duedate",
    "scheduled date", "geometry", "coordinate", "program status", "eventdate", "event date",
    "enrollment date", "enrollmentdate", "incidentdate",
})  # fmt: skip

_DATED = frozenset({"eventdate", "event date", "incidentdate"})
"""Days that DHIS2 keeps for every event: those of the accident, or of the report, as a state has decided."""

_PLACED = frozenset({
    "orgunit", "org unit", "organisation unit", "orgunitname", "org unit name", "organisation unit name",
})  # fmt: skip
"""Offices to which DHIS2 assigns every event: a province, or a health centre in one."""

_SIGNS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = MappingProxyType({
    "survey": (_KOBO, frozenset({
        "_index", "_uuid", "_submission_time", "_parent_index", "_parent_table_name", "_submission__id",
        "submissiondate", "parent_key", "instanceid", "meta/instanceid", "meta-instanceid", "formhub/uuid",
        "_validation_status", "subscriberid", "simserial",
    })),
    "map": (_ARCGIS, frozenset({
        "objectid", "globalid", "parentglobalid", "parentguid", "parent_guid", "created_user",
        "last_edited_user", "parentrowid", "creationdate", "editdate",
    })),
    "dhis2": (_DHIS2, frozenset({
        "event", "programstage", "program stage", "orgunit", "org unit", "organisation unit", "enrollment",
        "tracked entity instance", "trackedentityinstance", "trackedentity", "tracked entity", "event status",
        "orgunitname",
    })),
})  # fmt: skip
"""Tool -> headings of its own, and those that no other register has: two of them give the tool away."""

_ROW: Mapping[str, float] = MappingProxyType({
    "_uuid": 0.8, "globalid": 0.8, "event": 0.8, "key": 0.8, "instanceid": 0.78, "meta-instanceid": 0.78,
    "meta/instanceid": 0.78, "tracked entity instance": 0.75, "trackedentityinstance": 0.75,
    "trackedentity": 0.75, "tracked entity": 0.75, "_id": 0.7, "objectid": 0.45, "_index": 0.45, "rowid": 0.7,
})  # fmt: skip
"""Headings of the tool that tell its rows apart, and how well they serve as numbers of cases."""

_PARENT: Mapping[str, float] = MappingProxyType({
    "_submission__uuid": 0.8, "parentglobalid": 0.8, "parentguid": 0.8, "parent_guid": 0.8,
    "parentrowid": 0.7, "parent_key": 0.8, "_submission__id": 0.75, "_parent_index": 0.45,
})  # fmt: skip
"""Headings of the tool that tell the rows above apart, and how well they serve as numbers of accidents."""

_ABOVE = (
    ("_parent_index", "_index"), ("parent_key", "key"), ("parentglobalid", "globalid"),
    ("parentguid", "globalid"), ("parent_guid", "globalid"), ("parentrowid", "rowid"),
    ("_submission__uuid", "_uuid"), ("_submission__id", "_id"),
)  # fmt: skip
"""Heading of a row -> heading of the row above it that has the same value."""

_ALL = 0.99
"""Part of the rows that must find the row above them, where only headings of a tool say that there is one."""

ROW_NUMBERS = frozenset({"_index", "objectid", "fid"})
"""Headings of numbers that the next export can give to other rows."""

_PLACE = re.compile(r"_.*_(latitude|longitude|altitude|precision)|.*-(latitude|longitude|altitude|accuracy)")


@dataclass(frozen=True)
class Link:
    """The rows of `table` name rows of `parent`: by foreign keys, or as a tool does (not `of_keys`)."""

    table: str
    heading: str
    parent: str
    parent_heading: str
    of_keys: bool = False


@dataclass(frozen=True)
class ToolColumn:
    """What a heading of a tool says: `row` tells its own rows apart, `above` the rows above, how well.

    Zero for columns that tell nothing apart.
    """

    row: float = 0.0
    above: float = 0.0
    renumbered: bool = False
    dated: bool = False
    """Whether it is a day that the tool keeps for every row, and perhaps that of the accident."""
    placed: bool = False
    """Whether it names an office of the tool, and perhaps the province of the accident."""


def tool_columns(columns: Sequence[Column]) -> Mapping[tuple[str, str], ToolColumn]:
    """The columns that a tool added, by table and heading."""
    tables: dict[str, list[Column]] = {}
    for column in columns:
        tables.setdefault(column.table, []).append(column)
    found: dict[tuple[str, str], ToolColumn] = {}
    every = {plain(column.heading) for column in columns}
    for name, own in tables.items():
        headings = {plain(column.heading) for column in own}
        known: set[str] = set()
        for theirs, signs in _SIGNS.values():
            # A sheet of a repeat has few of these headings, and the sheet above it the others.
            if len(headings & signs) >= 2 or (headings & signs and len(every & signs) >= 3):
                known |= theirs
        if "reviewstate" in headings:
            known.add("status")  # of ODK Central's submission; a heading of a survey's own elsewhere
        for column in own:
            heading = plain(column.heading)
            if known & _DATED and heading in _DATED:
                found[name, column.heading] = ToolColumn(dated=True)
            elif known & _PLACED and heading in _PLACED:
                found[name, column.heading] = ToolColumn(placed=True)
            elif (known and heading in known) or heading.startswith("_"):
                found[name, column.heading] = ToolColumn(
                    _ROW.get(heading, 0.0), _PARENT.get(heading, 0.0), heading in ROW_NUMBERS
                )
            elif _PLACE.fullmatch(heading):
                found[name, column.heading] = ToolColumn()
    return found


def options_of_whole_columns(columns: Sequence[Column]) -> frozenset[tuple[str, str]]:
    """The columns of 0 and 1 beside a column that has all chosen options in one cell: `injuries/leg` beside
    `injuries`.
    """
    in_parts = columns_in_parts(columns)
    return frozenset(option for option, whole in _options_beside(columns) if whole not in in_parts)


def columns_in_parts(columns: Sequence[Column]) -> frozenset[tuple[str, str]]:
    """The columns with all chosen options in one cell, where nothing tells where one option ends.

    In "Leg lost Eye injury" a blank stands within options and between them; the columns beside tell.
    """
    return frozenset(
        whole for option, whole in _options_beside(columns) if " " in option[1][len(whole[1]) + 1 :].strip()
    )


def _options_beside(columns: Sequence[Column]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Each column of 0 and 1 of an option, with the column that has all chosen options in one cell."""
    whole = {(column.table, plain(column.heading)): (column.table, column.heading) for column in columns}
    for column in columns:
        for sign in "/.":
            beside = whole.get((column.table, plain(column.heading.rpartition(sign)[0])))
            if beside and is_yes_or_no(column.written.words):
                yield (column.table, column.heading), beside


def is_yes_or_no(words: Sequence[str]) -> bool:
    """Whether the cells are 0 and 1, or true and false."""
    return set(words) <= {"0", "1", "true", "false", "0.0", "1.0"}


def links(columns: Sequence[Column], keys: Sequence[ForeignKey]) -> list[Link]:
    """The rows that name other rows, foreign keys first. What headings of a tool say must fit the values."""
    found = [Link(k.table, k.column, k.parent, k.parent_column, of_keys=True) for k in keys]
    found += _by_tool(columns)
    by_place = {(c.table, c.heading): c for c in columns}
    return [
        link
        for link in found
        if (here := by_place.get((link.table, link.heading)))
        and (there := by_place.get((link.parent, link.parent_heading)))
        and (link.of_keys or _inside(here, there) >= _needed(there))
    ]


def _needed(there: Column) -> float:
    """The part of the rows that must find a row above, where all rows above or only the first are known."""
    return _ALL if len(there.written.values) < CHUNK_ROWS else 0.0


def _by_tool(columns: Sequence[Column]) -> Iterator[Link]:
    heads = {(c.table, plain(c.heading)): c for c in columns}
    tables = list(dict.fromkeys(c.table for c in columns))
    for table in tables:
        for below, above in _ABOVE:
            here = heads.get((table, below))
            named = _named_parent(heads.get((table, "_parent_table_name")), tables)
            for parent in tables:
                there = heads.get((parent, above))
                # Rows of every sheet are numbered: only a sheet that is itself below no other can be meant.
                numbered = below == "_parent_index" and not named and (parent, below) in heads
                if here and there and parent != table and named in {"", parent} and not numbered:
                    yield Link(table, here.heading, parent, there.heading)


def _named_parent(column: Column | None, tables: Sequence[str]) -> str:
    """The table that all cells name, where there is one of that name; the names of sheets can be cut."""
    words = set(column.cells.words) if column else set()
    if len(words) != 1:
        return ""
    word = words.pop()
    files = {table: plain(table).removesuffix(".csv") for table in tables}
    return next(
        (t for t, name in files.items() if name == word or (len(name) > 25 and word.startswith(name))), ""
    )


def _inside(here: Column, there: Column) -> float:
    own = set(there.written.words)
    words = here.written.words
    return sum(word in own for word in words) / len(words) if words else 0.0

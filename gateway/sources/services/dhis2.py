"""DHIS2: the events of a program, over its tracker API (DHIS2 developer guide, "Tracker"; 2.38 and newer).

Each stage of a program is a table whose rows are events, with a column for each data element, named by its
identifier; people of a tracker program are a table of their own. What identifiers and options are called
stands in the metadata, by which a draft explains them. A fetch that ended goes on where the numbers of events
and people, and the times of their last updates, are what they were.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gateway.sources.model.metadata import Labels, Metadata
from gateway.sources.model.tables import ForeignKey
from gateway.sources.services.credentials import Secret
from gateway.sources.services.kept_pages import ChangedError, KeptPages, digest
from gateway.sources.services.service_address import ServiceAddress
from gateway.sources.services.service_client import UNEXPECTED, ServiceClient, StatusError
from gateway.sources.services.spool import Spool
from gateway.sources.services.survey_rows import day

PAGE = 500
UNITS_AT_ONCE = 100
_PEOPLE = "people"
_DATES = frozenset({"DATE", "DATETIME", "AGE"})
_ELEMENT = "id,code,displayName,formName,valueType,optionSet[options[code,displayName]]"
_PROGRAM = (
    "displayName,programType,"
    f"programStages[id,displayName,programStageDataElements[dataElement[{_ELEMENT}]]],"
    f"programTrackedEntityAttributes[trackedEntityAttribute[{_ELEMENT}]]"
)
_EVENT = "event,status,programStage,enrollment,trackedEntity,orgUnit,occurredAt,dataValues[dataElement,value]"
_PERSON = "trackedEntity,orgUnit,attributes[attribute,value]"
_OWN = ("event", "status", "trackedEntity", "orgUnit", "orgUnitName", "occurredAt")


@dataclass
class _Program:
    """`stages`: identifier -> name. `elements`: identifier of a stage, or "" for people -> their elements."""

    stages: Mapping[str, str]
    elements: Mapping[str, Sequence[Mapping[str, Any]]]
    has_people: bool
    dates: frozenset[str] = field(default_factory=frozenset)


@dataclass
class Dhis2:
    """One program of a DHIS2 server."""

    address: ServiceAddress
    client: ServiceClient
    units: dict[str, Sequence[str]] = field(default_factory=dict)
    """Identifier of a unit -> its name, and the names of those above, from the top."""

    def fetch(self, spool: Spool, pages: KeptPages) -> None:
        """Fetch metadata, events and people. Raises SourceError and ChangedError."""
        try:
            about = self.client.get(self._path(f"programs/{self._uid}.json"), {"fields": _PROGRAM})
            program = _program(about)
            spool.metadata = _metadata(one for own in program.elements.values() for one in own)
            for stage, name in program.stages.items():
                spool.declare(name, (*_OWN, *(one["id"] for one in program.elements[stage])))
            kinds = ["trackedEntities", "events"] if program.has_people else ["events"]
            pages.begin(
                lambda: self._state(about, kinds), lambda before: bool(before == self._state(about, kinds))
            )
            if program.has_people:
                spool.declare(_PEOPLE, ("trackedEntity", *(one["id"] for one in program.elements[""])))
                spool.keys += [
                    ForeignKey(name, "trackedEntity", _PEOPLE, "trackedEntity")
                    for name in program.stages.values()
                ]
                for rows in self._pages("trackedEntities", "trackedEntity", _PERSON, spool, pages, _PEOPLE):
                    for row in rows:
                        spool.add(_PEOPLE, self._cells(row, "attributes", "attribute", program))
            first = next(iter(program.stages.values()))
            for rows in self._pages("events", "event", _EVENT, spool, pages, first):
                for row in rows:
                    spool.add(
                        program.stages[row["programStage"]],
                        self._cells(row, "dataValues", "dataElement", program),
                    )
        except (*UNEXPECTED, StopIteration):
            raise self.client.unexpected() from None

    @property
    def _uid(self) -> str:
        return self.address.parts["program"]

    def _path(self, rest: str) -> str:
        return f"{self.address.base}/api/{rest}"

    def _state(self, about: Any, kinds: Sequence[str]) -> Any:
        """What differs once an event or a person was edited, added or deleted; None where nothing tells."""
        found: list[Any] = [digest(about)]
        for what in kinds:
            query = {**self._asked("updatedAt"), "order": "updatedAt:desc", "page": "1", "pageSize": "1"}
            try:
                total, rows = _page_of(self.client.get(self._path(f"tracker/{what}"), query), what)
            except StatusError:
                return None  # an older DHIS2, which cannot sort by it
            if rows and not rows[0].get("updatedAt"):
                return None
            found.append([total, [row["updatedAt"] for row in rows]])
        return found

    def _asked(self, fields: str) -> Mapping[str, str]:
        return {
            "program": self._uid, "orgUnitMode": "ACCESSIBLE", "order": "createdAt:asc", "fields": fields,
            "pageSize": str(PAGE), "totalPages": "true",
        }  # fmt: skip

    def _pages(  # noqa: PLR0917 - what is asked for, and where it goes
        self, what: str, key: str, fields: str, spool: Spool, kept: KeptPages, table: str
    ) -> Iterator[Sequence[Mapping[str, Any]]]:
        query = self._asked(fields)
        seen: set[str] = set()
        total, number = 1, 0
        while len(seen) < total:
            number += 1
            page = kept.page(
                f"{what} {number}",
                partial(self.client.get, self._path(f"tracker/{what}"), {**query, "page": str(number)}),
            )
            of, rows = _page_of(page, what)
            if number > 1 and of != total:
                raise ChangedError
            total = of
            fresh = {str(row[key]) for row in rows}
            if len(fresh) < len(rows) or fresh & seen or (not rows and len(seen) < total):
                raise ChangedError
            seen |= fresh
            self._learn({str(row["orgUnit"]) for row in rows if row.get("orgUnit")})
            yield rows
            spool.reached(table, len(seen), total)
        if len(seen) != total:
            raise ChangedError

    def _learn(self, units: set[str]) -> None:
        """Ask for the names of the units that are not known yet."""
        new = sorted(units - set(self.units))
        for begin in range(0, len(new), UNITS_AT_ONCE):
            some = new[begin : begin + UNITS_AT_ONCE]
            reply = self.client.get(
                self._path("organisationUnits.json"),
                {
                    "filter": f"id:in:[{','.join(some)}]", "paging": "false",
                    "fields": "id,displayName,ancestors[displayName,level]",
                },
            )  # fmt: skip
            self.units.update(dict.fromkeys(some, ()))
            for one in reply["organisationUnits"]:
                above = sorted(one.get("ancestors", ()), key=lambda unit: int(unit.get("level", 0)))
                self.units[one["id"]] = [one["displayName"], *(unit["displayName"] for unit in above)]

    def _cells(
        self, row: Mapping[str, Any], values: str, key: str, program: _Program
    ) -> Mapping[str, object]:
        cells = {
            name: day(value) if name == "occurredAt" else value
            for name, value in row.items()
            if not isinstance(value, list | dict) and name != "programStage"
        }
        for one in row.get(values, ()):
            name = str(one[key])
            cells[name] = day(one["value"]) if name in program.dates else one["value"]
        unit = self.units.get(str(row.get("orgUnit")), ())
        if unit:
            cells["orgUnitName"] = unit[0]
            cells |= {f"orgUnitLevel{level}": name for level, name in enumerate((*unit[1:], unit[0]), 1)}
        return cells


def _page_of(page: Any, what: str) -> tuple[int, Sequence[Mapping[str, Any]]]:
    """How many rows there are in all, and those of a page."""
    pager = page.get("pager", page)  # before 2.41 the numbers stood beside the rows
    return int(pager["total"]), page[what] if what in page else page["instances"]


def headers(secret: Secret) -> Mapping[str, str]:
    """What shows who asks: a personal access token."""
    return {"Authorization": f"ApiToken {secret.token}"} if secret.token else {}


def _program(about: Mapping[str, Any]) -> _Program:
    stages = {str(one["id"]): str(one["displayName"]) for one in about["programStages"]}
    if len(set(stages.values())) < len(stages) or _PEOPLE in stages.values():
        stages = {uid: f"{name} ({uid})" for uid, name in stages.items()}
    elements: dict[str, Sequence[Mapping[str, Any]]] = {
        str(one["id"]): [pair["dataElement"] for pair in one["programStageDataElements"]]
        for one in about["programStages"]
    }
    elements[""] = [one["trackedEntityAttribute"] for one in about.get("programTrackedEntityAttributes", ())]
    dates = frozenset(one["id"] for own in elements.values() for one in own if one["valueType"] in _DATES)
    return _Program(stages, elements, about["programType"] == "WITH_REGISTRATION", dates)


def _metadata(elements: Iterable[Mapping[str, Any]]) -> Metadata:
    labels = Labels()
    for one in elements:
        options = (one.get("optionSet") or {}).get("options") or ()
        codes = {str(option["code"]): str(option["displayName"]) for option in options}
        labels.add(str(one["id"]), str(one.get("formName") or one.get("displayName") or ""), codes)
    return labels.metadata()

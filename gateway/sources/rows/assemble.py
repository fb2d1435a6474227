"""Makes a snapshot of columns: ages, cells with several codes, people, duplicates."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gateway.dictionary import Dictionary
from gateway.member.model.column import ascending, numbered_by
from gateway.member.model.mapped_arrays import chosen
from gateway.member.model.packed_links import PackedLinks
from gateway.member.model.snapshot import CONSENT, Column, Snapshot
from gateway.sources.model.dates import UnreadableError, month_of, whole_years
from gateway.sources.model.findings import Findings, Problem, number_of
from gateway.sources.model.mapping import SourceMapping
from gateway.sources.model.targets import (
    ACCIDENT,
    AGE,
    AGE_MONTHS,
    BIRTH,
    CASE,
    DATE,
    MADE_OF_CONTACTS,
    PERSON,
    PILLAR,
    PLACE,
)
from gateway.sources.model.washington_group import with_disability
from gateway.sources.rows.clients import People, clients_of
from gateway.sources.rows.convert import age_band
from gateway.sources.rows.historical_places import placed_in_time
from gateway.sources.rows.people import (
    consent_of_people,
    least_consent,
    note_ages,
    note_contradictions,
    person_links,
    rows_of_other_rows_cases,
)
from gateway.sources.rows.read_contacts import ReadContacts

_NOT_KNOWN = "UNK"
_AGES_WITHOUT_YEARS = frozenset({_NOT_KNOWN, "CHILD_UNK", "ADULT_UNK"})


@dataclass(frozen=True, eq=False)
class ReadRows:
    """All rows of the first table: lines, values of each target, and why a row cannot be counted.

    `reasons` holds the number of a problem for each row, 0 for none.

    `assemble` consumes the object: `identifiers` is empty afterwards.
    """

    table: str
    lines: NDArray[np.int64]
    columns: Mapping[str, Column]
    identifiers: dict[str, NDArray[np.bytes_]]
    reasons: NDArray[np.uint8]
    contacts: ReadContacts | None = None
    """Single needs and services, which belong to cases and not to rows."""
    prefix: bytes | None = None
    """The beginning of all `identifiers` where they are packed (`PackedPseudonyms`); None for texts."""

    def taken(self, rows: NDArray[np.bool_]) -> "ReadRows":
        """Only the given rows."""
        if rows.all():
            return self
        return replace(
            self,
            lines=self.lines[rows],
            columns={name: column.taken(rows) for name, column in self.columns.items()},
            identifiers={name: chosen(values, rows) for name, values in self.identifiers.items()},
            reasons=self.reasons[rows],
        )


@dataclass(frozen=True, eq=False)
class Assembled:
    """A snapshot, and for every row that was read the number of the problem for which it does not count."""

    snapshot: Snapshot
    reasons: NDArray[np.uint8]


def assemble(
    read: ReadRows,
    mapping: SourceMapping,
    dictionary: Dictionary,
    *,
    today: date,
    vintage: str,
    findings: Findings,
) -> Assembled:
    """The snapshot of `read`, which is consumed.

    The snapshot lacks rows with a reason, and has only one row of each case.
    """
    reasons, countable = read.reasons.copy(), read.reasons == 0
    read = read.taken(countable)
    columns = dict(read.columns)
    columns |= {name: Column.constant(code, len(read.lines)) for name, code in mapping.constants.items()}
    columns = _with_months(columns)
    if BIRTH in columns:
        columns[AGE] = _ages(columns, read, findings)
    born = columns.pop(BIRTH, None)
    columns = with_disability(columns)
    columns = _apart(_in_time(columns, read, dictionary, findings), dictionary)
    accidents = ACCIDENT in read.identifiers
    links = _links(read.identifiers)
    read.identifiers.clear()  # the largest part of a million rows, and no longer needed
    case = numbered_by(*ascending(links["case"]))
    who = case if links["person"] is links["case"] else numbered_by(*ascending(links["person"]))
    if "sex" in columns:
        note_contradictions(who, columns["sex"], read.lines, read.table, findings)
    lines = read.lines
    keep = np.ones(len(lines), dtype=np.bool_)
    for problem, rows in rows_of_other_rows_cases(case, links, columns).items():
        findings.add(read.table, CASE, problem, sorted(lines[rows].tolist()))
        keep[rows], reasons[np.flatnonzero(countable)[rows]] = False, number_of(problem)
    if not keep.all():
        columns[CONSENT] = least_consent(columns[CONSENT], case)
        columns = {name: column.taken(keep) for name, column in columns.items()}
        born = None if born is None else born.taken(keep)
        lines = read.lines[keep]
        links = _chosen_links(links, keep)
        who = who[keep]
    del case
    if AGE in columns:
        note_ages(who, columns[AGE], columns[DATE], lines, read.table, findings)
    _note_undated(mapping, findings)
    consent = consent_of_people(columns.pop(CONSENT), who, lines, read.table, findings)
    people = People(read.table, lines, links["case"], links["person"], consent, dict(columns), born)
    clients = clients_of(people, read.contacts, dictionary, findings)
    details = {name: columns.pop(name) for name in dictionary.attributes if name in columns}
    snapshot = Snapshot.of(
        member=mapping.member,
        dictionary=dictionary.version,
        created=today,
        consent=consent,
        columns=columns,
        links=links if read.prefix is None else PackedLinks(read.prefix, links),
        vintage=vintage,
        details=details,
        contacts=None if read.contacts is None else read.contacts.kept(),
        accidents=accidents,
    )
    return Assembled(replace(snapshot, clients=clients), reasons)


def _note_undated(mapping: SourceMapping, findings: Findings) -> None:
    """Note columns with a status of assistance in rows that tell no year of service."""
    family = f"{MADE_OF_CONTACTS[PILLAR]}."
    for table in mapping.of_people:
        for heading, rule in table.columns.items():
            if rule.target.name.startswith(family):
                findings.add(table.name, heading, Problem.STATUS_UNDATED)


def _in_time(
    columns: Mapping[str, Column], read: ReadRows, dictionary: Dictionary, findings: Findings
) -> dict[str, Column]:
    """The columns with dates as months, and places as on the day of the accident."""
    month = columns[DATE].recoded(month_of)
    if PLACE not in columns:
        return {**columns, DATE: month}
    place = placed_in_time(
        columns[PLACE],
        month,
        dictionary.places,
        lines=read.lines,
        table=read.table,
        findings=findings,
    )
    return {**columns, DATE: month, PLACE: place}


def _links(identifiers: Mapping[str, NDArray[np.bytes_]]) -> dict[str, NDArray[np.bytes_]]:
    """The pseudonyms of cases and accidents; a case without an accident number is an accident of its own."""
    case = identifiers[CASE]
    return {
        "person": person_links(identifiers.get(PERSON), case),
        "case": case,
        "accident": person_links(identifiers.get(ACCIDENT), case),
    }


def _chosen_links(
    links: Mapping[str, NDArray[np.bytes_]], rows: NDArray[np.bool_]
) -> dict[str, NDArray[np.bytes_]]:
    """Only the given rows; links that are one array stay one."""
    made = {id(values): chosen(values, rows) for values in links.values()}
    return {name: made[id(values)] for name, values in links.items()}


def _with_months(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns, with the age in months where the column of years says nothing."""
    months = columns.get(AGE_MONTHS)
    rest = {name: column for name, column in columns.items() if name != AGE_MONTHS}
    if months is None or AGE not in rest:
        return rest if months is None else rest | {AGE: months}
    years = rest[AGE]
    bands = [m if y in _AGES_WITHOUT_YEARS and m != _NOT_KNOWN else y
             for y, m in zip(years.values(), months.values(), strict=True)]  # fmt: skip
    return rest | {AGE: Column.of(bands)}


def _ages(columns: Mapping[str, Column], read: ReadRows, findings: Findings) -> Column:
    """The age column, with missing ages filled in from the dates of birth and of the accident."""
    born, then = columns[BIRTH], columns[DATE]
    given = columns.get(AGE, Column.constant(_NOT_KNOWN, len(read.lines)))
    bands: list[str] = given.values()
    early: list[int] = []
    for row, (b, t) in enumerate(zip(born.indices.tolist(), then.indices.tolist(), strict=True)):
        birth = born.codes[b]
        if not birth:
            continue
        years = whole_years(birth, then.codes[t])
        if years < 0:
            early.append(int(read.lines[row]))
        elif bands[row] in _AGES_WITHOUT_YEARS:
            bands[row] = _band_or(bands[row], years)
    if early:
        findings.add(read.table, BIRTH, Problem.AGE_NEGATIVE, early)
    return Column.of(bands)


def _band_or(otherwise: str, years: int) -> str:
    try:
        return age_band(years)
    except UnreadableError:
        return otherwise


def _apart(columns: Mapping[str, Column], dictionary: Dictionary) -> dict[str, Column]:
    """The columns, with columns of several codes in a cell split up."""
    apart: dict[str, Column] = {}
    for name, column in columns.items():
        several = name not in dictionary.dimensions and name not in dictionary.attributes and name != CONSENT
        apart |= _yes_and_no(column, name, dictionary) if several else {name: column}
    return apart


def _yes_and_no(column: Column, name: str, dictionary: Dictionary) -> dict[str, Column]:
    """One column of YES, NO or UNK for every code of a column with several codes in a cell."""
    parts = [d.name for d in dictionary.dimensions.values() if d.part_of == name]
    return {part: column.recoded(partial(_answer, part.partition(".")[2])) for part in parts}


def _answer(part: str, code: str) -> str:
    codes = code.split(";")
    if part in codes:
        return "YES"
    return _NOT_KNOWN if _NOT_KNOWN in codes else "NO"

"""How good a load is: seven measures between 0 and 1, and a score to compare from load to load.

The first measure is the share of rows that count. The others are the usual measures of data quality:
completeness, validity, uniqueness, timeliness, consistency, coverage. Nothing of a report leaves the member
state.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np

from gateway.dictionary import Dictionary, unknown_place
from gateway.member.model.column import counted, looked_up
from gateway.member.model.snapshot import Snapshot
from gateway.sources.model.findings import Finding, Problem, count_of
from gateway.sources.model.tables import LINES_APART
from gateway.sources.model.targets import MADE_OF_CONTACTS, PILLAR
from gateway.sources.quality.column_summary import known
from gateway.sources.quality.consistency import contradictions
from gateway.sources.quality.contradiction import Contradiction
from gateway.sources.quality.load import Load
from gateway.sources.rows.columns import ColumnReport
from gateway.sources.rows.row_accounts import TableAccount, share_counted

FRESH_MONTHS, STALE_MONTHS = 3, 24
"""Timeliness is 1 while the last accident is at most 3 months old, 0 from 24 months on."""

COUNTED = "counted"
"""The measure that multiplies all others: the share of rows that count, of the table with the least."""

MEASURES = COUNTED, "completeness", "validity", "uniqueness", "timeliness", "consistency", "coverage"
"""The measures, in the order of the report."""

_DOUBLES = (Problem.TWICE_SAME, Problem.TWICE_OTHER)
OF_PEOPLE = {
    Problem.AGE_NEGATIVE: "an accident before the birth",
    Problem.PERSON_DIFFERS: "one person with two sexes",
    Problem.PERSON_AGE: "one person with ages that do not fit",
}


@dataclass(frozen=True)
class ColumnQuality:
    """One column of the source, in shares of cells; `validity` is a share of the filled cells."""

    table: str
    heading: str
    target: str
    completeness: float
    unknown: float
    validity: float


@dataclass(frozen=True)
class YearQuality:
    """Casualties of a year, the completeness of their description, and the share with at least a month."""

    year: int
    casualties: int
    completeness: float
    to_month: float


@dataclass(frozen=True)
class Quality:
    """The report of one load, from which alone `measures` and the score (0 to 100) are computed."""

    member: str
    loaded: date
    rows: int
    casualties: int
    people: int
    contacts: int
    """Number of single needs, referrals and services."""
    columns: tuple[ColumnQuality, ...]
    years: tuple[YearQuality, ...]
    known: Mapping[str, tuple[float, ...]]
    """For each dimension and attribute, the share of casualties with a known value in each of the `years`.

    Of a pillar of assistance, that is the share of casualties who were assessed.
    """
    provinces: Mapping[str, int]
    """Casualties by province, including provinces without casualties; the unknown province comes last.

    Codes for "one of the provinces merged from this name, unknown which" are included only with casualties.
    """
    duplicates: Mapping[str, int]
    contradictions: tuple[Contradiction, ...]
    findings: tuple[Finding, ...]
    measures: Mapping[str, float]
    accounts: tuple[TableAccount, ...]
    """For each table of the source, how many rows count and why the others do not."""
    likely: tuple[tuple[int, ...], ...] = ()
    """Groups of lines that are likely one casualty each, under several numbers."""

    @property
    def score(self) -> float:
        """The mean of the measures of what counts, times the share of rows that count: 0 to 100.

        Rounded down: 100 means that nothing is missing. The best description of two thirds of the rows is no
        good register.
        """
        others = [value for name, value in self.measures.items() if name != COUNTED]
        return math.floor(1000 * self.measures[COUNTED] * sum(others) / len(others) + 1e-9) / 10


def assess(loaded: Load, dictionary: Dictionary) -> Quality:
    """Judge a load."""
    snapshot = loaded.snapshot
    columns = tuple(_column(report) for report in loaded.columns)
    broken = (*contradictions(snapshot, dictionary), *_contradictions_found(loaded))
    provinces = _provinces(snapshot, dictionary)
    duplicates = {problem.value: count_of(loaded.findings, problem) for problem in _DOUBLES}
    measures = {
        COUNTED: share_counted(loaded.accounts),
        "completeness": _mean([c.completeness for c in columns]),
        "validity": _mean([c.validity for c in columns]),
        "uniqueness": 1 - _share(sum(duplicates.values()), loaded.rows),
        "timeliness": _timeliness(snapshot),
        "consistency": _mean([1 - _share(c.count, c.judged) for c in broken]),
        "coverage": _coverage(snapshot),
    }
    return Quality(
        member=snapshot.member,
        loaded=snapshot.created,
        rows=loaded.rows,
        casualties=len(snapshot),
        people=int(snapshot.people.max(initial=-1)) + 1,
        contacts=0 if snapshot.contacts is None else len(snapshot.contacts),
        columns=columns,
        years=_years(snapshot),
        known=_known_by_year(snapshot),
        provinces=provinces,
        duplicates=MappingProxyType(duplicates),
        contradictions=broken,
        findings=loaded.findings,
        measures=MappingProxyType(measures),
        accounts=loaded.accounts,
        likely=tuple(tuple(line % LINES_APART for line in group) for group in loaded.likely),
    )


def _column(report: ColumnReport) -> ColumnQuality:
    said = report.cells - report.blank - report.unknown
    return ColumnQuality(
        report.table,
        report.heading,
        report.target,
        completeness=_share(said, report.cells, nothing=1.0),
        unknown=_share(report.unknown, report.cells),
        validity=1 - _share(report.unread, said),
    )


def _contradictions_found(loaded: Load) -> list[Contradiction]:
    return [
        Contradiction(rule, count_of(loaded.findings, problem), loaded.rows)
        for problem, rule in OF_PEOPLE.items()
    ]


def _provinces(snapshot: Snapshot, dictionary: Dictionary) -> Mapping[str, int]:
    if "place" not in snapshot.columns:
        return MappingProxyType({})
    column = snapshot.columns["place"]
    times = dict(zip(column.codes, counted(column.indices, len(column.codes)), strict=True))
    since = set(dictionary.places.successors.values())
    every = [
        code
        for code in dictionary.codes("province", member=snapshot.member)
        if code not in since or times.get(code)
    ]
    last = unknown_place(snapshot.member)
    ordered = sorted(every, key=lambda code: (code == last, code))
    return MappingProxyType({code: int(times.get(code, 0)) for code in ordered})


def _years(snapshot: Snapshot) -> tuple[YearQuality, ...]:
    dates = snapshot.column("date")
    place = {str(year): number for number, year in enumerate(snapshot.years)}
    years = looked_up(np.array([place[code[:4]] for code in dates.codes], dtype=np.uint16), dates.indices)
    # injuries and assistance do not apply to everybody: a missing value is no gap
    columns = [column for name, column in snapshot.columns.items() if "." not in name]
    times = counted(years, len(place))
    described = np.zeros(len(place), dtype=np.int64)
    for column in columns:
        described += counted(years[known(column)], len(place))
    dated = counted(years[known(dates)], len(place))
    return tuple(
        YearQuality(
            year,
            int(times[number]),
            round(float(described[number] / (times[number] * len(columns))), 4),
            round(float(dated[number] / times[number]), 4),
        )
        for number, year in enumerate(snapshot.years)
    )


def _known_by_year(snapshot: Snapshot) -> Mapping[str, tuple[float, ...]]:
    dates = snapshot.column("date")
    place = {str(year): number for number, year in enumerate(snapshot.years)}
    years = looked_up(np.array([place[code[:4]] for code in dates.codes], dtype=np.uint16), dates.indices)
    times = counted(years, len(place))
    # Injuries do not apply to everybody: a missing value is no gap. A status that is not known is one: nobody
    # has asked, so that what is known of a pillar is the share of those assessed.
    described = {
        name: column
        for name, column in (*snapshot.columns.items(), *snapshot.details.items())
        if "." not in name or name.partition(".")[0] == MADE_OF_CONTACTS[PILLAR]
    }
    shares = {
        name: tuple((counted(years[known(column)], len(place)) / times).round(4).tolist())
        for name, column in described.items()
    }
    return MappingProxyType(shares)


def _timeliness(snapshot: Snapshot) -> float:
    if not len(snapshot):
        return 0.0
    last = max(snapshot.column("date").codes)
    month = int(last[5:]) if last[5:].isdigit() else 12
    age = (snapshot.created.year - int(last[:4])) * 12 + snapshot.created.month - month
    return min(1.0, max(0.0, (STALE_MONTHS - age) / (STALE_MONTHS - FRESH_MONTHS)))


def _coverage(snapshot: Snapshot) -> float:
    """Share of the casualties whose province is known."""
    if "place" not in snapshot.columns:
        return 0.0
    nowhere = unknown_place(snapshot.member)
    column = snapshot.columns["place"]
    placed = np.array([code != nowhere for code in column.codes], dtype=np.bool_)[column.indices]
    return _share(int(placed.sum()), len(snapshot), nothing=1.0)


def _share(part: int, whole: int, *, nothing: float = 0.0) -> float:
    """`part` of `whole`; `nothing` where `whole` is zero."""
    return part / whole if whole else nothing


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 1.0

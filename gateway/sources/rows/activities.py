"""Tables of sheets about risk education and marking: no people, added up by year and kind.

A sheet says how many sessions were held, how many attended (perhaps in several columns, by sex and age, which
are added), or how many areas were marked. Where a table has neither sessions nor areas, each row is one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.activities import MEASURES, Activities, Kind
from gateway.sources.model.findings import Findings, Problem, number_of
from gateway.sources.model.mapping import YES, SourceMapping, TableRule
from gateway.sources.model.tables import Source
from gateway.sources.model.targets import (
    ACTIVITY,
    ACTIVITY_DATE,
    ACTIVITY_TYPE,
    AREAS,
    MARKING,
    OPERATOR,
    SESSIONS,
)
from gateway.sources.rows.burmese_cells import in_one_encoding
from gateway.sources.rows.columns import ColumnReader, ColumnReport, IdentifierReader
from gateway.sources.rows.headings import headings_asked, positions
from gateway.sources.rows.load_progress import Way
from gateway.sources.rows.row_accounts import TableAccount, account_of_first

Readers: TypeAlias = Callable[[TableRule], list[ColumnReader | IdentifierReader]]
_NOTHING = -1
"""Stands for a number that a sheet does not say."""


@dataclass(frozen=True)
class Sheets:
    """What the tables of activities add up to, and how they were read."""

    activities: Activities | None
    reports: tuple[ColumnReport, ...] = ()
    accounts: tuple[TableAccount, ...] = ()


def read_activities(
    source: Source, mapping: SourceMapping, readers: Readers, findings: Findings, way: Way
) -> Sheets:
    """Add up all tables of activities. Raises SourceError as for any table."""
    if not mapping.of_activities:
        return Sheets(None)
    tables = [_read(source, mapping, rule, readers, findings, way) for rule in mapping.of_activities]
    counts: dict[Kind, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    held: dict[Kind, dict[str, dict[bytes, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for table in tables:
        for kind, measure, number, operator in table.numbers():
            counts[kind][measure] += number
            held[kind][measure][operator] += number
    measures = tuple(one for one in MEASURES if any(one in table.stated for table in tables))
    activities = Activities(
        measures,
        MappingProxyType({kind: MappingProxyType(dict(said)) for kind, said in counts.items()}),
        _two_largest(held) if all(table.operators is not None for table in tables) else None,
    )
    reports = tuple(report for table in tables for report in table.reports)
    return Sheets(activities, reports, tuple(table.account for table in tables))


def _two_largest(
    held: Mapping[Kind, Mapping[str, Mapping[bytes, int]]],
) -> Mapping[Kind, Mapping[str, tuple[int, int]]]:
    """What the two largest operators hold. Sheets without an operator count as one operator's together."""
    found: dict[Kind, Mapping[str, tuple[int, int]]] = {}
    for kind, measures in held.items():
        two = {name: sorted([0, 0, *each.values()])[:-3:-1] for name, each in measures.items()}
        found[kind] = MappingProxyType({name: (first, second) for name, (first, second) in two.items()})
    return MappingProxyType(found)


@dataclass(frozen=True, eq=False)
class _Table:
    """The rows of one table that count: year, kind, what is stated of each measure, and the operators'
    pseudonyms, None where no column tells them."""

    years: NDArray[np.int64]
    kinds: Sequence[str]
    stated: Mapping[str, NDArray[np.int64]]
    operators: list[bytes] | None
    reports: tuple[ColumnReport, ...]
    account: TableAccount

    def numbers(self) -> Iterator[tuple[Kind, str, int, bytes]]:
        operators = self.operators or [b""] * len(self.kinds)
        kinds = list(zip(self.years.tolist(), self.kinds, strict=True))
        for measure, values in self.stated.items():
            for kind, number, operator in zip(kinds, values.tolist(), operators, strict=True):
                if number != _NOTHING:
                    yield kind, measure, number, operator


def _read(  # noqa: PLR0917 - as every reader of a table
    source: Source,
    mapping: SourceMapping,
    rule: TableRule,
    readers: Readers,
    findings: Findings,
    way: Way,
) -> _Table:
    columns, lines = readers(rule), list[int]()
    with source.table(rule.name) as opened:
        table = way.along(rule.name, in_one_encoding(opened, rule, findings))
        places = positions(table, rule, headings_asked(mapping, rule), findings)
        for chunk in table.chunks:
            cells = list(zip(*chunk.rows, strict=True)) or [()] * len(table.headings)
            lines += chunk.lines
            for reader, heading in zip(columns, rule.columns, strict=True):
                reader.read(cells[places[heading]], chunk.lines)
    coded = [reader for reader in columns if isinstance(reader, ColumnReader)]
    stated = _stated(rule, coded, len(lines))
    reasons = _reasons(columns, stated, lines, rule, findings)
    counts = reasons == 0
    dates = next(reader.column() for reader in coded if reader.rule.target.name == ACTIVITY_DATE)
    kinds = _kinds(rule, coded, len(lines))
    return _Table(
        np.array([int(code[:4]) for code in dates.taken(counts).values()], dtype=np.int64),
        [kind for kind, counted in zip(kinds, counts.tolist(), strict=True) if counted],
        {measure: numbers[counts] for measure, numbers in stated.items()},
        None if (operators := _pseudonyms(columns, OPERATOR)) is None else operators[counts].tolist(),
        tuple(reader.report() for reader in columns),
        account_of_first(rule, reasons, findings),
    )


def _kinds(rule: TableRule, columns: Sequence[ColumnReader], rows: int) -> list[str]:
    if rule.activities != YES:
        return [rule.activities] * rows
    return next(reader.column().values() for reader in columns if reader.rule.target.name == ACTIVITY_TYPE)


def _stated(rule: TableRule, columns: Sequence[ColumnReader], rows: int) -> dict[str, NDArray[np.int64]]:
    """For each measure the number of every row, _NOTHING where the row says none."""
    found: dict[str, NDArray[np.int64]] = {}
    for measure in MEASURES:
        parts = [reader.amounts(_NOTHING) for reader in columns if reader.rule.target.name == measure]
        if parts:
            every = np.array(parts, dtype=np.int64).reshape(len(parts), rows)
            said = (every != _NOTHING).any(axis=0)
            found[measure] = np.where(said, np.where(every == _NOTHING, 0, every).sum(axis=0), _NOTHING)
    if not {SESSIONS, AREAS} & found.keys():
        marking = np.array([kind == MARKING for kind in _kinds(rule, columns, rows)], dtype=np.bool_)
        each = {SESSIONS: ~marking, AREAS: marking}
        found |= {measure: np.where(own, 1, _NOTHING) for measure, own in each.items() if own.any()}
    return found


def _pseudonyms(columns: Sequence[ColumnReader | IdentifierReader], target: str) -> NDArray[np.bytes_] | None:
    """The pseudonyms of a column of identifiers; None where the table has none."""
    readers = (reader for reader in columns if isinstance(reader, IdentifierReader))
    return next((reader.pseudonyms() for reader in readers if reader.rule.target.name == target), None)


def _reasons(
    columns: Sequence[ColumnReader | IdentifierReader],
    stated: Mapping[str, NDArray[np.int64]],
    lines: Sequence[int],
    rule: TableRule,
    findings: Findings,
) -> NDArray[np.uint8]:
    """Why each row does not count: no date, the same activity once more, no number; 0 where it counts."""
    reasons = np.zeros(len(lines), dtype=np.uint8)
    for reader in columns:
        reasons = np.where(reasons, reasons, reader.reasons())
    silent = np.ones(len(lines), dtype=np.bool_)
    for numbers in stated.values():
        silent &= numbers == _NOTHING
    again = np.zeros(len(lines), dtype=np.bool_)
    number = _pseudonyms(columns, ACTIVITY)
    if number is not None:
        counts = np.flatnonzero((reasons == 0) & ~silent & (number != b""))
        _, first = np.unique(number[counts], return_index=True)
        again[counts] = True
        again[counts[first]] = False
    for problem, rows in ((Problem.ACTIVITY_EMPTY, silent), (Problem.ACTIVITY_TWICE, again)):
        fresh = rows & (reasons == 0)
        reasons = np.where(fresh, np.uint8(number_of(problem)), reasons)
        if fresh.any():
            findings.add(rule.name, "", problem, np.array(lines, dtype=np.int64)[fresh].tolist())
    return reasons.astype(np.uint8)

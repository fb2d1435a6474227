"""Reads a complete source by its mapping into a snapshot and a report, or fails without a result."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from audit.reading.messages import message
from gateway.dictionary import Dictionary
from gateway.member.model.activities import Activities
from gateway.member.model.snapshot import Column, Snapshot
from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.first_table import OpenFiles, Room, no_room, read_first_table, why_not
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Finding, Findings, Problem, number_of
from gateway.sources.model.mapping import SourceMapping, TableRule
from gateway.sources.model.metadata import Explained, Metadata
from gateway.sources.model.pseudonym_column import Pseudonymise
from gateway.sources.model.tables import Chunk, Source
from gateway.sources.model.targets import CASE, MADE_OF_CONTACTS, PILLAR, PLACE, Kind
from gateway.sources.model.words import plain
from gateway.sources.rows.activities import read_activities
from gateway.sources.rows.assemble import ReadRows, assemble
from gateway.sources.rows.columns import ColumnReader, ColumnReport, IdentifierReader
from gateway.sources.rows.contacts import ContactTable
from gateway.sources.rows.convert import converter
from gateway.sources.rows.headings import headings_asked, positions
from gateway.sources.rows.joins import JoinedTable
from gateway.sources.rows.likely_same import LikelySame
from gateway.sources.rows.load_progress import Progress, Way
from gateway.sources.rows.read_contacts import ReadContacts
from gateway.sources.rows.repeated_columns import open_table
from gateway.sources.rows.row_accounts import (
    JoinedRows,
    TableAccount,
    account_of_first,
    account_of_joined,
    accounts_of_others,
)
from gateway.sources.rows.vault_values import NAMES, Chosen, Keeper


@dataclass(frozen=True)
class Load:
    """The result of loading a source. `rows` were read; `len(snapshot)` rows are casualties that count.

    `accounts` say of the rows of each table, in the order of the mapping, how many count and why others do
    not.
    """

    snapshot: Snapshot
    rows: int
    columns: tuple[ColumnReport, ...]
    findings: tuple[Finding, ...]
    accounts: tuple[TableAccount, ...]
    activities: Activities | None = None
    """What sheets of risk education and marking add up to; None where the mapping has no such table."""
    by_engine: bool = False
    """Whether the engine read the first table."""
    declined: str = ""
    """Why the first table was read row by row, though the engine was asked for."""
    likely: tuple[tuple[int, ...], ...] = ()
    """Groups of lines of the first table that are likely one casualty each."""


def load(
    source: Source,
    mapping: SourceMapping,
    dictionary: Dictionary,
    *,
    pseudonymise: Pseudonymise,
    today: date,
    findings: Findings,
    vintage: str = "1",
    keeper: Keeper | None = None,
    progress: Progress = lambda _: None,
    for_engine: OpenFiles | None = None,
    look_for_likely: bool = False,
    room: Room = no_room,
) -> Load:
    """Read `source` by `mapping`. Dates after `today` are findings.

    `for_engine` opens the source once more, for the engine to read the first table where it can; the load
    is the same, whoever reads it.

    `findings` is the object in which the source notes findings too. `keeper` receives the values for the
    vault.

    `room` gives the engine an array for the packed pseudonyms of so many rows, where memory is not enough.

    `look_for_likely`: whether names that the vault keeps are compared, for casualties under two numbers.

    Raises SourceError, without a snapshot, when a table or a column is missing or a file is damaged.
    """
    said = source.metadata if isinstance(source, Explained) else Metadata()
    for table in mapping.tables:
        for heading in table.columns:
            if plain(heading) in said.lacking:
                findings.add(table.name, heading, Problem.CHOICES_MISSING)
    readers = _Readers(mapping, dictionary, pseudonymise, today, findings, said)
    names = LikelySame() if look_for_likely and mapping.kept & set(NAMES) else None
    wanted = mapping.kept and (keeper or names)
    chosen = Chosen(mapping.tables[0], keeper, names) if wanted else None
    way = Way({table.name: sum(map(source.size, table.names)) for table in mapping.tables}, progress)
    others = accounts_of_others(source, mapping, findings)
    sheets = read_activities(source, mapping, readers.of, findings, way)
    read = _read(source, mapping, readers, findings, chosen, way, for_engine, room)
    _refuse_another_state(read.reports, findings)
    count = len(read.rows.lines)
    made = assemble(read.rows, mapping, dictionary, today=today, vintage=vintage, findings=findings)
    likely = () if names is None else tuple(names.groups(made.snapshot))
    for group in likely:
        findings.add(mapping.tables[0].name, "", Problem.LIKELY_SAME, group)
    accounts = (
        account_of_first(mapping.tables[0], made.reasons, findings),
        *(account_of_joined(rows, found, made.reasons == 0, findings) for rows, found in read.joined),
        *sheets.accounts,
        *others,
    )
    reports = (*read.reports, *sheets.reports)
    return Load(
        made.snapshot,
        count,
        reports,
        findings.all(),
        accounts,
        sheets.activities,
        read.by_engine,
        read.declined,
        likely,
    )


def _refuse_another_state(reports: Sequence[ColumnReport], findings: Findings) -> None:
    """Raise SourceError where most provinces of the accidents are those of another state."""
    foreign = {(f.table, f.column): f.count for f in findings.all() if f.problem is Problem.PLACE_FOREIGN}
    for one in reports:
        said, count = one.cells - one.blank - one.unknown, foreign.get((one.table, one.heading), 0)
        if one.target == PLACE and 2 * count > said:
            raise SourceError(
                message(
                    "%(n)s of the %(all)s places in %(table)s, %(column)s are provinces of another state; "
                    "nothing was loaded.",
                    n=count,
                    all=said,
                    table=one.table,
                    column=one.heading,
                ),
                remedy=message("Choose the register of this state."),
            )


_FirstRows: TypeAlias = tuple[list[ColumnReader | IdentifierReader], NDArray[Any]]
"""The readers of the first table, and of each row its line and the rows found in the joined tables."""


@dataclass(frozen=True, eq=False)
class _Read:
    """What was read. `joined`: rows of each other table, and what each row of the first table found there."""

    rows: ReadRows
    reports: tuple[ColumnReport, ...]
    joined: tuple[tuple[JoinedRows, NDArray[np.int64]], ...]
    by_engine: bool
    declined: str


@dataclass(frozen=True)
class _Readers:
    """Makes the readers of a table's columns."""

    mapping: SourceMapping
    dictionary: Dictionary
    pseudonymise: Pseudonymise
    today: date
    findings: Findings
    said: Metadata

    @property
    def statuses(self) -> list[str]:
        """The dimensions of the statuses of assistance, one for each pillar."""
        dimensions = self.dictionary.dimensions.values()
        return [d.name for d in dimensions if d.part_of == MADE_OF_CONTACTS[PILLAR]]

    def of(self, table: TableRule) -> list[ColumnReader | IdentifierReader]:
        made: list[ColumnReader | IdentifierReader] = []
        for heading, rule in table.columns.items():
            labels = self.said.words_of(heading)
            convert = converter(rule, self.dictionary, self.mapping.member, self.today, labels)
            where = (table.name, heading, rule, convert)
            if rule.target.kind is Kind.IDENTIFIER:
                made.append(IdentifierReader(*where, self.pseudonymise, self.findings))
            else:
                made.append(ColumnReader(*where, self.findings))
        return made


def _read(  # noqa: PLR0917 - as `_walk`
    source: Source,
    mapping: SourceMapping,
    readers: _Readers,
    findings: Findings,
    chosen: Chosen | None,
    way: Way,
    for_engine: OpenFiles | None,
    room: Room,
) -> _Read:
    """Read every table. The readers are freed on return, which halves the memory for a large source."""
    first, *others = mapping.of_people
    joined = [_joined(source, mapping, rule, readers, findings, way) for rule in others]
    declined = ""
    if for_engine is not None:
        try:
            keeps = chosen is not None
            own, where = _by_engine(for_engine, mapping, readers, findings, joined, room, keeps=keeps)
        except DeclinedError as error:
            declined = error.reason
    by_engine = for_engine is not None and not declined
    if by_engine:
        way.passed(first.name, len(where))
    else:
        own, where = _row_by_row(source, mapping, readers, findings, joined, chosen, way)
    every = [*own, *(one for other in joined for one in other.readers)]
    rows = _gather(first.name, where, own, joined)
    accounts = tuple((other.account(), where[:, number]) for number, other in enumerate(joined, 1))
    return _Read(rows, tuple(r.report() for r in every), accounts, by_engine, declined)


def _by_engine(  # noqa: PLR0917 - as `_walk`
    open_files: OpenFiles,
    mapping: SourceMapping,
    readers: "_Readers",
    findings: Findings,
    joined: Sequence[JoinedTable | ContactTable],
    room: Room,
    *,
    keeps: bool,
) -> _FirstRows:
    """Read the first table with the engine. Raises DeclinedError, with nothing noted, where it cannot."""
    if reason := why_not(mapping, keeps=keeps):
        raise DeclinedError(reason)
    first, *others = mapping.of_people
    noted = Findings()
    own = replace(readers, findings=noted).of(first)
    table = read_first_table(open_files(noted), mapping, own, noted, no_room if others else room)
    findings.take_over(noted)
    lines = table.lines.tolist() if others else []
    found = [
        other.find([table.keys[heading] for heading in rule.join.values()], lines, first.name)
        for rule, other in zip(others, joined, strict=True)
    ]
    return own, np.column_stack((table.lines, *found)) if found else table.lines[:, np.newaxis]


def _row_by_row(  # noqa: PLR0917 - as `_walk`
    source: Source,
    mapping: SourceMapping,
    readers: "_Readers",
    findings: Findings,
    joined: Sequence[JoinedTable | ContactTable],
    chosen: Chosen | None,
    way: Way,
) -> _FirstRows:
    """Read the first table cell by cell: for each row its line, and the rows found in the joined tables."""
    first = mapping.of_people[0]
    own = readers.of(first)
    with open_table(source, first, findings) as table:
        places = positions(table, first, headings_asked(mapping, first), findings)
        chunks = way.along(first.name, table).chunks
        parts = list(_walk(chunks, places, mapping.of_people, joined, own, chosen))
    return own, np.concatenate([np.zeros((0, 1 + len(joined)), dtype=np.int64), *parts])


def _joined(  # noqa: PLR0917 - as `_walk`
    source: Source,
    mapping: SourceMapping,
    rule: TableRule,
    readers: _Readers,
    findings: Findings,
    way: Way,
) -> JoinedTable | ContactTable:
    with open_table(source, rule, findings) as opened:
        table = way.along(rule.name, opened)
        places = positions(table, rule, headings_asked(mapping, rule), findings)
        if rule.several:
            return ContactTable(rule, table, places, readers.of(rule), findings, dimensions=readers.statuses)
        return JoinedTable(rule, table, places, readers.of(rule), findings)


def _walk(  # noqa: PLR0917 - all that a row meets, in the order in which it does
    chunks: Iterator[Chunk],
    places: Mapping[str, int],
    rules: Sequence[TableRule],
    joined: Sequence[JoinedTable | ContactTable],
    readers: Sequence[ColumnReader | IdentifierReader],
    chosen: Chosen | None,
) -> Iterator[NDArray[np.int64]]:
    """Read the first table into its readers. Yields per chunk (rows, 1 + joined): line, and rows joined."""
    first, *others = rules
    for chunk in chunks:
        columns = list(zip(*chunk.rows, strict=True))
        if not columns:
            continue
        for one, heading in zip(readers, first.columns, strict=True):
            one.read(columns[places[heading]], chunk.lines)
        found = [
            other.find([columns[places[h]] for h in rule.join.values()], chunk.lines, first.name)
            for rule, other in zip(others, joined, strict=True)
        ]
        if chosen is not None:
            chosen.pass_on(columns, places, readers, joined, found, lines=chunk.lines)
        yield np.column_stack((np.array(chunk.lines, dtype=np.int64), *found))


def _gather(
    table: str,
    where: NDArray[np.int64],
    own: Sequence[ColumnReader | IdentifierReader],
    joined: Sequence[JoinedTable | ContactTable],
) -> ReadRows:
    """All values read, with joined columns spread over the rows of the first table."""
    columns: dict[str, Column] = {}
    identifiers: dict[str, NDArray[np.bytes_]] = {}
    reasons = np.zeros(len(where), dtype=np.uint8)
    prefix = None if joined else _prefix(own)  # other tables hold texts
    for one in own:
        if isinstance(one, IdentifierReader):
            identifiers[one.rule.target.name] = one.pseudonyms() if prefix is None else one.kept()
        else:
            columns[one.rule.target.name] = one.column()
        reasons = np.where(reasons, reasons, one.reasons())
    contact_tables = []
    for number, other in enumerate(joined, 1):
        rows = where[:, number]
        if isinstance(other, ContactTable):
            # Of a person without a row in the table nothing is known: nobody asked is not nobody in need.
            columns |= {name: column.found(rows, "UNK") for name, column in other.found.items()}
            contact_tables.append((other, rows))
            continue
        for one in other.readers:
            target = one.rule.target
            if isinstance(one, IdentifierReader):
                identifiers[target.name] = np.append(one.pseudonyms(), b"")[rows]
            else:
                columns[target.name] = one.column().found(rows, target.unknown or "")
            missing = number_of(Problem.JOIN) if target.essential else 0
            reasons = np.where(reasons, reasons, np.append(one.reasons(), np.uint8(missing))[rows])
    return ReadRows(
        table,
        where[:, 0],
        columns,
        identifiers,
        reasons,
        _contacts(contact_tables, identifiers[CASE], reasons),
        prefix,
    )


def _prefix(readers: Sequence[ColumnReader | IdentifierReader]) -> bytes | None:
    """The beginning of all pseudonyms where they are packed; None for texts.

    A column without any pseudonym is both.
    """
    found = {one.prefix for one in readers if isinstance(one, IdentifierReader)} - {None}
    return found.pop() if len(found) == 1 else None


def _contacts(
    tables: Sequence[tuple[ContactTable, NDArray[np.int64]]],
    cases: NDArray[np.bytes_],
    reasons: NDArray[np.uint8],
) -> ReadContacts | None:
    """The contacts of the table that gives pillars, for casualties that count."""
    for table, rows in tables:
        if table.gives_pillars:
            return table.rows(np.where(reasons, -1, rows), cases)
    return None

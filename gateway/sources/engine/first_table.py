"""Reads the first table of a mapping with the engine into the readers that the row-wise loader fills too.

Words are converted by the same converter, once each; findings, reports and reasons are made by the same
readers. What the engine cannot read alike is declined before anything is noted.
"""

import csv
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gateway.sources.engine.burmese_words import BurmeseWords
from gateway.sources.engine.connection import connected
from gateway.sources.engine.database_table import DatabaseTable, ServerTable
from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.engine_table import MOST_WORDS, EngineTable, line_type
from gateway.sources.engine.file_shape import file_shape
from gateway.sources.engine.parquet_files import OpenParquet
from gateway.sources.engine.parquet_table import ParquetTable
from gateway.sources.engine.text_table import TextTable
from gateway.sources.model.cells import rows_inside
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.mapping import TABLE, Reading, SourceMapping, TableRule
from gateway.sources.model.tables import OpenTable
from gateway.sources.model.targets import PERSON
from gateway.sources.rows.columns import ColumnReader, IdentifierReader
from gateway.sources.rows.headings import headings_asked, positions

_UTF8 = ("utf-8", "utf-8-sig")
_BURMESE = "[\\x{1000}-\\x{109f}]"


@dataclass(frozen=True, eq=False)
class FirstTable:
    """The first table as read: the line of each row, and the cells of the columns that joins need."""

    lines: NDArray[Any]
    keys: Mapping[str, Sequence[str]]


class FileSource(Protocol):
    """A source of files, which the engine opens itself."""

    def table(self, name: str) -> AbstractContextManager[OpenTable]:
        """Open a file, for its headings. Raises SourceError, also where it is written meanwhile."""
        ...

    def path_of(self, name: str) -> Path:
        """The file of a table. Raises SourceError."""
        ...


@runtime_checkable
class ParquetFiles(Protocol):
    """A source of Parquet files, which come open in the engine."""

    def parquet(self, name: str) -> AbstractContextManager[OpenParquet]:
        """Open a table. Raises SourceError, also where a file is written meanwhile."""
        ...


@runtime_checkable
class DatabaseServer(Protocol):
    """A source that is a database server."""

    def of_server(self, name: str) -> ServerTable:
        """A table or view. Raises DeclinedError and SourceError."""
        ...


Room: TypeAlias = Callable[[int], NDArray[np.bytes_] | None]
"""Makes an array for the packed pseudonyms of so many rows; None where memory is enough."""


def no_room(rows: int) -> None:
    """Leave pseudonyms in memory."""
    del rows


OpenFiles: TypeAlias = Callable[[Findings], FileSource | ParquetFiles | DatabaseServer]
"""Opens a source for the engine, which notes its findings where it is told."""


def why_not(mapping: SourceMapping, *, keeps: bool) -> str:
    """Why the engine cannot read the first table of this mapping; "" where it can. Looks at no file."""
    first, reading = mapping.of_people[0], mapping.reading
    reasons = {
        "it is neither CSV nor Parquet nor a database": mapping.kind not in {"csv", "parquet", "database"},
        "the vault keeps values of it": keeps and bool(mapping.kept),
        "its rows repeat columns for each victim": bool(first.repeat),
        "it goes on in further files": bool(first.also),
        "its rows can be of several people": bool(first.people),
        "several columns make up the number of the case": bool(first.case_of),
        "the name of its file is read": TABLE in first.columns,
        "it is not in UTF-8": reading.encoding not in _UTF8,
        "it has more than one line of headings, or totals": replace(reading, encoding="", delimiter="")
        != Reading(encoding="", delimiter=""),
    }
    return next((reason for reason, fault in reasons.items() if fault), "")


def read_first_table(
    source: FileSource | ParquetFiles | DatabaseServer,
    mapping: SourceMapping,
    readers: Sequence[ColumnReader | IdentifierReader],
    findings: Findings,
    room: Room = no_room,
) -> FirstTable:
    """Fill `readers`, which note in `findings`, with the first table. Raises DeclinedError, SourceError.

    `room` gives an array for the pseudonyms of so many rows, or none.
    """
    rule = mapping.of_people[0]
    if isinstance(source, ParquetFiles):
        with source.parquet(rule.name) as parquet:
            headings = tuple(column.name for column in parquet.columns)
            at = positions(OpenTable(headings, iter(())), rule, headings_asked(mapping, rule), findings)
            lines = np.arange(1, parquet.rows + 1, dtype=line_type(parquet.rows))
            return _filled(
                ParquetTable(parquet), mapping, readers, _Where(headings, at, lines, room), findings
            )
    if isinstance(source, DatabaseServer):
        server = source.of_server(rule.name)
        at = positions(OpenTable(server.headings, iter(())), rule, headings_asked(mapping, rule), findings)
        with connected() as connection:
            held = DatabaseTable(connection, server, list(at.values()), MOST_WORDS)
            lines = held.lines()
            return _filled(held, mapping, readers, _Where(server.headings, at, lines, room), findings)
    with source.table(rule.name) as opened, connected() as connection:
        path = source.path_of(rule.name)
        at = positions(opened, rule, headings_asked(mapping, rule), findings)
        _refuse_odd_headings(path, mapping.reading, opened.headings)
        shape = file_shape(path, mapping.reading.delimiter)
        table = TextTable(connection, path, mapping.reading.delimiter, opened.headings, list(at.values()))
        lines = table.lines(shape)
        if not shape.ended:
            findings.add(rule.name, "", Problem.NO_LINE_END)
        if shape.lines > len(lines) + 1:
            for row, cells in table.of_several_lines():
                if rows_inside(cells, mapping.reading.delimiter):
                    findings.add(rule.name, "", Problem.ROW_INSIDE, [int(lines[row])])
        lines = _without_odd(table, rule, opened.headings, lines, findings)
        return _filled(table, mapping, readers, _Where(opened.headings, at, lines, room), findings)


@dataclass(frozen=True, eq=False)
class _Where:
    """Headings, the place of each that is read, the line of each row, and room for their pseudonyms."""

    headings: Sequence[str]
    at: Mapping[str, int]
    lines: NDArray[Any]
    room: Room


def _filled(
    table: EngineTable,
    mapping: SourceMapping,
    readers: Sequence[ColumnReader | IdentifierReader],
    where: _Where,
    findings: Findings,
) -> FirstTable:
    rule, at = mapping.of_people[0], where.at
    burmese = BurmeseWords(rule, where.headings, findings)
    for heading in rule.personal.keys() - rule.columns.keys():
        burmese.of_cells(at[heading], table.matching(at[heading], _BURMESE), where.lines)
    joins = [heading for heading in at if heading in _of_joins(mapping)]
    # Identifiers take the most memory. They come last, when nothing is held of the columns before them.
    turns = deque(
        sorted(
            zip(readers, rule.columns, strict=True), key=lambda turn: isinstance(turn[0], IdentifierReader)
        )
    )
    while turns:
        table.keep_only({at[heading] for heading in (*joins, *(heading for _, heading in turns))})
        reader, heading = turns.popleft()
        if isinstance(reader, IdentifierReader) and (room := where.room(len(where.lines))) is not None:
            reader.put_into(room)
        _fill(reader, table, at[heading], where.lines, burmese)
    keys = {heading: burmese.unicode(at[heading], table.cells(at[heading])) for heading in joins}
    burmese.note_unclear()
    return FirstTable(where.lines, keys)


def _of_joins(mapping: SourceMapping) -> frozenset[str]:
    """The headings of the first table that other tables are joined by."""
    _, *others = mapping.of_people
    return frozenset(theirs for other in others for theirs in other.join.values())


def _refuse_odd_headings(path: Path, reading: Reading, headings: Sequence[str]) -> None:
    """Raise DeclinedError where the headings are not the first line of the file, and nothing else."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline(1 << 20)
    cells = next(csv.reader([line], delimiter=reading.delimiter), [])
    if not line.endswith("\n") or tuple(cell.strip() for cell in cells) != tuple(headings):
        raise DeclinedError("its headings take several lines")


def _without_odd(
    table: TextTable,
    rule: TableRule,
    headings: Sequence[str],
    lines: NDArray[Any],
    findings: Findings,
) -> NDArray[Any]:
    """Drop empty rows and the headings once more. Returns the lines of the rows that stay."""
    dropped: list[int] = []
    for row, cells in sorted(table.odd().items()):
        problem = None
        if not any(cells):
            problem = Problem.ROW_BLANK
        elif [cell.strip() for cell in cells] == list(headings):
            problem = Problem.ROW_HEADINGS
        if problem:
            findings.add(rule.name, "", problem, [int(lines[row])])
            dropped.append(row)
    table.without(dropped)
    return np.delete(lines, dropped)


def _fill(
    reader: ColumnReader | IdentifierReader,
    table: EngineTable,
    place: int,
    lines: NDArray[Any],
    burmese: BurmeseWords,
) -> None:
    if isinstance(reader, ColumnReader):
        words, which = table.words(place)
        reader.read_words(burmese.of_words(place, words, which, lines), which, lines)
        return
    personal = reader.rule.target.name == PERSON
    first = 0
    for numbers, others in table.identifiers(place, sorted(reader.rule.unknown), personal=personal):
        block = lines[first : first + len(numbers)]
        reader.read_numbers(numbers, burmese.of_cells(place, others, block), block)
        first += len(numbers)

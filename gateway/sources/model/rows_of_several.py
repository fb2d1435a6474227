"""Rows of several people, and columns that are made of the table's name and of several others."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from audit.reading.messages import message
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.mapping import MADE_CASE, TABLE, TableRule
from gateway.sources.model.tables import Chunk, OpenTable
from gateway.sources.model.words import plain

BETWEEN = "x"
"""Between the parts of a number of a case, which in canonical spelling has no other signs than letters and
digits: A1 and 11 are not A11 and 1.
"""
MOST_DIGITS = 6
"""Digits of a number of people: more are no number of people."""


def people_in(cell: str) -> int:
    """The number of people that a cell says; 0 for anything else."""
    word = plain(cell).removesuffix(".0")
    return int(word) if word.isascii() and word.isdigit() and len(word) <= MOST_DIGITS else 0


def without_rows_of_several(table: OpenTable, rule: TableRule, findings: Findings) -> OpenTable:
    """The table without rows that say to be of several people. Raises SourceError for a missing column."""
    places = [_place(table, rule, heading) for heading in rule.people]
    return OpenTable(table.headings, _of_one(table.chunks, rule.name, places, findings), table.at)


def _of_one(chunks: Iterator[Chunk], name: str, places: Sequence[int], findings: Findings) -> Iterator[Chunk]:
    for chunk in chunks:
        several = [sum(people_in(row[place]) for place in places) > 1 for row in chunk.rows]
        if not any(several):
            yield chunk
            continue
        findings.add(
            name,
            "",
            Problem.ROW_OF_SEVERAL,
            [line for line, more in zip(chunk.lines, several, strict=True) if more],
        )
        kept = [n for n, more in enumerate(several) if not more]
        yield Chunk([chunk.lines[n] for n in kept], [chunk.rows[n] for n in kept])


def with_made_columns(table: OpenTable, rule: TableRule, name: str) -> OpenTable:
    """The table with the columns that its mapping makes: TABLE, the name of the table that the rows stand in,
    and MADE_CASE, the parts of the number of the case with BETWEEN between them, blank where a part is blank.

    Raises SourceError for a missing column.
    """
    if TABLE in rule.columns:
        table = replace(table, headings=(*table.headings, TABLE), chunks=_named(table.chunks, name))
    if not rule.case_of:
        return table
    parts = [None if one == TABLE else _place(table, rule, one) for one in rule.case_of]
    return replace(table, headings=(*table.headings, MADE_CASE), chunks=_with_case(table.chunks, name, parts))


def _named(chunks: Iterator[Chunk], name: str) -> Iterator[Chunk]:
    for chunk in chunks:
        yield Chunk(chunk.lines, [[*row, name] for row in chunk.rows])


def _with_case(chunks: Iterator[Chunk], name: str, parts: Sequence[int | None]) -> Iterator[Chunk]:
    for chunk in chunks:
        rows = []
        for row in chunk.rows:
            cells = [name if place is None else row[place].strip() for place in parts]
            rows.append([*row, BETWEEN.join(cells) if all(cells) else ""])
        yield Chunk(chunk.lines, rows)


def _place(table: OpenTable, rule: TableRule, heading: str) -> int:
    own = [plain(one) for one in table.headings]
    if plain(heading) in own:
        return own.index(plain(heading))
    raise SourceError(
        message("%(table)s has no column %(columns)s.", table=rule.name, columns=repr(heading)),
        remedy=message("Correct 'people' or 'case_of' in the mapping."),
    )

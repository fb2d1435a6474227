"""A draft of a mapping as a value, and as the text that a person reads.

For drafts of mappings only.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from audit.reading.messages import message
from gateway.member.model.snapshot import CONSENT
from gateway.sources.mapping.column_guesses import RATHER_SURE, Guess
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.draft_joins import Join
from gateway.sources.mapping.draft_lookups import REASON as LIST_REASON
from gateway.sources.mapping.draft_rules import yaml_word
from gateway.sources.mapping.stated import NOTHING_STATED, Stated
from gateway.sources.model.mapping import MADE_CASE, TABLE, Reading
from gateway.sources.model.targets import CASE, DATE, PLACE

_NONE: Mapping[str, str] = MappingProxyType({})
NAMES_NOBODY = message("its rows name no casualty")
"""Why a table is not read of which the draft cannot say whose rows they are."""


@dataclass(frozen=True)
class DraftColumn:
    """A guess with all its doubts, and the lines of its rule besides the target."""

    guess: Guess
    rule: tuple[str, ...] = ()


@dataclass(frozen=True)
class DraftTable:
    """A table that is read. `join`: how its rows belong to the first table; None for the first, for sheets,
    and where nothing was found. `several`: many rows may belong to one casualty. `activities`: the kind of
    the sheets that its rows are. `also`: tables with the same columns. `most`: the victims that a row holds
    beside each other, as a person says; 0 where the headings say it. `people` and `case_of`: as in a mapping.
    """

    name: str
    columns: tuple[DraftColumn, ...]
    first: bool = False
    join: Join | None = None
    several: bool = False
    activities: str = ""
    kind_is_sure: bool = True
    also: tuple[str, ...] = ()
    most: int = 0
    people: tuple[str, ...] = ()
    case_of: tuple[str, ...] = ()
    placed: bool = False
    """Whether the names of the tables are the provinces."""

    @property
    def numbered(self) -> bool:
        """Whether headings stand for several victims, with {n} for their number."""
        return any(column.guess.column.times > 1 for column in self.columns)

    @property
    def beside(self) -> int:
        """How many victims a row holds beside each other, at most; 1 where it holds one."""
        times = max((column.guess.column.times for column in self.columns), default=1)
        return min(times, self.most) if self.most else times

    @property
    def recognised(self) -> bool:
        """Whether any of its columns means something."""
        return any(column.guess.target for column in self.columns)


@dataclass(frozen=True)
class Draft:
    """A draft for one source. `totals`: how many rows of totals there are. `lists`: tables that only explain
    others; `unused`: tables whose rows name no casualty, with their columns as `unread`. `stated`: what a
    person or a former mapping has said.
    """

    member: str
    kind: str
    reading: Reading
    totals: int
    tables: tuple[DraftTable, ...]
    lists: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    unread: tuple[Column, ...] = ()
    stated: Stated = NOTHING_STATED
    beyond: int = 0
    """Columns that were not looked at, since their tables have too many."""
    address: str = ""
    """Where a database or a program serves the source, without a password."""

    @property
    def guesses(self) -> list[Guess]:
        """The guesses about casualties and what joins them, in the order of the tables."""
        return [column.guess for table in self.tables if not table.activities for column in table.columns]

    @property
    def text(self) -> str:
        """The mapping document; lines to review end in `# ?`."""
        return "\n".join([*_lines(self), *_tables_left_out(self)]) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    yield from _beginning(draft)
    yield "tables:"
    for table in draft.tables:
        if table.recognised:
            yield from _sheet_lines(table) if table.activities else _table_lines(table)
        else:
            # Not left out by the draft: a load then says that the table is not read.
            yield f"  # {yaml_word(table.name)}: nothing in it was recognised"
    yield from _constants(draft.guesses, made_case=any(table.case_of for table in draft.tables))
    if draft.beyond:
        yield f"# ? {draft.beyond} further columns were not looked at: a table has too many"


def _beginning(draft: Draft) -> Iterator[str]:
    yield "# A draft. Look over every line marked `# ?`, then check it: safelane member map check"
    yield "mapping: 1"
    yield f"member: {draft.member}"
    yield f"source: {draft.kind}"
    if draft.address:
        yield f"address: {yaml_word(draft.address)}"
    reading = draft.reading
    if reading != Reading():
        delimiter = "tab" if reading.delimiter == "\t" else yaml_word(reading.delimiter)
        text = f"encoding: {reading.encoding}, delimiter: {delimiter}, " if draft.kind == "csv" else ""
        more = f", header_lines: {reading.header_lines}" if reading.header_lines > 1 else ""
        more += f", units: {reading.units}" if reading.units else ""
        more += f", totals: [{', '.join(map(yaml_word, reading.totals))}]" if reading.totals else ""
        doubt = f"  # ? {draft.totals} rows of totals" if draft.totals else ""
        yield f"reading: {{{text}header: {reading.header}{more}}}{doubt}"


def _table_lines(table: DraftTable) -> Iterator[str]:
    yield f"  {yaml_word(table.name)}:"
    yield from _further_lines(table)
    if table.numbered:
        yield f"    repeat: {table.beside}"
    if table.several:
        yield "    several: yes"
    if not table.first:
        yield from _join_lines(table.join)
    if table.people:
        names = ", ".join(map(yaml_word, table.people))
        yield f"    people: [{names}]  # ? is each row a person? Rows of several are not counted"
    if table.case_of:
        names = ", ".join(map(yaml_word, table.case_of))
        yield f"    case_of: [{names}]  # ? numbers begin anew in each table: is a case its table and number?"
    named = {table.join.here if table.join else None, *table.people, *table.case_of}
    yield from _columns_lines(
        [
            column
            for column in table.columns
            if column.guess.target or column.guess.column.heading not in named
        ],
        ({TABLE: PLACE} if table.placed else {}) | ({MADE_CASE: CASE} if table.case_of else {}),
    )


def _sheet_lines(table: DraftTable) -> Iterator[str]:
    """A table of sheets about risk education or marking."""
    yield f"  {yaml_word(table.name)}:"
    yield f"    activities: {table.activities}{'' if table.kind_is_sure else '  # ?'}"
    yield from _columns_lines(table.columns)


def _columns_lines(columns: Sequence[DraftColumn], made: Mapping[str, str] = _NONE) -> Iterator[str]:
    yield "    columns:"
    yield from (f"      {yaml_word(heading)}: {target}" for heading, target in made.items())
    for column in columns:
        if column.guess.target:
            yield from _column_lines(column, column.guess.target.name)
    if any(not column.guess.target for column in columns):
        yield "    left_out:"
        yield from (
            f"      {yaml_word(g.column.heading)}: {g.reason}{_mark(g)}{_said(g)}"
            for g in (column.guess for column in columns)
            if not g.target
        )


def _column_lines(column: DraftColumn, target: str) -> Iterator[str]:
    g = column.guess
    heading = f"      {yaml_word(g.column.heading)}:"
    if not column.rule:
        yield f"{heading} {target}{_mark(g)}{_said(g)}"
        return
    yield f"{heading}{_mark(g)}{_said(g)}"
    yield f"        to: {target}"
    yield from (f"        {line}" for line in column.rule)


def _further_lines(table: DraftTable) -> Iterator[str]:
    """The line about tables with the same headings: only those of the first table can be read with it."""
    if table.also:
        names = ", ".join(map(yaml_word, table.also))
        text = f"also: [{names}]  # ? the same columns: are they parts of one register?"
        yield f"    {text}" if table.first else f"    # ? the same columns, and not read: {names}"


def _join_lines(join: Join | None) -> Iterator[str]:
    if join is None:
        yield "    join: {}  # ? heading here: heading of the first table"
        return
    yield f"    join: {{{yaml_word(join.here)}: {yaml_word(join.there)}}}{'' if join.sure else '  # ?'}"
    if join.unclaimed:
        yield f"    unclaimed: allowed  # ? {join.unclaimed} rows that no casualty belongs to: is that right?"


def _constants(guesses: Sequence[Guess], *, made_case: bool) -> Iterator[str]:
    filled = {g.target.name for g in guesses if g.target} | ({CASE} if made_case else set())
    missing = {"victim_type": "DIR", CONSENT: "N"}
    lines = [f"  {name}: {code}  # ?" for name, code in missing.items() if name not in filled]
    if lines:
        yield "constants:"
        yield from lines
    for name in (CASE, DATE):
        if name not in filled:
            yield f"# ? nothing was recognised as {name}, without which nothing can be counted"


def _tables_left_out(draft: Draft) -> Iterator[str]:
    """The lines about tables that have no rows of casualties, and why."""
    lines = [f"  {yaml_word(name)}: {LIST_REASON}" for name in sorted(draft.lists)]
    lines += [f"  {yaml_word(name)}: {NAMES_NOBODY}  # ?" for name in sorted(draft.unused)]
    if lines:
        yield "left_out:"
        yield from lines


def _mark(g: Guess) -> str:
    """The doubts about a guess, and how sure it is, in words; nothing where it is sure."""
    if g.sure:
        return ""
    word = "" if g.target is None else "likely" if g.score >= RATHER_SURE else "a guess"
    notes = "; ".join([*g.notes, word] if word else g.notes)
    return f"  # ? {notes}" if notes else "  # ?"


def _said(g: Guess) -> str:
    """What another table says that the heading means."""
    said = g.column.said
    if not said or said == g.column.heading.rpartition("/")[2]:
        return ""
    return f"{'  #' if g.sure else ','} {json.dumps(said, ensure_ascii=False)}"

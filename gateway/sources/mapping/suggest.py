"""Drafts a mapping from the headings and values of a source, and marks the parts that a person must review.

A draft contains words of the source and therefore stays in the member state. No data is counted by a draft
before a person has reviewed the draft.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from audit.reading.messages import message
from gateway.dictionary import Dictionary
from gateway.sources.mapping.activity_guesses import SheetGuess, guess_sheets
from gateway.sources.mapping.column_evidence import Witness
from gateway.sources.mapping.column_guesses import SURE, Guess, Structure, guess, root_table
from gateway.sources.mapping.draft_columns import Column, columns_of, united
from gateway.sources.mapping.draft_document import Draft, DraftColumn, DraftTable
from gateway.sources.mapping.draft_joins import Joins
from gateway.sources.mapping.draft_lookups import explained
from gateway.sources.mapping.draft_marks import read_marks
from gateway.sources.mapping.draft_people import made_case, named_by_province, people_columns
from gateway.sources.mapping.draft_rules import rule_of
from gateway.sources.mapping.draft_structure import (
    columns_in_parts,
    links,
    options_of_whole_columns,
    tool_columns,
)
from gateway.sources.mapping.former_document import Former, with_former
from gateway.sources.mapping.lexicon import lexicon
from gateway.sources.mapping.stated import NOTHING_STATED, Stated
from gateway.sources.model.errors import SourceError
from gateway.sources.model.heading_lines import total_words
from gateway.sources.model.mapping import Reading
from gateway.sources.model.metadata import Metadata
from gateway.sources.model.source_kinds import WITH_LINES
from gateway.sources.model.tables import ForeignKey, Source
from gateway.sources.model.targets import CASE, CONTACT, DATE, PILLAR, targets
from gateway.sources.model.words import plain

MOST_COLUMNS = 500
"""Columns of a table that are looked at: the others are not read, which a load reports."""


def suggest(
    source: Source,
    dictionary: Dictionary,
    member: str,
    *,
    kind: str,
    reading: Reading,
    today: date,
    metadata: Metadata | None = None,
    stated: Stated = NOTHING_STATED,
    former: Former | None = None,
) -> Draft:
    """A draft mapping for a source. Raises SourceError, DictionaryError.

    `metadata`: what a file beside the tables says of headings and codes. `stated`: what a person has said.
    `former`: a mapping of before, which says what the headings that it names mean.
    """
    dictionary.member(member)
    witness = Witness(dictionary, member, lexicon(), today)
    names = source.tables()
    tables = [_columns(source, name, names, stated) for name in names]
    every = [column for table in tables for column in table[:MOST_COLUMNS]]
    beyond = sum(len(table[MOST_COLUMNS:]) for table in tables)
    stated = stated if former is None else with_former(stated, former, every)
    draft = _drafted(every, source.foreign_keys(), witness, metadata, (kind, reading), stated)
    numbered = [n for n in _without_a_case(draft.guesses) if n not in stated.repeats]
    if numbered:
        # Levels of places are numbered, too: only where cases are repeated are they several victims.
        every = [c for c in every if c.table not in numbered]
        every += [c for name in numbered for c in [*columns_of(source, name, repeated=False)][:MOST_COLUMNS]]
        every.sort(key=lambda column: names.index(column.table))
        draft = _drafted(every, source.foreign_keys(), witness, metadata, (kind, reading), stated)
    return replace(draft, beyond=beyond)


def _without_a_case(guesses: Sequence[Guess]) -> list[str]:
    """Tables with numbered headings in which the number of the case is not among them."""
    numbered = {g.column.table for g in guesses if g.column.times > 1}
    cases = {g.column.table for g in guesses if g.column.times > 1 and g.target and g.target.name == CASE}
    return sorted(numbered - cases)


def _drafted(  # noqa: PLR0917 - all that a draft is made of
    every: Sequence[Column],
    keys: Sequence[ForeignKey],
    witness: Witness,
    metadata: Metadata | None,
    of: tuple[str, Reading],
    stated: Stated,
) -> Draft:
    kind, reading = of
    read, further = united(every)
    made = explained(read, keys, metadata)
    sheets = guess_sheets(made.columns, witness, stated.sheets)
    columns = [column for column in made.columns if column.table not in sheets]
    words, totals = _totals(columns) if kind in WITH_LINES else ([], 0)
    columns, needless = read_marks(columns, witness)
    tool, options = tool_columns(columns), options_of_whole_columns(columns) | needless
    structure = Structure("", tool, options, columns_in_parts(columns), tuple(links(columns, keys)))
    structure = replace(structure, root=root_table(columns, witness, structure))
    tables = Joins(columns, structure)
    guesses = [_with_choices(g, metadata) for g in _guesses(columns, tables, witness, stated)]
    unused = {c.table for c in columns} - {g.column.table for g in guesses}
    return Draft(
        witness.member,
        kind,
        replace(reading, totals=tuple(words)),
        totals,
        (
            *_tables(guesses, tables, witness, further, stated),
            *(_sheet(name, sheet, witness, stated) for name, sheet in sheets.items()),
        ),
        tuple(made.lists),
        tuple(unused),
        tuple(c for c in columns if c.table in unused),
        stated,
    )


def _guesses(columns: Sequence[Column], tables: Joins, witness: Witness, stated: Stated) -> list[Guess]:
    """The guesses about all columns of the tables that are read: what a person has said is no guess."""
    known = targets(witness.dictionary, witness.member)
    read = {c.table for c in columns if tables.joined(c.table) or stated.reads(c.table)}
    said = {id(c): stated.guess(c, known) for c in columns if stated.says(c) and c.table in read}
    taken = frozenset(g.target.name for g in said.values() if g.target)
    rest = [c for c in columns if not stated.says(c) and not stated.leaves_out(c.table)]
    joined = [c for c in rest if c.table in read]
    made = guess(joined, witness, tables.structure, taken)
    if not {CASE, DATE} <= {g.target.name for g in made if g.target} | taken:
        # a table that belongs to nothing yet may have the date
        made = guess(rest, witness, tables.structure, taken)
    found = {id(g.column): g for g in made} | said
    return [found[id(c)] for c in columns if id(c) in found]


def _totals(columns: Sequence[Column]) -> tuple[list[str], int]:
    """The words with which rows of totals begin, in any of the tables, and how many rows do."""
    found: dict[str, None] = {}
    count = 0
    for table in dict.fromkeys(c.table for c in columns):
        own = [c.written.values for c in columns if c.table == table and c.times == 1]
        words, rows = total_words(list(zip(*own, strict=True)))
        found |= dict.fromkeys(words)
        count += rows
    return list(found), count


def _columns(source: Source, name: str, names: Sequence[str], stated: Stated) -> list[Column]:
    try:
        return list(columns_of(source, name, repeated=stated.repeats.get(name) != 1))
    except SourceError:
        if len(names) == 1:
            raise
        return []  # an empty sheet beside others


def _tables(
    guesses: Sequence[Guess],
    joins: Joins,
    witness: Witness,
    further: Mapping[str, Sequence[str]],
    stated: Stated,
) -> Iterator[DraftTable]:
    """The tables of casualties and what joins them, the first one first."""
    names = list(dict.fromkeys(g.column.table for g in guesses))
    first = _first_table(guesses, names)
    guesses = [g if stated.says(g.column) else _of_its_table(g, guesses, first, joins) for g in guesses]
    own = [g for g in guesses if g.column.table == first]
    people, case_of = people_columns(own, witness, stated), made_case(own, stated)
    guesses = [_used_otherwise(g, first, people, case_of) for g in guesses]
    for name in sorted(names, key=lambda n: n != first):
        several = name != first and any(
            g.target and g.target.name in CONTACT for g in guesses if g.column.table == name
        )
        join = None
        if name != first:
            join = stated.joins.get(name) or joins.join(name, first, several=several)
        columns = tuple(_ruled(g, witness) for g in guesses if g.column.table == name)
        also, repeat = tuple(further.get(name, ())), stated.repeats.get(name, 0)
        made = DraftTable(name, columns, name == first, join, several, also=also, most=repeat)
        placed = name == first and named_by_province((name, *also), own, witness)
        yield replace(made, people=people, case_of=case_of, placed=placed) if name == first else made


def _with_choices(g: Guess, metadata: Metadata | None) -> Guess:
    """The guess, with a note where the file of the column's choices is missing."""
    if metadata is None or plain(g.column.heading) not in metadata.lacking:
        return g
    return replace(g, notes=(*g.notes, message("the file of its choices is missing")))


def _used_otherwise(g: Guess, first: str, people: Sequence[str], case_of: Sequence[str]) -> Guess:
    """The guess, or why the column has no meaning of its own."""
    if g.column.table == first and g.column.heading in people:
        return Guess(g.column, None, message("how many people a row is of"), SURE)
    if g.column.table == first and g.column.heading in case_of:
        return Guess(g.column, None, message("a part of the number of the case"), SURE)
    return g


def _sheet(name: str, sheet: SheetGuess, witness: Witness, stated: Stated) -> DraftTable:
    """A table of sheets about risk education or marking."""
    known = targets(witness.dictionary, witness.member)
    guesses = [stated.guess(g.column, known) if stated.says(g.column) else g for g in sheet.columns]
    columns = tuple(_ruled(g, witness) for g in guesses)
    return DraftTable(name, columns, activities=sheet.kind, kind_is_sure=sheet.sure)


def _ruled(g: Guess, witness: Witness) -> DraftColumn:
    if g.target is None:
        return DraftColumn(g)
    doubted, lines = rule_of(g, g.target, witness)
    return DraftColumn(doubted, tuple(lines))


def _first_table(guesses: Sequence[Guess], names: Sequence[str]) -> str:
    """The table of the casualties: the table with the case number, or else the table with most targets."""
    for g in guesses:
        if g.target and g.target.name == CASE:
            return g.column.table
    return max(names, key=lambda n: sum(1 for g in guesses if g.target and g.column.table == n), default="")


def _of_its_table(g: Guess, guesses: Sequence[Guess], first: str, joins: Joins) -> Guess:
    """The guess, revised by table: needs and services need a table of their own, with many rows to a case."""
    name = g.column.table
    contacts = {o.target.name for o in guesses if o.target and o.column.table == name} & CONTACT
    own = name != first and PILLAR in contacts and joins.join(name, first, several=True) is not None
    if g.target is None or (g.target.name in CONTACT) == own:
        return g
    nothing = message("not recognised")
    return Guess(g.column, None, nothing, 0.0, (nothing,))

"""Drafts a mapping from the headings and values of a source, and marks the parts that a person must review.

A draft contains words of the source and therefore stays in the member state. No data is counted by a draft
before a person has reviewed the draft.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gateway.dictionary import Dictionary
from gateway.member.model.snapshot import CONSENT
from gateway.sources.mapping.activity_guesses import SheetGuess, guess_sheets
from gateway.sources.mapping.column_evidence import Cells, Witness
from gateway.sources.mapping.column_guesses import RATHER_SURE, Guess, Structure, guess, root_table
from gateway.sources.mapping.draft_columns import Column, columns_of, united
from gateway.sources.mapping.draft_dates import first_pivot
from gateway.sources.mapping.draft_joins import Join, Joins
from gateway.sources.mapping.draft_lookups import REASON as LIST_REASON
from gateway.sources.mapping.draft_lookups import Metadata, explained
from gateway.sources.mapping.draft_marks import read_marks
from gateway.sources.mapping.draft_structure import links, options_of_whole_columns, tool_columns
from gateway.sources.mapping.draft_words import Words
from gateway.sources.mapping.lexicon import lexicon
from gateway.sources.mapping.mapping_columns import SPACE, foreign_currency
from gateway.sources.model.errors import SourceError
from gateway.sources.model.heading_lines import total_words
from gateway.sources.model.mapping import ColumnRule, Reading
from gateway.sources.model.tables import ForeignKey, Source
from gateway.sources.model.targets import CASE, CONTACT, DATE, PILLAR, Kind, Target

MOST_DOLLARS = 3_000
"""A middle cost above this figure suggests a currency other than the dollar."""

ZONES = {
    "BN": "+08:00", "ID": "+07:00", "KH": "+07:00", "LA": "+07:00", "MM": "+06:30", "MY": "+08:00",
    "PH": "+08:00", "SG": "+08:00", "TH": "+07:00", "TL": "+09:00", "VN": "+07:00",
}  # fmt: skip
"""How far the clocks of each state's capital are ahead of UTC."""

_MARKS = r"\u0300-\u036f\u0e30-\u0e4e\u0eb0-\u0ecd\u102b-\u109f\u17b4-\u17d3"
_SAFE = re.compile(rf"[^\W\d](?:[\w ()/.{_MARKS}-]*[\w()/.{_MARKS}])?")


def suggest(
    source: Source,
    dictionary: Dictionary,
    member: str,
    *,
    kind: str,
    reading: Reading,
    today: date,
    metadata: Metadata | None = None,
) -> str:
    """The text of a draft mapping; lines to review end in `# ?`. Raises SourceError, DictionaryError.

    `metadata`: what a file beside the tables says of headings and codes.
    """
    dictionary.member(member)
    witness = Witness(dictionary, member, lexicon(), today)
    names = source.tables()
    every = [column for name in names for column in _columns(source, name, names)]
    draft = _drafted(every, source.foreign_keys(), witness, metadata, (kind, reading))
    if numbered := _without_a_case(draft.guesses):
        # Levels of places are numbered, too: only where cases are repeated are they several victims.
        every = [c for c in every if c.table not in numbered]
        every += [c for name in numbered for c in columns_of(source, name, repeated=False)]
        every.sort(key=lambda column: names.index(column.table))
        draft = _drafted(every, source.foreign_keys(), witness, metadata, (kind, reading))
    return draft.text


@dataclass(frozen=True)
class _Draft:
    """The text of a draft, and the guesses that it says."""

    text: str
    guesses: Sequence[Guess]


def _without_a_case(guesses: Sequence[Guess]) -> list[str]:
    """Tables with numbered headings in which the number of the case is not among them."""
    numbered = {g.column.table for g in guesses if g.column.times > 1}
    cases = {g.column.table for g in guesses if g.column.times > 1 and g.target and g.target.name == CASE}
    return sorted(numbered - cases)


def _drafted(
    every: Sequence[Column],
    keys: Sequence[ForeignKey],
    witness: Witness,
    metadata: Metadata | None,
    of: tuple[str, Reading],
) -> _Draft:
    kind, reading = of
    read, further = united(every)
    made = explained(read, keys, metadata)
    sheets = guess_sheets(made.columns, witness)
    columns = [column for column in made.columns if column.table not in sheets]
    words, totals = ([], 0) if kind in {"database", "parquet"} else _totals(columns)
    reading = replace(reading, totals=tuple(words))
    columns, needless = read_marks(columns, witness)
    tool, options = tool_columns(columns), options_of_whole_columns(columns) | needless
    root = root_table(columns, witness, Structure(tool=tool, options=options))
    structure = Structure(root, tool, options, tuple(links(columns, keys)))
    tables = Joins(columns, structure)
    guesses = guess([c for c in columns if tables.joined(c.table)], witness, structure)
    if not {CASE, DATE} <= {g.target.name for g in guesses if g.target}:
        guesses = guess(columns, witness, structure)  # a table that belongs to nothing yet may have the date
    unused = {c.table for c in columns} - {g.column.table for g in guesses}
    lines = _document(guesses, tables, witness, (kind, reading, totals), further, sheets)
    return _Draft("\n".join([*lines, *_tables_left_out(made.lists, unused)]) + "\n", guesses)


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


def _columns(source: Source, name: str, names: Sequence[str]) -> list[Column]:
    try:
        return list(columns_of(source, name))
    except SourceError:
        if len(names) == 1:
            raise
        return []  # an empty sheet beside others


def _document(  # noqa: PLR0917 - all that a draft is made of
    guesses: Sequence[Guess],
    joins: Joins,
    witness: Witness,
    kind: tuple[str, Reading, int],
    further: Mapping[str, Sequence[str]],
    sheets: Mapping[str, SheetGuess],
) -> Iterator[str]:
    names = list(dict.fromkeys(g.column.table for g in guesses))
    first = _first_table(guesses, names)
    guesses = [_of_its_table(g, guesses, first, joins) for g in guesses]
    yield from _beginning(witness, *kind)
    yield "tables:"
    for name in sorted(names, key=lambda n: n != first):
        several = name != first and any(
            g.target and g.target.name in CONTACT for g in guesses if g.column.table == name
        )
        join = joins.join(name, first, several=several) if name != first else None
        key = join.here if join else None
        mine = [g for g in guesses if g.column.table == name and (g.target or g.column.heading != key)]
        if not any(g.target for g in mine):
            # Not left out by the draft: a load then says that the table is not read.
            yield f"  # {_word(name)}: nothing in it was recognised"
            continue
        yield f"  {_word(name)}:"
        yield from _further_lines(name, name == first, further)
        times = max(g.column.times for g in mine)
        if times > 1:
            yield f"    repeat: {times}"
        if several:
            yield "    several: yes"
        if name != first:
            yield from _join_lines(join)
        yield "    columns:"
        for g in mine:
            if g.target:
                yield from _column_lines(g, g.target, witness)
        if any(not g.target for g in mine):
            yield "    left_out:"
            yield from (
                f"      {_word(g.column.heading)}: {g.reason}{_mark(g)}{_said(g)}"
                for g in mine
                if not g.target
            )
    for name, sheet in sheets.items():
        yield from _sheet_lines(name, sheet, witness)
    yield from _constants(guesses)


def _further_lines(name: str, is_first: bool, further: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The line about tables with the same headings: only those of the first table can be read with it."""
    if name in further:
        names = ", ".join(map(_word, further[name]))
        text = f"also: [{names}]  # ? the same columns: are they parts of one register?"
        yield f"    {text}" if is_first else f"    # ? the same columns, and not read: {names}"


def _tables_left_out(lists: Collection[str], unused: Collection[str]) -> Iterator[str]:
    """The lines about tables that have no rows of casualties, and why."""
    lines = [f"  {_word(name)}: {LIST_REASON}" for name in sorted(lists)]
    lines += [f"  {_word(name)}: its rows name no casualty  # ?" for name in sorted(unused)]
    if lines:
        yield "left_out:"
        yield from lines


def _sheet_lines(name: str, sheet: SheetGuess, witness: Witness) -> Iterator[str]:
    """A table of sheets about risk education or marking."""
    yield f"  {_word(name)}:"
    yield f"    activities: {sheet.kind}{'' if sheet.sure else '  # ?'}"
    yield "    columns:"
    for g in sheet.columns:
        if g.target:
            yield from _column_lines(g, g.target, witness)
    if any(not g.target for g in sheet.columns):
        yield "    left_out:"
        yield from (
            f"      {_word(g.column.heading)}: {g.reason}{_mark(g)}" for g in sheet.columns if not g.target
        )


def _beginning(witness: Witness, kind: str, reading: Reading, totals: int) -> Iterator[str]:
    yield "# A draft. Look over every line marked `# ?`, then check it: safelane member map check"
    yield "mapping: 1"
    yield f"member: {witness.member}"
    yield f"source: {kind}"
    if reading != Reading():
        delimiter = "tab" if reading.delimiter == "\t" else _word(reading.delimiter)
        text = f"encoding: {reading.encoding}, delimiter: {delimiter}, " if kind == "csv" else ""
        more = f", header_lines: {reading.header_lines}" if reading.header_lines > 1 else ""
        more += f", units: {reading.units}" if reading.units else ""
        more += f", totals: [{', '.join(map(_word, reading.totals))}]" if reading.totals else ""
        doubt = f"  # ? {totals} rows of totals" if totals else ""
        yield f"reading: {{{text}header: {reading.header}{more}}}{doubt}"


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
    nothing = "not recognised"
    return Guess(g.column, None, nothing, 0.0, (nothing,))


def _join_lines(join: Join | None) -> Iterator[str]:
    if join is None:
        yield "    join: {}  # ? heading here: heading of the first table"
        return
    yield f"    join: {{{_word(join.here)}: {_word(join.there)}}}{'' if join.sure else '  # ?'}"
    if join.unclaimed:
        yield f"    unclaimed: allowed  # ? {join.unclaimed} rows that no casualty belongs to: is that right?"


def _column_lines(g: Guess, target: Target, witness: Witness) -> Iterator[str]:
    g, rule = _rule(g, target, witness)
    heading = f"      {_word(g.column.heading)}:"
    if not rule:
        yield f"{heading} {target.name}{_mark(g)}{_said(g)}"
        return
    yield f"{heading}{_mark(g)}{_said(g)}"
    yield f"        to: {target.name}"
    yield from (f"        {line}" for line in rule)


def _rule(g: Guess, target: Target, witness: Witness) -> tuple[Guess, list[str]]:
    """The keys of a column besides the target, and the guess with the doubts about the keys."""
    if target.kind is Kind.DATE:
        return _date_rule(g, witness)
    if target.kind is Kind.AMOUNT:
        decimal, dollars = witness.amounts(g.column.cells)
        named = foreign_currency(g.column.heading, ColumnRule(target))
        foreign = bool(named) or dollars > MOST_DOLLARS
        asked = ("unit: how much of its currency makes a US dollar?",) if foreign else ()
        # A rate is the state's to say: this one only stands in its place.
        rate = ['unit: "1"'] if named else []
        return replace(g, notes=(*g.notes, *asked)), [*(['decimal: ","'] if decimal == "," else []), *rate]
    if not target.codes:
        return g, _unknown_line(g.column.cells, witness)
    return _coded_rule(g, target, witness)


def _coded_rule(g: Guess, target: Target, witness: Witness) -> tuple[Guess, list[str]]:
    """The keys of a column of codes: separator, words with their codes, words for "unknown"."""
    words = Words.of(g.column, target, witness)
    lines = (
        [f"separator: {SPACE if words.separator == ' ' else json.dumps(words.separator)}"]
        if words.separator
        else []
    )
    if target.codes == {"YES", "NO", "UNK"} and words.only_yes:
        lines.append("blank: NO")
    if g.column.blank:
        lines.append(f"blank: {g.column.blank}  # ? without a mark")
    if words.coded:
        lines += ["codes:", *(f"  {_word(word)}: {code}{mark}" for word, code, mark in words.coded)]
    lines += _unknown_line(words.cells, witness)
    if words.strange:
        g = replace(g, notes=(*g.notes, f"{len(words.strange)} words not recognised"))
        listed = ", ".join(f"{json.dumps(word, ensure_ascii=False)} ({n})" for word, n in words.strange)
        lines += [f"# not recognised: {listed}"] if words.listed else []
    return g, lines


def _date_rule(g: Guess, witness: Witness) -> tuple[Guess, list[str]]:
    """The formats of a column of dates, and the guess with the doubts about them."""
    found = witness.dates(g.column.cells)
    lines = [f"formats: [{', '.join(map(_format, found.formats))}]"] if found.formats else []
    lines += [f"era: {found.era}"] if found.era != "CE" else []
    if found.short and found.era == "either":
        lines.append(f"pivot: {first_pivot(witness.today)}")
    if found.counted:
        lines.append(f'zone: "{ZONES[witness.member]}"  # ? where were the days counted?')
    doubts = {
        "some dates in other formats": found.share <= 0.99,
        "which hundred years are meant, of which calendar (pivot, era)?": found.short,
        "is the day or the month first?": found.swapped,
        f"{found.both_ways} dates can be read both ways: only their year counts": found.both_ways > 0,
    }
    notes = tuple(doubt for doubt, there in doubts.items() if there)
    return replace(g, notes=(*g.notes, *notes)), lines


def _format(form: str) -> str:
    """A format as YAML: one with quotation marks or a comma is quoted."""
    return json.dumps(form, ensure_ascii=False) if re.search("[',]", form) else form


def _unknown_line(cells: Cells, witness: Witness) -> list[str]:
    found = [w for w in cells.counts if w in witness.lexicon.unknown]
    return [f"unknown: [{', '.join(map(_word, found))}]"] if found else []


def _constants(guesses: Sequence[Guess]) -> Iterator[str]:
    filled = {g.target.name for g in guesses if g.target}
    missing = {"victim_type": "DIR", CONSENT: "N"}
    lines = [f"  {name}: {code}  # ?" for name, code in missing.items() if name not in filled]
    if lines:
        yield "constants:"
        yield from lines
    for name in (CASE, DATE):
        if name not in filled:
            yield f"# ? nothing was recognised as {name}, without which nothing can be counted"


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


def _word(text: str) -> str:
    """A word as YAML, plain where possible, otherwise quoted."""
    return text if _SAFE.fullmatch(text) else json.dumps(text, ensure_ascii=False)

"""Drafts a mapping from the headings and values of a source, and marks the parts that a person must review.

A draft contains words of the source and therefore stays in the member state. No data is counted by a draft
before a person has reviewed the draft.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from gateway.dictionary import Dictionary
from gateway.member.model.snapshot import CONSENT
from gateway.sources.mapping.activity_guesses import SheetGuess, guess_sheets
from gateway.sources.mapping.column_evidence import SPLIT, Cells, Witness, numbers_rows
from gateway.sources.mapping.column_guesses import Column, Guess, columns_of, guess
from gateway.sources.mapping.lexicon import heading_words, lexicon, likeness
from gateway.sources.model.dates import DateFormat
from gateway.sources.model.mapping import Reading
from gateway.sources.model.tables import Source
from gateway.sources.model.targets import CASE, CONTACT, DATE, PILLAR, PLACES, Kind, Target
from gateway.sources.model.words import plain

MOST_DOLLARS = 3_000
"""A middle cost above this figure suggests a currency other than the dollar."""

ZONES = {
    "BN": "+08:00", "ID": "+07:00", "KH": "+07:00", "LA": "+07:00", "MM": "+06:30", "MY": "+08:00",
    "PH": "+08:00", "SG": "+08:00", "TH": "+07:00", "TL": "+09:00", "VN": "+07:00",
}  # fmt: skip
"""How far the clocks of each state's capital are ahead of UTC."""

MOST_WORDS = 60
LONGEST_WORD = 60
_MARKS = r"\u0300-\u036f\u0e30-\u0e4e\u0eb0-\u0ecd\u102b-\u109f\u17b4-\u17d3"
_SAFE = re.compile(rf"[^\W\d_](?:[\w ()/.{_MARKS}-]*[\w()/.{_MARKS}])?")


def suggest(
    source: Source, dictionary: Dictionary, member: str, *, kind: str, reading: Reading, today: date
) -> str:
    """The text of a draft mapping; lines to review end in `# ?`. Raises SourceError, DictionaryError."""
    dictionary.member(member)
    witness = Witness(dictionary, member, lexicon(), today)
    columns = [column for name in source.tables() for column in columns_of(source, name)]
    sheets = guess_sheets(columns, witness)
    people = [column for column in columns if column.table not in sheets]
    lines = _document(guess(people, witness), people, sheets, witness, kind, reading)
    return "\n".join(lines) + "\n"


def _document(  # noqa: PLR0917 - all that a draft is made of
    guesses: Sequence[Guess],
    columns: Sequence[Column],
    sheets: Mapping[str, SheetGuess],
    witness: Witness,
    kind: str,
    reading: Reading,
) -> Iterator[str]:
    names = list(dict.fromkeys(column.table for column in columns))
    first = _first_table(guesses, names)
    guesses = [_of_its_table(g, guesses, first, columns) for g in guesses]
    yield from _beginning(witness, kind, reading)
    yield "tables:"
    for name in sorted(names, key=lambda n: n != first):
        several = name != first and any(
            g.target and g.target.name in CONTACT for g in guesses if g.column.table == name
        )
        join = _join(name, first, columns, several=several) if name != first else None
        key = join.here if join else None
        mine = [g for g in guesses if g.column.table == name and (g.target or g.column.heading != key)]
        if not any(g.target for g in mine):
            # Not left out by the draft: a load then says that the table is not read.
            yield f"  # {_word(name)}: nothing in it was recognised"
            continue
        yield f"  {_word(name)}:"
        times = max(g.column.times for g in mine)
        if times > 1:
            yield f"    repeat: {times}"
        if several:
            yield "    several: yes"
        if name != first:
            yield _join_line(join)
        yield "    columns:"
        for g in mine:
            if g.target:
                yield from _column_lines(g, g.target, witness)
        if any(not g.target for g in mine):
            yield "    left_out:"
            yield from (
                f"      {_word(g.column.heading)}: {g.reason}{_mark(g)}" for g in mine if not g.target
            )
    for name, sheet in sheets.items():
        yield from _sheet_lines(name, sheet, witness)
    yield from _constants(guesses)


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


def _beginning(witness: Witness, kind: str, reading: Reading) -> Iterator[str]:
    yield "# A draft. Look over every line marked `# ?`, then check it: safelane member map check"
    yield "mapping: 1"
    yield f"member: {witness.member}"
    yield f"source: {kind}"
    if reading != Reading():
        delimiter = "tab" if reading.delimiter == "\t" else _word(reading.delimiter)
        text = f"encoding: {reading.encoding}, delimiter: {delimiter}, " if kind == "csv" else ""
        yield f"reading: {{{text}header: {reading.header}}}"


def _first_table(guesses: Sequence[Guess], names: Sequence[str]) -> str:
    """The table of the casualties: the table with the case number, or else the table with most targets."""
    for g in guesses:
        if g.target and g.target.name == CASE:
            return g.column.table
    return max(names, key=lambda n: sum(1 for g in guesses if g.target and g.column.table == n), default="")


@dataclass(frozen=True)
class Join:
    """A heading with unique values that contain the values of a heading of the first table."""

    here: str
    there: str
    sure: bool


def _of_its_table(g: Guess, guesses: Sequence[Guess], first: str, columns: Sequence[Column]) -> Guess:
    """The guess, revised by table: needs and services need a table of their own, with many rows to a case."""
    name = g.column.table
    contacts = {o.target.name for o in guesses if o.target and o.column.table == name} & CONTACT
    own = name != first and PILLAR in contacts and _join(name, first, columns, several=True) is not None
    if g.target is None or (g.target.name in CONTACT) == own:
        return g
    nothing = "not recognised"
    return Guess(g.column, None, nothing, 0.0, (nothing,))


def _join(name: str, first: str, columns: Sequence[Column], *, several: bool = False) -> Join | None:
    """The join of a table with the first table; with `several`, many rows may join one row."""
    best: tuple[float, str, str, bool] = (0.0, "", "", False)
    for here in (c for c in columns if c.table == name and c.cells.words):
        if not several and here.cells.distinct <= 0.999:
            continue
        for there in (c for c in columns if c.table == first and c.cells.words):
            if several and there.cells.distinct <= 0.999:
                continue
            row_numbers = numbers_rows(here.cells.words) and numbers_rows(there.cells.words)
            if row_numbers and (several or here.cells.counts.keys() != there.cells.counts.keys()):
                continue  # row 7 here need not belong to row 7 there, unless each has the row of its number
            outer, inner = (there, here) if several else (here, there)
            own = set(outer.cells.words)
            inside = sum(w in own for w in inner.cells.words) / len(inner.cells.words)
            alike = likeness(heading_words(here.heading), (heading_words(there.heading),))
            best = max(best, (inside + 0.2 * alike, here.heading, there.heading, row_numbers))
    return Join(best[1], best[2], best[0] > 0.9 and not best[3]) if best[0] > 0.5 else None


def _join_line(join: Join | None) -> str:
    if join is None:
        return "    join: {}  # ? heading here: heading of the first table"
    return f"    join: {{{_word(join.here)}: {_word(join.there)}}}{'' if join.sure else '  # ?'}"


def _column_lines(g: Guess, target: Target, witness: Witness) -> Iterator[str]:
    g, rule = _rule(g, target, witness)
    heading = f"      {_word(g.column.heading)}:"
    if not rule:
        yield f"{heading} {target.name}{_mark(g)}"
        return
    yield f"{heading}{_mark(g)}"
    yield f"        to: {target.name}"
    yield from (f"        {line}" for line in rule)


def _rule(g: Guess, target: Target, witness: Witness) -> tuple[Guess, list[str]]:
    """The keys of a column besides the target, and the guess with the doubts about the keys."""
    if target.kind is Kind.DATE:
        formats, era, share = witness.date_formats(g.column.cells)
        lines = [f"formats: [{', '.join(formats)}]"] if formats else []
        lines += [f"era: {era}"] if era != "CE" else []
        if any(DateFormat(form).counts for form in formats):
            lines.append(f'zone: "{ZONES[witness.member]}"  # ? where were the days counted?')
        notes = () if share > 0.99 else ("some dates in other formats",)
        if any(DateFormat(form).short for form in formats):
            notes = (*notes, "which hundred years are meant, of which calendar (pivot, era)?")
        if witness.could_be_swapped(g.column.cells, formats, era):
            notes = (*notes, "is the day or the month first?")
        return replace(g, notes=(*g.notes, *notes)), lines
    if target.kind is Kind.AMOUNT:
        decimal, dollars = witness.amounts(g.column.cells)
        foreign = dollars > MOST_DOLLARS
        asked = ("unit: how much of its currency makes a US dollar?",) if foreign else ()
        return replace(g, notes=(*g.notes, *asked)), ['decimal: ","'] if decimal == "," else []
    if not target.codes:
        return g, _unknown_line(g.column.cells, witness)
    separator, parts = _parts(g.column.cells, target)
    lines = [f"separator: {json.dumps(separator)}"] if separator else []
    coded, strange = _codes(parts, target, witness)
    if coded:
        lines += ["codes:", *(f"  {_word(word)}: {code}{mark}" for word, code, mark in coded)]
    lines += _unknown_line(parts, witness)
    if strange:
        g = replace(g, notes=(f"{strange} words not recognised",))
    return g, lines


def _parts(cells: Cells, target: Target) -> tuple[str, Cells]:
    """The separator in cells with several codes, and the parts of the cells."""
    if target.kind is not Kind.SEVERAL:
        return "", cells
    signs = [sign for value in cells.values for sign in re.findall("[;/,|+]", value)]
    separator = max(set(signs), key=signs.count) if signs else ""
    return separator, Cells([part for value in cells.values for part in SPLIT.split(value)])


def _codes(cells: Cells, target: Target, witness: Witness) -> tuple[list[tuple[str, str, str]], int]:
    """Words of the source with their codes and marks, and the number of unrecognised words."""
    known = witness.words(target)
    own = {plain(code) for code in target.codes}
    spelling = {plain(value): value.strip() for value in cells.values}
    coded: list[tuple[str, str, str]] = []
    strange = 0
    for word, _ in cells.counts.most_common(MOST_WORDS):
        years = target.kind is Kind.AGE and word.lstrip("-").isdigit()
        if years or word in witness.lexicon.unknown or len(word) > LONGEST_WORD:
            continue
        near = get_close_matches(word, known, n=1, cutoff=0.75)
        if word in known:
            if target.name not in PLACES and word not in own:
                coded.append((spelling[word], known[word], ""))
        elif near:
            coded.append((spelling[word], known[near[0]], "  # ?"))
        else:
            strange += 1
            code = "N" if target.name == CONSENT else target.unknown or ""
            coded += (
                [(spelling[word], code, "  # ? not recognised")]
                if code and len(cells.counts) < MOST_WORDS
                else []
            )
    if (
        any(word not in own for word, _, _ in coded)
        and target.name not in PLACES
        and target.kind is not Kind.AGE
    ):
        # given a list of codes, the dictionary's own words are no longer read by default
        coded += [(spelling[w], known[w], "") for w in cells.counts if w in own and w in spelling]
    return coded, strange


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
    if g.sure:
        return ""
    return "  # ?" + (f" {'; '.join(g.notes)}" if g.notes else "")


def _word(text: str) -> str:
    """A word as YAML, plain where possible, otherwise quoted."""
    return text if _SAFE.fullmatch(text) else json.dumps(text, ensure_ascii=False)

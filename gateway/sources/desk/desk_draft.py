"""A draft as the mapping desk shows it: each column with what is in it, its meaning, and how sure that is;
each word with its rows and its code.

It holds words of the source, and stays beside the upload that it is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from audit.reading.messages import message
from gateway.dictionary import Dictionary
from gateway.sources.desk.column_contents import Contents, contents_of
from gateway.sources.mapping.column_evidence import Witness
from gateway.sources.mapping.column_guesses import RATHER_SURE, Guess
from gateway.sources.mapping.document_text import Data, document_data
from gateway.sources.mapping.draft_columns import Column, most_beside
from gateway.sources.mapping.draft_dates import read_by_format
from gateway.sources.mapping.draft_document import Draft, DraftTable
from gateway.sources.mapping.draft_words import MOST_WORDS, Words
from gateway.sources.mapping.former_document import KNOWN, VAULT, Former, united_document
from gateway.sources.mapping.lexicon import lexicon
from gateway.sources.mapping.sampled_cells import Cells
from gateway.sources.mapping.stated import PART_OF_CASE, PEOPLE_OF_ROW
from gateway.sources.model.targets import PLACES, Kind, Target
from gateway.sources.model.words import plain
from gateway.sources.rows.age_words import years_in_words

UNKNOWN = "?"
"""In place of a code: the word means "not known"."""

MOST_COLUMNS = 300
"""Columns that are shown; the recognised ones come first."""

JOINS = message("names a row of the first table")


@dataclass(frozen=True)
class DeskWord:
    """A word of a column of codes. `code`: its code, UNKNOWN, or "" for a word that is not explained."""

    word: str
    rows: int
    code: str
    doubtful: bool = False


@dataclass(frozen=True)
class DeskDates:
    """`formats`: each with the number of cells that it reads; `chosen` of them count. `unread`: cells that
    none of the chosen reads, of `cells`.
    """

    formats: tuple[tuple[str, int], ...]
    chosen: tuple[str, ...]
    era: str
    cells: int
    unread: int


@dataclass(frozen=True)
class DeskColumn:
    """`table`: its number; `sureness`: sure, likely, guess, before (as in the former mapping), said or none.

    `meaning`: a target, a field after VAULT or KNOWN, or "" for a column that is left out for a `reason`.
    `more_words`: how many different words are beyond those that are listed.
    """

    number: int
    table: int
    heading: str
    meaning: str
    sureness: str
    notes: tuple[str, ...]
    reason: str
    filled: float
    contents: Contents
    words: tuple[DeskWord, ...] = ()
    more_words: int = 0
    dates: DeskDates | None = None
    unit: str | None = None


@dataclass(frozen=True)
class DeskTable:
    """`role`: first, joined, several, sheets or unread. `here`, `there`: the headings of the join, or "".

    `activities`: the kind of the sheets. `beside`: how many victims a row holds beside each other, of the
    `most` that its headings can name; 0 where none is numbered.
    """

    number: int
    name: str
    role: str
    here: str = ""
    there: str = ""
    sure: bool = True
    unclaimed: int = 0
    also: tuple[str, ...] = ()
    activities: str = ""
    beside: int = 1
    most: int = 0


@dataclass(frozen=True)
class DeskDraft:
    """`document`: the mapping as it stands. `explains`: tables that only say what codes mean."""

    document: Mapping[str, Data]
    tables: tuple[DeskTable, ...]
    columns: tuple[DeskColumn, ...]
    explains: tuple[str, ...] = ()
    hidden: int = 0
    """Columns that are not shown, since there are too many; they are left out."""
    lacking: tuple[str, ...] = field(default=())
    """Tables and headings of the former mapping that the source lacks."""


def desk_draft(
    draft: Draft,
    dictionary: Dictionary,
    today: date,
    former: Former | None = None,
    of_node: Former | None = None,
) -> DeskDraft:
    """The draft of a source, with what a `former` mapping says, as the desk shows it.

    `of_node`: the mapping of the node, to say what the source lacks of it.
    """
    every = [column.guess.column for table in draft.tables for column in table.columns] + list(draft.unread)
    document = united_document(document_data(draft.text), draft.stated, former, every)
    witness = Witness(dictionary, draft.member, lexicon(), today)
    tables = [_table(number, table) for number, table in enumerate(draft.tables)]
    tables += [
        DeskTable(number, name, "unread") for number, name in enumerate(sorted(draft.unused), len(tables))
    ]
    numbers = {table.name: table.number for table in tables}
    guesses = [column.guess for table in draft.tables for column in table.columns]
    guesses += [Guess(column, None, "", 0.0) for column in draft.unread]
    shown = sorted(guesses, key=lambda g: (numbers[g.column.table], g.target is None))[:MOST_COLUMNS]
    order = {id(column): place for place, column in enumerate(every)}
    shown.sort(key=lambda g: (numbers[g.column.table], order[id(g.column)]))
    columns = tuple(
        _column(number, numbers[g.column.table], g, (draft, document), witness)
        for number, g in enumerate(shown)
    )
    lacking = () if of_node is None else tuple(_lacking(of_node, every))
    return DeskDraft(
        document,
        tuple(tables),
        columns,
        tuple(sorted(draft.lists)),
        len(guesses) - len(shown) + draft.beyond,
        lacking,
    )


def _table(number: int, table: DraftTable) -> DeskTable:
    role = "first" if table.first else "sheets" if table.activities else "joined"
    if not table.recognised and role != "first":
        role = "unread"
    join = table.join
    return DeskTable(
        number,
        table.name,
        "several" if table.several and role == "joined" else role,
        "" if join is None else join.here,
        "" if join is None else join.there,
        join is None or join.sure,
        0 if join is None else join.unclaimed,
        table.also,
        table.activities,
        table.beside,
        _most_beside(table),
    )


def _most_beside(table: DraftTable) -> int:
    """How many victims the headings of a table can name beside each other; 0 where none is numbered."""
    columns = [column.guess.column for column in table.columns]
    if table.numbered:
        return max(column.times for column in columns)
    return most_beside([column.heading for column in columns])


def _column(
    number: int, table: int, g: Guess, of: tuple[Draft, Mapping[str, Data]], witness: Witness
) -> DeskColumn:
    draft, document = of
    place = g.column.table, g.column.heading
    said = draft.stated.meanings.get(place)
    meaning = "" if g.target is None else g.target.name
    if said is not None and said.startswith((VAULT, KNOWN)):
        meaning = said
    meaning = meaning or _of_rows(draft, *place)
    rule = _rule(document, *place)
    joins = next((t.join for t in draft.tables if t.name == g.column.table and t.join), None)
    if not meaning and joins is not None and joins.here == g.column.heading:
        g = replace(g, reason=JOINS, score=1.0, notes=())
    words: tuple[DeskWord, ...] = ()
    more = 0
    if g.target is not None and meaning == g.target.name and g.target.codes and not _plain_number(g.target):
        words, more = _words(g.column, g.target, rule, witness)
    dated = g.target is not None and g.target.kind is Kind.DATE
    amount = g.target is not None and g.target.kind is Kind.AMOUNT
    unit = rule.get("unit", "")
    return DeskColumn(
        number,
        table,
        g.column.heading,
        meaning,
        _sureness(g, said=said is not None, before=place in draft.stated.as_before),
        () if said is not None else g.notes,
        g.reason,
        round(g.column.cells.filled, 3),
        contents_of(g.column.cells, personal=_personal(g, meaning)),
        words,
        more,
        _dates(g.column.written, rule, witness) if dated else None,
        (unit if isinstance(unit, str) else "") if amount else None,
    )


def _of_rows(draft: Draft, table: str, heading: str) -> str:
    """What a column says of rows and cases of the first table without a target; "" where nothing."""
    for one in draft.tables:
        if one.name == table and heading in one.people:
            return PEOPLE_OF_ROW
        if one.name == table and heading in one.case_of:
            return PART_OF_CASE
    return ""


def _personal(g: Guess, meaning: str) -> bool:
    """Whether the column names, reaches or identifies people, by its meaning or by why it is left out."""
    if meaning == PART_OF_CASE or (g.target is not None and g.target.kind is Kind.IDENTIFIER):
        return True
    return meaning.startswith((VAULT, KNOWN)) or (not meaning and str(g.reason) in lexicon().reasons)


def _sureness(g: Guess, *, said: bool, before: bool) -> str:
    if before:
        return "before"
    if said:
        return "said"
    if g.target is None and not g.score:
        return "none"
    return "sure" if g.sure else "likely" if g.score >= RATHER_SURE else "guess"


def _plain_number(target: Target) -> bool:
    """Whether the codes are numbers as they stand: there are no words to explain."""
    return target.kind is Kind.NUMBER


def _rule(document: Mapping[str, Data], table: str, heading: str) -> Mapping[str, Data]:
    tables = document.get("tables", {})
    own = tables.get(table, {}) if isinstance(tables, dict) else {}
    columns = own.get("columns", {}) if isinstance(own, dict) else {}
    rule = columns.get(heading, {}) if isinstance(columns, dict) else {}
    return rule if isinstance(rule, dict) else {}


def _words(
    column: Column, target: Target, rule: Mapping[str, Data], witness: Witness
) -> tuple[tuple[DeskWord, ...], int]:
    """The words of a column with the codes that its rule gives them, the most frequent first."""
    made = Words.of(column, target, witness)
    doubtful = {plain(word) for word, _code, mark in made.coded if mark}
    listed = rule.get("codes", {})
    codes = {plain(w): str(code) for w, code in listed.items()} if isinstance(listed, dict) else {}
    unknown = rule.get("unknown", [])
    not_known = {plain(str(word)) for word in unknown} if isinstance(unknown, list) else set()
    usual = {plain(code): code for code in target.codes} if not codes else {}
    if target.name in PLACES:
        usual = {word: witness.place_names.code(word) for word in made.cells.counts}
    spelling = {plain(value): value.strip() for value in made.cells.values}
    found = [
        DeskWord(
            spelling[word],
            rows,
            codes.get(word) or (UNKNOWN if word in not_known else usual.get(word, "")),
            word in doubtful,
        )
        for word, rows in made.cells.counts.most_common()
        if not (target.kind is Kind.AGE and _is_age(word))
    ]
    return tuple(found[:MOST_WORDS]), max(0, len(found) - MOST_WORDS)


def _is_age(word: str) -> bool:
    return word.lstrip("-").replace(".", "", 1).isdigit() or years_in_words(word) is not None


def _dates(cells: Cells, rule: Mapping[str, Data], witness: Witness) -> DeskDates:
    """The formats that the rule names and those that read further cells, each with the cells it reads."""
    named = rule.get("formats", [])
    chosen = tuple(str(one) for one in named) if isinstance(named, list) else ()
    era = rule.get("era", "CE")
    era = era if isinstance(era, str) else "CE"
    found = witness.dates(cells)
    forms = tuple(dict.fromkeys((*chosen, *found.formats)))
    read = read_by_format(cells.words, forms, era, witness.today)
    unread = sum(n for word, n in cells.counts.items() if not any(word in read[form] for form in chosen))
    if not chosen:
        unread = len(cells.words) - sum(word.startswith("@") for word in cells.words)
    counted = tuple((form, sum(cells.counts[word] for word in read[form])) for form in forms)
    return DeskDates(counted, chosen, era, len(cells.words), unread)


def _lacking(former: Former, columns: Sequence[Column]) -> list[str]:
    """The tables of the former mapping, and the headings that it reads, of which the source has none."""
    every = {plain(column.heading) for column in columns}
    found = []
    for name, table in former.tables().items():
        read = table.get("columns", {})
        headings = [h for h in read if plain(h) not in every] if isinstance(read, dict) else []
        if isinstance(read, dict) and 2 * len(headings) > len(read):
            found.append(name)
        else:
            found += [f"{name}: {heading}" for heading in headings]
    return found

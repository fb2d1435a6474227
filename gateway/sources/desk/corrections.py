"""What a person corrects at the mapping desk, put into the draft's document: pure functions of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from gateway.sources.desk.desk_draft import UNKNOWN, DeskColumn, DeskDates, DeskDraft
from gateway.sources.mapping.document_text import Data
from gateway.sources.mapping.draft_joins import Join
from gateway.sources.mapping.stated import Place, Stated
from gateway.sources.model.words import plain


@dataclass(frozen=True)
class Corrections:
    """By the number of a column. `words`: for each word of the column in turn, a code, UNKNOWN or "".

    `constants`: targets that are the same for every row.
    """

    words: Mapping[int, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    formats: Mapping[int, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    eras: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    units: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    constants: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class TablesSaid:
    """What a person says of whole tables, by their numbers, as in `Stated`."""

    sheets: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    repeats: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))


NO_TABLES = TablesSaid()


def stated_of(
    draft: DeskDraft,
    meanings: Mapping[int, str],
    joins: Mapping[int, tuple[int, int] | None],
    tables: TablesSaid = NO_TABLES,
) -> Stated:
    """What a person says of columns and tables, given by their numbers in a draft.

    `joins`: for a table, the numbers of the column here and of that in the first table; None where the table
    is not read.
    """
    said: dict[Place, str] = {}
    reasons: dict[Place, str] = {}
    for column in draft.columns:
        if column.number in meanings:
            place = draft.tables[column.table].name, column.heading
            said[place] = meanings[column.number]
            if column.reason and not column.meaning:
                reasons[place] = column.reason
    by_number = {column.number: column.heading for column in draft.columns}
    joined: dict[str, Join | None] = {}
    for table in draft.tables:
        if table.number in joins:
            pair = joins[table.number]
            found = pair is not None and set(pair) <= set(by_number)
            joined[table.name] = (
                Join(by_number[pair[0]], by_number[pair[1]], sure=True) if found and pair else None
            )
    names = {table.number: table.name for table in draft.tables}
    sheets = {names[n]: kind for n, kind in tables.sheets.items() if n in names}
    repeats = {names[n]: most for n, most in tables.repeats.items() if n in names}
    # What the columns of a table meant before is nothing that a person says where the table is another.
    other = {
        table.name
        for table in draft.tables
        if sheets.get(table.name, table.activities) != table.activities
        or (table.most and (repeats.get(table.name, table.beside) == 1) != (table.beside == 1))
    }
    return Stated(
        MappingProxyType({place: meaning for place, meaning in said.items() if place[0] not in other}),
        MappingProxyType(reasons),
        MappingProxyType(joined),
        sheets=MappingProxyType(sheets),
        repeats=MappingProxyType(repeats),
    )


def corrected(draft: DeskDraft, said: Corrections) -> DeskDraft:
    """The draft with a person's corrections, in its document and as the desk shows it."""
    document = _copied(draft.document)
    columns = tuple(_column(column, draft, document, said) for column in draft.columns)
    if said.constants:
        document["constants"] = {**_part(document, "constants"), **said.constants}
    return replace(draft, document=document, columns=columns)


def _column(
    column: DeskColumn, draft: DeskDraft, document: Mapping[str, Data], said: Corrections
) -> DeskColumn:
    table = _part(_part(document, "tables"), draft.tables[column.table].name)
    rules = _part(table, "columns")
    if column.heading not in rules:
        return column
    before = rules[column.heading]
    rule: dict[str, Data] = {**before} if isinstance(before, dict) else {"to": before}
    words = said.words.get(column.number, ())
    if column.words and len(words) == len(column.words):
        column = replace(
            column, words=tuple(replace(w, code=c) for w, c in zip(column.words, words, strict=True))
        )
        _set_words(rule, column)
    if column.dates is not None:
        dates = _dates(column.dates, said, column.number)
        column = replace(column, dates=dates)
        _set(rule, "formats", list(dates.chosen))
        _set(rule, "era", dates.era if dates.era != "CE" else "")
        if dates.era != "either":
            rule.pop("pivot", None)
    if column.unit is not None and column.number in said.units:
        column = replace(column, unit=said.units[column.number])
        _set(rule, "unit", column.unit or "")
    rules[column.heading] = rule if set(rule) != {"to"} else rule["to"]
    return column


def _dates(dates: DeskDates, said: Corrections, number: int) -> DeskDates:
    known = [form for form, _rows in dates.formats]
    chosen = tuple(form for form in said.formats.get(number, dates.chosen) if form in known)
    return replace(dates, chosen=chosen, era=said.eras.get(number, dates.era))


def _set_words(rule: dict[str, Data], column: DeskColumn) -> None:
    """The codes and the words for "unknown" of a rule: those that are shown as said, others as they were."""
    shown = {plain(word.word) for word in column.words}
    codes = {word: code for word, code in _part(rule, "codes").items() if plain(word) not in shown}
    listed = rule.get("unknown", [])
    unknown: list[Data] = (
        [w for w in listed if plain(str(w)) not in shown] if isinstance(listed, list) else []
    )
    for word in column.words:
        if word.code == UNKNOWN:
            unknown.append(word.word)
        elif word.code:
            codes[word.word] = word.code
    _set(rule, "codes", codes)
    _set(rule, "unknown", unknown)


def _set(rule: dict[str, Data], key: str, value: Data) -> None:
    if value:
        rule[key] = value
    else:
        rule.pop(key, None)


def _part(document: Mapping[str, Data], key: str) -> dict[str, Data]:
    found = document.get(key, {})
    return found if isinstance(found, dict) else {}


def _copied(document: Mapping[str, Data]) -> dict[str, Data]:
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in document.items()}

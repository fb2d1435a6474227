"""The mapping desk, columns: what each column of an upload means, suggested and corrected."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, request
from flask_babel import format_percent
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.sources.desk.desk_draft import DeskColumn, DeskDraft, DeskTable
from gateway.sources.mapping.stated import PART_OF_CASE, PEOPLE_OF_ROW
from gateway.sources.model.mapping import YES
from gateway.sources.model.targets import CASE, CONTACT, DATE, REACHED
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.jobs.job_pages import STOP_ASKING, Work
from gateway.web.controller.jobs.start_job import begin_draft
from gateway.web.controller.register.desk_upload import COLUMNS, UPLOADS, AtDesk, Step, ToCorrect, at_desk
from gateway.web.controller.register.loads import desk
from gateway.web.controller.register.meaning_labels import Groups, meaning_groups
from gateway.web.shared.desk import Model, shown, wants_part
from gateway.web.shared.languages import translated

PAGE = f"{UPLOADS}/<upload_id>/columns"
TEMPLATE, PART = "controller/columns.html", "controller/columns-body.html"
NOT_READ = "none"


@dataclass(frozen=True)
class ColumnShown:
    """A column of the file. `examples` are frequent values, `forms` the forms of rarer ones.

    `sureness` is a word and its kind, as of a status; `fault`: what is wrong with the chosen meaning.
    """

    number: int
    heading: str
    filled: str
    meaning: str
    sureness: tuple[str, str]
    notes: tuple[str, ...]
    reason: str
    says: str
    examples: tuple[str, ...]
    forms: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True)
class TableShown:
    """A table of the file. `headings`: numbers and headings of its columns; `here`, `there`: of the join."""

    number: int
    name: str
    role: str
    note: str
    columns: tuple[ColumnShown, ...]
    headings: tuple[tuple[str, str], ...]
    here: str
    there: str
    activities: str = ""
    beside: int = 1
    most: int = 0


@dataclass(frozen=True)
class ColumnsPage:
    """The step "Columns". `groups`: what a column can mean; `to_check`: columns in doubt.

    `faults`: why the meanings cannot be taken as they are.
    """

    upload_id: str
    names: tuple[str, ...]
    steps: tuple[Step, ...]
    work: Work | None
    version: str
    tables: tuple[TableShown, ...] = ()
    first_headings: tuple[tuple[str, str], ...] = ()
    groups: Groups = ()
    kinds: tuple[tuple[str, str], ...] = ()
    to_correct: ToCorrect | None = None
    explains: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    hidden: int = 0
    used: int = 0
    to_check: int = 0
    faults: tuple[str, ...] = ()


@desk.file(PAGE)
def columns(upload_id: str) -> Response:
    found = at_desk(upload_id)
    status = STOP_ASKING if wants_part() and not found.running else 200
    return shown((_page(found), status), TEMPLATE, PART)


@desk.form(PAGE)
def say_meanings(upload_id: str) -> Model:
    """Draft the mapping, anew where the meanings of columns are said, and go on to the words."""
    found = at_desk(upload_id)
    here = f"{UPLOADS}/{found.upload.id}/columns"
    if found.draft is None or request.form.get("do") == "draft":
        begin_draft(found.upload.id, {})
        return redirect(here, 303)
    found.require(here)
    meanings, joins = _said(found.draft)
    tables = _tables_said(found.draft)
    if faults := _faults(found.draft, meanings, joins):
        return shown((_page(found, meanings, faults), 422), TEMPLATE)
    begin_draft(
        found.upload.id,
        {
            "meanings": {str(n): meaning for n, meaning in meanings.items()},
            "joins": {str(n): pair for n, pair in joins.items()},
            **tables,
        },
    )
    if _changes(found.draft, tables):
        return redirect(here, 303)  # what the columns of such a table mean is suggested anew
    return redirect(f"{UPLOADS}/{found.upload.id}/words", 303)


Pairs = Mapping[int, tuple[int, int] | None]


def _said(draft: DeskDraft) -> tuple[Mapping[int, str], Pairs]:
    """The meanings and joins of the form; what the form does not have stays as it is in the draft."""
    node = desk_context().node
    known = {name for _heading, its in meaning_groups(node.dictionary, node.member) for name, _label in its}
    meanings = {}
    for column in draft.columns:
        typed = request.form.get(f"m{column.number}", column.meaning)
        meanings[column.number] = typed if typed in known or not typed else column.meaning
    numbers = {str(column.number) for column in draft.columns}
    joins: dict[int, tuple[int, int] | None] = {}
    for table in draft.tables:
        here, there = (request.form.get(f"j{table.number}{side}", "") for side in ("h", "t"))
        if here in numbers and there in numbers:
            joins[table.number] = int(here), int(there)
        elif here == NOT_READ:
            joins[table.number] = None
    return meanings, joins


def _tables_said(draft: DeskDraft) -> dict[str, dict[str, Any]]:
    """What the form says of whole tables; what it does not have, or cannot say, stays as it is."""
    sheets: dict[str, str] = {}
    repeats: dict[str, int] = {}
    for table in draft.tables:
        kind = request.form.get(f"k{table.number}", table.activities)
        alone = len(draft.tables) == 1
        sheets[str(table.number)] = kind if kind in {"", *_KINDS} and not alone else table.activities
        typed = request.form.get(f"r{table.number}", "")
        if table.most and typed.isascii() and typed.isdigit() and 1 <= int(typed[:3]) <= table.most:
            repeats[str(table.number)] = int(typed[:3])
        elif table.most:
            repeats[str(table.number)] = table.beside
    return {"sheets": sheets, "repeats": repeats}


def _changes(draft: DeskDraft, tables: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a table is said to be of another kind."""
    return any(
        tables["sheets"][str(t.number)] != t.activities
        or (tables["repeats"].get(str(t.number), t.beside) == 1) != (t.beside == 1)
        for t in draft.tables
    )


_KINDS: Mapping[str, Callable[[], str]] = {
    YES: lambda: _("sheets of risk education or marking: a column says which"),
    "EORE_COMM": lambda: _("sheets of risk education in communities"),
    "EORE_SCHOOL": lambda: _("sheets of risk education in schools"),
    "EORE_TRAIN": lambda: _("sheets of training of those who teach"),
    "MARK": lambda: _("sheets of marked areas"),
}
"""Kinds of sheets, as a mapping says them."""


def _faults(draft: DeskDraft, meanings: Mapping[int, str], joins: Pairs) -> dict[int, str]:
    """What is wrong: by the number of a column, and -1 for the file as a whole."""
    unread = {number for number, pair in joins.items() if pair is None}
    unread |= {t.number for t in draft.tables if t.role == "unread" and joins.get(t.number) is None}
    read = [column for column in draft.columns if column.table not in unread and meanings[column.number]]
    times = Counter(meanings[column.number] for column in read)
    first: dict[str, str] = {}
    found: dict[int, str] = {}
    for column in read:
        meaning = meanings[column.number]
        if times[meaning] > 1 and meaning not in _OF_SEVERAL_COLUMNS:
            if meaning in first:
                found[column.number] = _(
                    "“%(other)s” has this meaning already: leave one of them out.", other=first[meaning]
                )
            first.setdefault(meaning, column.heading)
        role = draft.tables[column.table].role
        if meaning in CONTACT and (role == "first" or len(draft.tables) == 1):
            found[column.number] = _("Needs and services stand in a table of their own, with a row for each.")
        if meaning in {PEOPLE_OF_ROW, PART_OF_CASE} and role != "first":
            found[column.number] = _(
                "Only the first table, whose rows are casualties, can have such a column."
            )
    times[CASE] += times[PART_OF_CASE]
    lacking = [_NEEDED[name]() for name in (CASE, DATE) if not times[name]]
    return found | ({-1: " ".join(lacking)} if lacking else {})


_OF_SEVERAL_COLUMNS = frozenset({REACHED, PEOPLE_OF_ROW, PART_OF_CASE})
"""Meanings that several columns of a table can have together."""

_NEEDED = {
    CASE: lambda: _("No column is the number of the case; without it nothing can be counted."),
    DATE: lambda: _("No column is the date of the accident; without it nothing can be counted."),
}


def _page(
    found: AtDesk, meanings: Mapping[int, str] | None = None, faults: Mapping[int, str] | None = None
) -> ColumnsPage:
    draft = found.draft
    page = ColumnsPage(found.upload.id, found.upload.names, found.steps(COLUMNS), found.work, found.version)
    if draft is None or found.running:
        return page
    said, wrong = meanings or {}, faults or {}
    node = desk_context().node
    tables = tuple(_table(draft, table, said, wrong) for table in draft.tables)
    first = next((table.headings for table in tables if table.role == "first"), ())
    every = [column for table in tables for column in table.columns]
    return ColumnsPage(
        **{name: getattr(page, name) for name in ("upload_id", "names", "steps", "work", "version")},
        tables=tables,
        first_headings=first,
        groups=meaning_groups(node.dictionary, node.member),
        to_correct=found.to_correct,
        kinds=tuple((kind, words()) for kind, words in _KINDS.items()) if len(draft.tables) > 1 else (),
        explains=draft.explains,
        lacking=draft.lacking,
        hidden=draft.hidden,
        used=sum(bool(column.meaning) for column in every),
        to_check=sum(column.sureness[1] == "warn" for column in every),
        faults=tuple(_summary(wrong)),
    )


def _summary(wrong: Mapping[int, str]) -> Iterator[str]:
    """What is wrong with the file as a whole, and whether single columns are at fault."""
    if -1 in wrong:
        yield wrong[-1]
    if wrong.keys() - {-1}:
        yield _("Some columns have the same meaning, or one that their table cannot have.")


def _table(
    draft: DeskDraft, table: DeskTable, said: Mapping[int, str], wrong: Mapping[int, str]
) -> TableShown:
    own = [column for column in draft.columns if column.table == table.number]
    numbers = {column.heading: str(column.number) for column in own}
    first = next((one.number for one in draft.tables if one.role == "first"), -1)
    of_first = {c.heading: str(c.number) for c in draft.columns if c.table == first}
    return TableShown(
        table.number,
        table.name,
        table.role,
        _note(table),
        tuple(_column(column, said, wrong) for column in own),
        tuple((str(column.number), column.heading) for column in own),
        numbers.get(table.here, ""),
        of_first.get(table.there, ""),
        table.activities,
        table.beside,
        table.most,
    )


def _note(table: DeskTable) -> str:
    """What the draft says of a table as a whole."""
    notes = {
        "first": lambda: _("Each row is one casualty."),
        "joined": lambda: _("Each of its rows belongs to a row of the first table."),
        "several": lambda: _("Needs and services: many rows may belong to one casualty."),
        "sheets": lambda: _("Sheets of risk education or marking; nobody is named in them."),
        "unread": lambda: _("Not read: nothing shows to which casualties its rows belong."),
    }
    also = ""
    if table.also and table.role == "first":
        also = " " + _(
            "Read together with %(names)s, which have the same columns.", names=", ".join(table.also)
        )
    doubt = "" if table.sure else " " + _("Check the two columns that join it.")
    if table.role == "first" and table.beside > 1:
        return _("Each row is one accident, with its casualties beside each other.") + also
    return notes[table.role]() + also + doubt


def _column(column: DeskColumn, said: Mapping[int, str], wrong: Mapping[int, str]) -> ColumnShown:
    return ColumnShown(
        column.number,
        column.heading,
        str(format_percent(min(column.filled, 0.99) if column.filled < 1 else 1.0, "0%")),
        said.get(column.number, column.meaning),
        _sureness(column),
        tuple(map(translated, column.notes)),
        translated(column.reason),
        translated(column.contents.says),
        column.contents.examples,
        column.contents.forms,
        wrong.get(column.number, ""),
    )


def _sureness(column: DeskColumn) -> tuple[str, str]:
    return {
        "sure": (_("sure"), "good"),
        "likely": (_("likely"), "warn"),
        "guess": (_("a guess"), "warn"),
        "before": (_("as before"), ""),
        "said": (_("as you said"), ""),
        "none": (_("not recognised"), "warn"),
    }[column.sureness]

"""A ready-made question of several tables, read as one: the tables below each other, and as a file.

The address names the questions that were asked, in the order of the ready-made question's tables. Each table
keeps its own page, with its explanations, pictures and proof.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Response, request

from gateway.api.services import hub
from gateway.dictionary import Dictionary, ReadyMade, ReadyTable
from gateway.export import CONTENT_TYPES, Receipt, stacked_files
from gateway.export.stacked_files import FORMS, Part, stacked_file_of
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import AskedQuestion, KeptRelease, State
from gateway.hub.ports import View
from gateway.picturing.layout import Head, Note, Row
from gateway.picturing.turning.stacked import Stacked, stacked
from gateway.picturing.words import msgid
from gateway.question import in_these_words
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.addressed_release import REMEDY, own
from gateway.web.shared.desk import Desk
from gateway.wire.release import Release

PAGE = "/ready-made/<name>/table"
LOOK_AGAIN = 2
"""Seconds to the next look while members still answer."""
desk = Desk("analyst-stacked")


@dataclass(frozen=True)
class PartOfTable:
    """One table, without rows until it is released. `asked`, `released`: entries of the log. `hints`: which
    coarser tables show more."""

    id: str
    label: str
    answered: int
    members: int
    open: bool
    asked: int
    released: int | None
    rows: tuple[Row, ...]
    hints: tuple[str, ...]


@dataclass(frozen=True)
class StackedPage:
    """`corner`: what distinguishes the tables, then the levels that run down. `unasked`: the labels of tables
    that were not asked. `silent`: members without a row."""

    name: str
    label: str
    note: str
    purpose: str
    asked_at: datetime
    corner: tuple[str, ...]
    heads: tuple[Head, ...]
    parts: tuple[PartOfTable, ...]
    notes: tuple[Note, ...]
    counted: tuple[str, ...]
    unasked: tuple[str, ...]
    silent: tuple[str, ...]
    open: bool
    pause: int
    same: str


def stacked_address(one: ReadyMade, ids: Iterable[str]) -> str:
    """The page of these questions as one table."""
    return f"/ready-made/{one.name}/table?{urlencode([('of', each) for each in ids])}"


@desk.page(PAGE, "analyst/stacked.html", fragment="analyst/_stacked.html")
def stacked_table(name: str) -> StackedPage:
    """The tables below each other, as far as they are released."""
    dictionary = hub().dictionary
    with hub().store.reading() as view:
        one, found = _addressed(view, name)
        kept = {asked.id: _newest(view, asked) for _, asked in found}
        replies = {asked.id: len(view.answers(asked.id)) for _, asked in found}
    shown = [release for release in kept.values() if release is not None]
    made = _stacked([release.release for release in shown], dictionary)
    there = [asked for asked, release in kept.items() if release]
    rows = dict(zip(there, made.parts, strict=True))
    hints = dict(zip(there, made.hints, strict=True))
    parts = tuple(
        PartOfTable(
            id=asked.id,
            label=label_of(dictionary, table),
            answered=replies[asked.id],
            members=len(asked.members),
            open=asked.state is State.OPEN,
            asked=asked.asked_index,
            released=released.index if (released := kept[asked.id]) else None,
            rows=rows.get(asked.id, ()),
            hints=hints.get(asked.id, ()),
        )
        for table, asked in found
    )
    is_open = any(part.open for part in parts)
    was_asked = [table for table, _ in found]
    return StackedPage(
        name=one.name,
        label=analyst_wording.say(one.label),
        note=analyst_wording.say(one.note),
        purpose=analyst_wording.purpose(dictionary, found[0][1].question.purpose),
        asked_at=min(asked.asked_at for _, asked in found),
        corner=(_distinguished(dictionary, one), *made.corner),
        heads=made.heads,
        parts=parts,
        notes=made.notes,
        counted=made.counted,
        unasked=tuple(label_of(dictionary, table) for table in one.tables if table not in was_asked),
        silent=tuple(analyst_wording.say(dictionary.member(member).name) for member in made.silent),
        open=is_open,
        pause=LOOK_AGAIN if is_open else 0,
        same=stacked_address(one, (asked.id for _, asked in found)),
    )


@desk.file("/ready-made/<name>/download/<form>")
def stacked_file(name: str, form: str) -> Response:
    """The tables as one file. Raises UnknownQuestionError without a release, or for an unknown format."""
    if form not in FORMS:
        raise UnknownQuestionError("There is no such form of the table.", remedy=REMEDY)
    with hub().store.reading() as view:
        one, found = _addressed(view, name)
        newest = [(table, _newest(view, asked)) for table, asked in found]
    dictionary = hub().dictionary
    parts = [
        Part(
            table.name.rpartition(".")[2],
            kept.release,
            label_of(dictionary, table),
            Receipt(hub().log.origin, asked.asked_index, kept.index),
        )
        for (_, asked), (table, kept) in zip(found, newest, strict=True)
        if kept is not None
    ]
    if not parts:
        raise UnknownQuestionError("There is no table yet.", remedy="Wait until the questions are released.")
    day = max(part.release.released_at for part in parts)[:10]
    title = analyst_wording.say(one.label)
    content = stacked_file_of(form, title, parts, dictionary, analyst_wording.words())
    response = Response(content, content_type=CONTENT_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="safelane-{one.name}-{day}.{form}"'
    return response


def label_of(dictionary: Dictionary, table: ReadyTable) -> str:
    """What distinguishes a table from the others of its question, in the reader's words."""
    return analyst_wording.say(stacked_files.label_of(dictionary, table))


def _addressed(view: View, name: str) -> tuple[ReadyMade, list[tuple[ReadyTable, AskedQuestion]]]:
    """The questions of the address, each with the table that it asks for, in the order of the tables.

    Raises UnknownQuestionError for a question that is not the person's own, or asks for something else.
    """
    one = hub().dictionary.ready_made.get(name)
    if one is None or len(one.tables) < 2:
        raise UnknownQuestionError("There is no such question of several tables.", remedy=REMEDY)
    asked = [own(view, each) for each in request.args.getlist("of")[: len(one.tables)]]
    found = [(table, each) for table in one.tables for each in _asking(asked, table)]
    if not found or len(found) != len(asked):
        raise UnknownQuestionError("These questions are not one ready-made question.", remedy=REMEDY)
    return one, found


def _asking(asked: Sequence[AskedQuestion], table: ReadyTable) -> Iterator[AskedQuestion]:
    """The first of the questions that asks for this table."""
    yield from [q for q in asked if in_these_words(hub().dictionary, table, q.question)][:1]


def _newest(view: View, asked: AskedQuestion) -> KeptRelease | None:
    releases = view.releases(asked.id)
    return releases[-1] if releases else None


def _stacked(releases: Sequence[Release], dictionary: Dictionary) -> Stacked:
    if not releases:
        return Stacked((), (), (), (), (), ())
    return stacked(releases, dictionary, analyst_wording.words())


def _distinguished(dictionary: Dictionary, one: ReadyMade) -> str:
    """The head of the first column: the attribute whose values the tables are about, or what is counted."""
    level = one.tables[0].label
    if level not in dictionary.levels:
        return analyst_wording.say(msgid("Counted"))
    attribute = dictionary.attribute_of(level)
    return analyst_wording.say(dictionary.families.get(attribute, attribute))

"""Saved questions: the page of them, and the forms that save, share and delete."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import redirect, request

from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.hub.model import AskedQuestion, SavedQuestion, State
from gateway.hub.saved.saved_questions import (
    LONGEST_NAME,
    SavedQuestionError,
    colleagues,
    delete,
    mine,
    save,
    share,
)
from gateway.question import Question
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.addressed_release import own
from gateway.web.analyst.draft import draft_again
from gateway.web.analyst.table_address import ARRANGES
from gateway.web.shared.base import typed
from gateway.web.shared.desk import Desk, shown

PAGE = "/saved"
TEMPLATE = "analyst/saved.html"
desk = Desk("analyst-saved")


@dataclass(frozen=True)
class SavedRow:
    """`title`: the question in words, "" where the dictionary no longer has them. `by`: who shares it.

    `table`: the address of the person's own newest table of this question, "" without any.
    """

    id: str
    name: str
    title: str
    purpose: str
    saved_at: datetime
    shared: bool
    by: str
    table: str
    again: str


@dataclass(frozen=True)
class Naming:
    """A question that is being saved: the form that was not taken, with the reason."""

    question: str
    title: str
    name: str
    arranged: str
    shared: bool
    refused: SavedQuestionError


@dataclass(frozen=True)
class SavedPage:
    """One's own saved questions, and those of colleagues; `naming`: the form that was not taken."""

    mine: tuple[SavedRow, ...]
    colleagues: tuple[SavedRow, ...]
    organisation: str
    longest_name: int
    naming: Naming | None = None


@desk.page(PAGE, TEMPLATE)
def saved() -> SavedPage:
    """What is saved, one's own first."""
    return _page()


@desk.form(PAGE)
def put() -> Any:
    """Save a question under a name, with the arrangement of its table."""
    with hub().store.reading() as view:
        asked = own(view, typed("question"))
    name, arranged, shared = typed("name"), arrangement_of(request.form.get("arranged", "")), _shares()
    try:
        save(hub(), principal(), asked, name, arranged=arranged, shared=shared)
    except SavedQuestionError as error:
        title = analyst_wording.title(hub().dictionary, asked.question)
        naming = Naming(asked.id, title, name, arranged, shared, error)
        return shown((_page(naming), 422), TEMPLATE)
    return redirect(PAGE, 303)


@desk.form(f"{PAGE}/<saved_id>/share")
def put_shared(saved_id: str) -> Any:
    """Share a saved question with the own organisation, or no longer."""
    share(hub(), principal(), saved_id, shared=_shares())
    return redirect(PAGE, 303)


@desk.form(f"{PAGE}/<saved_id>/delete")
def put_deleted(saved_id: str) -> Any:
    """Delete a saved question."""
    delete(hub(), principal(), saved_id)
    return redirect(PAGE, 303)


def arrangement_of(query: str) -> str:
    """The part of an address's query that arranges a table, without what names a release."""
    named = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name in ARRANGES]
    return urlencode(named)


def _shares() -> bool:
    return typed("shared") == "yes"


def _page(naming: Naming | None = None) -> SavedPage:
    who = principal()
    with hub().store.reading() as view:
        tables = newest_tables(view.questions_of(who.user))
    return SavedPage(
        mine=_rows(mine(hub(), who), tables),
        colleagues=_rows(colleagues(hub(), who), tables),
        organisation=who.organisation,
        longest_name=LONGEST_NAME,
        naming=naming,
    )


def newest_tables(asked: Sequence[AskedQuestion]) -> Mapping[Question, str]:
    """The number of the newest question with a table, by its words. `asked`: the newest first."""
    released = [(one.question, one.id) for one in reversed(asked) if one.state is State.RELEASED]
    return dict(released)


def _rows(found: Iterable[SavedQuestion], tables: Mapping[Question, str]) -> tuple[SavedRow, ...]:
    return tuple(_row(one, tables) for one in found)


def _row(one: SavedQuestion, tables: Mapping[Question, str]) -> SavedRow:
    question, dictionary = one.question, hub().dictionary
    table = "" if question is None else tables.get(question, "")
    return SavedRow(
        id=one.id,
        name=one.name,
        title="" if question is None else analyst_wording.title(dictionary, question),
        purpose="" if question is None else analyst_wording.purpose(dictionary, question.purpose),
        saved_at=one.saved_at,
        shared=one.shared,
        by=one.owner,
        table=table and f"/questions/{table}" + (f"?{one.arranged}" if one.arranged else ""),
        again="" if question is None else f"/ask?{draft_again(question).query()}",
    )

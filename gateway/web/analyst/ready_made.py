"""Ready-made questions: each is asked with one click, and so is the pack for Article 7 reports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import redirect, request

from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.dictionary import ReadyMade, ReadyTable
from gateway.hub.asking import ask
from gateway.hub.model import AskedQuestion
from gateway.question import Question
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.choices import Known, answering, in_its_year
from gateway.web.analyst.draft import SOON, Draft
from gateway.web.analyst.requester import known
from gateway.web.analyst.stacked_page import label_of, stacked_address
from gateway.web.shared.desk import Desk, shown

PAGE = "/ready-made"
EVERY_YEAR = "canonical-questions"
PACK = "article-7"
desk = Desk("analyst-ready-made")


@dataclass(frozen=True)
class Table:
    """One table of a question: how many members would answer, and the address of the table as a form."""

    number: int
    label: str
    title: str
    answering: int
    address: str


@dataclass(frozen=True)
class Item:
    """A ready-made question. `answerable`: some member would answer some of its tables."""

    name: str
    label: str
    note: str
    tables: tuple[Table, ...]
    answerable: bool


@dataclass(frozen=True)
class ReadyPage:
    """`purpose` is the purpose of asking; `nothing`: nobody shares the requested tables."""

    purpose: str
    purposes: tuple[tuple[str, str], ...]
    twelve: tuple[Item, ...]
    article_7: tuple[Item, ...]
    members: int
    nothing: bool


@desk.page(PAGE, "analyst/ready-made.html")
def ready_made() -> ReadyPage:
    """All ready-made questions, with the expected answers for one purpose."""
    knows, _ = known()
    return _page(knows, request.args.get("purpose", ""))


@desk.form(PAGE)
def put() -> Any:
    """Ask the tables of one question, or of the pack, that some member would answer."""
    knows, _ = known()
    purpose = request.form.get("purpose", "")
    wanted = _wanted(request.form.get("name", ""), request.form.get("table", ""))
    questions = [_question(knows, table, purpose) for table in wanted if purpose in knows.dictionary.purposes]
    asked = [_ask(question) for question in questions if answering(knows, question)]
    if not asked:
        return shown((_page(knows, purpose, nothing=True), 422), "analyst/ready-made.html")
    return redirect(_page_of(request.form.get("name", ""), [question.id for question in asked]), 303)


def _page_of(name: str, ids: Sequence[str]) -> str:
    """Where the tables are read: by itself, as one table where they are of one question, or in the list."""
    if len(ids) == 1:
        return f"/questions/{ids[0]}"
    one = hub().dictionary.ready_made.get(name)
    return "/questions" if one is None else stacked_address(one, ids)


def _page(knows: Known, purpose: str, *, nothing: bool = False) -> ReadyPage:
    held = tuple(sorted(knows.purposes))
    chosen = purpose if purpose in held else (held[0] if held else "")
    return ReadyPage(
        purpose=chosen,
        purposes=tuple((name, analyst_wording.purpose(knows.dictionary, name)) for name in held),
        twelve=_items(knows, EVERY_YEAR, chosen),
        article_7=_items(knows, PACK, chosen),
        members=len(knows.stated),
        nothing=nothing,
    )


def _items(knows: Known, pack: str, purpose: str) -> tuple[Item, ...]:
    ready_made = knows.dictionary.ready_made
    return tuple(_item(knows, ready_made[name], purpose) for name in knows.dictionary.packs[pack])


def _item(knows: Known, one: ReadyMade, purpose: str) -> Item:
    tables = tuple(_table(knows, n, table, purpose) for n, table in enumerate(one.tables if purpose else ()))
    return Item(
        name=one.name,
        label=analyst_wording.say(one.label),
        note=analyst_wording.say(one.note),
        tables=tables,
        answerable=any(table.answering for table in tables),
    )


def _table(knows: Known, number: int, table: ReadyTable, purpose: str) -> Table:
    question = _question(knows, table, purpose)
    return Table(
        number=number,
        label=label_of(knows.dictionary, table),
        title=analyst_wording.title(knows.dictionary, question),
        answering=answering(knows, question),
        address=f"/ask?{Draft(table.measure, table.by, purpose=purpose).query()}",
    )


def _wanted(name: str, number: str) -> Iterable[ReadyTable]:
    """The tables that a form names: one, or all of a question, or of the pack."""
    dictionary = hub().dictionary
    if name == PACK:
        return dictionary.ready_tables(PACK)
    tables = dictionary.ready_made[name].tables if name in dictionary.ready_made else ()
    return [table for n, table in enumerate(tables) if number in ("", str(n))]


def _question(knows: Known, table: ReadyTable, purpose: str) -> Question:
    return in_its_year(knows, Draft(table.measure, table.by, purpose=purpose).question(knows.dictionary))


def _ask(question: Question) -> AskedQuestion:
    return ask(hub(), principal(), question, timedelta(seconds=SOON))

"""The page of what was found: by the field at the head of every page of the analyst's desk."""

from dataclasses import dataclass

from flask import request

from gateway.api.access_control import principal
from gateway.api.label_languages import languages
from gateway.api.services import hub
from gateway.dictionary import Dictionary
from gateway.hub.model import AskedQuestion
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.finding.entries import Entry, Kind, entries
from gateway.web.analyst.finding.matching import LONGEST, find
from gateway.web.shared.desk import Desk

PAGE = "/find"
desk = Desk("analyst-finding")


@dataclass(frozen=True)
class Hit:
    """One entry in the words of the page's language."""

    label: str
    detail: str
    address: str


@dataclass(frozen=True)
class Group:
    """The hits of one kind; `more`: how many further ones fit."""

    kind: str
    hits: tuple[Hit, ...]
    more: int


@dataclass(frozen=True)
class FindingPage:
    """`typed`: what was sought; `near`: words like it, where nothing was found."""

    typed: str
    groups: tuple[Group, ...]
    near: tuple[str, ...]


@desk.page(PAGE, "analyst/find.html")
def finding() -> FindingPage:
    """Ready-made questions, the person's own tables, words of the dictionary, and places."""
    typed = " ".join(request.args.get("q", "")[:LONGEST].split())
    d = hub().dictionary
    with hub().store.reading() as view:
        own = [_own(d, asked) for asked in view.questions_of(principal().user)]
    found = find(typed, [*entries(d, list(languages().values())), *own])
    groups = (
        Group(kind.value, tuple(map(_hit, several)), found.more.get(kind, 0))
        for kind, several in found.entries.items()
    )
    return FindingPage(typed, tuple(groups), found.near)


def _own(dictionary: Dictionary, asked: AskedQuestion) -> Entry:
    """A question of the person, found by its title in the language of the page and by its number."""
    title = analyst_wording.title(dictionary, asked.question)
    day = asked.asked_at.date().isoformat()
    return Entry(Kind.TABLE, title, day, (title, asked.id), f"/questions/{asked.id}")


def _hit(entry: Entry) -> Hit:
    if entry.kind is Kind.TABLE:
        return Hit(entry.label, entry.detail, entry.address)
    return Hit(analyst_wording.say(entry.label), analyst_wording.say(entry.detail), entry.address)

"""The analyst's own questions: the list, and a page for each from asking to the table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import request

from gateway.api.access_control import principal
from gateway.api.browsers import place
from gateway.api.services import hub
from gateway.export import Receipt
from gateway.hub.absence import offline_since
from gateway.hub.model import AskedQuestion, KeptRelease, State
from gateway.hub.ports import View
from gateway.picturing.grouping import is_group
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.addressed_release import own, released
from gateway.web.analyst.chosen_groups import ChosenGroups, chosen_groups
from gateway.web.analyst.citation import Citation, Source, citation
from gateway.web.analyst.downloads import forms
from gateway.web.analyst.draft import draft_again
from gateway.web.analyst.progress import Progress, QuestionNews, progress
from gateway.web.analyst.release_view import BETWEEN, Explained, Result, explained, explained_group, result
from gateway.web.analyst.table_address import ARRANGES
from gateway.web.shared.base import page, web
from gateway.web.shared.desk import Desk, wants_part
from gateway.wire.answer_text import answer_of_note

desk = Desk("analyst-questions")

ROWS = 25
SHOWS = ("release", *ARRANGES)
"""Values of an address that say which table is shown, and how."""
MOST_LEVELS = 20
"""Values of one name that links repeat: no table has more levels."""


@dataclass(frozen=True)
class Row:
    """A question of the list."""

    id: str
    title: str
    purpose: str
    asked_at: datetime
    state: str
    answered: int
    members: int
    again: str


@dataclass(frozen=True)
class QuestionPage:
    """`release`: the number of the shown release, of `releases`; `asked`, `released`: log entries.

    `arranged`: the arrangement of the table, as the query of an address.
    """

    id: str
    title: str
    purpose: str
    asked_at: datetime
    again: str
    progress: Progress
    names: dict[str, str]
    pause: int
    release: int
    releases: int
    newer: bool
    same: str
    arranged: str
    released_at: str | None
    log: str
    asked: int
    released: int | None
    proof: str | None
    result: Result | None
    citation: Citation | None
    explained: Explained | None
    forms: tuple[str, ...]


@desk.page("/questions", "analyst/questions.html")
def questions() -> dict[str, Any]:
    """The list, newest first, filtered by state and purpose, a page at a time."""
    state, purpose = request.args.get("state", ""), request.args.get("purpose", "")
    with hub().store.reading() as view:
        every = view.questions_of(principal().user)
        found = [q for q in every if state in ("", q.state.value) and purpose in ("", q.question.purpose)]
        start = _start(len(found))
        rows = [_row(view, q) for q in found[start : start + ROWS]]
    d = hub().dictionary
    return {
        "rows": rows,
        "found": len(found),
        "every": len(every),
        "start": start,
        "state": state,
        "purpose": purpose,
        "purposes": [(p, analyst_wording.purpose(d, p)) for p in sorted({q.question.purpose for q in every})],
        "before": _page(start - ROWS) if start else None,
        "after": _page(start + ROWS) if start + ROWS < len(found) else None,
    }


@desk.page("/questions/<question_id>", "analyst/question.html", fragment="analyst/_question.html")
def question(question_id: str) -> Any:
    """Progress, then the table; with `cell` an explanation of that cell."""
    with hub().store.reading() as view:
        asked = own(view, question_id)
        kept, count = released(view, asked)
        cell = request.args.get("cell", "")
        if wants_part() and cell and kept is not None:
            found = _explained(view, kept, cell)
            return page("analyst/_cell.html", explained=found, here_id=asked.id, same=_same())
        if wants_part() and "seen" in request.args:
            return page("analyst/_progress.html", model=_page_of(view, asked, (None, count), ""))
        return _page_of(view, asked, (kept, count), cell)


def _page_of(
    view: View, asked: AskedQuestion, found: tuple[KeptRelease | None, int], cell: str
) -> QuestionPage:
    kept, count = found
    d = hub().dictionary
    far = _progress(view, asked)
    values = request.args.to_dict(flat=False)
    shown = None if kept is None else result(kept.release, d, values, _own_groups(view, kept))
    proof = None if kept is None else str(hub().log.fullest_receipt(view.log, kept.index))
    return QuestionPage(
        id=asked.id,
        title=analyst_wording.title(d, asked.question),
        purpose=analyst_wording.purpose(d, asked.question.purpose),
        asked_at=asked.asked_at,
        again=f"/ask?{draft_again(asked.question).query()}",
        progress=far,
        names={m: analyst_wording.say(d.member(m).name) for m in asked.members},
        pause=_pause(asked, far),
        release=0 if kept is None else kept.release.number,
        releases=count,
        newer=request.args.get("seen", str(count)) != str(count),
        same=_same(),
        arranged=urlencode([(name, value) for name, value in _arranged() if name != "release"]),
        released_at=None if kept is None else kept.release.released_at,
        log=hub().log.origin,
        asked=asked.asked_index,
        released=None if kept is None else kept.index,
        proof=proof,
        result=shown,
        citation=None if kept is None else _citation(asked, kept),
        explained=_explained(view, kept, cell) if cell and kept is not None else None,
        forms=forms(drawn=shown is not None and bool(shown.pictures)),
    )


def _own_groups(view: View, kept: KeptRelease) -> ChosenGroups:
    values = request.args.to_dict(flat=False)
    return chosen_groups(kept.release, view.groups.of(principal().user), values)


def _explained(view: View, kept: KeptRelease, cell: str) -> Explained:
    if any(map(is_group, cell.split(BETWEEN))):
        return explained_group(kept.release, hub().dictionary, cell, _own_groups(view, kept))
    return explained(kept.release, hub().dictionary, cell)


def _citation(asked: AskedQuestion, kept: KeptRelease) -> Citation:
    """How the table is cited as it is arranged now: with its number, since later answers make a newer one."""
    arranged = [(name, value) for name, value in _arranged() if name != "release"]
    page_of_it = f"/questions/{asked.id}?{urlencode([('release', kept.release.number), *arranged])}"
    receipt = Receipt(hub().log.origin, asked.asked_index, kept.index)
    source = Source(web().entrance.place, place().origin(), receipt)
    return citation(kept.release, hub().dictionary, analyst_wording.words(), source, page_of_it)


def _arranged() -> list[tuple[str, str]]:
    return [(name, value) for name in SHOWS for value in request.args.getlist(name)[:MOST_LEVELS]]


def _same() -> str:
    """The beginning of an address's query that shows the same release in the same way."""
    kept = _arranged()
    return f"{urlencode(kept)}&" if kept else ""


def _progress(view: View, asked: AskedQuestion) -> Progress:
    now = hub().clock.now()
    answers = {member: answer_of_note(note) for member, note in view.answers(asked.id).items()}
    away = offline_since([m for m in asked.members if m not in answers], view.presence(), hub().started, now)
    unreleased = None in view.released_in(asked.id).values()
    return progress(asked, QuestionNews(answers, view.waiting(asked.id), away, unreleased), now)


def _pause(asked: AskedQuestion, far: Progress) -> int:
    """Seconds to the next look: soon while computers answer, seldom while people do."""
    if not far.moving:
        return 0
    if not far.open:
        return 30
    return 2 if (asked.deadline - hub().clock.now()).total_seconds() < 300 else 10


def _row(view: View, asked: AskedQuestion) -> Row:
    return Row(
        id=asked.id,
        title=analyst_wording.title(hub().dictionary, asked.question),
        purpose=analyst_wording.purpose(hub().dictionary, asked.question.purpose),
        asked_at=asked.asked_at,
        state="open" if asked.state is State.OPEN else "released",
        answered=len(view.answers(asked.id)),
        members=len(asked.members),
        again=f"/ask?{draft_again(asked.question).query()}",
    )


def _start(found: int) -> int:
    typed = request.args.get("start", "")
    start = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    return start - start % ROWS if start < max(found, 1) else 0


def _page(start: int) -> str:
    kept = {name: request.args[name] for name in ("state", "purpose") if request.args.get(name)}
    return "/questions?" + urlencode({**kept, "start": start})

"""The history of questions about this country's people, and their outcomes: from the node's own log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from audit.events.question_events import Answered, Refused
from audit.events.search import Criteria, Found, time_of
from gateway.auditing.entry_search import Span, entries, whole
from gateway.member.node.ports import View
from gateway.web.controller.common import wording
from gateway.web.controller.common.context import desk_context
from gateway.web.shared.desk import Desk, Model
from gateway.wire.answer import Refusal

desk = Desk("controller-asked")

PAGE = "/controller/asked"
ROWS = 25
AT_ONCE = 2000
"""Entries that are searched at a time, the newest first."""

FIELDS = ("organisation", "purpose", "outcome", "reason", "since", "until")
DAYS = ("since", "until")

Judged = Answered | Refused


@dataclass(frozen=True)
class Question:
    """A question that was decided here. `number` is its entry's number, `reasons` the recipient's reasons."""

    id: str
    number: int
    at: datetime
    sentence: str
    outcome: str
    reasons: tuple[str, ...]
    policy: str | None


@dataclass(frozen=True)
class Wanted:
    """The search as typed; `faults` by field."""

    organisation: str = ""
    purpose: str = ""
    outcome: str = ""
    reason: str = ""
    since: str = ""
    until: str = ""
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def nothing(self) -> bool:
        return not any((self.organisation, self.purpose, self.outcome, self.reason, self.since, self.until))

    def fault(self, field: str) -> str:
        """The error of a field, if any."""
        return dict(self.faults).get(field, "")


@dataclass(frozen=True)
class Choice:
    """The choices of the filter: pairs of value and words."""

    organisations: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class QuestionListPage:
    """The newest first; `older` and `newest` are addresses of other pages, where there are any."""

    questions: tuple[Question, ...]
    wanted: Wanted
    choice: Choice
    older: str | None
    newest: str | None


@desk.page(PAGE, "controller/asked.html", fragment="controller/asked-list.html")
def question_list() -> Model:
    wanted = _wanted()
    with desk_context().node.store.reading() as view:
        size = whole(view).end
        before = _number(request.args.get("before", ""), size)
        found = list(islice(_newest(view, _criteria(wanted), before), ROWS + 1))
    page = tuple(_question(each) for each in found[:ROWS])
    older = _address(wanted, before=found[ROWS - 1].number) if len(found) > ROWS else None
    newest = _address(wanted) if before < size else None
    return QuestionListPage(page, wanted, _choice(), older, newest), 422 if wanted.faults else 200


def _newest(view: View, criteria: Criteria, before: int) -> Iterator[Found]:
    """Judged questions with a smaller number, the newest first: read only as far as is needed."""
    for end in range(before, 0, -AT_ONCE):
        span = Span(max(0, end - AT_ONCE), end)
        found = [each for each in criteria.find(entries(view.log, span)) if isinstance(each.event, Judged)]
        yield from reversed(found)


def newest_questions(view: View, count: int) -> tuple[Question, ...]:
    """The newest decided questions."""
    return tuple(map(_question, islice(_newest(view, Criteria(), whole(view).end), count)))


def decided_since(view: View, since: datetime) -> Iterator[Question]:
    """The decided questions since a time, the newest first."""
    found = takewhile(lambda each: time_of(each.event) >= since, _newest(view, Criteria(), whole(view).end))
    return map(_question, found)


def _question(found: Found) -> Question:
    event = found.event
    assert isinstance(event, Judged)  # noqa: S101 - all others were left out
    return Question(
        id=event.question_id,
        number=found.number,
        at=event.at,
        sentence=wording.say_question(desk_context().node.dictionary, event),
        outcome=event.TYPE,
        reasons=tuple(meaning(word) for word in event.reasons) if isinstance(event, Refused) else (),
        policy=event.policy_version,
    )


def meaning(word: str) -> str:
    """A reason in the recipient's words; the code itself for a former reason in an old entry."""
    return Refusal(word).meaning if word in set(Refusal) else word


def _wanted() -> Wanted:
    typed = {name: request.args.get(name, "").strip()[:60] for name in FIELDS}
    faults = tuple(
        (name, _("Write a day as 2026-03-31.")) for name in DAYS if typed[name] and _day(typed[name]) is None
    )
    return Wanted(**typed, faults=faults)


def _criteria(wanted: Wanted) -> Criteria:
    since, until = _day(wanted.since), _day(wanted.until)
    return Criteria(
        organisation=wanted.organisation or None,
        purpose=wanted.purpose or None,
        outcome=wanted.outcome or None,
        reason=wanted.reason or None,
        since=None if since is None else datetime.combine(since, time(), UTC),
        until=None if until is None else datetime.combine(until + timedelta(days=1), time(), UTC),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _number(text: str, size: int) -> int:
    """The entry number to start from, backwards; an invalid number in the address means the newest."""
    return min(int(text), size) if text.isascii() and text.isdecimal() and len(text) < 12 else size


def _choice() -> Choice:
    node = desk_context().node
    return Choice(
        tuple((name, name) for name in sorted(node.vocabulary.recipients)),
        tuple((one.name, one.label) for one in node.dictionary.purposes.values()),
        tuple((word.value, word.meaning) for word in Refusal),
    )


def _address(wanted: Wanted, **more: int) -> str:
    """The page with the same filter."""
    filled = {name: getattr(wanted, name) for name in FIELDS if getattr(wanted, name)}
    query = urlencode({**filled, **more})
    return f"{PAGE}?{query}" if query else PAGE

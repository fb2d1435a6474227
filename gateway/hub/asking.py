"""An analyst asks: the question is logged before any member receives it."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from audit.events.events import whole_second
from gateway.hub import entries
from gateway.hub.context import Hub
from gateway.hub.errors import NotPermittedError
from gateway.hub.model import AskedQuestion, Principal, Role, State
from gateway.hub.ports import View
from gateway.hub.sharing_statements import Requester, with_year
from gateway.question import COUNTRY, Question, QuestionError, members_asked, needs_year

LATE = timedelta(days=7)
"""How long after its deadline a question still takes answers, by default."""

ALMOST_A_SECOND = timedelta(microseconds=999_999)
"""The log keeps whole seconds: deadlines are rounded up, so that no member gets less time than stated."""


def ask(
    hub: Hub, principal: Principal, question: Question, within: timedelta, late: timedelta = LATE
) -> AskedQuestion:
    """Log the question and put the question into the queue of every member concerned.

    A question about clients that names no year of service is asked in the last one that is closed at all
    members that would answer (`with_year`). `within`: how long the release waits for
    members. `late`: how long after the deadline an answer still counts, as a release of its own. Raises
    QuestionError for a country outside of the region. Raises NotPermittedError, which is logged too, when the
    person may not ask or does not hold the purpose.
    """
    question_id = new_question_id()
    now = hub.clock.now()
    reason = denial_reason(principal.role.value, principal.purposes, question.purpose)
    if reason is not None:
        with hub.store.writing() as work:
            entry = entries.denied(hub, principal, question_id, question, reason=reason, at=now)
            entries.record(hub, work, entry)
        raise NotPermittedError(_WORDS[reason], remedy=_REMEDY)
    with hub.store.writing() as work:
        enrolled = [e.member for e in work.enrolments()]
        _check_countries(hub, question, enrolled)
        question = _in_its_year(hub, work, principal, question, enrolled)
        members = members_asked(hub.dictionary, question, enrolled)
        deadline = whole_second(now + within + ALMOST_A_SECOND)
        asked = AskedQuestion(
            id=question_id,
            question=question,
            user=principal.user,
            organisation=principal.organisation,
            members=members,
            asked_at=now,
            deadline=deadline,
            late_until=whole_second(deadline + late),
            asked_index=-1,
            state=State.OPEN,
        )
        index = entries.record(hub, work, entries.asked(hub, principal, asked))
        asked = replace(asked, asked_index=index)
        work.add_question(asked, because=index)
    hub.notifier.notify()
    return asked


def _in_its_year(
    hub: Hub, view: View, principal: Principal, question: Question, enrolled: Sequence[str]
) -> Question:
    if not needs_year(hub.dictionary, question):
        return question
    kept = view.sharings()
    stated = {member: kept[member].sharing if member in kept else None for member in enrolled}
    requester = Requester(principal.organisation, principal.role.value)
    return with_year(hub.dictionary, question, stated, requester, hub.clock.now().date())


def _check_countries(hub: Hub, question: Question, enrolled: Collection[str]) -> None:
    """Refuse a country without an enrolled member: it must not look like a member without an answer."""
    named = question.filter(COUNTRY)
    absent = [hub.dictionary.member(c).name for c in named.codes if c not in enrolled] if named else []
    if absent:
        raise QuestionError([f"{name} is no member of this region." for name in absent])


def new_question_id() -> str:
    """A random id, so that nobody can estimate from an id how many questions there have been."""
    return "q-" + secrets.token_hex(12)


def denial_reason(role: str, held: Collection[str], purpose: str) -> str | None:
    """Why the hub puts a question to no member, if so: a function of the question's log entry alone."""
    if role != Role.ANALYST.value:
        return "role-may-not-ask"
    return None if purpose in held else "purpose-not-held"


_WORDS = {
    "role-may-not-ask": "Your role does not ask questions.",
    "purpose-not-held": "Your organisation does not hold this purpose.",
}
_REMEDY = "Ask the hub's operator; the attempt has been logged."

"""Replays the further conditions of a permitted question from the log: quotas and approval.

A question is charged once the policy permits the question and a cube is ready, at that moment; so quotas are
counted over the entries before, as far as their decisions can be opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.errors import AuditError
from audit.events.question_events import Answered, ApprovalAwaited, ApprovalDecided, Refused
from audit.events.search import Criteria, Found
from audit.formats.canonical import parse_json_object
from audit.reading.messages import message
from gateway.auditing.entry_search import Span, entries
from gateway.auditing.ports import View
from gateway.member.answer.answer_entries import DECISION
from gateway.member.answer.decision import Verdict
from gateway.member.answer.quotas import start_of
from gateway.wire.answer import Refusal
from policies.decision.decision import Obligations
from policies.model.terms import Appearance, Approval

_UNKNOWN = message("Not every earlier decision can be opened: the number of earlier questions is not known.")
_NOT_APPROVED = message("it needed approval by a person, which the log does not have")
_PERSONS = {Approval.AUTOMATIC: 0, Approval.ONE: 1, Approval.TWO: 2}


@dataclass(frozen=True)
class Terms:
    """The refusals that should have been logged, other differences, and facts that could not be checked."""

    refusals: tuple[Refusal, ...]
    differences: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def replay_terms(view: View, event: Answered | Refused, number: int, verdict: Verdict) -> Terms:
    """The conditions of entry `number`, whose question was permitted and whose cube was ready."""
    if verdict.decision is None or verdict.decision.obligations is None:
        return Terms(verdict.refusals)
    terms = verdict.decision.obligations
    approvals, waited = _approvals(view, event, number)
    charged_at = event.at if waited is None else waited
    unchecked: tuple[str, ...] = ()
    if terms.quotas:
        before = list(_charged(view, event, number))
        if None in before:
            unchecked = (_UNKNOWN,)
        elif _used_up(terms, [at for at in before if at is not None], charged_at):
            return Terms((Refusal.QUOTA_USED_UP,))
        if unchecked and _reasons(event) == (Refusal.QUOTA_USED_UP.value,):
            return Terms((Refusal.QUOTA_USED_UP,), (), unchecked)
    if False in approvals:
        return Terms((Refusal.NOT_APPROVED,), (), unchecked)
    missing = _PERSONS[terms.approval] - approvals.count(True)
    if isinstance(event, Answered) and missing > 0:
        return Terms(verdict.refusals, (_NOT_APPROVED,), unchecked)
    return Terms(verdict.refusals, (), unchecked)


def _reasons(event: Answered | Refused) -> tuple[str, ...]:
    return event.reasons if isinstance(event, Refused) else ()


def _used_up(terms: Obligations, before: list[datetime], at: datetime) -> bool:
    return any(
        sum(1 for each in before if each >= start_of(period, at)) >= limit
        for period, limit in terms.quotas.items()
    )


def _approvals(view: View, event: Answered | Refused, number: int) -> tuple[list[bool], datetime | None]:
    """The approvals and refusals by people, and the time since when the question waited, before entry
    `number`.
    """
    before = Criteria(question=event.question_id).find(entries(view.log, Span(0, number)))
    approvals, waited = [], None
    for found in before:
        if isinstance(found.event, ApprovalDecided):
            approvals.append(found.event.granted)
        elif isinstance(found.event, ApprovalAwaited):
            waited = found.event.at
    return approvals, waited


def _charged(view: View, event: Answered | Refused, number: int) -> Iterator[datetime | None]:
    """When each earlier question of this organisation was charged; None where no longer known.

    A waiting question was charged when its wait began, perhaps before questions that were answered sooner.
    """
    waits: dict[str, tuple[int, datetime]] = {}
    for found in Criteria(kind=ApprovalAwaited.TYPE).find(entries(view.log, Span(0, _end(view)))):
        if isinstance(found.event, ApprovalAwaited):
            waits[found.event.question_id] = (found.number, found.event.at)
    own = waits.get(event.question_id, (number, event.at))[0]
    for found in Criteria(organisation=event.organisation).find(entries(view.log, Span(0, _end(view)))):
        other = found.event
        if not isinstance(other, Answered | Refused) or other.question_id == event.question_id:
            continue
        place, at = waits.pop(other.question_id, (found.number, other.at))
        if place < own:
            # a question that waited and ended without a decision was charged when it began to wait, if at all
            waited = place != found.number
            charge = None if waited and other.decision is None else _charge(view, found, other)
            if charge is None:
                yield None
            elif charge:
                yield at
    # questions that still wait: the log names the requester only at a question's end
    yield from (
        None for question, (place, _) in waits.items() if place < own and question != event.question_id
    )


def _charge(view: View, found: Found, event: Answered | Refused) -> bool | None:
    """Whether a decision charged its question; None where the decision cannot be opened."""
    if event.cube is None or event.decision is None or _reasons(event) == (Refusal.QUOTA_USED_UP.value,):
        return False
    opening = view.opening(DECISION, found.number)
    if opening is None:
        return None
    try:
        opening.verify(event.decision)
        record: dict[str, Any] = parse_json_object(opening.value, "decision")
        obligations = record["decision"]["obligations"]
    except (AuditError, KeyError, TypeError):
        return None
    return (
        obligations is not None
        and bool(obligations["quotas"])
        and obligations["appears"] == str(Appearance.OWN)
    )


def _end(view: View) -> int:
    checkpoint = view.log.latest_checkpoint()
    return 0 if checkpoint is None else checkpoint.size

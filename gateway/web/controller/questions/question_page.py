"""One question to this node: its decision with all reasons, its approvals, and the answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from audit.errors import CommitmentError
from audit.events.events import Event
from audit.events.question_events import Answered, ApprovalAwaited, ApprovalDecided, Refused
from audit.events.search import Criteria, Found
from audit.formats.commitment import Commitment
from gateway.auditing.entry_search import Span, entries
from gateway.member.answer.answer_entries import DECISION
from gateway.member.node.ports import View
from gateway.member.policy.publishing import REASON
from gateway.picturing import Layout
from gateway.web.controller.common import wording
from gateway.web.controller.common.charts import table_layout
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.questions.question_list import PAGE, desk, meaning
from gateway.web.shared.desk import Model
from gateway.wire.answer_text import answer_of_note
from policies.decision.decision import Code, Reason
from policies.explanation.explain import say_reason


@dataclass(frozen=True)
class ApprovalDecision:
    """A person's approval or refusal; `reason` is set for a refusal while its opening is kept."""

    by: str
    at: datetime
    granted: bool
    reason: str | None


@dataclass(frozen=True)
class QuestionDetails:
    """Everything known here of a question. `disclosed_reasons` are disclosed to the recipient,
    `all_reasons` stay in the country.

    `entry` is the number of the decision in the node's log; `sent`: the hub has acknowledged the answer.
    """

    id: str
    sentence: str
    outcome: str
    at: datetime
    waited: datetime | None
    policy: str | None
    until: str | None
    entry: int
    disclosed_reasons: tuple[str, ...]
    all_reasons: tuple[str, ...]
    permissions: tuple[str, ...]
    approvals: tuple[ApprovalDecision, ...]
    answer: Layout | None
    sent: bool


@desk.page(f"{PAGE}/<question_id>", "controller/asked-one.html")
def question_page(question_id: str) -> Model:
    with desk_context().node.store.reading() as view:
        about = list(_about(view, question_id))
        for found in about:
            if isinstance(found.event, Answered | Refused):
                return _one(view, found.number, found.event, about)
    raise NotFound(
        _(
            "This node has not decided this question. If the question is waiting for approval, it is in "
            "the list of questions waiting for approval."
        )
    )


def _about(view: View, question_id: str) -> Iterator[Found]:
    """Entries about a question, between its first and last entry by the store's notes."""
    sent, waited = view.sent(question_id, -1), view.waiting(question_id)
    known = [waited.index] if waited is not None else []
    known += [sent.entry_index] if sent is not None else []
    if known:
        raw = entries(view.log, Span(min(known), max(known) + 1))
        yield from replace(Criteria(), question=question_id).find(raw)


def _one(view: View, number: int, event: Answered | Refused, about: list[Found]) -> QuestionDetails:
    sent = view.sent(event.question_id, -1)
    # What was lost with a disk and taken back without its note is as if nothing was sent.
    answer = None if sent is None or not sent.note else answer_of_note(sent.note)
    permissions, why = _decision(view, number, event)
    waits = [found.event for found in about if isinstance(found.event, ApprovalAwaited)]
    table = None
    if answer is not None and not answer.refusals:
        table = table_layout(desk_context().table(event, answer))
    return QuestionDetails(
        id=event.question_id,
        sentence=wording.say_question(desk_context().node.dictionary, event),
        outcome=event.TYPE,
        at=event.at,
        waited=waits[0].at if waits else None,
        policy=event.policy_version,
        until=None if answer is None else answer.snapshot_date,
        entry=number,
        disclosed_reasons=tuple(map(meaning, event.reasons)) if isinstance(event, Refused) else (),
        all_reasons=why,
        permissions=permissions,
        approvals=tuple(_approval_decisions(view, about)),
        answer=table,
        sent=sent is not None and sent.acknowledged,
    )


def _decision(view: View, number: int, event: Answered | Refused) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The permissions on which a permit rests, and every reason against a permit, as the policy gave them."""
    text = _opened(view, DECISION, number, event.decision)
    if text is None:
        return (), ()
    decision = json.loads(text)["decision"]
    vocabulary = desk_context().node.vocabulary
    found = []
    for reason in decision["reasons"]:
        details = tuple((name, str(value)) for name, value in reason.items() if name != "code")
        found.append(say_reason(Reason(Code(reason["code"]), details), vocabulary))
    return tuple(decision["by"]), tuple(found)


def _approval_decisions(view: View, about: list[Found]) -> Iterator[ApprovalDecision]:
    names = {holder.key: holder.name for holder in view.holders()}
    for found in about:
        event: Event = found.event
        if isinstance(event, ApprovalDecided):
            reason = _opened(view, REASON, found.number, event.reason)
            yield ApprovalDecision(
                names.get(event.signed_by, _("a deleted key")), event.at, event.granted, reason
            )


def _opened(view: View, field: str, number: int, commitment: Commitment | None) -> str | None:
    """The content behind an entry's commitment, while the opening is kept and fits."""
    opening = view.opening(field, number)
    if opening is None or commitment is None:
        return None
    try:
        opening.verify(commitment)
    except CommitmentError:
        return None
    return opening.value.decode("utf-8", "replace")

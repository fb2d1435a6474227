"""One question that was put to this node: its decision with all reasons, who gave leave, and the answer."""

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
from gateway.web.controller.common.charts import drawn
from gateway.web.controller.common.context import bench
from gateway.web.controller.questions.question_list import PAGE, desk, meaning
from gateway.web.shared.desk import Model
from gateway.wire.answer_text import answer_of_note
from policies.decision.decision import Code, Reason
from policies.explanation.explain import say_reason


@dataclass(frozen=True)
class Leave:
    """What a person said to it; `reason` is there for a refusal, while its opening is kept."""

    by: str
    at: datetime
    granted: bool
    reason: str | None


@dataclass(frozen=True)
class OneAsked:
    """All that this state knows of a question. `told` is what the recipient reads, `why` all reasons.

    `entry` is the number of its decision in the node's log; `sent`: the hub has acknowledged it.
    """

    id: str
    sentence: str
    outcome: str
    at: datetime
    waited: datetime | None
    policy: str | None
    until: str | None
    entry: int
    told: tuple[str, ...]
    why: tuple[str, ...]
    permissions: tuple[str, ...]
    leaves: tuple[Leave, ...]
    answer: Layout | None
    sent: bool


@desk.page(f"{PAGE}/<question_id>", "controller/asked-one.html")
def asked_one(question_id: str) -> Model:
    with bench().node.store.reading() as view:
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
    """Entries about a question: they lie between the first and the last that the store knows of."""
    sent, waited = view.sent(question_id, -1), view.waiting(question_id)
    known = [waited.index] if waited is not None else []
    known += [sent.entry_index] if sent is not None else []
    if known:
        raw = entries(view.log, Span(min(known), max(known) + 1))
        yield from replace(Criteria(), question=question_id).find(raw)


def _one(view: View, number: int, event: Answered | Refused, about: list[Found]) -> OneAsked:
    sent = view.sent(event.question_id, -1)
    answer = None if sent is None else answer_of_note(sent.note)
    permissions, why = _decision(view, number, event)
    waits = [found.event for found in about if isinstance(found.event, ApprovalAwaited)]
    table = None
    if answer is not None and not answer.refusals:
        table = drawn(bench().table(event, answer))
    return OneAsked(
        id=event.question_id,
        sentence=wording.say_question(bench().node.dictionary, event),
        outcome=event.TYPE,
        at=event.at,
        waited=waits[0].at if waits else None,
        policy=event.policy_version,
        until=None if answer is None else answer.snapshot_date,
        entry=number,
        told=tuple(map(meaning, event.reasons)) if isinstance(event, Refused) else (),
        why=why,
        permissions=permissions,
        leaves=tuple(_leaves(view, about)),
        answer=table,
        sent=sent is not None and sent.acknowledged,
    )


def _decision(view: View, number: int, event: Answered | Refused) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The permissions that a permit rests on, and every reason against it, as the policy said them."""
    text = _opened(view, DECISION, number, event.decision)
    if text is None:
        return (), ()
    decision = json.loads(text)["decision"]
    vocabulary = bench().node.vocabulary
    found = []
    for reason in decision["reasons"]:
        details = tuple((name, str(value)) for name, value in reason.items() if name != "code")
        found.append(say_reason(Reason(Code(reason["code"]), details), vocabulary))
    return tuple(decision["by"]), tuple(found)


def _leaves(view: View, about: list[Found]) -> Iterator[Leave]:
    names = {holder.key: holder.name for holder in view.holders()}
    for found in about:
        event: Event = found.event
        if isinstance(event, ApprovalDecided):
            reason = _opened(view, REASON, found.number, event.reason)
            yield Leave(names.get(event.signed_by, _("a deleted key")), event.at, event.granted, reason)


def _opened(view: View, field: str, number: int, commitment: Commitment | None) -> str | None:
    """What an entry commits to, while its opening is kept and fits."""
    opening = view.opening(field, number)
    if opening is None or commitment is None:
        return None
    try:
        opening.verify(commitment)
    except CommitmentError:
        return None
    return opening.value.decode("utf-8", "replace")

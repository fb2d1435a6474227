"""A node's answers, refusals and rejected deliveries as entries of its log."""

from datetime import datetime
from typing import Any

from audit.events.event_values import CoarseShare, CoarseSize
from audit.events.events import Event, whole_second
from audit.events.question_events import Answered, Refused, Rejected
from audit.formats.commitment import Opening, commit
from gateway import __version__
from gateway.member.answer.decision import Verdict
from gateway.member.node.context import Node
from gateway.member.region.question_proof import ProvenQuestion
from gateway.wire.answer import Answer
from gateway.wire.answer_text import ANSWER, answer_text

DECISION = "decision"


def answered(
    node: Node, proven: ProvenQuestion, answer: Answer, *, cube: int | None, verdict: Verdict, at: datetime
) -> tuple[Event, dict[str, Opening]]:
    """The entry for an answer, or for a refusal. `cube`: the entry of the cube that was ready."""
    record = verdict.record()
    decision = None if record is None else commit(DECISION, record)
    openings = {} if decision is None else {DECISION: decision}
    judged = _judged(node, proven)
    if answer.refusals:
        event = Refused(
            **judged,
            policy_version=answer.policy,
            snapshot=answer.snapshot,
            cube=cube,
            decision=None if decision is None else decision.commitment,
            reasons=tuple(r.value for r in answer.refusals),
            at=at,
        )
        return event, openings
    if answer.policy is None or answer.snapshot is None or cube is None or decision is None:
        raise ValueError("an answer without a policy, a cube or a decision")
    opening = commit(ANSWER, answer_text(answer).encode())
    answered = Answered(
        **judged,
        policy_version=answer.policy,
        snapshot=answer.snapshot,
        cube=cube,
        decision=decision.commitment,
        answer=opening.commitment,
        size=CoarseSize.of(len(answer.cells)),
        withheld=CoarseShare.of(answer.cells.count(None), len(answer.cells)),
        at=at,
    )
    return answered, {ANSWER: opening, **openings}


def _judged(node: Node, proven: ProvenQuestion) -> dict[str, Any]:
    """The fields shared by answers and refusals: taken over from the question's entry, or decided here."""
    asked = proven.event
    return {
        "question_id": asked.question_id,
        "member": node.member,
        "asked": proven.entry,
        "actor": asked.actor,
        "organisation": asked.organisation,
        "role": asked.role,
        "purpose": asked.purpose,
        "measure": asked.measure,
        "by": asked.by,
        "where": asked.where,
        "late_until": asked.late_until,
        "dictionary": node.dictionary.version,
        "software": __version__,
    }


def rejected(node: Node, question_id: str, reason: str, at: datetime) -> Rejected:
    """The entry for an unproven or repeated delivery."""
    return Rejected(question_id, node.member, (reason,), whole_second(at))

"""A node's events as entries of its own log, and the values that open their commitments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from audit.commitment import Opening, commit
from audit.event_values import CoarseShare, CoarseSize, PolicyStep
from audit.events import (
    CubeCertified,
    Event,
    PolicyInForce,
    RegionJoined,
    SnapshotLoaded,
    encode,
    whole_second,
)
from audit.question_events import Answered, Refused, Rejected
from audit.record_events import RecordsCompared
from gateway import __version__
from gateway.member.context import Node
from gateway.member.deciding import Verdict
from gateway.member.ports import UnitOfWork
from gateway.member.proving import ProvenQuestion
from gateway.member.shape import Shape
from gateway.watching.recovering import check_recovered
from gateway.wire.answer import Answer
from gateway.wire.enrolling import HubKeys
from gateway.wire.signed import ANSWER, answer_text

CERTIFICATE = "certificate"
CHANGES = "changes"
TEXT = "text"
EFFECT = "effect"
SHAPE = "shape"
DECISION = "decision"

DATA_SET = "victims"


def record(node: Node, work: UnitOfWork, event: Event, openings: Mapping[str, Opening]) -> int:
    """Append the event and keep its openings, in the caller's transaction; returns its index.

    Raises RecoveringError while a restored log may not grow.
    """
    check_recovered(work.recovery)
    index = node.log.append(work.log, [encode(event)], int(node.clock.now().timestamp()))[0]
    for field, opening in openings.items():
        work.keep_opening(field, opening, because=index)
    return index


def answered(
    node: Node, proven: ProvenQuestion, answer: Answer, *, cube: int | None, verdict: Verdict, at: datetime
) -> tuple[Event, dict[str, Opening]]:
    """The entry for an answer, or for a refusal. `cube` is the entry of the cube that was ready."""
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
    """What both answers and refusals take over from the entry that asked, and where they were decided."""
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
    """A delivery that proved nothing, or came again."""
    return Rejected(question_id, node.member, (reason,), whole_second(at))


def policy_in_force(
    node: Node, label: str, text: str, step: tuple[PolicyStep, bytes], at: datetime
) -> tuple[Event, dict[str, Opening]]:
    direction, changes = step
    openings = {TEXT: commit(TEXT, text.encode()), EFFECT: commit(EFFECT, changes)}
    event = PolicyInForce(
        member=node.member,
        policy_version=label,
        step=direction,
        text=openings[TEXT].commitment,
        effect=openings[EFFECT].commitment,
        at=whole_second(at),
    )
    return event, openings


def region_joined(node: Node, hub: HubKeys, at: datetime) -> Event:
    return RegionJoined(node.member, hub.log_key, hub.call_key, whole_second(at))


def snapshot_loaded(node: Node, snapshot: str, until: str, at: datetime) -> Event:
    return SnapshotLoaded(node.member, snapshot, until, whole_second(at))


def records_compared(
    node: Node, snapshot: str, former: str, changes: str, at: datetime
) -> tuple[Event, dict[str, Opening]]:
    opening = commit(CHANGES, changes.encode())
    event = RecordsCompared(node.member, snapshot, former, opening.commitment, whole_second(at))
    return event, {CHANGES: opening}


def cube_certified(
    node: Node, snapshot: str, label: str, *, shape: Shape, certificate: bytes, at: datetime
) -> tuple[Event, dict[str, Opening]]:
    openings = {SHAPE: commit(SHAPE, shape.to_bytes()), CERTIFICATE: commit(CERTIFICATE, certificate)}
    event = CubeCertified(
        member=node.member,
        dataset=DATA_SET,
        snapshot=snapshot,
        policy_version=label,
        shape=openings[SHAPE].commitment,
        certificate=openings[CERTIFICATE].commitment,
        at=whole_second(at),
    )
    return event, openings

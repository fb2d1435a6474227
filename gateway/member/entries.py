"""A node's events as entries of its own log, and the values that open their commitments."""

from collections.abc import Mapping
from datetime import datetime

from audit.commitment import Opening, commit
from audit.events import (
    Answered,
    CoarseSize,
    CubeCertified,
    EntryRef,
    Event,
    PolicyInForce,
    Refused,
    SnapshotLoaded,
    encode,
    whole_second,
)
from gateway.member.context import Node
from gateway.member.ports import UnitOfWork
from gateway.wire.answer import Answer
from gateway.wire.signed import ANSWER, answer_text

CERTIFICATE = "certificate"
TEXT = "text"

DATA_SET = "victims"


def record(node: Node, work: UnitOfWork, event: Event, openings: Mapping[str, Opening]) -> int:
    """Append the event and keep its openings, in the caller's transaction; returns its index."""
    index = node.log.append(work.log, [encode(event)], int(node.clock.now().timestamp()))[0]
    for field, opening in openings.items():
        work.keep_opening(field, opening, because=index)
    return index


def answered(answer: Answer, asked: EntryRef, at: datetime) -> tuple[Event, dict[str, Opening]]:
    """The entry for an answer or for a refusal by the policy."""
    if answer.refusals:
        return refused(answer, asked, at), {}
    opening = commit(ANSWER, answer_text(answer).encode())
    event = Answered(
        question_id=answer.question_id,
        member=answer.member,
        asked=asked,
        policy_version=answer.policy or "",
        snapshot=answer.snapshot or "",
        reasons=(),
        answer=opening.commitment,
        size=CoarseSize.of(len(answer.cells)),
        at=whole_second(at),
    )
    return event, {ANSWER: opening}


def refused(answer: Answer, asked: EntryRef, at: datetime) -> Refused:
    return Refused(
        question_id=answer.question_id,
        member=answer.member,
        asked=asked,
        policy_version=answer.policy,
        snapshot=answer.snapshot,
        reasons=tuple(r.value for r in answer.refusals),
        at=whole_second(at),
    )


def rejected(node: Node, question_id: str, reason: str, at: datetime) -> Refused:
    """A delivery that proved nothing, or came again: it names no entry of the regional log."""
    return Refused(
        question_id=question_id,
        member=node.member,
        asked=None,
        policy_version=None,
        snapshot=None,
        reasons=(reason,),
        at=whole_second(at),
    )


def policy_in_force(node: Node, version: int, text: str, at: datetime) -> tuple[Event, dict[str, Opening]]:
    opening = commit(TEXT, text.encode())
    return PolicyInForce(node.member, str(version), opening.commitment, whole_second(at)), {TEXT: opening}


def snapshot_loaded(node: Node, snapshot: str, until: str, at: datetime) -> Event:
    return SnapshotLoaded(node.member, snapshot, until, whole_second(at))


def cube_certified(
    node: Node, snapshot: str, version: int, certificate: bytes, at: datetime
) -> tuple[Event, dict[str, Opening]]:
    opening = commit(CERTIFICATE, certificate)
    event = CubeCertified(node.member, DATA_SET, snapshot, str(version), opening.commitment, whole_second(at))
    return event, {CERTIFICATE: opening}

"""The hub's events as entries of the regional log, and the values that open their commitments."""

from dataclasses import dataclass
from datetime import datetime

from audit.commitment import Opening, commit
from audit.events import Asked, CoarseSize, Denied, Event, Filter, Released, encode, whole_second
from gateway.hub.context import Hub
from gateway.hub.model import AskedQuestion, Principal
from gateway.hub.ports import UnitOfWork
from gateway.question import Question
from gateway.wire.release import RESULT, Release, release_text

ACTOR = "actor"


@dataclass(frozen=True)
class Entry:
    """An event with the openings of its commitments, by the field that commits."""

    event: Event
    openings: dict[str, Opening]


def record(hub: Hub, work: UnitOfWork, entry: Entry) -> int:
    """Append the event to the log and keep its openings, in the caller's transaction; returns its index."""
    index = hub.log.append(work.log, [encode(entry.event)], int(hub.clock.now().timestamp()))[0]
    for field, opening in entry.openings.items():
        work.keep_opening(field, opening, because=index)
    return index


def asked(principal: Principal, question: AskedQuestion) -> Entry:
    actor = commit(ACTOR, principal.user.encode())
    event = Asked(
        question_id=question.id,
        actor=actor.commitment,
        organisation=principal.organisation,
        role=principal.role.value,
        purpose=question.question.purpose,
        measure=question.question.measure,
        by=question.question.by,
        where=_filters(question.question),
        members=question.members,
        asked_at=whole_second(question.asked_at),
        deadline=whole_second(question.deadline),
    )
    return Entry(event, {ACTOR: actor})


def denied(question_id: str, principal: Principal, question: Question, reason: str, at: datetime) -> Entry:
    actor = commit(ACTOR, principal.user.encode())
    event = Denied(
        question_id=question_id,
        actor=actor.commitment,
        organisation=principal.organisation,
        role=principal.role.value,
        purpose=question.purpose,
        measure=question.measure,
        by=question.by,
        where=_filters(question),
        reasons=(reason,),
        at=whole_second(at),
    )
    return Entry(event, {ACTOR: actor})


def released(asked_question: AskedQuestion, release: Release, at: datetime) -> Entry:
    result = commit(RESULT, release_text(release).encode())
    event = Released(
        question_id=asked_question.id,
        asked_index=asked_question.asked_index,
        answered=tuple(c.member for c in release.coverage if c.answered),
        refused=tuple(c.member for c in release.coverage if c.refusals),
        missing=tuple(c.member for c in release.coverage if not c.answered and not c.refusals),
        result=result.commitment,
        size=CoarseSize.of(len(release.cells)),
        at=whole_second(at),
    )
    return Entry(event, {RESULT: result})


def _filters(question: Question) -> tuple[Filter, ...]:
    return tuple(Filter(f.level, f.codes) for f in question.where)

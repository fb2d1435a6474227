"""The hub's events as entries of the regional log, and the openings of their commitments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from audit.errors import AuditError
from audit.events.event_values import (
    CoarseShare,
    CoarseSize,
    EntryRef,
    Filter,
    MemberOutcome,
    Outcome,
    ReadThrough,
)
from audit.events.events import Event, encode, whole_second
from audit.events.question_events import Asked, Denied, Released, ReleasedAgain, ReleaseRead
from audit.formats.commitment import Opening, commit
from gateway.hub.context import Hub
from gateway.hub.model import AskedQuestion, Principal
from gateway.hub.ports import UnitOfWork
from gateway.question import Question
from gateway.watching.recovering import RecoveringError, check_recovered
from gateway.watching.refused_messages import RefusedMessage
from gateway.wire.cells import Status
from gateway.wire.release import RESULT, Coverage, Release, release_text

log = structlog.get_logger()

ACTOR = "actor"


@dataclass(frozen=True)
class Entry:
    """An event with the openings of its commitments, by field."""

    event: Event
    openings: dict[str, Opening]


def record(hub: Hub, work: UnitOfWork, entry: Entry) -> int:
    """Append the event to the log and keep its openings, in the caller's transaction; returns the entry's
    index.

    Raises RecoveringError while a restored log may not grow.
    """
    check_recovered(work.recovery)
    index = hub.log.append(work.log, [encode(entry.event)], int(hub.clock.now().timestamp()))[0]
    for field, opening in entry.openings.items():
        work.keep_opening(field, opening, because=index)
    return index


def keep_refused(hub: Hub, refused: RefusedMessage) -> None:
    """Log a refused message and keep it, in a transaction of its own: that of the refusal is rolled back.

    A message that no log can hold, or a log that may not grow, is reported in the hub's own log of events.
    """
    now = hub.clock.now()
    try:
        event, openings = refused.entry(now)
        with hub.store.writing() as work:
            mark = refused.mark(now)
            if not work.refused_before(mark):
                work.add_refused(mark, because=record(hub, work, Entry(event, openings)))
    except (AuditError, RecoveringError) as error:
        log.warning("a refused message was not logged", sender=refused.sender, reason=str(error))


def asked(hub: Hub, principal: Principal, question: AskedQuestion) -> Entry:
    actor = commit(ACTOR, principal.user.encode())
    event = Asked(
        question_id=question.id,
        actor=actor.commitment,
        organisation=principal.organisation,
        role=principal.role.value,
        held=tuple(sorted(principal.purposes)),
        purpose=question.question.purpose,
        measure=question.question.measure,
        by=question.question.by,
        where=_filters(question.question),
        dictionary=hub.dictionary.version,
        members=question.members,
        asked_at=whole_second(question.asked_at),
        deadline=whole_second(question.deadline),
        late_until=whole_second(question.late_until),
    )
    return Entry(event, {ACTOR: actor})


def denied(
    hub: Hub, principal: Principal, question_id: str, question: Question, *, reason: str, at: datetime
) -> Entry:
    actor = commit(ACTOR, principal.user.encode())
    event = Denied(
        question_id=question_id,
        actor=actor.commitment,
        organisation=principal.organisation,
        role=principal.role.value,
        held=tuple(sorted(principal.purposes)),
        purpose=question.purpose,
        measure=question.measure,
        by=question.by,
        where=_filters(question),
        dictionary=hub.dictionary.version,
        reasons=(reason,),
        at=whole_second(at),
    )
    return Entry(event, {ACTOR: actor})


def released(
    asked_question: AskedQuestion, release: Release, logged: Mapping[str, EntryRef], at: datetime
) -> Entry:
    """The end of a question, or a later release.

    `logged`: the entries of members' own logs about their answers, by member.
    """
    result = commit(RESULT, release_text(release).encode())
    fields: dict[str, Any] = {
        "question_id": asked_question.id,
        "asked_index": asked_question.asked_index,
        "outcomes": tuple(_outcome(c, logged.get(c.member)) for c in release.coverage),
        "result": result.commitment,
        "size": CoarseSize.of(len(release.cells)),
        "withheld": _withheld(release),
        "at": whole_second(at),
    }
    first = release.number == 1
    event = Released(**fields) if first else ReleasedAgain(**fields, number=release.number)
    return Entry(event, {RESULT: result})


def release_read(principal: Principal, release: Release, through: ReadThrough, at: datetime) -> Entry:
    """A program of somebody fetches the data of a release."""
    actor = commit(ACTOR, principal.user.encode())
    event = ReleaseRead(
        question_id=release.question_id,
        number=release.number,
        actor=actor.commitment,
        organisation=principal.organisation,
        role=principal.role.value,
        through=through,
        at=whole_second(at),
    )
    return Entry(event, {ACTOR: actor})


def _outcome(coverage: Coverage, entry: EntryRef | None) -> MemberOutcome:
    if coverage.earlier is not None:
        outcome = Outcome.EARLIER
    elif coverage.answered:
        outcome = Outcome.ANSWERED
    else:
        outcome = Outcome.REFUSED if coverage.refusals else Outcome.MISSING
    reasons = tuple(refusal.value for refusal in coverage.refusals)
    return MemberOutcome(coverage.member, outcome, coverage.policy, coverage.snapshot, reasons, entry)


def _withheld(release: Release) -> CoarseShare:
    """Share of withheld cells among all cells with an answer."""
    answered = [cell.status for cell in release.cells if cell.status in (Status.VALUE, Status.WITHHELD)]
    return CoarseShare.of(answered.count(Status.WITHHELD), len(answered))


def _filters(question: Question) -> tuple[Filter, ...]:
    return tuple(Filter(f.level, f.codes) for f in question.where)

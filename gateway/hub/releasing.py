"""A question ends once everybody has answered or its deadline has passed: merged, logged, released."""

from collections.abc import Mapping
from datetime import UTC, datetime

from audit.note import Note
from gateway.hub import entries
from gateway.hub.context import Hub
from gateway.hub.merging import Beyond, merge
from gateway.hub.model import AskedQuestion, State
from gateway.hub.planning_totals import bounds_of
from gateway.hub.ports import UnitOfWork, View
from gateway.hub.totalling import begin_round, end_round, ended
from gateway.wire.answer import Answer
from gateway.wire.release import Coverage, Release
from gateway.wire.signed import answer_of_text


def release_due(hub: Hub) -> list[str]:
    """Release every question that has ended; returns their ids. Calling it again changes nothing."""
    now = hub.clock.now()
    with hub.store.reading() as view:
        due = [q.id for q in view.open_questions() if _due(view, q, now)]
    released = []
    for question_id in due:
        with hub.store.writing() as work:
            asked = work.question(question_id)
            if asked is not None and asked.state is State.OPEN and _totals_ready(hub, work, asked):
                _release(hub, work, asked, now)
                released.append(question_id)
    if due:
        hub.bell.ring()
    return released


def next_deadline(hub: Hub) -> datetime | None:
    """When the next open question ends by itself."""
    with hub.store.reading() as view:
        rounds = {q.id: view.totals.round(q.id) for q in view.open_questions()}
        ends = [
            q.deadline if (planned := rounds[q.id]) is None else planned.deadline
            for q in view.open_questions()
        ]
        return min(ends, default=None)


def _due(view: View, asked: AskedQuestion, now: datetime) -> bool:
    planned = view.totals.round(asked.id)
    if planned is not None:
        return ended(planned, view.totals.contributions(asked.id), now)
    return _ended(asked, view.answers(asked.id), now)


def _totals_ready(hub: Hub, work: UnitOfWork, asked: AskedQuestion) -> bool:
    """Whether nothing has to be summed any more; else the round begins now, and the release waits for it."""
    return work.totals.round(asked.id) is not None or begin_round(hub, work, asked) is None


def _ended(asked: AskedQuestion, answers: Mapping[str, str], now: datetime) -> bool:
    return now > asked.deadline or set(asked.members) <= set(answers)


def _release(hub: Hub, work: UnitOfWork, asked: AskedQuestion, now: datetime) -> None:
    notes = work.answers(asked.id)
    # Their signatures were verified before they were kept.
    answers = {m: answer_of_text(Note.parse(notes[m]).text) if m in notes else None for m in asked.members}
    waiting = set(work.waiting(asked.id))
    planned = work.totals.round(asked.id)
    totals = {} if planned is None else end_round(hub, work, planned).published
    bounds = bounds_of(answers, work.totals.offers(asked.id))
    axes, cells = merge(hub.dictionary, asked.question, answers, Beyond(bounds, totals))
    release = Release(
        question_id=asked.id,
        question=asked.question.as_json(),
        axes=axes,
        cells=cells,
        coverage=tuple(_coverage(m, answer, waiting=m in waiting) for m, answer in answers.items()),
        asked_at=_iso(asked.asked_at),
        released_at=_iso(now),
    )
    logged = {member: answer.ref for member, answer in work.logged_answers(asked.id).items()}
    index = entries.record(hub, work, entries.released(asked, release, logged, now))
    work.add_release(release, because=index)


def _coverage(member: str, answer: Answer | None, *, waiting: bool) -> Coverage:
    if answer is None:
        return Coverage(member, answered=False, waiting=waiting)
    return Coverage(
        member,
        answered=not answer.refusals,
        refusals=answer.refusals,
        policy=answer.policy,
        snapshot=answer.snapshot,
        snapshot_date=answer.snapshot_date,
        quotas=answer.quotas,
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

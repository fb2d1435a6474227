"""Ends a question once no member is waited for or its deadline has passed: merged, logged, released.

The release does not wait for members that are away. Answers after the release become a new release, as long
as late answers count; the former release stays.
"""

from datetime import datetime

from audit.formats.note import Note
from gateway.hub import entries
from gateway.hub.absence import due, offline_since
from gateway.hub.context import Hub
from gateway.hub.coverage import CoverageFacts, coverage, iso
from gateway.hub.earlier_answers import reusable_answers
from gateway.hub.merging import merge
from gateway.hub.model import AskedQuestion, State
from gateway.hub.ports import UnitOfWork, View
from gateway.hub.receiving_bounds import bounds_of
from gateway.wire.answer_text import answer_of_text
from gateway.wire.release import Release


def release_due(hub: Hub) -> list[str]:
    """Release every question that has ended, or that has late answers; returns the ids of the questions.

    A repeated call changes nothing.
    """
    return release_round(hub)[0]


def release_round(hub: Hub) -> tuple[list[str], datetime | None]:
    """Do as `release_due` does; returns too when the next of the open questions ends by itself.

    Both from one look at the questions: an answer wakes whoever waits here, and most answers end no question.
    """
    now = hub.clock.now()
    over, ends = list[str](), list[datetime]()
    with hub.store.reading() as view:
        present = view.presence()
        known = {seen.member: seen for seen in present}
        for asked in view.open_questions():
            missing = _missing(view, asked)
            if now > asked.deadline or set(missing) <= set(offline_since(missing, present, hub.started, now)):
                over.append(asked.id)
            else:
                away = [due(known.get(member), hub.started) for member in missing]
                ends.append(min([asked.deadline, max(away, default=asked.deadline)]))
        late = [q.id for q in view.late_questions()]
    released = []
    for question_id in (*over, *late):
        with hub.store.writing() as work:
            if _release_one(hub, work, question_id, now):
                released.append(question_id)
    if over or late:
        hub.notifier.notify()
    return released, min(ends, default=None)


def _release_one(hub: Hub, work: UnitOfWork, question_id: str, now: datetime) -> bool:
    """Whether the question was released: another call may have released it."""
    asked = work.question(question_id)
    if asked is None:
        return False
    if asked.state is State.RELEASED and None not in work.released_in(asked.id).values():
        return False
    _release(hub, work, asked, now)
    return True


def _missing(view: View, asked: AskedQuestion) -> list[str]:
    answered = view.released_in(asked.id)  # by member, and without the answers' texts
    return [m for m in asked.members if m not in answered]


def _release(hub: Hub, work: UnitOfWork, asked: AskedQuestion, now: datetime) -> None:
    notes = work.answers(asked.id)
    # Their signatures were verified before they were kept.
    answers = {m: answer_of_text(Note.parse(notes[m]).text) if m in notes else None for m in asked.members}
    missing = [m for m, answer in answers.items() if answer is None]
    away = offline_since(missing, work.presence(), hub.started, now)
    before = reusable_answers(work, asked, away, now)
    bounds = bounds_of(answers, work.bounds(asked.id))
    shown = {m: before[m].answer if m in before else answer for m, answer in answers.items()}
    axes, cells = merge(hub.dictionary, asked.question, shown, bounds)
    number = len(work.releases(asked.id)) + 1
    covered = CoverageFacts(
        answers, set(work.waiting(asked.id)), away, before, work.released_in(asked.id), number
    )
    release = Release(
        question_id=asked.id,
        question=asked.question.as_json(),
        axes=axes,
        cells=cells,
        coverage=tuple(coverage(covered)),
        asked_at=iso(asked.asked_at),
        released_at=iso(now),
        number=number,
    )
    logged = {member: answer.ref for member, answer in work.logged_answers(asked.id).items()}
    logged |= {member: found.entry for member, found in before.items()}
    index = entries.record(hub, work, entries.released(asked, release, logged, now))
    work.add_release(release, because=index)

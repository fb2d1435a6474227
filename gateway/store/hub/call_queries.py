"""The database statements of every call of a member, and of every question.

Made once: building a statement takes longer than SQLite takes to run the statement. Values are named: `of` is
the member or the question of a statement.
"""

from typing import Any

from sqlalchemy import Row, bindparam, select, update

from gateway.hub.model import Presence, State
from gateway.store.hub.hub_tables import asked_members, enrolments, presence, questions, releases

ENROLLED = select(enrolments).where(~enrolments.c.revoked).order_by(enrolments.c.member)
QUESTION = select(questions).where(questions.c.id == bindparam("of"))
OPEN = select(questions).where(questions.c.state == State.OPEN).order_by(questions.c.asked_index)
LATE = (
    select(questions)
    .where(
        questions.c.state != State.OPEN,  # not "released": SQLite would go through all of these
        questions.c.id.in_(
            select(asked_members.c.question_id).where(
                asked_members.c.answer.is_not(None), asked_members.c.released_in.is_(None)
            )
        ),
    )
    .order_by(questions.c.asked_index)
)
ANSWERS = select(asked_members.c.member, asked_members.c.answer).where(
    asked_members.c.question_id == bindparam("of"), asked_members.c.answer.is_not(None)
)
LOGGED = select(asked_members.c.member, asked_members.c.entry, asked_members.c.receipt).where(
    asked_members.c.question_id == bindparam("of"), asked_members.c.answer.is_not(None)
)
RELEASES = select(releases).where(releases.c.question_id == bindparam("of")).order_by(releases.c.number)
UNDELIVERED = (
    select(questions)
    .join(asked_members, asked_members.c.question_id == questions.c.id)
    .where(
        questions.c.late_until > bindparam("moment", type_=questions.c.late_until.type),
        asked_members.c.member == bindparam("of"),
        asked_members.c.answer.is_(None),
        asked_members.c.waiting.is_(False),
    )
    .order_by(questions.c.asked_index)
)
ASKED = (
    select(asked_members.c.question_id, asked_members.c.member)
    .where(asked_members.c.question_id.in_(bindparam("of", expanding=True)))
    .order_by(asked_members.c.member)
)
RELEASED_IN = select(asked_members.c.member, asked_members.c.released_in).where(
    asked_members.c.question_id == bindparam("of"), asked_members.c.answer.is_not(None)
)
WAITING = (
    select(asked_members.c.member)
    .where(
        asked_members.c.question_id == bindparam("of"),
        asked_members.c.answer.is_(None),
        asked_members.c.waiting.is_(True),
    )
    .order_by(asked_members.c.member)
)
WAITING_AT = select(asked_members.c.question_id).where(
    asked_members.c.member == bindparam("of"),
    asked_members.c.answer.is_(None),
    asked_members.c.waiting.is_(True),
)
HOLD = (
    update(asked_members)
    .where(
        asked_members.c.member == bindparam("of"),
        asked_members.c.answer.is_(None),
        asked_members.c.question_id.in_(bindparam("ids", expanding=True)),
    )
    .values(waiting=bindparam("held"))
)
ANSWER = update(asked_members).where(
    asked_members.c.question_id == bindparam("question"), asked_members.c.member == bindparam("of")
)
PRESENCES = select(presence).order_by(presence.c.member)
PRESENCE = select(presence).where(presence.c.member == bindparam("of"))
SEEN = update(presence).where(presence.c.member == bindparam("of"))


def presence_of(row: Row[Any]) -> Presence:
    """Read a row of `PRESENCE`."""
    serves = None if row.policy is None else (row.policy, row.snapshot)
    return Presence(row.member, row.last_seen, row.checkpoint, row.witnessed_size, row.call_ends, serves)

"""The hub's tables. `gateway.hub.model` says what a row means."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, and_

from gateway.store.engine.schema import Moment, metadata

enrolments = Table(
    "enrolments",
    metadata,
    Column("member", String(2), primary_key=True),
    Column("answer_key", Text, nullable=False),
    Column("log_key", Text, nullable=False),
    Column("witness_key", Text, nullable=False),
    Column("call_key", Text, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("because", Integer, nullable=False),
)

questions = Table(
    "questions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("question", Text, nullable=False),  # JSON
    Column("user", ForeignKey("accounts.name", onupdate="CASCADE"), nullable=False),
    Column("organisation", String(100), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("deadline", Moment, nullable=False),
    Column("late_until", Moment, nullable=False, index=True),
    Column("asked_index", Integer, nullable=False, unique=True),
    Column("state", String(10), nullable=False, index=True),
    Column("released_index", Integer),
)

asked_members = Table(
    "asked_members",
    metadata,
    Column("question_id", ForeignKey("questions.id"), primary_key=True),
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("answer", Text),  # the signed note as it came
    Column("entry", LargeBinary),  # of the member's own log, with the proof that it holds it
    Column("receipt", Text),
    Column("answered_at", Moment),
    Column("released_in", Integer),  # number of the first release that holds the answer
    Column("waiting", Boolean, nullable=False),  # for approval at the member
)
_NEW = and_(asked_members.c.answer.is_not(None), asked_members.c.released_in.is_(None))
# Looked for with every answer: the index holds these few, however many questions there were.
Index("ix_asked_members_new", asked_members.c.question_id, sqlite_where=_NEW, postgresql_where=_NEW)
_AWAITED = asked_members.c.answer.is_(None)
# Looked for with every call of a member, and whenever a waiting call is woken.
Index("ix_asked_members_awaited", asked_members.c.member, sqlite_where=_AWAITED, postgresql_where=_AWAITED)

refused_messages = Table(
    "refused_messages",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("because", Integer, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("question_id", ForeignKey("questions.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("release", Text, nullable=False),  # JSON
    Column("because", Integer, nullable=False),
)

presence = Table(
    "presence",
    metadata,
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("last_seen", Moment, nullable=False),
    Column("checkpoint", Text),
    Column("witnessed_size", Integer, nullable=False),
    Column("call_ends", Moment),
    Column("policy", String(40)),
    Column("snapshot", String(200)),
)

"""The hub's tables of regional totals. What a row means is said in `gateway.secure_sum.hub_sums`."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from gateway.store.engine.schema import Moment, metadata

offers = Table(
    "offers",
    metadata,
    Column("question_id", ForeignKey("questions.id"), primary_key=True),
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("body", Text, nullable=False),  # JSON
)

total_rounds = Table(
    "total_rounds",
    metadata,
    Column("question_id", ForeignKey("questions.id"), primary_key=True),
    Column("plan", Text, nullable=False),  # JSON
    Column("deadline", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("released_index", Integer),
)

contributions = Table(
    "contributions",
    metadata,
    Column("question_id", ForeignKey("total_rounds.question_id"), primary_key=True),
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("note", Text, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
)

"""A node's tables of questions that wait for a person, of their leave, and of quotas."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text

from gateway.store.engine.schema import Moment, metadata

waiting = Table(
    "waiting",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("asked_index", Integer, nullable=False, unique=True),
    Column("origin", String(200), nullable=False),
    Column("entry", LargeBinary, nullable=False),  # the regional log's, as it was proved
    Column("persons", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("ended", Boolean, nullable=False, index=True),
)

leaves = Table(
    "leaves",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("note", Text, nullable=False),  # the signed statement
    Column("at", Moment, nullable=False),
    Column("because", Integer, nullable=False),
)

charges = Table(
    "charges",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("asked_index", Integer, nullable=False, unique=True),  # the regional entry that explains it
    Column("organisation", String(100), nullable=False, index=True),
    Column("at", Moment, nullable=False),
)

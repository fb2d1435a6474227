"""The hub's tables of counting once. What a row means is said in `gateway.hub.count_model`."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, String, Table, Text

from gateway.store.schema import Moment, metadata

count_runs = Table(
    "count_runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("epoch", String(200), nullable=False, index=True),
    Column("entry", LargeBinary, nullable=False),  # of the regional log
    Column("because", Integer, nullable=False, unique=True),
    Column("state", String(10), nullable=False, index=True),
    Column("counted_index", Integer),
)

count_steps = Table(
    "count_steps",
    metadata,
    Column("run_id", ForeignKey("count_runs.id"), primary_key=True),
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("step", String(10), primary_key=True),
    Column("note", Text, nullable=False),
    Column("entries", LargeBinary, nullable=False),  # encrypted; empty once the run is over
    Column("taken_at", Moment, nullable=False),
)

count_pieces = Table(
    "count_pieces",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("member", String(2), primary_key=True),
    Column("step", String(10), primary_key=True),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    ForeignKeyConstraint(["run_id"], ["count_runs.id"]),
    ForeignKeyConstraint(["member"], ["enrolments.member"]),
)

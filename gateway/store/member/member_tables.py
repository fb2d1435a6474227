"""Tables of snapshots, cubes and answers of a node. `gateway.member.model` says what a row means."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text

from gateway.store.engine.schema import Moment, metadata

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("loaded_at", Moment, nullable=False),
    Column("until", Date, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("least_counted", Integer),
    Column("activities", Text),  # JSON
    Column("clients", LargeBinary),
)

cubes = Table(
    "cubes",
    metadata,
    Column("because", Integer, primary_key=True, autoincrement=False),
    Column("snapshot_id", ForeignKey("snapshots.id"), nullable=False),
    Column("policy_version", ForeignKey("policies.version"), nullable=False),
    Column("above", ForeignKey("ministry_policies.version")),
    Column("plan", Text, nullable=False),  # JSON
    Column("cube", LargeBinary, nullable=False),
)

sent_answers = Table(
    "sent_answers",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("asked_index", Integer, nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("entry_index", Integer, nullable=False, unique=True),
    Column("cube_index", Integer),  # the cube that a table was read from; none for a refusal
    Column("acknowledged", Boolean, nullable=False, index=True),
)

rejected_deliveries = Table(
    "rejected_deliveries",
    metadata,
    Column("leaf", LargeBinary, primary_key=True),
    Column("because", Integer, nullable=False),
)

"""A node's tables of what changed from load to load, and of consent that people changed themselves."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from gateway.store.engine.schema import Moment, metadata

record_changes = Table(
    "record_changes",
    metadata,
    Column("because", Integer, primary_key=True, autoincrement=False),
    Column("snapshot_id", ForeignKey("snapshots.id"), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Column("changes", Text, nullable=False),  # JSON; for the state only
)

consents = Table(
    "consents",
    metadata,
    Column("because", Integer, primary_key=True, autoincrement=False),
    Column("person", String(100), nullable=False, index=True),  # internal pseudonym
    Column("consent", String(3), nullable=False),
    Column("at", Moment, nullable=False),
)

"""A node's tables of its privacy budget. Nothing of it is deleted: what was charged stays charged."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from gateway.store.engine.schema import metadata

privacy_portions = Table(
    "privacy_portions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("mechanism", Text, nullable=False),
    Column("years", Text, nullable=False),  # JSON
    Column("persons", LargeBinary, nullable=False),
    Column("cases", LargeBinary, nullable=False),
)

privacy_charges = Table(
    "privacy_charges",
    metadata,
    Column("because", Integer, primary_key=True, autoincrement=False),
    Column("portion", Integer, nullable=False),
    Column("levels", Text, nullable=False),  # JSON
    Column("epsilon", String(30), nullable=False),
    Column("answer", LargeBinary),  # none where it was lost between charge and answer
)

"""What members state that they share, as it was signed."""

from sqlalchemy import Column, ForeignKey, Table, Text

from gateway.store.engine.schema import Moment, metadata

sharings = Table(
    "sharings",
    metadata,
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("note", Text, nullable=False),
    Column("since", Moment, nullable=False),
)

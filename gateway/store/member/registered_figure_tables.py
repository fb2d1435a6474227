"""A node's table of figures that were published elsewhere. Nothing of it is deleted."""

from sqlalchemy import Column, Date, Integer, String, Table, Text

from gateway.store.engine.schema import Moment, metadata

public_figures = Table(
    "public_figures",
    metadata,
    Column("because", Integer, primary_key=True, autoincrement=False),
    Column("cell", Text, nullable=False),  # JSON
    Column("value", Integer, nullable=False),
    Column("source", String(500), nullable=False),
    Column("published", Date, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", Moment, nullable=False),
    Column("withdrawn_because", Integer),
    Column("withdrawn", Moment),
)

"""Shared by all tables: the naming of constraints, moments in UTC, and the erasable openings."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Index, Integer, LargeBinary, MetaData, String, Table, text
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


class Moment(TypeDecorator[datetime]):
    """A moment, aware and in UTC on our side, stored without a zone because SQLite knows none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


SHORT_VALUE = text("length(value) <= 400")
"""A condition to repeat word for word in each search by value: without the condition the index is not
used.
"""

openings = Table(
    "openings",
    metadata,
    Column("entry_index", Integer, primary_key=True),
    Column("field", String(40), primary_key=True),
    Column("label", String(100), nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    # By value, as far as it is short: people are looked up by name among results that are long.
    Index("ix_openings_value", "value", sqlite_where=SHORT_VALUE, postgresql_where=SHORT_VALUE),
)
"""Openings of the salted commitments in log entries. Erasing a row leaves the log whole, but the value is
gone.
"""

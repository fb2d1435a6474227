"""Members' signed sharing statements: the newest statement of each member, and its beginning."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, bindparam, delete, insert, select

from audit.formats.note import Note
from gateway.hub.model import StatedSharing
from gateway.store.engine.schema import Moment, metadata
from gateway.store.hub.hub_tables import enrolments
from gateway.wire.sharing_statement import sharing_of_text

sharing_statements = Table(
    "sharing_statements",
    metadata,
    Column("member", ForeignKey("enrolments.member"), primary_key=True),
    Column("note", Text, nullable=False),
    Column("since", Moment, nullable=False),
)


_STATED = select(sharing_statements.c.note).where(sharing_statements.c.member == bindparam("of"))


def stated_sharings(connection: Connection) -> Mapping[str, StatedSharing]:
    """Sharing statements by member. The signatures were verified before the statements were kept."""
    rows = connection.execute(
        select(sharing_statements)
        .join(enrolments, enrolments.c.member == sharing_statements.c.member)
        .where(~enrolments.c.revoked)
        .order_by(sharing_statements.c.member)
    )
    return {row.member: StatedSharing(sharing_of_text(Note.parse(row.note).text), row.since) for row in rows}


def keep_sharing(connection: Connection, member: str, note: str | None, at: datetime) -> None:
    """Keep a statement; an unchanged statement keeps its beginning."""
    kept = connection.execute(_STATED, {"of": member}).scalar_one_or_none()
    if kept == note:
        return
    connection.execute(delete(sharing_statements).where(sharing_statements.c.member == member))
    if note is not None:
        connection.execute(insert(sharing_statements).values(member=member, note=note, since=at))

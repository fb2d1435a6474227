"""Changes from load to load, and changed consents, on SQLAlchemy (`gateway.member.node.register_ports`)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, Text, insert, select

from gateway.member.model.record_changes import Changes, RecordChanges
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


class ChangesView:
    """Reads within the caller's transaction."""

    _connection: Connection

    def consents(self) -> Mapping[str, str]:
        query = select(consents.c.person, consents.c.consent).order_by(consents.c.because)
        return {row.person: row.consent for row in self._connection.execute(query)}

    def record_changes(self) -> list[RecordChanges]:
        query = select(record_changes).order_by(record_changes.c.because)
        return [
            RecordChanges(row.snapshot_id, row.at, Changes.from_text(row.changes), row.because)
            for row in self._connection.execute(query)
        ]


class ChangesWrites(ChangesView):
    """Writes within the caller's transaction."""

    def add_consent(self, person: str, code: str, at: datetime, *, because: int) -> None:
        self._connection.execute(insert(consents).values(because=because, person=person, consent=code, at=at))

    def add_changes(self, snapshot: str, changes: str, at: datetime, *, because: int) -> None:
        self._connection.execute(
            insert(record_changes).values(because=because, snapshot_id=snapshot, at=at, changes=changes)
        )

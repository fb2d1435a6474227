"""Extracts on SQLAlchemy: the ports of `gateway.member.model.extract`."""

from sqlalchemy import Connection, Row, insert, select, update

from gateway.member.model.extract import ExtractPlan, Leave, StoredExtract
from gateway.store.member.extract_tables import extract_leaves, extracts


class SqlExtracts:
    """Reads within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, extract: str) -> StoredExtract | None:
        row = self._connection.execute(select(extracts).where(extracts.c.id == extract)).one_or_none()
        return None if row is None else _stored(row)

    def all(self) -> list[StoredExtract]:
        return [
            _stored(row) for row in self._connection.execute(select(extracts).order_by(extracts.c.because))
        ]

    def leaves(self, extract: str) -> list[Leave]:
        query = select(extract_leaves).where(extract_leaves.c.extract_id == extract)
        return [Leave(row.name, row.note) for row in self._connection.execute(query.order_by("because"))]

    def told(self) -> list[bytes]:
        query = select(extracts.c.told).where(extracts.c.refused_because.is_(None))
        return list(self._connection.execute(query.order_by(extracts.c.because)).scalars())


class SqlExtractWriter(SqlExtracts):
    """Writes within one transaction."""

    def add(self, extract: StoredExtract, *, because: int) -> None:
        self._connection.execute(
            insert(extracts).values(
                id=extract.plan.extract,
                plan=extract.plan.to_text(),
                figures=extract.figures,
                told=extract.told,
                requester=extract.requester,
                note=extract.note,
                prepared_at=extract.prepared_at,
                because=because,
            )
        )

    def add_leave(self, extract: str, leave: Leave, *, because: int) -> None:
        self._connection.execute(
            insert(extract_leaves).values(
                extract_id=extract, name=leave.name, note=leave.note, because=because
            )
        )

    def refuse(self, extract: str, *, because: int) -> None:
        self._connection.execute(
            update(extracts).where(extracts.c.id == extract).values(refused_because=because)
        )

    def seal(self, extract: str, canary: bytes, *, because: int) -> None:
        self._connection.execute(
            update(extracts).where(extracts.c.id == extract).values(sealed_because=because, canary=canary)
        )


def _stored(row: Row[tuple[object, ...]]) -> StoredExtract:
    return StoredExtract(
        ExtractPlan.parse(row.plan),
        row.figures,
        row.told,
        row.requester,
        row.note,
        row.prepared_at,
        row.because,
        row.refused_because is not None,
        row.sealed_because is not None,
        row.canary,
    )

"""The word of a restored node's operator that nobody else can confirm the regional log.

Reads and writes run within the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Table, Text, insert, select, update

from gateway.store.engine.schema import Moment, metadata

unconfirmed_regions = Table(
    "unconfirmed_regions",
    metadata,
    Column("at", Moment, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("because", BigInteger),
)

_UNLOGGED = (
    select(unconfirmed_regions.c.reason)
    .where(unconfirmed_regions.c.because.is_(None))
    .order_by(unconfirmed_regions.c.at.desc())
    .limit(1)
)


class SqlUnconfirmed:
    """Implements `gateway.member.node.ports.Unconfirmed`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def reason(self) -> str | None:
        """Return the reason of the newest word that no entry records yet; None where there is none."""
        return self._connection.execute(_UNLOGGED).scalar_one_or_none()

    def give(self, reason: str, at: datetime) -> None:
        """Keep the word until the log may record it."""
        self._connection.execute(insert(unconfirmed_regions).values(at=at, reason=reason))

    def explain(self, *, because: int) -> None:
        """Keep the number of the entry that records it: from then on it counts no more."""
        self._connection.execute(
            update(unconfirmed_regions).where(unconfirmed_regions.c.because.is_(None)).values(because=because)
        )

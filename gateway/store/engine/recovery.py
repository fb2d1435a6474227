"""Witnesses of a log that have not called since a restore, and losses (`gateway.watching.recovering`).

Reads and writes run within the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Connection, String, Table, delete, insert, select, update

from gateway.store.engine.schema import Moment, metadata
from gateway.watching.recovering import Loss

recovery = Table(
    "recovery",
    metadata,
    Column("witness", String(10), primary_key=True),
    Column("since", Moment),  # none where an older Safelane restored
    Column("lost_at", Moment),  # none where the operator has not said it
)

log_losses = Table(
    "log_losses",
    metadata,
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("stop", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("certain", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("because", BigInteger),
)

_AWAITED = select(recovery.c.witness).order_by(recovery.c.witness)
_SINCE = select(recovery.c.since).order_by(recovery.c.since.desc()).limit(1)
_LOST_AT = select(recovery.c.lost_at).order_by(recovery.c.lost_at).limit(1)
_LOSSES = select(log_losses).order_by(log_losses.c.start)


class SqlRecovery:
    """Implements `gateway.watching.recovering.RecoveryWriter`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def awaited(self) -> Sequence[str]:
        return list(self._connection.execute(_AWAITED).scalars())

    def since(self) -> datetime | None:
        return self._connection.execute(_SINCE).scalar_one_or_none()

    def lost_at(self) -> datetime | None:
        return self._connection.execute(_LOST_AT).scalar_one_or_none()

    def losses(self) -> Sequence[Loss]:
        rows = self._connection.execute(_LOSSES)
        return [Loss(row.start, row.stop, row.known, row.certain, row.at, row.because) for row in rows]

    def heard(self, witness: str) -> None:
        self._connection.execute(delete(recovery).where(recovery.c.witness == witness))

    def await_all(self, witnesses: Iterable[str], since: datetime, lost_at: datetime | None = None) -> None:
        """Make the log wait for calls of these witnesses before it may grow."""
        self._connection.execute(delete(recovery))
        rows = [{"witness": each, "since": since, "lost_at": lost_at} for each in sorted(set(witnesses))]
        if rows:
            self._connection.execute(insert(recovery), rows)

    def keep_loss(self, loss: Loss) -> None:
        self._connection.execute(
            insert(log_losses).values(
                start=loss.start,
                stop=loss.stop,
                known=loss.known,
                certain=loss.certain,
                at=loss.at,
                because=loss.because,
            )
        )

    def explain_loss(self, loss: Loss, *, because: int) -> None:
        self._connection.execute(
            update(log_losses).where(log_losses.c.start == loss.start).values(because=because)
        )

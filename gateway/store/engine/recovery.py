"""Witnesses of a log that have not called since a restore (`gateway.watching.recovering`).

Reads and writes run within the caller's transaction.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Connection, String, Table, delete, insert, select

from gateway.store.engine.schema import metadata

recovery = Table("recovery", metadata, Column("witness", String(10), primary_key=True))


_AWAITED = select(recovery.c.witness).order_by(recovery.c.witness)


class SqlRecovery:
    """Implements `gateway.watching.recovering.RecoveryNotes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def awaited(self) -> Sequence[str]:
        return list(self._connection.execute(_AWAITED).scalars())

    def heard(self, witness: str) -> None:
        self._connection.execute(delete(recovery).where(recovery.c.witness == witness))

    def await_all(self, witnesses: Iterable[str]) -> None:
        """Make the log wait for calls of these witnesses before it may grow."""
        self._connection.execute(delete(recovery))
        rows = [{"witness": witness} for witness in sorted(set(witnesses))]
        if rows:
            self._connection.execute(insert(recovery), rows)

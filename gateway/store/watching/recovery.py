"""Who has not been heard since a restore, within the caller's transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from gateway.store.watching.recovery_tables import recovery

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
        """From now on these must be heard before the log grows."""
        self._connection.execute(delete(recovery))
        rows = [{"witness": witness} for witness in sorted(set(witnesses))]
        if rows:
            self._connection.execute(insert(recovery), rows)

"""Witnessed checkpoints of other logs (`audit.witness.witness.WitnessStorage`), in the caller's transaction.

A cosignature may leave only after the transaction is durable.
"""

from sqlalchemy import BigInteger, Column, Connection, Table, Text, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence_errors import SizeConflictError
from audit.formats.note import Note
from gateway.store.engine.schema import metadata

witnessed_checkpoints = Table(
    "witnessed_checkpoints",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)

_LATEST = select(witnessed_checkpoints.c.note).where(witnessed_checkpoints.c.origin == bindparam("of"))
_REPLACE = update(witnessed_checkpoints).where(
    witnessed_checkpoints.c.origin == bindparam("of"), witnessed_checkpoints.c.size == bindparam("old_size")
)


class SqlWitnessStorage:
    """The latest checkpoint cosigned for each log, within the connection's present transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest(self, origin: str) -> Note | None:
        """The latest cosigned checkpoint of a log, with its cosignature; None before the first."""
        note = self._connection.execute(_LATEST, {"of": origin}).scalar_one_or_none()
        return None if note is None else Note.parse(note)

    def replace(self, origin: str, old_size: int, note: Note) -> None:
        """Make `note` the latest checkpoint. Raises SizeConflictError when another request came first."""
        values = {"size": Checkpoint.parse(note.text).size, "note": str(note)}
        moved = self._connection.execute(_REPLACE, {"of": origin, "old_size": old_size, **values})
        if moved.rowcount:
            return
        known_size = self._connection.execute(
            select(witnessed_checkpoints.c.size).where(witnessed_checkpoints.c.origin == origin)
        ).scalar_one_or_none()
        if known_size is not None or old_size:
            raise SizeConflictError(f"the log {origin} was seen at another size meanwhile", known_size or 0)
        try:
            self._connection.execute(insert(witnessed_checkpoints).values(origin=origin, **values))
        except IntegrityError:
            raise SizeConflictError(f"the log {origin} was seen for the first time meanwhile", 0) from None

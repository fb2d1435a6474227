"""Openings of log entries' commitments, apart from the log: erasing one erases the value, not the log."""

from sqlalchemy import Connection, delete, insert, select

from audit.commitment import Opening
from gateway.store.schema import openings


def keep_opening(connection: Connection, field: str, opening: Opening, entry_index: int) -> None:
    connection.execute(
        insert(openings).values(
            entry_index=entry_index, field=field, label=opening.label, salt=opening.salt, value=opening.value
        )
    )


def find_opening(connection: Connection, field: str, entry_index: int) -> Opening | None:
    """None when there never was one, or when it has been erased."""
    row = connection.execute(
        select(openings).where(openings.c.entry_index == entry_index, openings.c.field == field)
    ).one_or_none()
    return None if row is None else Opening(row.label, row.salt, row.value)


def erase_openings(connection: Connection, entry_index: int) -> int:
    """Erase what opens an entry; returns how many values that were."""
    erased = connection.execute(delete(openings).where(openings.c.entry_index == entry_index))
    return erased.rowcount

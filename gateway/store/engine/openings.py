"""Openings of log entries' commitments, apart from the log: erasing an opening erases the value, not the
log.
"""

from sqlalchemy import Connection, bindparam, delete, insert, select

from audit.formats.canonical import canonical_json
from audit.formats.commitment import SALT_SIZE, Opening
from gateway.auditing.reading_log import PERSON, SEARCH
from gateway.store.engine.schema import openings

_KEEP = insert(openings)
_FIND = select(openings).where(openings.c.entry_index == bindparam("at"), openings.c.field == bindparam("of"))


def keep_opening(connection: Connection, field: str, opening: Opening, entry_index: int) -> None:
    kept = {"label": opening.label, "salt": opening.salt, "value": opening.value}
    connection.execute(_KEEP, {"entry_index": entry_index, "field": field, **kept})


def find_opening(connection: Connection, field: str, entry_index: int) -> Opening | None:
    """The opening; None when there never was an opening, or the opening has been erased."""
    row = connection.execute(_FIND, {"at": entry_index, "of": field}).one_or_none()
    return None if row is None else Opening(row.label, row.salt, row.value)


def openings_between(connection: Connection, start: int, end: int) -> list[tuple[int, str, Opening | None]]:
    """The openings of entries `[start, end)`, each with its entry's number and its field.

    None for an opening that is damaged.
    """
    query = (
        select(openings)
        .where(openings.c.entry_index >= start, openings.c.entry_index < end)
        .order_by(openings.c.entry_index, openings.c.field)
    )
    rows = connection.execute(query)
    return [(row.entry_index, row.field, _whole(row.label, row.salt, row.value)) for row in rows]


def _whole(label: object, salt: object, value: object) -> Opening | None:
    """The opening, or None for what no program of ours has written there."""
    if not (isinstance(label, str) and isinstance(salt, bytes) and isinstance(value, bytes)):
        return None
    return Opening(label, salt, value) if len(salt) == SALT_SIZE else None


def erase_searches(connection: Connection, person: str) -> int:
    """Erase the openings of this person's searches of the log; returns the number of erased openings."""
    named = canonical_json({PERSON: person})[1:-1]
    rows = connection.execute(
        select(openings.c.entry_index, openings.c.value).where(openings.c.field == SEARCH)
    )
    numbers = [row.entry_index for row in rows if named in row.value]
    for number in numbers:
        connection.execute(
            delete(openings).where(openings.c.entry_index == number, openings.c.field == SEARCH)
        )
    return len(numbers)

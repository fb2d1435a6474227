"""Copies every row of a database into an empty database: also from SQLite to PostgreSQL and back."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Integer, MetaData, Select, Table, func, insert, literal_column, select

from gateway.store.engine.database import Database, StorageError
from gateway.store.engine.migrate import FORM
from gateway.store.engine.schema import metadata
from gateway.store.sides import tables_of

Progress = Callable[[str, int], None]
"""Called with the table, and the number of its rows copied so far."""

AT_ONCE = 500

DOCUMENTS = frozenset({"cubes", "pieces", "preview_findings", "previews", "snapshots"})
"""Tables with rows of up to tens of megabytes each: copied row by row."""


def copy_rows(
    source: Database, target: Database, side: str, progress: Progress = lambda *_: None
) -> Mapping[str, int]:
    """Copy one state of the source into the target, whole or not at all; returns the rows of each table.

    Both have the present schema. Raises StorageError when the target holds any data.
    """
    wanted = tables_of(side)
    tables = [table for table in metadata.sorted_tables if table in wanted]
    copied: dict[str, int] = {}
    with source.reading() as reading, target.writing() as writing:
        for table in tables:
            if rows_in(writing, table):
                raise StorageError(
                    f"The database to copy into holds data already, in {table.name}.",
                    remedy="Nothing was changed. Name an empty database.",
                )
        for table in tables:
            copied[table.name] = _copy(reading, writing, (table, table), progress)
            if writing.dialect.name == "postgresql":
                _count_on(writing, table)
    return copied


def copy_as_it_is(source: Database, target: Database, progress: Progress = lambda *_: None) -> dict[str, int]:
    """Copy one state of a database of an older Safelane into a new database in the same form."""
    theirs, ours = MetaData(), MetaData()
    with source.reading() as reading, target.writing() as writing:
        theirs.reflect(reading)
        ours.reflect(writing)
        wanted = [table for table in ours.sorted_tables if table.name != FORM]
        return {
            table.name: _copy(reading, writing, (theirs.tables[table.name], table), progress)
            for table in wanted
        }


def rows_in(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _copy(reading: Connection, writing: Connection, tables: tuple[Table, Table], progress: Progress) -> int:
    """Copy the rows of the first table into the second."""
    theirs, ours = tables
    at_once = 1 if ours.name in DOCUMENTS else AT_ONCE
    rows = reading.execution_options(yield_per=at_once).execute(_in_order(theirs))
    done = 0
    for part in rows.mappings().partitions():
        writing.execute(insert(ours), [dict(row) for row in part])
        done += len(part)
        progress(ours.name, done)
    return done


def _in_order(table: Table) -> Select[Any]:
    """All rows, ordered so that a row comes after the rows of the same table that it refers to.

    Without the order, PostgreSQL returns changed rows after unchanged rows.
    """
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    return select(table).order_by(*(column.is_not(None) for column in own))


def _count_on(connection: Connection, table: Table) -> None:
    """Make PostgreSQL number further rows from the highest copied number on."""
    column = table.autoincrement_column
    if column is not None and isinstance(column.type, Integer):
        highest = select(func.coalesce(func.max(column), literal_column("0")) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, highest, False)))

"""A database with parallel readers and a single writer, durable before a caller learns of success."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.errors import SafelaneError

BUSY_SECONDS = 15.0
"""How long a writer waits for another process before the writer fails."""


class StorageError(SafelaneError):
    """The database could not be opened, read or written. Nothing of the failed step was kept."""

    exit_code = 5


def sqlite_url(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


class Database:
    """Opens `url`; `reading` and `writing` hand out a connection for a transaction each.

    Raises StorageError for a malformed URL, or for a database without its driver.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self._sqlite = make_url(url).get_backend_name() == "sqlite"
            self._reader = self._engine()
            self._writer = self._engine(immediate=True)
        except (ArgumentError, ImportError):  # not repeated: a mistyped URL may hold a password
            raise StorageError(
                "The setting for the database is no URL of a kind that is known here.",
                remedy="Write postgresql+psycopg://user:password@host/database; leave it out for SQLite.",
            ) from None
        # Writers of one process queue here, fairly, instead of polling the database's own lock.
        self._turn = threading.Lock()

    def _engine(self, *, immediate: bool = False) -> Engine:
        if not self._sqlite:
            # Readers see one state throughout, as they do on SQLite.
            level: dict[str, Any] = {} if immediate else {"isolation_level": "REPEATABLE READ"}
            return create_engine(self.url, pool_pre_ping=True, **level)
        engine = create_engine(self.url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _durable)
        event.listen(engine, "begin", _begin_immediate if immediate else _begin)
        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database. Raises StorageError."""
        with self._translated(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The only writer. Commits at the end, durably; an exception rolls everything back.

        Raises:
            StorageError: the disk is full, the database is locked by another process, or gone.
        """
        with self._turn, self._translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # says that another was first, to whoever expects it
        except DBAPIError as error:
            raise said_plainly(error, make_url(self.url).render_as_string()) from None

    def close(self) -> None:
        """Close all connections; one that another thread still uses is closed when it comes back."""
        for engine in (self._reader, self._writer):
            event.listen(engine.pool, "checkin", _closed)
            engine.dispose()


def _closed(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 - as SQLAlchemy calls it
    """A pool that was given up keeps what comes back, and nobody would close it."""
    if connection is not None:
        connection.close()


def said_plainly(error: DBAPIError, name: str = "") -> StorageError:
    """Return what went wrong with the database, for a person.

    The statement's parameters may hold personal data: only the driver's own words are shown, and only of
    errors whose words repeat no values.
    """
    what = f"The database {name}".rstrip()
    if isinstance(error, ProgrammingError) or "no such " in str(error.orig):
        said = str(error.orig).partition("\n")[0]
        return StorageError(f"{what} lacks something that Safelane made: {said}.", remedy=_RESTORE)
    if error.connection_invalidated:
        return StorageError("The connection to the database was lost.", remedy="Try again.")
    if isinstance(error, OperationalError):
        return StorageError(
            f"{what} did not answer: {error.orig}",
            remedy="See that the disk has room and no other program holds the database, then try again.",
        )
    if type(error) is DatabaseError:  # not one of its kinds: the file is damaged, or none of SQLite's
        return StorageError(f"{what} cannot be read: {error.orig}", remedy=_RESTORE)
    return StorageError(f"{what} refused a statement: {type(error).__name__}.", remedy=_RESTORE)


_RESTORE = "Stop what uses it, keep it as it is, and restore the newest backup."


def _durable(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # A log entry must survive a power cut: WAL alone would only promise a consistent file.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What was erased must not be left in free pages of the file.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later could otherwise fail half-way with "database is locked".
    connection.exec_driver_sql("BEGIN IMMEDIATE")

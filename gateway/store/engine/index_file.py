"""The index of a log's words, in a SQLite file of its own beside the settings, whatever the database is.

Nothing in it is evidence, and all of it can be made again: it is no part of a backup. A file that is missing,
locked or damaged is as good as an empty one, and the next segment that is made replaces a damaged file.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from gateway.auditing.index import Head, Known, Segment, Sought
from gateway.store.engine.database import StorageError

_VERSION: Final = 2
"""Of the tables, and of which words are taken from an entry: a file of another version is made anew."""
_TABLES: Final = (
    """create table segments (
      number integer primary key, entries blob, first integer, last integer, times blob
    )""",
    "create table words (term blob, segment integer, places blob, primary key (term, segment)) without rowid",
    f"pragma user_version = {_VERSION}",
)
_SEAL: Final = 8
"""Bytes of a hash behind each value: what a disk has changed is not taken for what was written."""
_PATIENCE: Final = 2.0
"""Seconds to wait for whoever writes a segment."""

_UNREADABLE: Final = (sqlite3.Error, TypeError)
"""What a file raises that is missing, locked or damaged; a changed column may be of any type."""


class IndexFile:
    """Implements `gateway.auditing.ports.SearchIndex`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def heads(self) -> Sequence[Head]:
        """All kept segments, in their order."""
        with suppress(*_UNREADABLE), self._reading() as cursor:
            return _heads(cursor)
        return ()

    def look_up(self, sought: Sought) -> Known:
        """What is kept of the terms and the times of a search, in one state."""
        with suppress(*_UNREADABLE), self._reading() as cursor:
            places = {}
            for term in sought.terms:
                rows = cursor.execute("select segment, places from words where term = ?", (term,))
                places[term] = {segment: _opened(sealed, term, segment) for segment, sealed in rows}
            # Of a segment that lies within the span as a whole nobody needs the times.
            partly = cursor.execute(
                "select number, times from segments"
                " where first <= ? and last >= ? and (first < ? or last > ?)",
                (sought.until, sought.since, sought.since, sought.until),
            )
            times = {number: _opened(sealed, b"", number) for number, sealed in partly}
            return Known(_heads(cursor), places, times)
        return Known()

    def kept(self, number: int) -> Segment | None:
        """A whole segment, as kept."""
        with suppress(*_UNREADABLE), self._reading() as cursor:
            for head in _heads(cursor, number):
                words = cursor.execute("select term, places from words where segment = ?", (number,))
                places = {term: _opened(sealed, term, number) for term, sealed in words}
                ((times,),) = cursor.execute("select times from segments where number = ?", (number,))
                return Segment(head, places, _opened(times, b"", number))
        return None

    def keep(self, segment: Segment) -> None:
        """Keep a segment in place of the one of its number, if any. Raises StorageError."""
        try:
            try:
                self._write(segment)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):  # locked, or no room: the file is sound
                    raise
                self._path.unlink()
                self._write(segment)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(
                f"{self._path} cannot be written: {error}.",
                remedy="Searches read every entry meanwhile. Make room on the disk, or delete the file.",
            ) from None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Cursor]:
        source = f"{self._path.absolute().as_uri()}?mode=ro"
        with closing(_connected(source, uri=True)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("begin")
            if not _is_present(cursor):
                raise sqlite3.DataError
            yield cursor

    def _write(self, segment: Segment) -> None:
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(_connected(str(self._path))) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("begin immediate")
            if not _is_present(cursor):
                _make_anew(cursor)
            head = segment.head
            cursor.execute("delete from words where segment = ?", (head.number,))
            cursor.execute(
                "insert or replace into segments values (?, ?, ?, ?, ?)",
                (
                    head.number,
                    _sealed_head(head),
                    head.first,
                    head.last,
                    _sealed(segment.times, b"", head.number),
                ),
            )
            cursor.executemany("insert into words values (?, ?, ?)", _rows(segment))
            cursor.execute("commit")


def _connected(path: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(path, uri=uri, timeout=_PATIENCE, isolation_level=None)


def _rows(segment: Segment) -> list[tuple[bytes, int, bytes]]:
    number = segment.head.number
    return [(term, number, _sealed(places, term, number)) for term, places in segment.places.items()]


def _is_present(cursor: sqlite3.Cursor) -> bool:
    ((version,),) = cursor.execute("pragma user_version")
    return bool(version == _VERSION)


def _make_anew(cursor: sqlite3.Cursor) -> None:
    for table in ("segments", "words"):
        cursor.execute(f"drop table if exists {table}")
    for step in _TABLES:
        cursor.execute(step)


def _heads(cursor: sqlite3.Cursor, number: int | None = None) -> list[Head]:
    """All heads in their order, or the one with a number."""
    rows = cursor.execute(
        "select number, entries, first, last from segments where number = ? or ? is null order by number",
        (number, number),
    )
    return [
        Head(n, _opened(entries, b"%d-%d" % (first, last), n), first, last)
        for n, entries, first, last in rows
    ]


def _sealed_head(head: Head) -> bytes:
    return _sealed(head.entries, b"%d-%d" % (head.first, head.last), head.number)


def _sealed(value: bytes, of: bytes, segment: int) -> bytes:
    return value + sha256(b"%d:%b:%b" % (segment, of, value)).digest()[:_SEAL]


def _opened(sealed: object, of: bytes, segment: int) -> bytes:
    """The value before its hash. Raises sqlite3.DataError for one that was changed."""
    if not isinstance(sealed, bytes) or _sealed(sealed[:-_SEAL], of, segment) != sealed:
        raise sqlite3.DataError
    return sealed[:-_SEAL]

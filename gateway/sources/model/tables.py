"""The interface of every kind of source: tables with headings, read in chunks of text cells."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from audit.reading.messages import Message

CHUNK_ROWS = 20_000

LINES_APART = 50_000_000
"""Added to the lines of each further table that is read as one with the first: more than any table has."""


@dataclass(frozen=True)
class Chunk:
    """Rows in the order of the source, each as wide as the headings, and the line of each row."""

    lines: Sequence[int]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class OpenTable:
    """A table that is being read. `chunks` can be read only once.

    `at`: the position reached in the table, in the unit of the source's `size`.
    """

    headings: tuple[str, ...]
    chunks: Iterator[Chunk]
    at: Callable[[], int] = lambda: 0


@dataclass(frozen=True)
class ForeignKey:
    """The values of a column of `table` are those of a column of `parent`, as a database declares."""

    table: str
    column: str
    parent: str
    parent_column: str

    def matches(self, table: str, column: str, parent: str, parent_column: str) -> bool:
        """Whether the key is between these columns."""
        return (self.table, self.column, self.parent, self.parent_column) == (
            table,
            column,
            parent,
            parent_column,
        )


@runtime_checkable
class Fetched(Protocol):
    """A source that came over a network. `fetch_note`: what was done with rows that had come before."""

    fetch_note: Message | None


class Source(Protocol):
    """The source of a member's data."""

    def tables(self) -> list[str]:
        """The names of all tables, sorted."""
        ...

    def table(self, name: str) -> AbstractContextManager[OpenTable]:
        """Open a table for reading. Raises SourceError when the table is missing or cannot be read."""
        ...

    def size(self, name: str) -> int:
        """The size of a table in bytes or rows, to measure progress; 0 where the size is unknown.

        Raises SourceError.
        """
        ...

    def foreign_keys(self) -> list[ForeignKey]:
        """The keys between tables that the source declares. Raises SourceError."""
        ...

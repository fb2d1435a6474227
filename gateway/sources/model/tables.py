"""What every kind of source looks like to a load: tables with headings, read in chunks of text cells."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

CHUNK_ROWS = 20_000


@dataclass(frozen=True)
class Chunk:
    """Rows in the order of the source, each as wide as the headings, with the line on which each stands."""

    lines: Sequence[int]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class OpenTable:
    """A table that is being read. `chunks` can be walked once.

    `at`: how far it has been read, in the unit of its source's `size`.
    """

    headings: tuple[str, ...]
    chunks: Iterator[Chunk]
    at: Callable[[], int] = lambda: 0


class Source(Protocol):
    """Where a member's data are."""

    def tables(self) -> list[str]:
        """The names of all tables, sorted."""
        ...

    def table(self, name: str) -> AbstractContextManager[OpenTable]:
        """Open a table for reading. Raises SourceError when it is not there or cannot be read."""
        ...

    def size(self, name: str) -> int:
        """How large a table is, in bytes or rows, to tell how far it has been read; 0 where nobody knows.

        Raises SourceError.
        """
        ...

"""Rows of a register that come over HTTP, kept in files without a name until all have come.

Only a register that came whole is read. The files never have a name (`TemporaryFile`), so that nothing is
left of them when the process ends, however it ends: what a fetch that ended has asked for is kept as pages,
by `kept_pages`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from audit.reading.messages import Message, message
from gateway.sources.model.cells import cell_text
from gateway.sources.model.errors import SourceError
from gateway.sources.model.metadata import Metadata
from gateway.sources.model.tables import CHUNK_ROWS, Chunk, ForeignKey, OpenTable
from gateway.sources.rows.load_progress import Progress, Reached
from gateway.sources.services.kept_pages import ChangedError, KeptPages
from gateway.sources.services.service_client import StatusError

MOST_BYTES = 8 << 30
"""Bytes of all rows together."""
MOST_COLUMNS, MOST_TABLES = 10_000, 500

Cells = Mapping[str, object]


class _Table:
    """The rows of one table, with headings in the order in which they came."""

    def __init__(self, folder: Path | None) -> None:
        self.headings: dict[str, None] = {}
        self.rows = 0
        self.file: IO[bytes] = TemporaryFile(dir=folder)  # noqa: SIM115 - as long as the spool

    def chunks(self) -> Iterator[Chunk]:
        """All rows in the order in which they came, numbered from 1."""
        first, place = 1, 0
        while first <= self.rows:
            self.file.seek(place)  # another reader may have moved it
            rows = [json.loads(line) for line in islice(self.file, CHUNK_ROWS)]
            place = self.file.tell()
            yield Chunk(
                range(first, first + len(rows)), [[row.get(h, "") for h in self.headings] for row in rows]
            )
            first += len(rows)


class Spool:
    """A source of which the rows are there. `keys` and `metadata` are what the server says of them."""

    def __init__(self, folder: Path | None = None, progress: Progress = lambda _: None) -> None:
        self._folder = folder
        self._progress = progress
        self._tables: dict[str, _Table] = {}
        self.fetch_note: Message | None = None
        """What was done with rows that had come before, in one sentence."""
        self.empty()

    def declare(self, table: str, headings: Iterable[str] = ()) -> None:
        """Name a table and headings that it has, even if no row says anything in them.

        Raises SourceError, or TypeError for a name that is no text.
        """
        headings = list(headings)
        if not all(isinstance(name, str) for name in (table, *headings)):
            raise TypeError("a name that is no text")
        if table not in self._tables:
            if len(self._tables) == MOST_TABLES:
                raise _too_large()
            self._tables[table] = _Table(self._folder)
        known = self._tables[table].headings
        known.update(dict.fromkeys(headings))
        if len(known) > MOST_COLUMNS:
            raise _too_large()

    def add(self, table: str, cells: Cells) -> None:
        """Keep a row. Raises SourceError where the register is too large."""
        texts = {heading: cell_text(value) for heading, value in cells.items() if value is not None}
        self.declare(table, texts)
        line = json.dumps(texts, separators=(",", ":")).encode() + b"\n"
        self._bytes += len(line)
        if self._bytes > MOST_BYTES:
            raise _too_large()
        self._tables[table].file.write(line)
        self._tables[table].rows += 1

    def reached(self, table: str, rows: int, of: int) -> None:
        """Report how many rows have come, of how many."""
        self._progress(Reached(rows, min(1.0, rows / max(1, of)), table))

    def empty(self) -> None:
        """Forget all rows, to begin anew."""
        self.close()
        self._tables = {}
        self._bytes = 0
        self.keys: list[ForeignKey] = []
        self.metadata = Metadata()

    def close(self) -> None:
        """Give the room back."""
        for table in self._tables.values():
            table.file.close()

    def tables(self) -> list[str]:
        """The names of the tables, sorted."""
        return sorted(self._tables)

    @contextmanager
    def table(self, name: str) -> Iterator[OpenTable]:
        """Open a table. Raises SourceError where there is none of this name."""
        if name not in self._tables:
            raise SourceError(
                message("The register has no table %(table)s.", table=repr(name)),
                remedy=message("Correct the table's name in the mapping."),
            )
        found, place = self._tables[name], [0]
        yield OpenTable(tuple(found.headings), _counted(found.chunks(), place), lambda: place[0])

    def size(self, name: str) -> int:
        """Rows of the table; 0 where there is none."""
        return self._tables[name].rows if name in self._tables else 0

    def foreign_keys(self) -> list[ForeignKey]:
        """The keys that the server declares."""
        return self.keys


def _counted(chunks: Iterator[Chunk], place: list[int]) -> Iterator[Chunk]:
    for chunk in chunks:
        place[0] += len(chunk.rows)
        yield chunk


def _too_large() -> SourceError:
    return SourceError(
        message("The register is larger than anything that can be read from a server; nothing was loaded."),
        remedy=message("Check the address: is it the form or the layer with the victims?"),
    )


Fetch = Callable[[Spool, KeptPages], None]
"""Fetches a register, whole; raises ChangedError where counts say that something is missing or doubled."""

TRIES = 3


def fetched(fetch: Fetch, spool: Spool, pages: KeptPages, origin: str) -> None:
    """Fetch a register, anew where it has changed meanwhile. Raises SourceError after TRIES."""
    for _ in range(TRIES):
        try:
            fetch(spool, pages)
            pages.end()
        except ChangedError:
            pages.forget()
            spool.empty()
        except StatusError:
            if not pages.reused or pages.asked:
                raise
            pages.forget()  # the server no longer knows where the former fetch was
            spool.empty()
        except OSError:
            raise SourceError(
                message("There is no room for the rows of the register; nothing was loaded."),
                remedy=message("The operator frees room on the disk, or lets the node write its directory."),
            ) from None
        else:
            return
    raise SourceError(
        message(
            "%(origin)s gave rows twice, or left rows out, %(n)s times; nothing was loaded.",
            origin=origin,
            n=TRIES,
        ),
        remedy=message(
            "If people are entering data, load when they pause. Otherwise tell who runs the server."
        ),
    )

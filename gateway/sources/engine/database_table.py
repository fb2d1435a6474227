"""A table of a database server in the engine: its mapped columns come through a pipe, and lie in memory.

The server sends text, as it writes each value itself. Of columns that are not text it is asked for the
distinct values too, which the product's own `cell_text` reads: no rule for cells is written a second time.
"""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from audit.reading.messages import message
from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.engine_table import IdentifierBlock, line_type
from gateway.sources.engine.held_table import HeldTable
from gateway.sources.engine.parquet_files import OTHER, TEXT, WHOLE
from gateway.sources.model.errors import SourceError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LONGEST_LINE = 16_777_216
_ODD = (b"\r", b"\0")
"""Bytes in a cell that the engine might read otherwise."""


class Stream(Protocol):
    """Takes bytes."""

    def write(self, data: bytes) -> int:
        """Take the bytes. Returns their number."""
        ...


class ServerTable(Protocol):
    """A table or view of a database server."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The names of its columns."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """What each column holds: TEXT, WHOLE, OTHER, or another kind of which there are distinct values."""
        ...

    def refuse_without_functions(self) -> None:
        """Raise SourceError, with its name, for a function that the server does not know."""
        ...

    def cells(self, place: int, most: int) -> Mapping[str, str]:
        """Of a column that is not text, each distinct value as the server writes it: its cell as text.

        There are no more than `most` of them. Raises SourceError.
        """
        ...

    def write(self, places: Sequence[int], stream: Stream) -> int:
        """Write columns of all rows as CSV, every cell between quotation marks. Returns the number of rows.

        Raises SourceError, and OSError where nobody reads the stream any more.
        """
        ...


class DatabaseTable(HeldTable):
    """The rows of a table, in the order in which the server sent them. `wanted`: places of columns."""

    def __init__(
        self, connection: "DuckDBPyConnection", table: ServerTable, wanted: Sequence[int], most: int
    ) -> None:
        super().__init__(connection)
        self._table = table
        self._most = most
        wanted = sorted(set(wanted))
        if odd := [table.headings[n] for n in wanted if table.kinds[n] == OTHER]:
            raise DeclinedError(f"the engine knows no such type of column: {', '.join(odd)}")
        table.refuse_without_functions()
        self._cells = {n: table.cells(n, most) for n in wanted if table.kinds[n] not in {TEXT, WHOLE}}
        self.rows = self._hold(wanted)

    def _hold(self, wanted: Sequence[int]) -> int:
        """Read the columns through a pipe. Returns the number of rows."""
        reading, writing = os.pipe()
        sender = _Sender(self._table, wanted, writing)
        names = ", ".join(f"'c{n}': 'VARCHAR'" for n in wanted)
        cells = ", ".join(f"coalesce(c{n}, '') AS c{n}" for n in wanted)
        try:
            sender.start()
            self._connection.execute(
                f"CREATE TEMP TABLE held AS SELECT {cells} FROM read_csv($file, auto_detect = false, "
                "header = false, quote = '\"', escape = '\"', delim = ',', strict_mode = true, "
                f"null_padding = false, max_line_size = {_LONGEST_LINE}, buffer_size = {4 * _LONGEST_LINE}, "
                f"columns = {{{names}}})",
                {"file": f"/dev/fd/{reading}"},
            )
        finally:
            os.close(reading)  # a sender that nobody listens to ends
            sender.join()
            sender.raise_error()
        rows = int(self._run("SELECT count(*) FROM held").fetchall()[0][0])
        if rows != sender.rows:
            raise DeclinedError("the engine reads another number of rows than the server sends")
        return rows

    def words(self, place: int) -> tuple[list[str], NDArray[Any]]:
        """As of any table; of columns that are not text, the words are the cells."""
        texts, which = super().words(place)
        if place in self._cells:
            cells = {"": "", **self._cells[place]}
            if not cells.keys() >= set(texts):
                raise SourceError(
                    message("The table changed while it was read; nothing was loaded."),
                    remedy=message("Load it when nobody writes to it, or make a copy of it."),
                )
            texts = [cells[text] for text in texts]
        return texts, which

    def matching(self, place: int, pattern: str) -> dict[int, str]:
        """As of any table; there is nothing to find in numbers and days."""
        return super().matching(place, pattern) if self._table.kinds[place] == TEXT else {}

    def identifiers(self, place: int, unknown: Sequence[str], *, personal: bool) -> Iterator[IdentifierBlock]:
        """As of any table. Raises DeclinedError for numbers that are neither text nor whole numbers."""
        if place in self._cells:
            raise DeclinedError("numbers of cases or people are neither text nor whole numbers")
        return super().identifiers(place, unknown, personal=personal)

    def lines(self) -> NDArray[Any]:
        """The line of each row: its number from 1."""
        return np.arange(1, self.rows + 1, dtype=line_type(self.rows))


class _Sender(threading.Thread):
    """Sends the rows of a table into a pipe, whose end it closes."""

    def __init__(self, table: ServerTable, places: Sequence[int], end: int) -> None:
        super().__init__(name="rows of a database", daemon=True)
        self._table, self._places, self._end = table, places, end
        self._error: BaseException | None = None
        self.rows = -1

    def run(self) -> None:
        try:
            with suppress(BrokenPipeError), os.fdopen(self._end, "wb") as stream:
                self.rows = self._table.write(self._places, _Checked(stream))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of the load
            self._error = error

    def raise_error(self) -> None:
        """Raise what ended the sending."""
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
        finally:
            del error  # its frames hold the connection


class _Checked:
    """A stream that refuses what the engine might read otherwise."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        if any(byte in data for byte in _ODD):
            raise DeclinedError("a cell has a zero byte, or a line end of an old kind")
        return self._stream.write(data)

"""A Microsoft Access database (.mdb, .accdb) as a source, read by mdbtools in processes of their own."""

import csv
import io
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from audit.reading.messages import message
from gateway.sources.files.limited import StoppedError, output_of
from gateway.sources.model.cells import NATIVE_DATE
from gateway.sources.model.errors import SourceError
from gateway.sources.model.mapping import Reading
from gateway.sources.model.tables import CHUNK_ROWS, Chunk, ForeignKey, OpenTable
from gateway.sources.rows.stable_file import steady

_PROGRAMS = ("mdb-tables", "mdb-count", "mdb-export")
_BETWEEN = "\x1f"
"""Between cells: a heading may have any sign that can be typed, and mdbtools does not quote headings."""
_DAY = f"{NATIVE_DATE}%Y-%m-%d"
_RELATIONS = "MSysRelationships"
_LONGEST_LINE = 1 << 20
_FAULTS = (StoppedError, UnicodeDecodeError, csv.Error, ValueError, KeyError, StopIteration)


def _is_own(table: str) -> bool:
    """Whether a table is of the state, not of Access: a repair leaves one that is not marked as its own."""
    return bool(table.strip()) and not table.startswith("MSys")


@dataclass
class _Place:
    line: int = 0


class AccessSource:
    """One database file. Texts of Access 97 and older are in the encoding of the `reading`."""

    def __init__(self, path: Path, reading: Reading) -> None:
        if not path.is_file():
            raise SourceError(f"There is no file {path}.", remedy="Check the path.")
        if not all(map(shutil.which, _PROGRAMS)):
            raise SourceError(
                message("mdbtools, which reads %(file)s, is not installed here.", file=path.name),
                remedy=message(
                    "Install mdbtools, a package of Debian and Ubuntu. Or export the tables from Access "
                    "as .xlsx."
                ),
            )
        self._path = path
        self._place = str(path.resolve())
        old = {} if reading.encoding == "utf-8" else {"MDB_JET3_CHARSET": reading.encoding}
        self._settings: Mapping[str, str] = old

    def tables(self) -> list[str]:
        """The names of the tables, without those of Access itself. Raises SourceError."""
        with self._as_damaged(), self._run("mdb-tables", "-1", "--", self._place) as output:
            return sorted(line for line in output.read(_LONGEST_LINE).decode().splitlines() if _is_own(line))

    def foreign_keys(self) -> list[ForeignKey]:
        """The relations of one column between tables. Raises SourceError."""
        with self._as_damaged(), self._exported(_RELATIONS) as rows:
            headings = next(rows)
            named = [dict(zip(headings, row, strict=True)) for row in rows]
        return [
            ForeignKey(one["szObject"], one["szColumn"], one["szReferencedObject"], one["szReferencedColumn"])
            for one in named
            if one["ccolumn"] == "1" and _is_own(one["szObject"])
        ]

    @contextmanager
    def table(self, name: str) -> Iterator[OpenTable]:
        """Open a table. Raises SourceError, also while the chunks are read."""
        if name not in self.tables():
            msg = message("%(file)s has no table %(table)s.", file=self._path.name, table=repr(name))
            raise SourceError(msg, remedy=message("Correct the table's name in the mapping."))
        expected, place = self.size(name), _Place()
        with (
            steady(self._path, self._path.name),
            self._as_damaged((StoppedError,)),
            self._exported(name) as rows,
        ):
            with self._as_damaged():
                headings = tuple(next(rows))
            yield OpenTable(headings, self._chunks(rows, len(headings), expected, place), lambda: place.line)

    def size(self, name: str) -> int:
        """Rows of the table, as the database counts them. Raises SourceError."""
        with self._as_damaged(), self._run("mdb-count", "--", self._place, name) as output:
            return int(output.read(_LONGEST_LINE))

    def _chunks(self, rows: Iterator[list[str]], width: int, expected: int, place: _Place) -> Iterator[Chunk]:
        with self._as_damaged():
            part: list[list[str]] = []
            for row in rows:
                if len(row) != width:
                    raise self._damaged()
                part.append(row)
                if len(part) == CHUNK_ROWS:
                    yield self._chunk(part, place)
                    part = []
            yield self._chunk(part, place)
            if place.line != expected:
                raise self._damaged()

    @staticmethod
    def _chunk(rows: list[list[str]], place: _Place) -> Chunk:
        first, place.line = place.line + 1, place.line + len(rows)
        return Chunk(range(first, place.line + 1), rows)

    @contextmanager
    def _exported(self, name: str) -> Iterator[Iterator[list[str]]]:
        """The rows of a table, the headings first. Pictures and other files are empty cells."""
        options = ("-d", _BETWEEN, "-B", "-b", "strip", "-T", _DAY, "-D", _DAY)
        with self._run("mdb-export", *options, "--", self._place, name) as output:
            text = io.TextIOWrapper(output, encoding="utf-8", newline="")
            try:
                yield csv.reader(text, delimiter=_BETWEEN, strict=True)
            finally:
                text.detach()

    @contextmanager
    def _run(self, *command: str) -> Iterator[IO[bytes]]:
        # Of a damaged page mdbtools only complains, and leaves its rows out.
        with output_of(command, silent=True, settings=self._settings) as output:
            yield output

    @contextmanager
    def _as_damaged(self, faults: tuple[type[Exception], ...] = _FAULTS) -> Iterator[None]:
        try:
            yield
        except faults:
            raise self._damaged() from None

    def _damaged(self) -> SourceError:
        return SourceError(
            message("%(file)s is no whole Access database, or has a password.", file=self._path.name),
            remedy=message(
                "Remove the password, compact and repair the database in Access, and copy it when "
                "nobody uses it."
            ),
        )

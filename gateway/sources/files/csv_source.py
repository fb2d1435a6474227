"""CSV files (RFC 4180) as a source, read strictly: a damaged file is an error, never a wrong count."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, TextIO

from audit.reading.messages import Message, message
from gateway.sources.model.cells import rows_inside
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.heading_lines import is_total, joined_headings
from gateway.sources.model.mapping import Reading
from gateway.sources.model.tables import CHUNK_ROWS, Chunk, ForeignKey, OpenTable
from gateway.sources.rows.stable_file import steady

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


_SAMPLE = 256 * 1024


def is_utf16(data: bytes) -> bool:
    """Whether `data` is UTF-16 text without a byte order mark: every second byte of Latin letters is zero."""
    return max(data[0::2].count(0), data[1::2].count(0)) > len(data) // 4 > 0


def _is_utf8(data: bytes) -> bool:
    """Whether text beyond ASCII is UTF-8. Text in any other encoding is hardly ever valid UTF-8 by chance."""
    if data.isascii():
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)  # incremental: a sample may cut a character
    except UnicodeDecodeError:
        return False
    return True


def _written(name: str, found: str, declared: str) -> Message:
    return message(
        "%(file)s is written in %(found)s, not in %(declared)s.", file=name, found=found, declared=declared
    )


def csv_files(folder: Path) -> list[Path]:
    """The CSV files of a folder, with the ending in any case, without the lock files of office programs."""
    found = (path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    return sorted(path for path in found if not path.name.startswith((".", "~$")))


class CsvSource:
    """A folder of CSV files, or a single file. Faults that do not prevent reading are noted in `findings`."""

    def __init__(self, path: Path, reading: Reading, findings: Findings) -> None:
        self._path = path
        self._reading = reading
        self._findings = findings

    def tables(self) -> list[str]:
        """The names of the CSV files in the folder, or the name of the single file."""
        if self._path.is_file():
            return [self._path.name]
        return sorted(path.name for path in csv_files(self._path))

    @contextmanager
    def table(self, name: str) -> Iterator[OpenTable]:
        """Open the file called `name`. Raises SourceError, also while the chunks are read."""
        path = self.path_of(name)
        encoding = self._encoding(name)
        with steady(path, name), self.opened(name) as file:
            stream = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
            rows = _Rows(stream, partial(self.opened, name), name, self._reading, self._findings)
            yield OpenTable(rows.headings, rows.chunks(), file.tell)

    def opened(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """The bytes of the table called `name`. Raises SourceError."""
        return self.path_of(name).open("rb")

    def foreign_keys(self) -> list[ForeignKey]:
        """None: files declare no keys."""
        return []

    def size(self, name: str) -> int:
        """Bytes of the file. Raises SourceError."""
        return self.path_of(name).stat().st_size

    def path_of(self, name: str) -> Path:
        """The file called `name`. Raises SourceError."""
        path = self._path / name if self._path.is_dir() else self._path
        if not path.is_file():
            msg = message("There is no file %(file)s in %(folder)s.", file=repr(name), folder=str(self._path))
            raise SourceError(msg, remedy=message("Check the path, or the table's name in the mapping."))
        return path

    def _encoding(self, name: str) -> str:
        with self.opened(name) as stream:
            start = stream.read(_SAMPLE)
        if not start:
            msg = message("%(file)s is empty.", file=name)
            raise SourceError(msg, remedy=message("Export it again."))
        if (start.startswith(_UTF16) or is_utf16(start)) and not self._reading.encoding.startswith("utf-16"):
            msg = _written(name, "UTF-16", self._reading.encoding)
            raise SourceError(msg, remedy=message("State 'encoding: utf-16' under 'reading' in the mapping."))
        if start.startswith(codecs.BOM_UTF8) and self._reading.encoding in ("utf-8", "utf-8-sig"):
            self._findings.add(name, "", Problem.BOM)
            return "utf-8-sig"
        if _is_utf8(start) and not self._reading.encoding.startswith("utf"):
            msg = _written(name, "UTF-8", self._reading.encoding)
            raise SourceError(msg, remedy=message("State 'encoding: utf-8' under 'reading' in the mapping."))
        return self._reading.encoding


class _Rows:
    """The rows of one open file."""

    def __init__(
        self,
        stream: TextIO,
        again: Callable[[], AbstractContextManager[IO[bytes]]],
        name: str,
        reading: Reading,
        findings: Findings,
    ) -> None:
        self._again = again
        self._name = name
        self._encoding = stream.encoding
        self._findings = findings
        self._last = ""
        self._reader = csv.reader(self._whole_lines(stream), delimiter=reading.delimiter, strict=True)
        self._totals = reading.totals
        self.headings = self._read_headings(reading)

    def chunks(self) -> Iterator[Chunk]:
        lines: list[int] = []
        rows: list[list[str]] = []
        short: int | None = None  # a short row is an error only if it turns out to be the last
        last = self._reader.line_num
        for line, row in self._rows():
            if line > last + 1 and rows_inside(row, self._reader.dialect.delimiter):
                self._findings.add(self._name, "", Problem.ROW_INSIDE, [line])
            last, short = line, None
            if self._fits(line, row):
                lines.append(line)
                rows.append(row)
            elif len(row) < len(self.headings) and any(row) and not is_total(row, self._totals):
                short = line
            if len(rows) >= CHUNK_ROWS:
                yield Chunk(lines, rows)
                lines, rows = [], []
        if short is not None:
            raise self._cut_off(short)
        if not self._last.endswith(("\n", "\r")):
            self._findings.add(self._name, "", Problem.NO_LINE_END)
        yield Chunk(lines, rows)

    def _read_headings(self, reading: Reading) -> tuple[str, ...]:
        lines: list[list[str]] = []
        rows = self._rows()
        for number, (_, row) in enumerate(rows, 1):
            lines.append(row)
            if number == reading.header:
                if (
                    len(row) == 1
                    and reading.delimiter not in "".join(row)
                    and any(c in row[0] for c in ";\t|")
                ):
                    msg = message(
                        "The headings of %(file)s are not separated by the delimiter of the mapping.",
                        file=self._name,
                    )
                    raise SourceError(
                        msg, remedy=message("State 'delimiter' under 'reading' in the mapping.")
                    )
                for _ in islice(rows, reading.units):
                    pass
                if reading.header_lines > 1:
                    return tuple(joined_headings(lines[-reading.header_lines :]))
                return tuple(cell.strip() for cell in row)
        msg = message(
            "%(file)s ends before its headings on line %(line)s.", file=self._name, line=reading.header
        )
        raise SourceError(msg, remedy=message("Export it again, or correct 'header' under 'reading'."))

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        try:
            for row in self._reader:
                yield self._reader.line_num, row
        except UnicodeDecodeError:
            raise self._wrong_encoding() from None
        except csv.Error as error:
            line = self._reader.line_num
            if "unexpected end" in str(error):
                raise self._cut_off(line) from None
            # csv.Error's message quotes no value
            msg = message(
                "%(file)s, line %(line)s: this is not CSV (%(error)s).",
                file=self._name,
                line=line,
                error=str(error),
            )
            raise SourceError(msg, remedy=message("Repair the line, or export the file again.")) from None

    def _whole_lines(self, stream: TextIO) -> Iterator[str]:
        for line in stream:
            self._last = line
            if "\0" in line:
                msg = message(
                    "%(file)s contains zero bytes: it is damaged, or not a text file.", file=self._name
                )
                raise SourceError(msg, remedy=message("Export it again as CSV."))
            yield line

    def _fits(self, line: int, row: list[str]) -> bool:
        problem = None
        if not any(row):
            problem = Problem.ROW_BLANK
        elif self._totals and is_total(row, self._totals):
            problem = Problem.ROW_TOTAL
        elif len(row) < len(self.headings):
            problem = Problem.ROW_SHORT
        elif len(row) > len(self.headings):
            problem = Problem.ROW_LONG
        elif row[0].strip() == self.headings[0] and [c.strip() for c in row] == list(self.headings):
            problem = Problem.ROW_HEADINGS
        if problem:
            self._findings.add(self._name, "", problem, [line])
        return problem is None

    def _cut_off(self, line: int) -> SourceError:
        msg = message(
            "%(file)s is cut off: it ends in the middle of a row, on line %(line)s.",
            file=self._name,
            line=line,
        )
        return SourceError(msg, remedy=message("The file is half-written; export or copy it again."))

    def _wrong_encoding(self) -> SourceError:
        about = {"file": self._name, "encoding": self._encoding}
        msg = message("%(file)s: this is not text in %(encoding)s.", **about)
        with self._again() as stream:
            for number, line in enumerate(stream, 1):
                try:
                    line.decode(self._encoding)
                except UnicodeDecodeError:
                    msg = message(
                        "%(file)s, line %(line)s: this is not text in %(encoding)s.", **about, line=number
                    )
                    break
        return SourceError(
            msg, remedy=message("State the right 'encoding' under 'reading', or export as UTF-8.")
        )

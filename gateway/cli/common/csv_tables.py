"""Plain CSV tables, read row by row and strictly. No message quotes a cell."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import SafelaneError


class CsvError(SafelaneError):
    """A file that is not the required table."""

    exit_code = 2


@dataclass(frozen=True)
class CsvTable:
    """`rows` can be read once."""

    header: tuple[str, ...]
    rows: Iterator[list[str]]

    def position(self, column: str) -> int:
        """Return the position of a column. Raises CsvError, which names the existing columns."""
        if column not in self.header:
            raise CsvError(
                f"the table has no column {column!r}", remedy=f"Its columns are: {', '.join(self.header)}."
            )
        return self.header.index(column)


@contextmanager
def open_table(path: Path) -> Iterator[CsvTable]:
    """Open a CSV file in UTF-8 with column names in the first line. Raises CsvError, also during reading."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = _strictly(path, csv.reader(file, strict=True))
        header = tuple(next(lines, ()))
        if not header or "" in header or len(set(header)) != len(header):
            raise CsvError(
                f"{path} does not begin with a line of column names, each once",
                remedy="Write the names of the columns in the first line.",
            )
        yield CsvTable(header, _even(path, lines, len(header)))


def _strictly(path: Path, lines: Iterator[list[str]]) -> Iterator[list[str]]:
    number = 1
    try:
        for number, line in enumerate(lines, 1):  # noqa: B007 - the message needs it
            yield line
    except UnicodeDecodeError:
        # Not chained: the original error quotes bytes of the file.
        raise CsvError(f"{path} is not text in UTF-8", remedy="Save it as CSV in UTF-8.") from None
    except csv.Error:
        raise CsvError(
            f"{path} is not a CSV file after row {number}",
            remedy="Look for a quotation mark that is not closed.",
        ) from None


def _even(path: Path, lines: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    for number, line in enumerate(lines, 2):
        if not line:
            continue
        if len(line) != width:
            raise CsvError(
                f"row {number} of {path} has {len(line)} cells, the header has {width}",
                remedy="Give every row as many cells as there are columns.",
            )
        yield line

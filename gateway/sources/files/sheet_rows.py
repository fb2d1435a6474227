"""The rows of a sheet as text, whatever program wrote the workbook."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice

from audit.reading.messages import message
from gateway.sources.files.workbook_package import Place
from gateway.sources.model.cells import EXACT, cell_text
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.heading_lines import is_total, joined_headings
from gateway.sources.model.mapping import Reading
from gateway.sources.model.tables import CHUNK_ROWS, Chunk

Row = Sequence[object]
Formulas = Callable[[int], Iterable[int]]

MOST_EMPTY, MOST_EMPTY_FOR_EACH = 5_000_000, 200
"""Empty cells of a sheet: beyond the former, so many for each that is filled."""


def _as_kept(value: object) -> object:
    """A number as stored in a workbook: a floating-point number, even where written without a point."""
    long = isinstance(value, int) and not isinstance(value, bool) and abs(value) >= EXACT
    return float(value) if long and isinstance(value, int) else value


class SheetRows:
    """The rows of one sheet as text.

    `values`: the cells of each line from the first, None for an empty one. `formulas`: the columns, from 0,
    in which a line has formulas; called once for each line, in order. `merged` as of `sheet_traits`.
    """

    def __init__(  # noqa: PLR0917 - all that a sheet is read with
        self,
        name: str,
        values: Generator[Row, None, None],
        formulas: Formulas | None,
        merged: Mapping[Place, Place],
        findings: Findings,
        reading: Reading,
    ) -> None:
        self._totals = reading.totals
        self._name = name
        self.line = 0
        self._findings = findings
        self._merged = merged
        self._origins: dict[Place, str] = dict.fromkeys(merged.values(), "")
        self._empty = self._filled = 0
        self._rows = self._walk(values, formulas)

    def close(self) -> None:
        """Close the file, which a half-read sheet keeps open."""
        self._rows.close()

    def raw(self) -> Iterator[list[str]]:
        """The cells of every line from here on."""
        return (cells for _, cells in self._rows)

    def headings(self, reading: Reading) -> tuple[str, ...]:
        """The headings. Raises SourceError when the sheet ends before the line of the headings."""
        lines: list[list[str]] = []
        for line, cells in self._rows:
            lines.append(list(cells))
            if line == reading.header:
                for _ in islice(self._rows, reading.units):
                    pass
                return tuple(joined_headings(lines[-reading.header_lines :]))
        msg = message(
            "The sheet %(sheet)s ends before its headings on line %(line)s.",
            sheet=repr(self._name),
            line=reading.header,
        )
        raise SourceError(msg, remedy=message("Correct 'header' under 'reading' in the mapping."))

    def chunks(self, width: int) -> Iterator[Chunk]:
        """All rows after the headings, each `width` cells wide."""
        lines: list[int] = []
        rows: list[list[str]] = []
        blank: list[int] = []  # reported only when a filled row follows: sheets often end in empty rows
        for line, cells in self._rows:
            if not any(cells):
                blank.append(line)
                continue
            self._findings.add(self._name, "", Problem.ROW_BLANK, blank) if blank else None
            blank = []
            if self._totals and is_total(cells, self._totals):
                self._findings.add(self._name, "", Problem.ROW_TOTAL, [line])
                continue
            if any(cells[width:]):
                self._findings.add(self._name, "", Problem.CELL_BEYOND, [line])
            lines.append(line)
            rows.append((cells + [""] * width)[:width])
            if len(rows) >= CHUNK_ROWS:
                yield Chunk(lines, rows)
                lines, rows = [], []
        yield Chunk(lines, rows)

    def _walk(
        self, values: Generator[Row, None, None], formulas: Formulas | None
    ) -> Generator[tuple[int, list[str]], None, None]:
        with closing(values):
            for line, found in enumerate(values, 1):
                self._count(found)
                cells = [cell_text(_as_kept(value)) for value in found]
                for column in formulas(line) if formulas is not None else ():
                    result = column < len(cells) and cells[column]
                    problem = Problem.FORMULA if result else Problem.FORMULA_EMPTY
                    self._findings.add(self._name, "", problem, [line])
                if self._merged:
                    self._spread(line, cells)
                self.line = line
                yield line, cells

    def _count(self, values: Row) -> None:
        """Raise ValueError for a sheet of empty cells: one at its far right makes a row of 18,000."""
        empty = values.count(None)
        self._empty += empty
        self._filled += len(values) - empty
        if self._empty > MOST_EMPTY and self._empty > MOST_EMPTY_FOR_EACH * self._filled:
            msg = "far more empty cells than others"
            raise ValueError(msg)

    def _spread(self, line: int, cells: list[str]) -> None:
        """Give the value of merged cells to every row covered by the merged cells."""
        for column in range(1, len(cells) + 1):
            place = (line, column)
            if place in self._origins:
                self._origins[place] = cells[column - 1]
            origin = self._merged.get(place)
            if origin is not None and self._origins[origin]:
                cells[column - 1] = self._origins[origin]
                self._findings.add(self._name, "", Problem.MERGED, [line])

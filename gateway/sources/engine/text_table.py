"""A CSV file in the engine: its cells as text, by the position of their column, in the order of the file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.engine_table import line_type
from gateway.sources.engine.file_shape import FileShape
from gateway.sources.engine.held_table import HeldTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LONGEST_LINE = 131_072
"""Python's csv refuses longer cells."""

_BUFFER = 4 * 1024 * 1024
"""Bytes of the file that each thread of the engine holds; without a word it takes eight times as many."""

_ONE_KIND = "replace(replace(x, chr(13) || chr(10), chr(10)), chr(13), chr(10))"
_BREAKS = f"length({_ONE_KIND}) - length(replace({_ONE_KIND}, chr(10), ''))"
"""How many line ends the cells of a row have."""

_ROWS = 1000


class TextTable(HeldTable):
    """The rows below one line of headings. Cells of `wanted` columns are held as text, in memory."""

    def __init__(
        self,
        connection: "DuckDBPyConnection",
        path: Path,
        delimiter: str,
        headings: Sequence[str],
        wanted: Sequence[int],
    ) -> None:
        super().__init__(connection)
        self._file = {"file": str(path)}
        self._width = len(headings)
        names = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(self._width))
        self._read = (
            "read_csv($file, auto_detect = false, header = false, skip = 1, quote = '\"', escape = '\"', "
            f"delim = '{delimiter}', strict_mode = true, null_padding = false, "
            f"max_line_size = {_LONGEST_LINE}, buffer_size = {_BUFFER}, columns = {{{names}}})"
        )
        cells = ", ".join(f"coalesce(c{n}, '') AS c{n}" for n in sorted(set(wanted)))
        empty = f"coalesce({', '.join(f'c{n}' for n in range(self._width))}) IS NULL"
        asked = {f"h{n}": heading for n, heading in enumerate(headings) if heading}
        parts = [f"contains(coalesce(c{name[1:]}, ''), ${name})" for name in asked]
        self._run(
            f"CREATE TEMP TABLE held AS SELECT {cells}, "
            f"({empty}) OR ({' AND '.join(parts)}) AS odd FROM {self._read}",
            self._file | asked,
        )

    def lines(self, shape: FileShape) -> NDArray[Any]:
        """The line on which each row ends. Raises DeclinedError where rows and lines do not add up."""
        rows, kind = int(self._run("SELECT count(*) FROM held").fetchall()[0][0]), line_type(shape.lines)
        if rows + 1 == shape.lines:
            return np.arange(2, rows + 2, dtype=kind)
        lines = 1 + np.cumsum(1 + self._all_rows(_BREAKS).astype(kind), dtype=kind)
        if not rows or int(lines[-1]) != shape.lines:
            raise DeclinedError("it has empty lines")
        return lines

    def of_several_lines(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Rows with a cell over several lines: their place, and all their cells."""
        rows = self._run(
            f"SELECT * FROM {self._all_cells()} WHERE {_BREAKS} > 0 ORDER BY place",
            self._file,
        )
        while some := rows.fetchmany(_ROWS):
            for row in some:
                yield row[-1], row[:-2]

    def odd(self) -> dict[int, tuple[str, ...]]:
        """Rows that are empty or look like the headings once more, by their place: all their cells."""
        places = np.flatnonzero(self._column("odd")).tolist()
        if not places:
            return {}
        rows = self._run(
            f"SELECT * FROM {self._all_cells()} WHERE list_contains($places, place)",
            {**self._file, "places": places},
        ).fetchall()
        return {row[-1]: row[:-2] for row in rows}

    def without(self, places: Sequence[int]) -> None:
        """Drop rows, by their place."""
        if places:
            self._run(f"DELETE FROM held WHERE rowid IN ({', '.join(map(str, places))})")

    def _all_rows(self, expression: str) -> NDArray[Any]:
        query = f"SELECT {expression} AS x FROM {self._all_cells()}"
        return np.asarray(self._run(query, self._file).fetchnumpy()["x"])

    def _all_cells(self) -> str:
        """Every cell of the file, the text of each row as one (`x`), and the place of the row."""
        cells = ", ".join(f"coalesce(c{n}, '') AS c{n}" for n in range(self._width))
        text = f"concat_ws(' ', {', '.join(f'c{n}' for n in range(self._width))}) AS x"
        return f"(SELECT {cells}, {text}, row_number() OVER () - 1 AS place FROM {self._read})"

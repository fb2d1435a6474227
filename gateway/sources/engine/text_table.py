"""A CSV file in the engine: its cells as text, by the position of their column, in the order of the file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.file_shape import FileShape

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_WORDS = 1_000_000
"""Distinct words of a column that are held and converted at once."""

_LONGEST_LINE = 131_072
"""Python's csv refuses longer cells."""

_ONE_KIND = "replace(replace(x, chr(13) || chr(10), chr(10)), chr(13), chr(10))"
_BREAKS = f"length({_ONE_KIND}) - length(replace({_ONE_KIND}, chr(10), ''))"
"""How many line ends the cells of a row have."""

_ROWS = 1000
_NOTHING: Mapping[str, object] = MappingProxyType({})

_PLAIN_NUMBER = "regexp_full_match({c}, '[0-9A-Za-z]+')"
_PLAIN_PERSON = (
    "regexp_full_match({c}, '[0-9A-Za-z]*[0-9][0-9A-Za-z]*') "
    "AND replace(lower({c}), left(lower({c}), 1), '') <> ''"
)
"""Numbers that the converter of identifiers would leave as they are, but for capitals (a test proves it)."""


class TextTable:
    """The rows below one line of headings. Cells of `wanted` columns are held as text, in memory."""

    def __init__(
        self,
        connection: "DuckDBPyConnection",
        path: Path,
        delimiter: str,
        headings: Sequence[str],
        wanted: Sequence[int],
    ) -> None:
        self._connection = connection
        self._file = {"file": str(path)}
        self._width = len(headings)
        names = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(self._width))
        self._read = (
            "read_csv($file, auto_detect = false, header = false, skip = 1, quote = '\"', escape = '\"', "
            f"delim = '{delimiter}', strict_mode = true, null_padding = false, "
            f"max_line_size = {_LONGEST_LINE}, columns = {{{names}}})"
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

    def lines(self, shape: FileShape) -> NDArray[np.int64]:
        """The line on which each row ends. Raises DeclinedError where rows and lines do not add up."""
        rows = int(self._run("SELECT count(*) FROM held").fetchall()[0][0])
        if rows + 1 == shape.lines:
            return np.arange(2, rows + 2, dtype=np.int64)
        lines = 1 + np.cumsum(1 + self._column(_BREAKS, self._all_cells(), self._file).astype(np.int64))
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
        places = np.flatnonzero(self._column("odd", "held")).tolist()
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

    def matching(self, place: int, pattern: str) -> dict[int, str]:
        """By row, the cells of a column that match a regular expression."""
        return self._by_row(place, f"regexp_matches(c{place}, $pattern)", {"pattern": pattern})

    def words(self, place: int) -> tuple[list[str], NDArray[np.uint32]]:
        """The distinct cells of a column, and which of them each row has. Raises DeclinedError."""
        column = f"c{place}"
        distinct = f"SELECT DISTINCT {column} FROM held LIMIT {MOST_WORDS + 1}"
        words = [word for (word,) in self._run(distinct).fetchall()]
        if len(words) > MOST_WORDS:
            raise DeclinedError(f"a column of codes has more than {MOST_WORDS} different words")
        if not words:
            return [], np.zeros(0, dtype=np.uint32)
        name = f"words_{place}"
        self._run(f"CREATE TYPE {name} AS ENUM (SELECT DISTINCT {column} FROM held)")
        ordered = self._run(f"SELECT unnest(enum_range(NULL::{name}))").fetchall()
        indices = self._column(f"enum_code({column}::{name})", "held")
        return [word for (word,) in ordered], indices.astype(np.uint32)

    def cells(self, place: int) -> list[str]:
        """The cells of a column, row by row."""
        return list(self._column(f"c{place}", "held").tolist())

    def numbers(
        self, place: int, unknown: Sequence[str], *, personal: bool
    ) -> tuple[list[str], dict[int, str]]:
        """A column of identifiers: the canonical ones row by row, and the other filled cells by row.

        Numbers that the converter would leave as they are need not pass it; "" stands for all others.
        """
        column = f"c{place}"
        simple = (_PLAIN_PERSON if personal else _PLAIN_NUMBER).format(c=column)
        asked: dict[str, object] = {}
        if unknown:
            simple, asked = (
                f"({simple}) AND NOT list_contains($unknown, lower({column}))",
                {"unknown": list(unknown)},
            )
        values = self._column(f"CASE WHEN {simple} THEN lower({column}) ELSE '' END", "held", asked)
        return list(values.tolist()), self._by_row(place, f"{column} <> '' AND NOT ({simple})", asked)

    def _by_row(self, place: int, chosen: str, asked: Mapping[str, object]) -> dict[int, str]:
        found = self._run(f"SELECT rowid, c{place} FROM held WHERE {chosen} ORDER BY rowid", asked).fetchall()
        if not found:
            return {}
        rows = np.searchsorted(self._column("rowid", "held"), np.array([row for row, _ in found]))
        return {row: text for row, (_, text) in zip(rows.tolist(), found, strict=True)}

    def _column(self, expression: str, table: str, asked: Mapping[str, object] = _NOTHING) -> NDArray[Any]:
        found = self._run(f"SELECT {expression} AS x FROM {table}", asked).fetchnumpy()
        return np.asarray(found["x"])

    def _all_cells(self) -> str:
        """Every cell of the file, the text of each row as one (`x`), and the place of the row."""
        cells = ", ".join(f"coalesce(c{n}, '') AS c{n}" for n in range(self._width))
        text = f"concat_ws(' ', {', '.join(f'c{n}' for n in range(self._width))}) AS x"
        return f"(SELECT {cells}, {text}, row_number() OVER () - 1 AS place FROM {self._read})"

    def _run(self, statement: str, asked: Mapping[str, object] = _NOTHING) -> "DuckDBPyConnection":
        return self._connection.execute(statement, dict(asked))

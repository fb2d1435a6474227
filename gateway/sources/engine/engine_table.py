"""A table in the engine, column by column: distinct words, identifiers in blocks, cells that match."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.text_column import TextColumn
from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.plain_numbers import plain_numbers, small_letters
from gateway.sources.model.cells import cell_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_WORDS = 1_000_000
"""Distinct words of a column that are held and converted at once."""

BLOCK = 50_000
"""Rows that are text in Python's memory at a time."""

NOTHING: Mapping[str, object] = MappingProxyType({})


_ARROW_TEXT = "u"
"""The format of texts in UTF-8 with bounds of 32 bits."""


class IdentifierBlock(NamedTuple):
    """Cells of a column of identifiers: canonical numbers, "" elsewhere; and by row other filled cells."""

    numbers: TextColumn
    others: Mapping[int, str]


class EngineTable(ABC):
    """Rows in the order of the source. `source`: what stands behind FROM, with the parameters `asked`."""

    def __init__(
        self, connection: "DuckDBPyConnection", source: str, asked: Mapping[str, object] = NOTHING
    ) -> None:
        self._connection = connection
        self._source = source
        self._asked = asked

    @abstractmethod
    def _text(self, place: int) -> str:
        """The expression of a column's cells as text that tells them apart; '' for nothing."""

    @abstractmethod
    def _value(self, place: int) -> str:
        """The expression of a column's cells as the source keeps them; '' for nothing where it is text."""

    def keep_only(self, places: Collection[int]) -> None:
        """Say which columns will still be read: of all others nothing has to stay in memory."""
        del places

    def words(self, place: int) -> tuple[list[str], NDArray[Any]]:
        """The distinct cells of a column, and which of them each row has. Raises DeclinedError."""
        name, text = f"words_{place}", self._text(place)
        # The first rows tell a column of numbers or names, before every word of it fills the memory.
        first = f"SELECT {text} AS x FROM {self._source} LIMIT {2 * MOST_WORDS}"
        found = self._run(f"SELECT count(*) FROM (SELECT DISTINCT x FROM ({first}))").fetchall()
        if found[0][0] > MOST_WORDS:
            raise DeclinedError(f"a column of codes has more than {MOST_WORDS} different words")
        self._run(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT DISTINCT {text} AS x, {self._value(place)} AS v "
            f"FROM {self._source} LIMIT {MOST_WORDS + 1}"
        )
        if self._connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] > MOST_WORDS:
            raise DeclinedError(f"a column of codes has more than {MOST_WORDS} different words")
        found = self._connection.execute(f"SELECT x, v FROM {name}").fetchall()
        if not found:
            return [], np.zeros(0, dtype=np.uint8)
        words = {text: cell_text(value) for text, value in found}
        self._connection.execute(f"CREATE TYPE t{name} AS ENUM (SELECT DISTINCT x FROM {name})")
        ordered = self._connection.execute(f"SELECT unnest(enum_range(NULL::t{name}))").fetchall()
        indices = self._column(f"enum_code(({text})::t{name})")
        self._connection.execute(f"DROP TYPE t{name}")
        self._connection.execute(f"DROP TABLE {name}")
        return [words[text] for (text,) in ordered], indices

    def cells(self, place: int) -> list[str]:
        """The cells of a column, row by row."""
        words, which = self.words(place)
        return [words[number] for number in which.tolist()]

    def matching(self, place: int, pattern: str) -> dict[int, str]:
        """By row, the cells of a column that match a regular expression."""
        found: dict[int, str] = {}
        texts = f"SELECT {self._text(place)} AS x FROM {self._source}"
        stream = self._run(
            f"SELECT n - 1, x FROM (SELECT row_number() OVER () AS n, x FROM ({texts})) "
            "WHERE regexp_matches(x, $pattern)",
            {"pattern": pattern},
        )
        while rows := stream.fetchmany(BLOCK):
            found |= dict(rows)
        return found

    def identifiers(self, place: int, unknown: Sequence[str], *, personal: bool) -> Iterator[IdentifierBlock]:
        """A column of identifiers in blocks of some 100,000 rows.

        Numbers that the converter would leave as they are need not pass it. No other statement may run before
        the last block. Raises DeclinedError.
        """
        for cells in self._texts(f"SELECT {self._text(place)} AS x FROM {self._source}"):
            small = small_letters(cells)
            plain = plain_numbers(small, unknown, personal=personal)
            if plain.all():
                yield IdentifierBlock(small, {})
                continue
            rows = np.flatnonzero(~plain & (cells.lengths > 0))
            others = dict(zip(rows.tolist(), cells.some(rows), strict=True))
            yield IdentifierBlock(small.only(plain), others)

    def _texts(self, statement: str) -> Iterator[TextColumn]:
        """The texts of a statement's only column, block by block, with no object for each."""
        from nanoarrow import c_array_stream  # noqa: PLC0415 - whoever only starts does not load it

        stream = c_array_stream(self._connection.sql(statement, params=dict(self._asked)))
        try:
            for batch in stream:
                yield _text_column(batch.child(0))
        except RuntimeError:  # of nanoarrow, whose message may quote a value
            raise DeclinedError("the engine cannot read it as it stands") from None

    def _column(self, expression: str, asked: Mapping[str, object] = NOTHING) -> NDArray[Any]:
        found = self._run(f"SELECT {expression} AS x FROM {self._source}", asked).fetchnumpy()
        return np.asarray(found["x"])

    def _run(self, statement: str, asked: Mapping[str, object] = NOTHING) -> "DuckDBPyConnection":
        return self._connection.execute(statement, {**self._asked, **asked})


def line_type(lines: int) -> type[np.integer[Any]]:
    """The numbers for so many lines, in as few bytes as they take."""
    return np.uint32 if lines < 1 << 32 else np.int64


def _text_column(array: Any) -> TextColumn:
    """A block of texts as Apache Arrow has it (https://arrow.apache.org/docs/format/Columnar.html)."""
    if array.schema.format != _ARROW_TEXT:
        raise DeclinedError("the engine gives texts in an unknown form")
    bounds, content = (np.frombuffer(array.view().buffer(n), kind) for n, kind in ((1, "<i4"), (2, "u1")))
    bounds = bounds[array.offset : array.offset + len(array) + 1]
    return TextColumn(content[bounds[0] : bounds[-1]], bounds - bounds[0])

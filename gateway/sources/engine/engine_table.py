"""A table in the engine, column by column: distinct words, identifiers in blocks, cells that match."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gateway.sources.engine.declined import DeclinedError
from gateway.sources.model.cells import cell_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_WORDS = 1_000_000
"""Distinct words of a column that are held and converted at once."""

BLOCK = 50_000
"""Identifiers that are text in Python's memory at a time."""

NOTHING: Mapping[str, object] = MappingProxyType({})

_OTHER = " "
_PLAIN_NUMBER = "regexp_full_match(x, '[0-9A-Za-z]+')"
_PLAIN_PERSON = (
    "regexp_full_match(x, '[0-9A-Za-z]*[0-9][0-9A-Za-z]*') AND replace(lower(x), left(lower(x), 1), '') <> ''"
)
"""Numbers that the converter of identifiers would leave as they are, but for capitals (a test proves it)."""


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

    def words(self, place: int) -> tuple[list[str], NDArray[Any]]:
        """The distinct cells of a column, and which of them each row has. Raises DeclinedError."""
        name, text = f"words_{place}", self._text(place)
        self._run(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT DISTINCT {text} AS x, {self._value(place)} AS v "
            f"FROM {self._source} LIMIT {MOST_WORDS + 1}"
        )
        found = self._connection.execute(f"SELECT x, v FROM {name}").fetchall()
        if len(found) > MOST_WORDS:
            raise DeclinedError(f"a column of codes has more than {MOST_WORDS} different words")
        if not found:
            return [], np.zeros(0, dtype=np.uint8)
        words = {text: cell_text(value) for text, value in found}
        self._connection.execute(f"CREATE TYPE t{name} AS ENUM (SELECT DISTINCT x FROM {name})")
        ordered = self._connection.execute(f"SELECT unnest(enum_range(NULL::t{name}))").fetchall()
        indices = self._column(f"enum_code(({text})::t{name})")
        self._connection.execute(f"DROP TYPE t{name}")
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

    def identifiers(
        self, place: int, unknown: Sequence[str], *, personal: bool
    ) -> Iterator[tuple[list[str], dict[int, str]]]:
        """A column of identifiers in blocks: the canonical ones row by row, and the other filled cells by
        their row in the block.

        Numbers that the converter would leave as they are need not pass it; "" stands for all others. No
        other statement may run before the last block.
        """
        simple, asked = (_PLAIN_PERSON if personal else _PLAIN_NUMBER), dict(NOTHING)
        if unknown:
            simple = f"({simple}) AND NOT list_contains($unknown, lower(x))"
            asked["unknown"] = list(unknown)
        # One text for each row, as making pairs takes Python longer than the engine takes for the rest: a
        # canonical number as it is, nothing as '', and any other cell behind a sign that no number has.
        stream = self._run(
            f"SELECT CASE WHEN {simple} THEN lower(x) WHEN x <> '' THEN '{_OTHER}' || x ELSE '' END FROM "
            f"(SELECT {self._text(place)} AS x FROM {self._source})",
            asked,
        )
        while rows := stream.fetchmany(BLOCK):
            numbers = [text for (text,) in rows]
            others: dict[int, str] = {}
            if _OTHER in "".join(numbers):
                others = {n: text[1:] for n, text in enumerate(numbers) if text.startswith(_OTHER)}
                numbers = ["" if text.startswith(_OTHER) else text for text in numbers]
            yield numbers, others

    def _column(self, expression: str, asked: Mapping[str, object] = NOTHING) -> NDArray[Any]:
        found = self._run(f"SELECT {expression} AS x FROM {self._source}", asked).fetchnumpy()
        return np.asarray(found["x"])

    def _run(self, statement: str, asked: Mapping[str, object] = NOTHING) -> "DuckDBPyConnection":
        return self._connection.execute(statement, {**self._asked, **asked})

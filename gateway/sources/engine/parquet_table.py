"""Parquet files in the engine: read column by column where they lie, nothing of them held."""

from collections.abc import Iterator, Sequence

from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.engine_table import EngineTable, IdentifierBlock
from gateway.sources.engine.parquet_files import TEXT, WHOLE, OpenParquet


class ParquetTable(EngineTable):
    """The rows of all files, one file after the other."""

    def __init__(self, opened: OpenParquet) -> None:
        super().__init__(opened.connection, opened.source, opened.asked)
        self._columns = opened.columns

    def _text(self, place: int) -> str:
        return self._columns[place].text()

    def _value(self, place: int) -> str:
        return self._columns[place].value()

    def matching(self, place: int, pattern: str) -> dict[int, str]:
        return super().matching(place, pattern) if self._columns[place].kind == TEXT else {}

    def identifiers(self, place: int, unknown: Sequence[str], *, personal: bool) -> Iterator[IdentifierBlock]:
        """As of any table. Raises DeclinedError for numbers that are neither text nor whole numbers."""
        if self._columns[place].kind not in (TEXT, WHOLE):
            raise DeclinedError("numbers of cases or people are neither text nor whole numbers")
        return super().identifiers(place, unknown, personal=personal)

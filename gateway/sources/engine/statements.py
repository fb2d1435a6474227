"""What a database server is asked for its rows: each SELECT is written once, and given out in its own SQL.

SQLGlot (https://sqlglot.com) writes the same tree for DuckDB, PostgreSQL, MariaDB, Spark and Trino. Names
stand between the quotation marks of the server, whatever signs they have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gateway.sources.model.errors import SourceError

DIALECTS: Mapping[str, str] = MappingProxyType({
    "duckdb": "duckdb",
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "spark": "spark",
    "trino": "trino",
})  # fmt: skip
"""Kind of server -> what SQLGlot calls its SQL."""


@dataclass(frozen=True)
class Asked:
    """A column that is asked for; `is_text`: whether the server keeps it as text."""

    name: str
    is_text: bool


@dataclass(frozen=True)
class Statements:
    """The SELECTs for a table or view of a server. `schema`: "" for the one that is the default."""

    server: str
    table: str
    schema: str = ""

    def rows(self, columns: Sequence[Asked]) -> str:
        """All rows, each cell as the server writes it; '' for nothing. The columns are named c0, c1, ..."""
        exp = _trees()
        cells = [
            exp.Coalesce(
                this=_name(column.name) if column.is_text else _text(column.name),
                expressions=[exp.Literal.string("")],
            ).as_(f"c{number}", quoted=True)
            for number, column in enumerate(columns)
        ]
        return self._written(exp.select(*cells).from_(self._source()))

    def values(self, column: str, most: int) -> str:
        """The distinct values of a column as they are and as the server writes them, one more than `most`."""
        query = _trees().select(_name(column), _text(column)).distinct().from_(self._source())
        given = _trees().not_(_name(column).is_(_trees().null()))
        return self._written(query.where(given).limit(most + 1))

    def counted(self) -> str:
        """The number of rows."""
        return self._written(_trees().select("count(*)").from_(self._source()))

    def columns(self) -> str:
        """No rows, and every column."""
        return self._written(_trees().select("*").from_(self._source()).limit(0))

    def typed(self, columns: Sequence[str]) -> str:
        """All rows, each value as it is."""
        return self._written(_trees().select(*map(_name, columns)).from_(self._source()))

    def needed(self) -> Mapping[str, str]:
        """What the server has to know: its name, and a statement without a table that shows it."""
        exp = _trees()
        one = exp.Literal.number(1)
        asked = {
            "CAST to text": exp.cast(one, "text"),
            "COALESCE": exp.Coalesce(this=exp.null(), expressions=[exp.Literal.string("")]),
        }
        return {name: self._written(exp.select(tree)) for name, tree in asked.items()}

    def _source(self) -> Any:
        exp = _trees()
        schema = exp.to_identifier(self.schema, quoted=True) if self.schema else None
        return exp.Table(this=exp.to_identifier(self.table, quoted=True), db=schema)

    def _written(self, query: Any) -> str:
        return str(query.sql(dialect=DIALECTS[self.server]))


def _name(column: str) -> Any:
    return _trees().column(_trees().to_identifier(column, quoted=True))


def _text(column: str) -> Any:
    return _trees().cast(_name(column), "text")


def _trees() -> Any:
    """What SQLGlot makes trees of. Raises SourceError without the extra."""
    try:
        from sqlglot import exp  # noqa: PLC0415 - an extra, and 0.1 s of each start
    except ImportError:
        raise SourceError(
            "SQLGlot is not installed here.",
            remedy="Install Safelane with its extra: pip install 'safelane[engine]'.",
        ) from None
    return exp

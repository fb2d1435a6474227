"""A table of PostgreSQL or MariaDB for the engine: kinds of its columns, distinct values, and rows as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from audit.reading.messages import message
from gateway.sources.engine.database_table import Stream
from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.parquet_files import DAY, FRACTION, OTHER, TEXT, WHOLE
from gateway.sources.engine.statements import Asked, Statements
from gateway.sources.model.cells import cell_text
from gateway.sources.model.errors import SourceError
from gateway.sources.model.tables import CHUNK_ROWS

SERVERS = frozenset({"postgresql", "mysql", "mariadb"})
_ROWS_AT_ONCE = 2000
_KINDS: Mapping[type[TypeEngine[Any]], str] = {
    sa.String: TEXT,
    sa.Integer: WHOLE,
    sa.Boolean: "yes and no",
    sa.Date: DAY,
    sa.DateTime: DAY,
    sa.Numeric: FRACTION,
}


class TableOfServer:
    """A table or view as one transaction sees it. `gone`: the error for a server that does not answer."""

    def __init__(
        self,
        connection: sa.Connection,
        chosen: sa.TableClause,
        types: Sequence[TypeEngine[Any]],
        gone: SourceError,
    ) -> None:
        self._connection = connection
        self._statements = Statements(connection.dialect.name, chosen.name, chosen.schema or "")
        self._gone = gone
        self.headings = tuple(column.name for column in chosen.c)
        self.kinds = tuple(map(_kind, types))

    def refuse_without_functions(self) -> None:
        """Raise SourceError, with its name, for a function that the server does not know."""
        for name, statement in self._statements.needed().items():
            try:
                with self._connection.begin_nested():
                    self._connection.execute(sa.text(statement)).all()
            except SQLAlchemyError:
                raise without_function(name) from None

    def cells(self, place: int, most: int) -> Mapping[str, str]:
        """Each distinct value as the server writes it: its cell as text. Raises DeclinedError where there are
        more than `most`, and SourceError."""
        with self._asking():
            statement = _for_driver(self._statements.values(self.headings[place], most))
            found = self._connection.exec_driver_sql(statement).all()
        if len(found) > most:
            raise DeclinedError(f"a column of codes has more than {most} different words")
        return {text: cell_text(value) for value, text in found}

    def write(self, places: Sequence[int], stream: Stream) -> int:
        """Write columns of all rows as CSV. Returns their number."""
        asked = [Asked(self.headings[n], self.kinds[n] == TEXT) for n in sorted(places)]
        statement = self._statements.rows(asked)
        with self._asking():
            if self._connection.dialect.name == "postgresql":
                return self._copy(statement, stream)
            return self._stream(statement, stream)

    def _copy(self, statement: str, stream: Stream) -> int:
        """The server writes the CSV itself (https://www.postgresql.org/docs/current/sql-copy.html)."""
        driver = self._connection.connection.driver_connection
        if driver is None or not hasattr(driver.cursor(), "copy"):
            raise DeclinedError("its driver is not psycopg")
        with driver.cursor() as cursor:
            with cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)") as copy:
                while block := b"".join(islice(copy, _ROWS_AT_ONCE)):
                    stream.write(block)
            return int(cursor.rowcount)

    def _stream(self, statement: str, stream: Stream) -> int:
        rows, options = 0, {"yield_per": CHUNK_ROWS}
        with self._connection.exec_driver_sql(_for_driver(statement), execution_options=options) as result:
            unread = getattr(result.cursor, "_result", None)
            try:
                for part in result.partitions():
                    stream.write(as_csv(part))
                    rows += len(part)
            except SQLAlchemyError:
                if unread is not None:  # else PyMySQL would read on from a connection that is lost
                    unread.unbuffered_active = False
                raise
        return rows

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Ask the server so that what fails leaves the transaction as it was. Raises SourceError."""
        try:
            with self._connection.begin_nested():
                yield
        except (DeclinedError, OSError):
            raise
        except SQLAlchemyError:
            raise self._gone from None  # its message may quote rows
        except Exception as error:
            if not _of_driver(error):
                raise
            raise self._gone from None


def _of_driver(error: Exception) -> bool:
    """Whether an error comes from the driver itself, which COPY uses without SQLAlchemy."""
    return type(error).__module__.partition(".")[0] in {"psycopg", "pymysql"}


def _kind(of: TypeEngine[Any]) -> str:
    return next((kind for known, kind in _KINDS.items() if isinstance(of, known)), OTHER)


def _for_driver(statement: str) -> str:
    """The statement for a driver that takes a sign of per cent for a parameter."""
    return statement.replace("%", "%%")


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV, every cell between quotation marks."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def without_function(name: str) -> SourceError:
    """The error for a server that does not know what every load needs."""
    return SourceError(
        message("The server does not know %(function)s; nothing was read.", function=name),
        remedy=message("Load row by row (--rows), or export the table as CSV or Parquet."),
    )

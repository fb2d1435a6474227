"""Tables of Apache Spark as a source, through Spark Connect: read by the client alone, which needs no Java.

https://spark.apache.org/docs/latest/spark-connect-overview.html. Spark has no transaction over several
statements. So all rows of a table come from one of them, and a value that stood nowhere a moment before is an
error.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, Protocol

from audit.reading.messages import message
from gateway.sources.engine.database_table import Stream
from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.parquet_files import DAY, FRACTION, OTHER, TEXT, WHOLE
from gateway.sources.engine.statements import Asked, Statements
from gateway.sources.files.server_table import as_csv, without_function
from gateway.sources.model.cells import cell_text
from gateway.sources.model.errors import SourceError
from gateway.sources.model.tables import CHUNK_ROWS, Chunk, ForeignKey, OpenTable

ADDRESS = "sc://"

_KINDS: Mapping[str, str] = {
    "string": TEXT,
    **dict.fromkeys(("byte", "short", "integer", "long"), WHOLE),
    **dict.fromkeys(("float", "double", "decimal"), FRACTION),
    **dict.fromkeys(("date", "timestamp", "timestamp_ntz"), DAY),
    "boolean": "yes and no",
}
"""What Spark calls a type -> the kind of its values."""


class Frame(Protocol):
    """What Spark answers a statement with."""

    @property
    def schema(self) -> Any:
        """Its columns: `fields`, each with `name` and `dataType`."""
        ...

    def toLocalIterator(self) -> Iterator[Sequence[Any]]:  # noqa: N802 - as Spark names it
        """Its rows, some at a time."""
        ...


class Session(Protocol):
    """A session with a server of Spark."""

    def sql(self, statement: str) -> Frame:
        """Ask."""
        ...


@contextmanager
def open_spark(address: str) -> Iterator["SparkSource"]:
    """Connect to a server (`sc://host:15002`). Raises SourceError; no message holds the address's secrets."""
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - no part of Safelane's locks
    except ImportError:
        raise SourceError(
            message("The client of Spark is not installed here."),
            remedy=message("Install it: pip install pyspark-client."),
        ) from None
    with _asking(name := address_of_spark(address)):
        session = SparkSession.builder.remote(address).create()
        session.conf.set("spark.sql.session.timeZone", "UTC")
    try:
        yield SparkSource(session, name)
    finally:
        with suppress(Exception):  # of a server that is gone; what went wrong before is what is said
            session.stop()


def address_of_spark(address: str) -> str:
    """The address without its parameters, of which some are secrets."""
    return address.partition("/;")[0]


class SparkSource:
    """Tables and views of the session's catalog: by their name, or as `schema.table`."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name

    def tables(self) -> list[str]:
        """Tables and views of the session's schema. Raises SourceError."""
        with _asking(self._name):
            return sorted(str(row[1]) for row in self._session.sql("SHOW TABLES").toLocalIterator())

    def foreign_keys(self) -> list[ForeignKey]:
        """None: Spark declares none."""
        return []

    def size(self, name: str) -> int:
        """Rows of the table or view. Raises SourceError."""
        with _asking(self._name):
            return int(next(iter(self._session.sql(_statements(name).counted()).toLocalIterator()))[0])

    @contextmanager
    def table(self, name: str) -> Iterator[OpenTable]:
        """Open a table or view. Raises SourceError, also during reading."""
        headings = tuple(field.name for field in self._fields(name))
        yield OpenTable(headings, self._chunks(_statements(name).typed(headings)))

    def of_server(self, name: str) -> "SparkTable":
        """A table or view for the engine. Raises SourceError."""
        return SparkTable(self._session, _statements(name), self._fields(name), self._name)

    def _fields(self, name: str) -> list[Any]:
        with _asking(self._name):
            return list(self._session.sql(_statements(name).columns()).schema.fields)

    def _chunks(self, statement: str) -> Iterator[Chunk]:
        first = 1
        with _asking(self._name):
            for part in _parts(self._session.sql(statement)):
                rows = [[cell_text(value) for value in row] for row in part]
                yield Chunk(range(first, first + len(rows)), rows)
                first += len(rows)


class SparkTable:
    """A table or view for the engine (`ServerTable`)."""

    def __init__(self, session: Session, statements: Statements, fields: Sequence[Any], name: str) -> None:
        self._session = session
        self._statements = statements
        self._name = name
        self.headings = tuple(field.name for field in fields)
        self.kinds = tuple(_KINDS.get(field.dataType.typeName(), OTHER) for field in fields)

    def refuse_without_functions(self) -> None:
        """Raise SourceError, with its name, for a function that the server does not know."""
        for name, statement in self._statements.needed().items():
            try:
                list(self._session.sql(statement).toLocalIterator())
            except Exception as error:
                if not _of_spark(error):
                    raise
                raise without_function(name) from None

    def cells(self, place: int, most: int) -> Mapping[str, str]:
        """Each distinct value as the server writes it: its cell as text. Raises DeclinedError where there are
        more than `most`, and SourceError."""
        with _asking(self._name):
            statement = self._statements.values(self.headings[place], most)
            found = {text: cell_text(value) for value, text in self._session.sql(statement).toLocalIterator()}
        if len(found) > most:
            raise DeclinedError(f"a column of codes has more than {most} different words")
        return found

    def write(self, places: Sequence[int], stream: Stream) -> int:
        """Write columns of all rows as CSV. Returns their number."""
        asked = [Asked(self.headings[n], self.kinds[n] == TEXT) for n in sorted(places)]
        rows = 0
        with _asking(self._name):
            for part in _parts(self._session.sql(self._statements.rows(asked))):
                stream.write(as_csv(part))
                rows += len(part)
        return rows


def _parts(frame: Frame) -> Iterator[list[Sequence[Any]]]:
    rows = iter(frame.toLocalIterator())
    while part := list(islice(rows, CHUNK_ROWS)):
        yield part


@contextmanager
def _asking(name: str) -> Iterator[None]:
    """Ask the server. Raises SourceError: its own messages may quote rows, or a token of the address."""
    try:
        yield
    except Exception as error:
        if not _of_spark(error):
            raise
        raise SourceError(
            message("%(name)s did not answer as asked; nothing was loaded.", name=name),
            remedy=message("Check that Spark runs there and has the tables, then load again."),
        ) from None


def _of_spark(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in {"pyspark", "grpc"}


def _statements(name: str) -> Statements:
    schema, _, table = name.rpartition(".")
    return Statements("spark", table, schema)

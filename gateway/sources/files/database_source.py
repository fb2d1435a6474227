"""A relational database as a source, through SQLAlchemy: read-only, streamed, in one consistent state."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from audit.reading.messages import message
from gateway.sources.engine.declined import DeclinedError
from gateway.sources.files.server_table import SERVERS, TableOfServer
from gateway.sources.model.cells import cell_text
from gateway.sources.model.errors import SourceError
from gateway.sources.model.tables import CHUNK_ROWS, Chunk, ForeignKey, OpenTable
from gateway.sources.rows.kept_aside import kept_aside
from gateway.sources.services.credentials import secret_for

_OF_THE_SYSTEM = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
_MYSQL = frozenset({"mysql", "mariadb"})


@dataclass
class Counted:
    """The number of rows read so far."""

    read: int = 0


class DatabaseSource:
    """Tables and views as seen by a single transaction. Use `open_database` to build an instance."""

    def __init__(self, connection: sa.Connection, name: str, folder: Path | None = None) -> None:
        self._connection = connection
        self._folder = folder
        self._name = name

    def tables(self) -> list[str]:
        """Tables and views of every schema, those of other schemas as `schema.table`. Raises SourceError."""
        try:
            inspector = sa.inspect(self._connection)
            return sorted(
                _full_name(schema, name)
                for schema in _schemas(inspector)
                for name in (*inspector.get_table_names(schema), *inspector.get_view_names(schema))
            )
        except DBAPIError:
            raise _gone(self._name) from None

    def foreign_keys(self) -> list[ForeignKey]:
        """The keys of one column between tables. Raises SourceError."""
        try:
            inspector = sa.inspect(self._connection)
            return [
                ForeignKey(
                    _full_name(schema, name),
                    key["constrained_columns"][0],
                    _full_name(_other(key["referred_schema"], inspector), key["referred_table"]),
                    key["referred_columns"][0],
                )
                for schema in _schemas(inspector)
                for name in inspector.get_table_names(schema)
                for key in inspector.get_foreign_keys(name, schema)
                if len(key["constrained_columns"]) == len(key["referred_columns"]) == 1
            ]
        except DBAPIError:
            raise _gone(self._name) from None

    @contextmanager
    def table(self, name: str) -> Iterator[OpenTable]:
        """Open a table or view, as `schema.table` where needed. Raises SourceError, also during reading."""
        chosen = self._chosen(name)
        rows = Counted()
        chunks = self._chunks(sa.select(chosen))
        if self._connection.dialect.name in _MYSQL:
            # Its driver ends a table where it stands once something else is asked, as if it had no more rows.
            chunks = kept_aside(chunks, self._folder)
        yield OpenTable(tuple(c.name for c in chosen.c), _counted(chunks, rows), lambda: rows.read)

    def of_server(self, name: str) -> TableOfServer:
        """A table or view for the engine. Raises DeclinedError and SourceError."""
        if self._connection.dialect.name not in SERVERS:
            raise DeclinedError("the engine reads databases of PostgreSQL and MariaDB only")
        chosen = self._chosen(name)
        schema, _, table = name.rpartition(".")
        try:
            types = [c["type"] for c in sa.inspect(self._connection).get_columns(table, schema or None)]
        except DBAPIError:
            raise _gone(self._name) from None
        return TableOfServer(self._connection, chosen, types, _gone(self._name))

    def size(self, name: str) -> int:
        """Rows of the table or view. Raises SourceError."""
        try:
            counted = sa.select(sa.func.count()).select_from(self._chosen(name))
            return self._connection.execute(counted).scalar_one()
        except SQLAlchemyError:
            raise _gone(self._name) from None

    def _chosen(self, name: str) -> sa.TableClause:
        schema, _, table = name.rpartition(".")
        try:
            headings = [c["name"] for c in sa.inspect(self._connection).get_columns(table, schema or None)]
        except NoSuchTableError:
            headings = []
        except DBAPIError:
            raise _gone(self._name) from None
        if not headings:
            msg = f"{self._name} has no table or view {name!r}."
            raise SourceError(msg, remedy="Correct the mapping, or let its user read the table.")
        return sa.table(table, *map(sa.column, headings), schema=schema or None)

    def _chunks(self, query: sa.Select[tuple[object, ...]]) -> Iterator[Chunk]:
        first = 1
        try:
            with self._connection.execute(query, execution_options={"yield_per": CHUNK_ROWS}) as result:
                for part in result.partitions():
                    rows = [[cell_text(value) for value in row] for row in part]
                    yield Chunk(range(first, first + len(rows)), rows)
                    first += len(rows)
        except (SQLAlchemyError, UnicodeDecodeError):  # their messages may quote rows
            raise _gone(self._name) from None


def _counted(chunks: Iterator[Chunk], rows: Counted) -> Iterator[Chunk]:
    for chunk in chunks:
        rows.read += len(chunk.rows)
        yield chunk


def _schemas(inspector: sa.Inspector) -> list[str | None]:
    """Every schema with tables of the state's own; None is the default schema."""
    if inspector.dialect.name == "sqlite":
        return [None]
    own = inspector.default_schema_name
    others = (name for name in inspector.get_schema_names() if name != own and not _is_of_the_system(name))
    return [*([None] if own else []), *others]


def _other(schema: str | None, inspector: sa.Inspector) -> str | None:
    """The schema, or None for the default schema, whose tables have no prefix."""
    return None if schema == inspector.default_schema_name else schema


def _is_of_the_system(schema: str) -> bool:
    return schema in _OF_THE_SYSTEM or schema.startswith("pg_")


def _full_name(schema: str | None, table: str) -> str:
    return f"{schema}.{table}" if schema else table


def address_of(place: str) -> str:
    """The URL of a database as a mapping may name it, without user and password; "" for one in a file."""
    url = sa.make_url(place)
    if not url.host:
        return ""
    query = {name: value for name, value in url.query.items() if "pass" not in name.lower()}
    return url.set(username=None, password=None, query=query).render_as_string()


def _with_driver(url: sa.URL) -> sa.URL:
    """The URL with the driver that is an extra of Safelane, where it names none."""
    name = url.drivername
    return url.set(drivername=f"{name}+pymysql") if name in _MYSQL else url


def _with_secret(url: sa.URL, credentials: Path | None) -> sa.URL:
    """The URL with user and password from the file of credentials, if it has none. Raises SourceError."""
    if url.username is not None or not url.host:
        return url
    port = f":{url.port}" if url.port else ""
    backend = url.get_backend_name()
    secret = secret_for(credentials, f"{'mysql' if backend in _MYSQL else backend}://{url.host}{port}")
    return url.set(username=secret.user, password=secret.password) if secret.user else url


@contextmanager
def open_database(
    url: str, credentials: Path | None = None, folder: Path | None = None
) -> Iterator[DatabaseSource]:
    """Connect to the database at `url` for reading. Raises SourceError; no message contains the password.

    `credentials`: a file with user and password, for a URL without them. `folder`: where rows wait, in files
    without a name, if they have to.
    """
    try:
        address = _with_driver(sa.make_url(url))
        address = _with_secret(address, credentials)
        engine = _engine(address)
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as error:
        if isinstance(error, ImportError) and error.name == "pymysql":
            raise SourceError(
                message("PyMySQL, which reads MariaDB and MySQL, is not installed here."),
                remedy=message("Install Safelane with its extra: pip install 'safelane[sources]'."),
            ) from None
        raise SourceError(
            "This is not the URL of a database that can be read here.",
            remedy="Write it as postgresql+psycopg://user:password@host/database or sqlite:///path, "
            "and install the driver that it names.",
        ) from None
    name = address_of(url) or address.render_as_string(hide_password=True)
    try:
        with engine.connect() as connection:
            _read_only(connection)
            yield DatabaseSource(connection, name, folder)
    except DBAPIError:
        raise _gone(name) from None
    finally:
        engine.dispose()


def _engine(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() == "sqlite":
        path = Path(address.database or "")
        if not path.is_file():
            msg = f"There is no database file {path}."
            raise SourceError(msg, remedy="Check the path: sqlite:///folder/file.db")
        address = address.set(
            database=f"file:{path.resolve().as_posix()}", query={"mode": "ro", "uri": "true"}
        )
    return sa.create_engine(address, poolclass=sa.NullPool)


def _read_only(connection: sa.Connection) -> None:
    """Make the transaction read-only, with a consistent view of the database however long reading takes."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # Rows come in one order, however often they are asked for: findings name them by their number.
        connection.exec_driver_sql("SET LOCAL max_parallel_workers_per_gather = 0")
        connection.exec_driver_sql("SET LOCAL synchronize_seqscans = off")
    elif connection.dialect.name in _MYSQL:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    # other engines: the account named in the URL should have read access only


def _gone(name: str) -> SourceError:
    if name.startswith("sqlite"):
        return SourceError(
            f"{name} cannot be read: it is no whole SQLite database, or locked; nothing was loaded.",
            remedy="Copy it again when no program writes to it, and check its texts: they are to be UTF-8.",
        )
    return SourceError(
        f"{name} did not answer, or no longer does; nothing was loaded.",
        remedy="Check that the database runs and that its user may read the tables, then load again.",
    )

"""The files of a table in Parquet, and the columns that all of them share.

A table is a file, or a folder with many: `victims.parquet/part-0.parquet`, also in folders for the values of
a column (`victims.parquet/year=2024/part-0.parquet`). Files are read in the order of their paths. Format:
https://parquet.apache.org/docs/file-format/
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audit.reading.messages import message
from gateway.sources.engine.connection import connected
from gateway.sources.model.cells import BINARY
from gateway.sources.model.errors import SourceError
from gateway.sources.rows.stable_file import steady

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ENDING = ".parquet"
READ = "read_parquet($files, union_by_name = true, hive_partitioning = {hive}, hive_types_autocast = false)"
_PATTERN = frozenset("*?[]{}")
"""Signs that the engine takes for a pattern of names."""

TEXT, WHOLE, FRACTION, DAY, OTHER = "text", "whole numbers", "fractions", "dates", "something else"
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("VARCHAR", "ENUM", "UUID"), TEXT),
    **{f"{sign}{width}INT": WHOLE for sign in ("", "U") for width in ("TINY", "SMALL", "BIG", "HUGE")},
    **dict.fromkeys(("INTEGER", "UINTEGER"), WHOLE),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), FRACTION),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), DAY),
    "TIMESTAMP WITH TIME ZONE": DAY,
    "BOOLEAN": "yes and no",
}
_ZONED = "TIMESTAMP WITH TIME ZONE"


@dataclass(frozen=True)
class ParquetColumn:
    """A column: its name, its type as the engine writes it, and the kind of its values."""

    name: str
    type: str

    @property
    def kind(self) -> str:
        """What the values are; lists, structures and bytes are OTHER."""
        return OTHER if self.type.endswith("]") else _KINDS.get(self.type.partition("(")[0], OTHER)

    def text(self) -> str:
        """The expression of a value as text that tells it apart; '' for nothing."""
        if self.kind == OTHER:
            return f"CASE WHEN {self._quoted} IS NULL THEN '' ELSE '{BINARY}' END"
        return f"coalesce(({self.value()})::VARCHAR, '')"

    def value(self) -> str:
        """The expression of a value as it is read: of a point in time its day in UTC."""
        quoted = self._quoted
        if self.type == _ZONED:
            return f"make_timestamp(epoch_us({quoted}))::DATE"
        if self.kind == DAY:
            return f"{quoted}::DATE"
        if self.kind == TEXT:
            return f"coalesce({quoted}::VARCHAR, '')"
        if self.kind == OTHER:
            return f"CASE WHEN {quoted} IS NULL THEN NULL ELSE ''::BLOB END"
        return quoted

    @property
    def _quoted(self) -> str:
        return '"' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True)
class OpenParquet:
    """A table that is open: the files, their columns, and the engine that reads them."""

    connection: "DuckDBPyConnection"
    files: tuple[Path, ...]
    columns: tuple[ParquetColumn, ...]
    rows: int

    @property
    def source(self) -> str:
        """What stands behind FROM, with `asked` for its parameters."""
        return READ.format(hive=_is_divided(self.files))

    @property
    def asked(self) -> Mapping[str, object]:
        return {"files": [str(path) for path in self.files]}

    def all_rows(self) -> "DuckDBPyConnection":
        """Every row, each value as `ParquetColumn.value` gives it, in a stream."""
        values = ", ".join(column.value() for column in self.columns)
        return self.connection.execute(f"SELECT {values} FROM {self.source}", dict(self.asked))


def files_of(path: Path) -> tuple[Path, ...]:
    """The files of a table in their order; none where there are none. Hidden files are passed over."""
    if not path.is_dir():
        return (path,) if path.is_file() else ()
    found = (
        file
        for file in path.rglob("*" + ENDING)
        if file.is_file() and not any(part[0] in "._" for part in file.relative_to(path).parts)
    )
    return tuple(sorted(found))


@contextmanager
def open_table(path: Path, name: str) -> Iterator[OpenParquet]:
    """Open a table for reading. Raises DeclinedError for files that the engine cannot read, and SourceError,
    also at the end where a file was written meanwhile.
    """
    files = files_of(path)
    if not files:
        msg = message("There is no file %(file)s in %(folder)s.", file=repr(name), folder=str(path.parent))
        raise SourceError(msg, remedy=message("Check the path, or the table's name in the mapping."))
    if any(sign in str(file) for file in files for sign in _PATTERN):
        raise SourceError(
            message(
                "%(file)s: a sign of *?[]{} stands in the path, where the engine reads a pattern.", file=name
            ),
            remedy=message("Rename the file or its folder."),
        )
    with ExitStack() as stack:
        for file in files:
            stack.enter_context(steady(file, name))
        with connected() as connection:
            yield OpenParquet(connection, files, *_shape(connection, files, name))
        if files_of(path) != files:
            raise SourceError(
                message("%(file)s was changed while it was read; nothing was loaded.", file=name),
                remedy=message("Load again when nobody writes it, or load a copy."),
            )


def _shape(
    connection: "DuckDBPyConnection", files: tuple[Path, ...], name: str
) -> tuple[tuple[ParquetColumn, ...], int]:
    """The columns of all files, and the number of all rows. Raises SourceError where files differ."""
    read = READ.format(hive=_is_divided(files))
    first: dict[str, str] = {}
    for file in files:
        found = _columns(connection, read, (file,))
        kinds = {column.name: column.kind for column in found}
        first = first or kinds
        if differing := sorted(column for column in first | kinds if first.get(column) != kinds.get(column)):
            column = differing[0]
            raise SourceError(
                message(
                    "%(table)s: the files do not agree on %(column)s: %(one)s in %(first)s, %(other)s in "
                    "%(second)s; nothing was loaded.",
                    table=name,
                    column=repr(column),
                    one=first.get(column, "no column"),
                    first=files[0].name,
                    other=kinds.get(column, "no column"),
                    second=file.name,
                ),
                remedy=message(
                    "Export the table again, with the same columns of the same kinds in every file."
                ),
            )
    asked = {"files": [str(path) for path in files]}
    rows = connection.execute(f"SELECT count(*) FROM {read}", asked).fetchall()[0][0]
    return _columns(connection, read, files), int(rows)


def _columns(
    connection: "DuckDBPyConnection", read: str, files: tuple[Path, ...]
) -> tuple[ParquetColumn, ...]:
    asked = {"files": [str(path) for path in files]}
    found = connection.execute(f"DESCRIBE SELECT * FROM {read}", asked).fetchall()
    return tuple(ParquetColumn(row[0], row[1]) for row in found)


def _is_divided(files: tuple[Path, ...]) -> str:
    """Whether folders hold the values of a column, as `true` or `false`."""
    return str(len(files) > 0 and all("=" in file.parent.name for file in files)).lower()

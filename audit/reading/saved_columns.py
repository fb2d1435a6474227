"""The rows of a table that was saved column by column: a stream of Arrow, or Parquet, which DuckDB reads.

DuckDB does not come with this tool: who checks such a file installs it, or saves the table as CSV.
"""

import tempfile
from pathlib import Path
from typing import Any, Final

from audit.errors import AuditError, MalformedError
from audit.formats.arrow_stream import read_arrow

Rows = tuple[list[str], list[list[Any]]]
"""The names of the columns, and the rows."""

_MEMORY: Final = "1GB"
_WHAT: Final = "saved table"


class NoReaderError(AuditError):
    """What reads a format is not installed."""


def parquet_rows(data: bytes, most: int) -> Rows:
    """Return the rows of a Parquet file, one more than `most` at the most.

    Raises MalformedError, or NoReaderError without DuckDB.
    """
    try:
        # Here, because it is not installed everywhere.
        import duckdb  # noqa: PLC0415
    except ImportError:
        raise _no_reader() from None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        path.write_bytes(data)
        try:
            with duckdb.connect(":memory:", config={"threads": 1, "memory_limit": _MEMORY}) as engine:
                # The file is a stranger's: nothing but it can be read.
                quoted = str(path).replace("'", "''")
                engine.execute(f"SET allowed_paths = ['{quoted}']")
                engine.execute("SET enable_external_access = false")
                found = engine.execute("SELECT * FROM read_parquet(?) LIMIT ?", [str(path), most + 1])
                names = [str(column[0]) for column in found.description or ()]
                return names, [[*row] for row in found.fetchall()]
        except (duckdb.Error, UnicodeDecodeError):
            raise MalformedError(_WHAT, "no Parquet that can be read") from None


def arrow_rows(data: bytes, most: int) -> Rows:
    """Return the rows of a stream of Arrow. Raises MalformedError, for more rows than `most` too."""
    names, columns = read_arrow(data, most)
    return names, [list(row) for row in zip(*columns, strict=True)]


def _no_reader() -> NoReaderError:
    return NoReaderError(
        "Parquet is read by DuckDB, which is not installed: pip install duckdb, or save the table as CSV, "
        "which holds the same"
    )

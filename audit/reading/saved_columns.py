"""The rows of a table that was saved column by column: Parquet by DuckDB, a stream of Arrow by nanoarrow.

Neither comes with this tool: who checks such a file installs its reader, or saves the table as CSV.
"""

import io
import tempfile
from pathlib import Path
from typing import Any, Final

from audit.errors import AuditError, MalformedError

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
        raise _no_reader("Parquet", "duckdb") from None
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
    """Return the rows of a stream of Arrow, of whole batches until there are more than `most`.

    Raises MalformedError, or NoReaderError without nanoarrow.
    """
    try:
        import nanoarrow  # noqa: PLC0415 - as above
    except ImportError:
        raise _no_reader("Arrow", "nanoarrow") from None
    rows: list[list[Any]] = []
    try:
        with nanoarrow.ArrayStream.from_readable(io.BytesIO(data)) as stream:
            names = [stream.schema.field(place).name for place in range(stream.schema.n_fields)]
            if len(set(names)) != len(names):
                raise MalformedError(_WHAT, "two columns have one name")
            for batch in stream.iter_chunks():
                if len(batch) > most + 1 - len(rows):
                    raise MalformedError(_WHAT, "more rows than the release has cells")
                rows += ([*row] for row in batch.iter_tuples())
    except AuditError:
        raise
    except Exception:  # noqa: BLE001 - the reader raises what its parts raise, of many kinds
        raise MalformedError(_WHAT, "no stream of Arrow that can be read") from None
    return names, rows


def _no_reader(form: str, package: str) -> NoReaderError:
    return NoReaderError(
        f"{form} is read by {package}, which is not installed: pip install {package}, or save the table "
        "as CSV, which holds the same"
    )

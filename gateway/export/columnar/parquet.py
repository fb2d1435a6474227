"""Observations as Apache Parquet (https://parquet.apache.org/docs/file-format/), written by DuckDB.

The columns are those of the CSV: codes (and labels) as text, numbers as 64-bit integers that are null where
there is none. Under the key `safelane` the file says what a reader has to know beside the numbers.
"""

import os
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gateway.export.columnar.columns import KEY, beside, columns, is_number
from gateway.export.notes import Receipt
from gateway.export.observations import Observations

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def is_installed() -> bool:
    """Whether the extra with DuckDB is installed."""
    return find_spec("duckdb") is not None


def to_parquet(
    observations: Observations, *, labelled: bool = False, receipt: Receipt | None = None
) -> bytes:
    """Return a file with a row for each cell; the same observations give the same bytes.

    Raises ImportError without the extra `engine`.
    """
    made = columns(observations, labelled=labelled)
    selected = ", ".join(
        f"CAST({_name(name)} AS {'BIGINT' if is_number(name) else 'VARCHAR'}) AS {_name(name)}"
        for name in made
    )
    with _engine().cursor() as cursor, tempfile.TemporaryDirectory() as folder:
        cursor.register("observations", {name: _array(name, values) for name, values in made.items()})
        said = beside(observations, receipt)
        path = os.path.join(folder, "data.parquet")  # noqa: PTH118 - a text for SQL
        cursor.execute(
            f"COPY (SELECT {selected} FROM observations) TO {_text(path)} "  # noqa: S608 - quoted names and texts
            f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{KEY}: {_text(said)}}})"
        )
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return file.read()


@cache
def _engine() -> "DuckDBPyConnection":
    """An engine without a file, one for the process: starting one takes longer than all else here.

    One thread, so that the order of the rows, and with it the bytes, stay the same. Texts are not looked at
    to find their type: a column may begin with a thousand blanks.
    """
    # Here, because the extra may be missing, and takes a tenth of a second of each start.
    import duckdb  # noqa: PLC0415

    return duckdb.connect(":memory:", config={"threads": 1, "pandas_analyze_sample": 0})


def _array(name: str, values: Sequence[Any]) -> NDArray[Any]:
    """A column as the engine takes it in at once; values one by one take five times as long."""
    if not is_number(name):
        return np.array(values, dtype=object)
    blank = [value is None for value in values]
    return np.ma.array([value or 0 for value in values], mask=blank, dtype=np.int64)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

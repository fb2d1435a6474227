"""Observations as Apache Parquet (https://parquet.apache.org/docs/file-format/), written by DuckDB.

The columns are those of the CSV: codes (and labels) as text, numbers as 64-bit integers that are null where
there is none. Under the key `safelane` the file says what a reader has to know beside the numbers.
"""

import json
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gateway.export.data_csv import FACTS, TOTAL_OVER
from gateway.export.notes import Receipt
from gateway.export.observations import Observations, Selection, totals_over
from gateway.export.release_metadata import metadata

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEY = "safelane"
"""Key of the file's metadata: a JSON object, as of the address `metadata`, with the receipt's entries."""
TEXTS = frozenset({"status", "missing_members"})


def is_installed() -> bool:
    """Whether the extra with DuckDB is installed."""
    return find_spec("duckdb") is not None


def to_parquet(
    observations: Observations, *, labelled: bool = False, receipt: Receipt | None = None
) -> bytes:
    """Return a file with a row for each cell; the same observations give the same bytes.

    Raises ImportError without the extra `engine`.
    """
    columns = _columns(observations, labelled=labelled)
    selected = ", ".join(
        f"CAST({_name(name)} AS {'BIGINT' if _is_number(name) else 'VARCHAR'}) AS {_name(name)}"
        for name in columns
    )
    with _engine().cursor() as cursor, tempfile.TemporaryDirectory() as folder:
        cursor.register("observations", {name: _array(name, values) for name, values in columns.items()})
        path = os.path.join(folder, "data.parquet")  # noqa: PTH118 - a text for SQL
        said = json.dumps(_beside(observations, receipt), ensure_ascii=False)
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
    if not _is_number(name):
        return np.array(values, dtype=object)
    blank = [value is None for value in values]
    return np.ma.array([value or 0 for value in values], mask=blank, dtype=np.int64)


def _columns(observations: Observations, *, labelled: bool) -> dict[str, list[Any]]:
    """The columns by name, in their order."""
    said = observations.labels.code
    cells = observations.cells
    found: dict[str, list[Any]] = {}
    for axis in observations.one_year:
        found |= dict.fromkeys(_names(axis.level, labelled=labelled), list(axis.codes) * len(cells))
    for place, axis in enumerate(observations.axes):
        codes = [cell.key[place] for cell in cells]
        labels = {code: said(axis.level, code) for code in axis.codes} if labelled else {}
        found |= zip(
            _names(axis.level, labelled=labelled),
            (codes, [labels.get(code, code) for code in codes]),
            strict=False,  # without labels there is one name
        )
    if observations.selection is not Selection.INNER:
        found[TOTAL_OVER] = [" ".join(totals_over(observations.axes, cell)) or None for cell in cells]
    facts: dict[str, list[Any]] = {
        "value": [cell.value for cell in cells],
        "status": [cell.status.value for cell in cells],
        "at_least": [cell.at_least for cell in cells],
        "at_most": [cell.at_most for cell in cells],
        "largest_deviation": [cell.largest_deviation or None for cell in cells],
        "standard_deviation": [cell.standard_deviation or None for cell in cells],
        "missing_members": [" ".join(cell.missing_members) or None for cell in cells],
    }
    return found | {name: facts[name] for name in FACTS}


def _names(level: str, *, labelled: bool) -> tuple[str, ...]:
    return (level, f"{level}_label") if labelled else (level,)


def _beside(observations: Observations, receipt: Receipt | None) -> dict[str, Any]:
    described = metadata(observations.release, observations.dictionary)
    if receipt is not None:
        described["receipt"] = {"log": receipt.log, "asked": receipt.asked, "released": receipt.released}
    return described


def _is_number(name: str) -> bool:
    return name in FACTS and name not in TEXTS


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

"""Observations as a stream of Apache Arrow, written by nanoarrow.

https://arrow.apache.org/docs/format/Columnar.html, section Serialization.

The columns are those of Parquet, in one record batch: texts as UTF-8, numbers as 64-bit integers, null where
there is none. The metadata of the schema has the key `safelane`.
"""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from gateway.export.columnar.columns import KEY, beside, columns, is_number
from gateway.export.notes import Receipt
from gateway.export.observations import Observations


def to_arrow(observations: Observations, *, labelled: bool = False, receipt: Receipt | None = None) -> bytes:
    """Return a stream with a row for each cell; the same observations give the same bytes."""
    # Here, so that whoever only starts does not load it.
    import nanoarrow  # noqa: PLC0415
    from nanoarrow.ipc import StreamWriter  # noqa: PLC0415

    made = columns(observations, labelled=labelled)
    kinds = {name: nanoarrow.int64() if is_number(name) else nanoarrow.string() for name in made}
    schema = nanoarrow.schema(
        nanoarrow.Type.STRUCT, fields=kinds, metadata={KEY: beside(observations, receipt)}
    )
    batch = nanoarrow.c_array_from_buffers(
        schema,
        length=len(observations.cells),
        buffers=[None],
        children=[
            nanoarrow.c_array_from_buffers(
                kinds[name], len(values), _numbers(values) if is_number(name) else _texts(values)
            )
            for name, values in made.items()
        ],
    )
    out = io.BytesIO()
    with StreamWriter.from_writable(out) as writer:
        writer.write_array(batch)
    return out.getvalue()


def _numbers(values: Sequence[int | None]) -> list[Any]:
    """Validity and values. At once: values one by one take ten times as long."""
    return [_validity(values), np.array([value or 0 for value in values], dtype=np.int64)]


def _texts(values: Sequence[str | None]) -> list[Any]:
    """Validity, the ends of the texts, and the texts."""
    # A column repeats a few texts thousands of times.
    known = {value: (value or "").encode() for value in set(values)}
    encoded = [known[value] for value in values]
    ends = np.zeros(len(encoded) + 1, dtype=np.int32)
    np.cumsum([*map(len, encoded)], out=ends[1:])
    return [_validity(values), ends, b"".join(encoded)]


def _validity(values: Sequence[object]) -> Any:
    """A bit for each value, the first lowest; None where no value is missing."""
    known = np.array([value is not None for value in values], dtype=bool)
    return None if known.all() else np.packbits(known, bitorder="little")

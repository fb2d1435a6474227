"""The formats in which programs fetch the data of a release, with their media types and endings."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from gateway.export.columnar.arrow import to_arrow
from gateway.export.columnar.parquet import is_installed, to_parquet
from gateway.export.data_csv import to_data_csv
from gateway.export.export_formats import CONTENT_TYPES, FormError
from gateway.export.json_stat import to_json_stat
from gateway.export.notes import Receipt
from gateway.export.observations import Observations, Selection
from gateway.export.sdmx.sdmx_csv import to_sdmx_csv
from gateway.export.sdmx.sdmx_data_ml import to_sdmx_data_ml
from gateway.export.sdmx.sdmx_json import to_sdmx_json

Writer = Callable[[Observations, bool, Receipt | None], bytes]
"""Writes observations, with labels beside the codes or without, and with the log's entries where they fit."""


@dataclass(frozen=True)
class DataFormat:
    """A format: its ending in an address, its media type, and what writes it."""

    ending: str
    media_type: str
    write: Writer


def _csv(observations: Observations, labelled: bool, _: Receipt | None) -> bytes:
    return to_data_csv(observations, labelled=labelled).encode()


def _json_stat(observations: Observations, _labelled: bool, _: Receipt | None) -> bytes:
    if observations.selection is Selection.TOTALS:
        raise FormError("JSON-stat cannot hold totals alone.", remedy="Ask for cells=all.")
    return to_json_stat(observations).encode()


def _sdmx_csv(observations: Observations, _labelled: bool, _: Receipt | None) -> bytes:
    return to_sdmx_csv(observations).encode()


def _sdmx_json(observations: Observations, _labelled: bool, _: Receipt | None) -> bytes:
    _need_dimensions(observations, "SDMX-JSON")
    return to_sdmx_json(observations).encode()


def _sdmx_ml(observations: Observations, _labelled: bool, _: Receipt | None) -> bytes:
    _need_dimensions(observations, "SDMX-ML")
    return to_sdmx_data_ml(observations).encode()


def _need_dimensions(observations: Observations, form: str) -> None:
    if not (observations.axes or observations.one_year):
        raise FormError(f"{form} cannot hold a single number.", remedy="Ask for data.csv.")


def _workbook(observations: Observations, _labelled: bool, receipt: Receipt | None) -> bytes:
    # Here, because a library for workbooks is in the way of whoever only starts.
    from gateway.export.workbook import workbook  # noqa: PLC0415

    return workbook(observations.bounded, observations.dictionary, observations.labels.words, receipt)


def _arrow(observations: Observations, labelled: bool, receipt: Receipt | None) -> bytes:
    return to_arrow(observations, labelled=labelled, receipt=receipt)


def _parquet(observations: Observations, labelled: bool, receipt: Receipt | None) -> bytes:
    return to_parquet(observations, labelled=labelled, receipt=receipt)


FORMATS = MappingProxyType(
    {
        made.ending: made
        for made in (
            DataFormat("csv", "text/csv", _csv),
            DataFormat("jsonstat", "application/json", _json_stat),
            DataFormat("sdmx.csv", "application/vnd.sdmx.data+csv;version=2.0.0", _sdmx_csv),
            DataFormat("sdmx.json", "application/vnd.sdmx.data+json;version=2.0.0", _sdmx_json),
            DataFormat("sdmx.xml", "application/vnd.sdmx.data+xml;version=3.0.0", _sdmx_ml),
            DataFormat("xlsx", CONTENT_TYPES["xlsx"], _workbook),
            DataFormat("arrows", "application/vnd.apache.arrow.stream", _arrow),
            *([DataFormat("parquet", "application/vnd.apache.parquet", _parquet)] if is_installed() else []),
        )
    }
)
"""By ending; the first is what a program gets that accepts anything. Parquet needs the extra `engine`."""

MEDIA_TYPES = MappingProxyType(
    {made.media_type.partition(";")[0]: made.ending for made in FORMATS.values()}
    | {"application/vnd.json-stat+json": "jsonstat"}
)
"""The ending of the format for each media type that a program can ask for."""


def data(
    observations: Observations, ending: str, *, labelled: bool = False, receipt: Receipt | None = None
) -> bytes:
    """Return the bytes of a format. A workbook has all cells, totals in rows and columns of their own.

    Raises FormError for an ending that FORMATS lacks, for totals alone as JSON-stat, and for a single number
    as SDMX-JSON or SDMX-ML.
    """
    if ending not in FORMATS:
        raise FormError(f"Data cannot be had as '{ending}'.", remedy=f"Choose one of {', '.join(FORMATS)}.")
    return FORMATS[ending].write(observations, labelled, receipt)

"""Whether the engine reads a register: where it is asked for, or where it pays and is installed."""

from functools import partial
from pathlib import Path

from gateway.sources.engine.connection import is_installed
from gateway.sources.engine.first_table import OpenFiles
from gateway.sources.files.csv_source import CsvSource
from gateway.sources.files.parquet_source import ParquetSource
from gateway.sources.model.mapping import SourceMapping

LARGE = 50_000_000
"""Bytes of a file, about a million rows, from which the engine is faster by more than its own start."""


def files_for_engine(source: Path | str, rules: SourceMapping, by_engine: bool | None) -> OpenFiles | None:
    """The source opened for the engine, where the engine shall try to read it; else None."""
    if rules.kind == "parquet":
        return None if by_engine is False else lambda _: ParquetSource(Path(source))
    if by_engine is None:
        by_engine = rules.kind == "csv" and is_installed() and _size(Path(source), rules) >= LARGE
    return partial(CsvSource, Path(source), rules.reading) if by_engine else None


def _size(place: Path, rules: SourceMapping) -> int:
    path = place / rules.of_people[0].name if place.is_dir() else place
    return path.stat().st_size if path.is_file() else 0

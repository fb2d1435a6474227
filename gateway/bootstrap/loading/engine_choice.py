"""Whether the engine reads a register: where it is asked for, or where it pays and is installed."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.pseudonym_digits import DIGEST_BYTES
from audit.reading.messages import message
from gateway.member.model.mapped_arrays import mapped_array
from gateway.sources.engine.connection import is_installed
from gateway.sources.engine.first_table import OpenFiles, Room
from gateway.sources.files.csv_source import CsvSource
from gateway.sources.files.database_source import DatabaseSource
from gateway.sources.files.parquet_source import ParquetSource
from gateway.sources.files.spark_source import SparkSource
from gateway.sources.files.zipped_source import is_zipped
from gateway.sources.model.errors import SourceError
from gateway.sources.model.mapping import SourceMapping
from gateway.sources.model.tables import Source

LARGE = 50_000_000
"""Bytes of a file, about a million rows, from which the engine is faster by more than its own start."""


MANY_ROWS = 500_000
"""Rows of a database's table from which the engine is faster."""

MOST_IN_MEMORY = 1_000_000
"""Rows whose pseudonyms are held in memory; those of more rows lie in a file without a name meanwhile."""


def room_in(directory: Path) -> Room:
    """Room for the pseudonyms of a load, in memory or in a node's directory.

    The room raises SourceError where the disk is full.
    """

    def made(rows: int) -> NDArray[np.bytes_] | None:
        if rows <= MOST_IN_MEMORY:
            return None
        try:
            return mapped_array(directory, rows, f"S{DIGEST_BYTES}")
        except OSError:
            raise SourceError(
                message("There is no room on the disk for a load's pseudonyms; nothing was loaded."),
                remedy=message("The operator frees 150 bytes on it for each row of the register."),
            ) from None

    return made


def files_for_engine(
    source: Path | str, rules: SourceMapping, by_engine: bool | None, opened: Source | None = None
) -> OpenFiles | None:
    """The source opened for the engine, where the engine shall try to read it; else None.

    `opened`: the source as it is open already. Of a database, whose tables are then of one moment, the
    engine reads no other.
    """
    if rules.kind == "parquet":
        return None if by_engine is False else lambda _: ParquetSource(Path(source))
    if isinstance(opened, DatabaseSource | SparkSource):
        if by_engine is None:
            by_engine = is_installed() and opened.size(rules.of_people[0].name) >= MANY_ROWS
        return (lambda _: opened) if by_engine else None
    if by_engine is None:
        by_engine = rules.kind == "csv" and is_installed() and _size(Path(source), rules) >= LARGE
    by_engine = by_engine and not is_zipped(Path(source))
    return partial(CsvSource, Path(source), rules.reading) if by_engine else None


def _size(place: Path, rules: SourceMapping) -> int:
    path = place / rules.of_people[0].name if place.is_dir() else place
    return path.stat().st_size if path.is_file() else 0

"""Parquet files as a source, read by the engine and handed on as text, row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.reading.messages import message
from gateway.sources.engine.declined import DeclinedError
from gateway.sources.engine.parquet_files import ENDING, OpenParquet, open_table
from gateway.sources.model.cells import cell_text
from gateway.sources.model.errors import SourceError
from gateway.sources.model.tables import CHUNK_ROWS, Chunk, ForeignKey, OpenTable


class ParquetSource:
    """Tables are files, or folders of files, called after the table; lines are rows from 1."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tables(self) -> list[str]:
        """The names of the Parquet files and folders, or the name of the single one."""
        if self._path.is_file() or self._path.suffix.lower() == ENDING:
            return [self._path.name]
        found = self._path.iterdir() if self._path.is_dir() else ()
        return sorted(p.name for p in found if p.suffix.lower() == ENDING and p.name[0] not in "._")

    @contextmanager
    def table(self, name: str) -> Iterator[OpenTable]:
        """Open the table called `name`. Raises SourceError, also while the chunks are read."""
        try:
            with self.parquet(name) as table:
                yield OpenTable(tuple(column.name for column in table.columns), _chunks(table))
        except DeclinedError:
            raise SourceError(
                message("%(file)s is no whole Parquet file; nothing was loaded.", file=name),
                remedy=message("Copy or export it again."),
            ) from None

    @contextmanager
    def parquet(self, name: str) -> Iterator[OpenParquet]:
        """Open the table called `name`, for the engine. Raises DeclinedError and SourceError."""
        with open_table(self._of(name), name) as table:
            yield table

    def foreign_keys(self) -> list[ForeignKey]:
        """None: files declare no keys."""
        return []

    def size(self, _name: str) -> int:
        """0: how far a stream of rows has come is not told."""
        return 0

    def _of(self, name: str) -> Path:
        alone = self._path.is_file() or self._path.suffix.lower() == ENDING
        return self._path if alone else self._path / name


def _chunks(table: OpenParquet) -> Iterator[Chunk]:
    stream = table.all_rows()
    first = 1
    while part := stream.fetchmany(CHUNK_ROWS):
        yield Chunk(range(first, first + len(part)), [[cell_text(value) for value in row] for row in part])
        first += len(part)

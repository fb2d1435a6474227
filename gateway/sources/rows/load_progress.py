"""The progress of a load: rows, and the share of the whole source."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from gateway.sources.model.tables import Chunk, OpenTable


@dataclass(frozen=True)
class Reached:
    """Progress: `rows` of all tables read so far, the last in `table`; `share` (0 to 1) of the source."""

    rows: int
    share: float
    table: str

    def __str__(self) -> str:
        return str(self.rows)


Progress = Callable[[Reached], None]


class Way:
    """Reports the progress of a load. `sizes`: of every table, in the unit of the source."""

    def __init__(self, sizes: Mapping[str, int], progress: Progress) -> None:
        self._sizes = sizes
        self._total = max(1, sum(sizes.values()))
        self._progress = progress
        self._before = 0
        self._rows = 0

    def along(self, name: str, table: OpenTable) -> OpenTable:
        """The table, with progress reported after each chunk."""
        return replace(table, chunks=self._reported(name, table))

    def _reported(self, name: str, table: OpenTable) -> Iterator[Chunk]:
        size = self._sizes.get(name, 0)
        for chunk in table.chunks:
            yield chunk
            self._rows += len(chunk.rows)
            share = (self._before + min(table.at(), size)) / self._total
            self._progress(Reached(self._rows, min(1.0, share), name))
        self._before += size

    def passed(self, name: str, rows: int) -> None:
        """Report a table that was read at once."""
        self._rows += rows
        self._before += self._sizes.get(name, 0)
        self._progress(Reached(self._rows, min(1.0, self._before / self._total), name))

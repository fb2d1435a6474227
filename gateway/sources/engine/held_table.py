"""A table whose cells the engine holds in memory, as text, until they have been read."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from gateway.sources.engine.engine_table import EngineTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class HeldTable(EngineTable):
    """The table `held` of the engine: its column `c7` has the cells of the source's column 7."""

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        super().__init__(connection, "held")

    def keep_only(self, places: Collection[int]) -> None:
        """Let the cells of all other columns go from memory."""
        names = [name for name, *_ in self._run("DESCRIBE held").fetchall()]
        kept = {self._text(place) for place in places}
        for name in names if kept else ():  # a table must have a column
            if name.startswith("c") and name not in kept:
                self._run(f"ALTER TABLE held DROP COLUMN {name}")

    def _text(self, place: int) -> str:
        return f"c{place}"

    def _value(self, place: int) -> str:
        return self._text(place)

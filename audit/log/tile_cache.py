"""Tiles read within one transaction, each read once."""

from collections.abc import Mapping, Sequence

from audit.formats.tiles import Tile
from audit.formats.tree import TileReader


class TileCache:
    """Reads tiles with `read` and keeps their contents."""

    def __init__(self, read: TileReader) -> None:
        self._read = read
        self._tiles: dict[Tile, bytes] = {}

    def read_tiles(self, tiles: Sequence[Tile]) -> list[bytes]:
        """Return contents of tiles, in order. Raises the errors of `read`."""
        missing = [tile for tile in tiles if tile not in self._tiles]
        if missing:
            self._tiles |= dict(zip(missing, self._read(missing), strict=True))
        return [self._tiles[tile] for tile in tiles]

    def add(self, tiles: Mapping[Tile, bytes]) -> None:
        """Keep new contents of tiles."""
        self._tiles |= tiles

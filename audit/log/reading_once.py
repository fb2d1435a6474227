"""A log's storage that is read within one transaction: what was read stays as it is, so it is read once."""

from collections.abc import Sequence

from audit.formats.note import Signature
from audit.formats.tiles import Tile
from audit.log.log import Growth, Head, Storage


class ReadOnce:
    """Remembers head, tiles and cosignatures. Belongs to one transaction that sees one state."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._heads: list[Head | None] = []
        self._tiles: dict[Tile, bytes] = {}
        self._cosignatures: dict[int, Sequence[Signature]] = {}

    def head(self) -> Head | None:
        """The latest head, or None before the first."""
        if not self._heads:
            self._heads.append(self._storage.head())
        return self._heads[0]

    def read_tiles(self, tiles: Sequence[Tile]) -> list[bytes]:
        """Contents of tiles. Raises NotInLogError."""
        missing = [tile for tile in tiles if tile not in self._tiles]
        if missing:
            self._tiles |= dict(zip(missing, self._storage.read_tiles(missing), strict=True))
        return [self._tiles[tile] for tile in tiles]

    def cosignatures(self, size: int) -> Sequence[Signature]:
        """Cosignatures of the checkpoint of this size."""
        if size not in self._cosignatures:
            self._cosignatures[size] = self._storage.cosignatures(size)
        return self._cosignatures[size]

    def read_entries(self, start: int, end: int) -> Sequence[bytes]:
        """Entries `[start, end)`. Raises NotInLogError."""
        return self._storage.read_entries(start, end)

    def head_signed_by(self, time: int) -> Head | None:
        """The largest head that was signed at this second or before."""
        return self._storage.head_signed_by(time)

    def cosigned_heads(self, min_size: int, newest: int | None = None) -> Sequence[Head]:
        """Heads of at least this size that have cosignatures."""
        return self._storage.cosigned_heads(min_size, newest)

    def grow(self, growth: Growth) -> None:
        """Raises TypeError: this one only reads."""
        raise TypeError(f"a log of {growth.old_size} entries that is only read does not grow")

    def add_cosignatures(self, size: int, signatures: Sequence[Signature]) -> None:
        """Raises TypeError: this one only reads."""
        raise TypeError(f"nothing is added to a log that is only read ({len(signatures)} at {size})")

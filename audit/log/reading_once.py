"""A log's storage within one read transaction: nothing changes, so that everything is read once."""

from collections.abc import Sequence

from audit.formats.note import Signature
from audit.formats.tiles import Tile
from audit.log.log import Growth, SignedCheckpoint, Storage
from audit.log.tile_cache import TileCache


class ReadOnce:
    """Caches checkpoint, tiles and cosignatures. Belongs to one transaction with a consistent view."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._latest: list[SignedCheckpoint | None] = []
        self._tiles = TileCache(storage.read_tiles)
        self._cosignatures: dict[int, Sequence[Signature]] = {}

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        """The latest checkpoint, or None before the first."""
        if not self._latest:
            self._latest.append(self._storage.latest_checkpoint())
        return self._latest[0]

    def read_tiles(self, tiles: Sequence[Tile]) -> list[bytes]:
        """Contents of tiles. Raises NotInLogError."""
        return self._tiles.read_tiles(tiles)

    def cosignatures(self, size: int) -> Sequence[Signature]:
        """Return the cosignatures of the checkpoint of this size."""
        if size not in self._cosignatures:
            self._cosignatures[size] = self._storage.cosignatures(size)
        return self._cosignatures[size]

    def read_entries(self, start: int, end: int) -> Sequence[bytes]:
        """Entries `[start, end)`. Raises NotInLogError."""
        return self._storage.read_entries(start, end)

    def read_each(self, numbers: Sequence[int]) -> Sequence[bytes]:
        """Entries with these numbers. Raises NotInLogError."""
        return self._storage.read_each(numbers)

    def checkpoint_signed_by(self, time: int) -> SignedCheckpoint | None:
        """Return the largest checkpoint signed at or before this second."""
        return self._storage.checkpoint_signed_by(time)

    def cosigned_checkpoints(self, min_size: int, newest: int | None = None) -> Sequence[SignedCheckpoint]:
        """Return the cosigned checkpoints of at least this size."""
        return self._storage.cosigned_checkpoints(min_size, newest)

    def grow(self, growth: Growth) -> None:
        """Raises TypeError: read-only."""
        raise TypeError(f"a log of {growth.old_size} entries that is only read does not grow")

    def add_cosignatures(self, size: int, signatures: Sequence[Signature]) -> None:
        """Raises TypeError: read-only."""
        raise TypeError(f"nothing is added to a log that is only read ({len(signatures)} at {size})")

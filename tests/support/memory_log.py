"""A log's storage in memory: for tests, for simulations, and to see what a storage must do."""

from collections.abc import Sequence

from audit.errors import NotInLogError, StaleLogError
from audit.formats.merkle import HASH_SIZE
from audit.formats.note import Signature
from audit.formats.tiles import Tile
from audit.log.log import Growth, SignedCheckpoint


class MemoryStorage:
    """Keeps one log; every write is there at once, and there is no transaction to roll back."""

    def __init__(self, origin: str = "a log in memory") -> None:
        self.origin = origin
        self._latest: SignedCheckpoint | None = None
        self._checkpoints: dict[int, SignedCheckpoint] = {}
        self._entries: list[bytes] = []
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._cosignatures: dict[int, dict[tuple[str, bytes], Signature]] = {}

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        """The latest checkpoint, or None before the first."""
        return self._latest

    def read_tiles(self, tiles: Sequence[Tile]) -> list[bytes]:
        """Contents of tiles. Raises NotInLogError."""
        found = []
        for tile in tiles:
            data = self._tiles.get((tile.level, tile.index), b"")[: tile.width * HASH_SIZE]
            if len(data) != tile.width * HASH_SIZE:
                raise NotInLogError(f"there is no {tile.path}")
            found.append(data)
        return found

    def read_entries(self, start: int, end: int) -> list[bytes]:
        """Entries `[start, end)`. Raises NotInLogError."""
        if not 0 <= start <= end <= len(self._entries):
            raise NotInLogError(f"there are no entries {start} to {end - 1}")
        return self._entries[start:end]

    def read_each(self, numbers: Sequence[int]) -> list[bytes]:
        """Entries with these numbers. Raises NotInLogError."""
        return [self.read_entries(number, number + 1)[0] for number in numbers]

    def grow(self, growth: Growth) -> None:
        """Add what an append wrote. Raises StaleLogError."""
        if growth.old_size != len(self._entries):
            raise StaleLogError(self.origin, growth.old_size)
        self._entries += growth.entries
        self._tiles |= {(tile.level, tile.index): data for tile, data in growth.tiles.items()}
        self._latest = growth.checkpoint
        self._checkpoints[growth.checkpoint.size] = growth.checkpoint

    def checkpoint_signed_by(self, time: int) -> SignedCheckpoint | None:
        """The largest checkpoint among those signed at this second or before."""
        return max(
            (h for h in self._checkpoints.values() if h.signed_at <= time), key=lambda h: h.size, default=None
        )

    def cosigned_checkpoints(self, min_size: int, newest: int | None = None) -> list[SignedCheckpoint]:
        """Cosigned checkpoints of at least this size, smallest first; with `newest` only the largest."""
        sizes = [size for size in sorted(self._cosignatures) if size >= min_size]
        return [self._checkpoints[size] for size in (sizes if newest is None else sizes[-newest:])]

    def cosignatures(self, size: int) -> list[Signature]:
        """Cosignatures gathered for the checkpoint of this size."""
        return list(self._cosignatures.get(size, {}).values())

    def add_cosignatures(self, size: int, signatures: Sequence[Signature]) -> None:
        """Keep cosignatures for the checkpoint of this size, of each key the one that came last."""
        self._cosignatures.setdefault(size, {}).update({(s.name, s.key_id): s for s in signatures})

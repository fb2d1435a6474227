"""Many appends, one checkpoint: entries are collected within a transaction and appended at its end."""

from collections.abc import Sequence

from audit.errors import EntryTooLargeError
from audit.formats.note import Signature
from audit.formats.tiles import MAX_ENTRY_SIZE, Tile
from audit.log.log import Growth, Log, SignedCheckpoint, Storage
from audit.log.tile_cache import TileCache


class StagedStorage:
    """A log's storage whose new entries already have numbers and wait for `seal`.

    Reads return sealed entries only. One object belongs to one transaction, in which nobody else appends:
    checkpoint and tiles are therefore read once.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._latest = storage.latest_checkpoint()
        self._tiles = TileCache(storage.read_tiles)
        self._new: set[int] = set()
        """Sizes of the checkpoints signed in this transaction: nobody can have cosigned them yet."""
        self._staged: list[bytes] = []

    def stage(self, entries: Sequence[bytes]) -> range:
        """Collect entries; return their future numbers. Raises EntryTooLargeError."""
        for entry in entries:
            if len(entry) > MAX_ENTRY_SIZE:
                raise EntryTooLargeError(len(entry), MAX_ENTRY_SIZE)
        first = (0 if self._latest is None else self._latest.size) + len(self._staged)
        self._staged += entries
        return range(first, first + len(entries))

    def staged(self) -> int:
        """Return the number of waiting entries, the argument of `forget_from`."""
        return len(self._staged)

    def forget_from(self, count: int) -> None:
        """Drop the entries staged after the first `count`: the explained writes were rolled back."""
        del self._staged[count:]

    def seal(self, log: Log, now: int) -> range:
        """Append all waiting entries, under one checkpoint; return their numbers. Raises as `Log.append`."""
        entries, self._staged = self._staged, []
        if not entries:  # nothing is signed: the checkpoint need not be compared with the tiles
            size = 0 if self._latest is None else self._latest.size
            return range(size, size)
        return Log.append(log, self, entries, now)  # not the log's own, which would stage them again

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        """Return the latest sealed checkpoint."""
        return self._latest

    def read_tiles(self, tiles: Sequence[Tile]) -> list[bytes]:
        """Contents of sealed tiles."""
        return self._tiles.read_tiles(tiles)

    def read_entries(self, start: int, end: int) -> Sequence[bytes]:
        """Sealed entries `[start, end)`."""
        return self._storage.read_entries(start, end)

    def read_each(self, numbers: Sequence[int]) -> Sequence[bytes]:
        """Sealed entries with these numbers."""
        return self._storage.read_each(numbers)

    def grow(self, growth: Growth) -> None:
        """Store the result of an append, at once."""
        self._storage.grow(growth)
        self._latest = growth.checkpoint
        self._new.add(growth.checkpoint.size)
        self._tiles.add(growth.tiles)

    def checkpoint_signed_by(self, time: int) -> SignedCheckpoint | None:
        """Return the largest sealed checkpoint signed at or before this second."""
        return self._storage.checkpoint_signed_by(time)

    def cosigned_checkpoints(self, min_size: int, newest: int | None = None) -> Sequence[SignedCheckpoint]:
        """Return the cosigned checkpoints of at least this size."""
        return self._storage.cosigned_checkpoints(min_size, newest)

    def cosignatures(self, size: int) -> Sequence[Signature]:
        """Return the cosignatures of the checkpoint of this size."""
        return () if size in self._new else self._storage.cosignatures(size)

    def add_cosignatures(self, size: int, signatures: Sequence[Signature]) -> None:
        """Store cosignatures for the checkpoint of this size."""
        self._new.discard(size)
        self._storage.add_cosignatures(size, signatures)


class SequencedLog(Log):
    """A log that stages entries in a staged storage, and appends at once to any other storage."""

    def append(self, storage: Storage, entries: Sequence[bytes], now: int) -> range:
        """Stage or append; the numbers are final either way, provided the transaction is committed."""
        if isinstance(storage, StagedStorage):
            return storage.stage(entries)
        return super().append(storage, entries, now)

"""Many appends, one checkpoint: entries are collected within a transaction and appended at its end."""

from collections.abc import Sequence

from audit.errors import EntryTooLargeError
from audit.formats.note import Signature
from audit.formats.tiles import MAX_ENTRY_SIZE, Tile
from audit.log.log import Growth, Head, Log, Storage


class StagedStorage:
    """A log's storage whose new entries have their numbers and wait for `seal`.

    Reads see what is sealed. Belongs to one transaction, in which nobody else appends: head and tiles are
    therefore read once.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._head = storage.head()
        self._tiles: dict[Tile, bytes] = {}
        self._new: set[int] = set()
        """Sizes of the heads that were signed in this transaction: nobody can have cosigned them yet."""
        self._staged: list[bytes] = []

    def stage(self, entries: Sequence[bytes]) -> range:
        """Collect entries; returns the numbers that they will have. Raises EntryTooLargeError."""
        for entry in entries:
            if len(entry) > MAX_ENTRY_SIZE:
                raise EntryTooLargeError(len(entry), MAX_ENTRY_SIZE)
        first = (0 if self._head is None else self._head.size) + len(self._staged)
        self._staged += entries
        return range(first, first + len(entries))

    def staged(self) -> int:
        """How many entries wait: what `forget_from` takes."""
        return len(self._staged)

    def forget_from(self, count: int) -> None:
        """Drop the entries staged after the first `count`: the writes that they explain were taken back."""
        del self._staged[count:]

    def seal(self, log: Log, now: int) -> range:
        """Append everything that waits, under one checkpoint; returns its numbers. Raises as `Log.append`."""
        entries, self._staged = self._staged, []
        if not entries:  # nothing is signed: the head need not be compared with the tiles
            size = 0 if self._head is None else self._head.size
            return range(size, size)
        return Log.append(log, self, entries, now)  # not the log's own, which would stage them again

    def head(self) -> Head | None:
        """The latest head that is sealed."""
        return self._head

    def read_tiles(self, tiles: Sequence[Tile]) -> list[bytes]:
        """Contents of sealed tiles."""
        missing = [tile for tile in tiles if tile not in self._tiles]
        if missing:
            self._tiles |= dict(zip(missing, self._storage.read_tiles(missing), strict=True))
        return [self._tiles[tile] for tile in tiles]

    def read_entries(self, start: int, end: int) -> Sequence[bytes]:
        """Sealed entries `[start, end)`."""
        return self._storage.read_entries(start, end)

    def grow(self, growth: Growth) -> None:
        """Add what an append wrote, at once."""
        self._storage.grow(growth)
        self._head = growth.head
        self._new.add(growth.head.size)
        self._tiles |= growth.tiles

    def head_signed_by(self, time: int) -> Head | None:
        """The largest sealed head that was signed at this second or before."""
        return self._storage.head_signed_by(time)

    def cosigned_heads(self, min_size: int, newest: int | None = None) -> Sequence[Head]:
        """Heads of at least this size that have cosignatures."""
        return self._storage.cosigned_heads(min_size, newest)

    def cosignatures(self, size: int) -> Sequence[Signature]:
        """Cosignatures of the checkpoint of this size."""
        return () if size in self._new else self._storage.cosignatures(size)

    def add_cosignatures(self, size: int, signatures: Sequence[Signature]) -> None:
        """Keep cosignatures for the checkpoint of this size."""
        self._new.discard(size)
        self._storage.add_cosignatures(size, signatures)


class SequencedLog(Log):
    """A log that collects what is appended to a staged storage, and appends at once to any other."""

    def append(self, storage: Storage, entries: Sequence[bytes], now: int) -> range:
        """Stage or append; the numbers are final either way, provided that the transaction is kept."""
        if isinstance(storage, StagedStorage):
            return storage.stage(entries)
        return super().append(storage, entries, now)

"""Reads a log's entries, each checked against the hash under which the log stored it.

A database hands out what stands in it, also after somebody changed it. An entry that is read is hashed once
and compared with its hash in the tree: so nobody is shown, or proved, an entry that is not the logged one.
Somebody may have changed the hash in the tile as well: so a full tile is compared with its hash in the tile
above. Tiles at the right edge are compared with the signed root before each append, with which a reading of a
kept log begins.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from audit.errors import DamagedEntryError, NotInLogError
from audit.formats.merkle import HASH_SIZE, leaf_hash
from audit.formats.note import Signature
from audit.formats.tiles import HEIGHT, WIDTH, Tile, TileTree, width_at
from audit.log.log import Growth, SignedCheckpoint, Storage

_MOST_TILES: Final = 256
"""Tiles whose hashes are kept, 8 kB each: a reader goes through the log in its order."""


class CheckedReading:
    """A storage within one transaction, whose entries are checked as they are read.

    `damaged` are the numbers of the damaged entries that were met, so that whoever shows others can name
    them.
    """

    def __init__(self, storage: Storage) -> None:
        self.unchecked = storage
        """The storage below, for whoever checks everything by other means."""
        self.damaged: set[int] = set()
        self._leaves: dict[int, bytes] = {}
        self._parents: dict[int, bytes] = {}
        self._latest: list[SignedCheckpoint | None] = []
        self._fetched: dict[Tile, bytes] = {}

    def read_entries(self, start: int, end: int) -> Sequence[bytes]:
        """Entries `[start, end)`. Raises DamagedEntryError for the first damaged one, or NotInLogError."""
        try:
            entries = self.unchecked.read_entries(start, end)
        except NotInLogError:
            self._raise_missing(start, end)
            raise
        first = start
        while first < end:
            beyond = min(end, (first // WIDTH + 1) * WIDTH)
            part = entries[first - start : beyond - start]
            if not self._are_logged(first, part):
                for number, entry in enumerate(part, first):
                    if not self._are_logged(number, [entry]):
                        raise self._damaged(number)
            first = beyond
        return entries

    def read_each(self, numbers: Sequence[int]) -> Sequence[bytes]:
        """Entries with these numbers. Raises DamagedEntryError for a damaged one, or NotInLogError."""
        try:
            entries = self.unchecked.read_each(numbers)
        except NotInLogError:
            for number in numbers:
                self._raise_missing(number, number + 1)
            raise
        self._fetch_tiles(numbers)
        for number, entry in zip(numbers, entries, strict=True):
            if not self._are_logged(number, [entry]):
                raise self._damaged(number)
        return entries

    def _raise_missing(self, start: int, end: int) -> None:
        """Raise DamagedEntryError for the first entry that the log must have and that is not there."""
        if end > self._entries() or start < 0:
            return  # asked for what the log never had
        for number in range(start, end):
            try:
                self.unchecked.read_entries(number, number + 1)
            except NotInLogError:
                raise self._damaged(number) from None

    def _damaged(self, number: int) -> DamagedEntryError:
        self.damaged.add(number)
        return DamagedEntryError(number)

    def _are_logged(self, start: int, entries: Sequence[object]) -> bool:
        """Whether all these entries of one tile are the logged ones: one comparison for many."""
        # What no program of ours wrote may be of any type: SQLite keeps a text where bytes belong.
        sound = [entry for entry in entries if isinstance(entry, bytes)]
        hashes = b"".join(map(leaf_hash, sound))
        return len(sound) == len(entries) and hashes == self._hashes(start, len(entries))

    def _hashes(self, start: int, count: int) -> bytes:
        """Hashes of entries of one tile; shorter where the tile is gone, and nothing can be compared."""
        index = start >> HEIGHT
        if index not in self._leaves:
            if len(self._leaves) >= _MOST_TILES:
                self._leaves.clear()
            self._leaves[index] = self._tile(index)
        place = start % WIDTH
        return self._leaves[index][place * HASH_SIZE : (place + count) * HASH_SIZE]

    def _tile(self, index: int) -> bytes:
        """The hashes to compare with; none where they are not under the tile above, nor the entries' own."""
        width = width_at(0, self._entries(), index)
        tile = Tile(0, index, width)
        hashes = self._read_tile(tile)
        if width < WIDTH or len(hashes) < WIDTH * HASH_SIZE:
            return hashes
        above = self._above(index)
        if not above or _top(tile, hashes) == above or _top(tile, self._own_hashes(index)) == above:
            return hashes
        return b""

    def _fetch_tiles(self, numbers: Sequence[int]) -> None:
        """Read the tiles of entries that lie apart at once: one by one they take longer than entries."""
        missing = [
            index for index in dict.fromkeys(n >> HEIGHT for n in numbers) if index not in self._leaves
        ]
        tiles = [Tile(0, index, width_at(0, self._entries(), index)) for index in missing[:_MOST_TILES]]
        try:
            self._fetched = dict(zip(tiles, self.unchecked.read_tiles(tiles), strict=True))
        except NotInLogError:
            self._fetched = {}  # one is missing: each is looked for by itself

    def _above(self, index: int) -> bytes:
        """What the tile above says of a full tile; nothing where that is gone, which a check tells."""
        parent = index >> HEIGHT
        if parent not in self._parents:
            self._parents[parent] = self._read_tile(Tile(1, parent, width_at(1, self._entries(), parent)))
        place = index % WIDTH * HASH_SIZE
        return self._parents[parent][place : place + HASH_SIZE]

    def _own_hashes(self, index: int) -> bytes:
        """The hashes of a full tile's entries as they are stored now."""
        try:
            entries = self.unchecked.read_entries(index * WIDTH, (index + 1) * WIDTH)
        except NotInLogError:
            return bytes(WIDTH * HASH_SIZE)
        return b"".join(leaf_hash(e) if isinstance(e, bytes) else bytes(HASH_SIZE) for e in entries)

    def _read_tile(self, tile: Tile) -> bytes:
        if tile in self._fetched:
            return self._fetched.pop(tile)
        try:
            (hashes,) = self.unchecked.read_tiles([tile])
        except NotInLogError:
            return b""
        return hashes

    def _entries(self) -> int:
        latest = self.latest_checkpoint()
        return 0 if latest is None else latest.size

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        """The latest checkpoint, or None before the first; read once."""
        if not self._latest:
            self._latest.append(self.unchecked.latest_checkpoint())
        return self._latest[0]

    def read_tiles(self, tiles: Sequence[Tile]) -> Sequence[bytes]:
        """Contents of tiles. Raises NotInLogError."""
        return self.unchecked.read_tiles(tiles)

    def cosignatures(self, size: int) -> Sequence[Signature]:
        """Return the cosignatures of the checkpoint of this size."""
        return self.unchecked.cosignatures(size)

    def checkpoint_signed_by(self, time: int) -> SignedCheckpoint | None:
        """Return the largest checkpoint signed at or before this second."""
        return self.unchecked.checkpoint_signed_by(time)

    def cosigned_checkpoints(self, min_size: int, newest: int | None = None) -> Sequence[SignedCheckpoint]:
        """Return the cosigned checkpoints of at least this size."""
        return self.unchecked.cosigned_checkpoints(min_size, newest)

    def grow(self, growth: Growth) -> None:
        """Raises TypeError: read-only."""
        raise TypeError(f"a log of {growth.old_size} entries that is only read does not grow")

    def add_cosignatures(self, size: int, signatures: Sequence[Signature]) -> None:
        """Raises TypeError: read-only."""
        raise TypeError(f"nothing is added to a log that is only read ({len(signatures)} at {size})")


def _top(tile: Tile, hashes: bytes) -> bytes:
    """The hash over a full tile."""
    return TileTree.of(tile, hashes).node((HEIGHT, tile.index))


def entries_that_hold(storage: Storage, start: int, end: int) -> Iterator[tuple[int, bytes | None]]:
    """Numbers and bytes of the entries `[start, end)`, None for a damaged one. Raises NotInLogError."""
    try:
        yield from enumerate(storage.read_entries(start, end), start)
    except DamagedEntryError:
        for number in range(start, end):
            try:
                yield number, storage.read_entries(number, number + 1)[0]
            except DamagedEntryError:
                yield number, None


def as_stored(storage: Storage) -> Storage:
    """The storage without checks of its entries.

    For what goes out with a proof, which its reader checks, and for whoever checks everything anyway.
    """
    return storage.unchecked if isinstance(storage, CheckedReading) else storage


def damaged_in(storage: Storage) -> tuple[int, ...]:
    """The damaged entries that were met in this storage so far; none where entries are not checked."""
    return tuple(sorted(storage.damaged)) if isinstance(storage, CheckedReading) else ()

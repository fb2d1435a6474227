"""Checks a kept log from its first entry to its last: entries, hashes of tiles, checkpoints, cosignatures.

A log that is damaged in one place serves all the others as before, and nobody notices. So everything is
hashed anew, and compared with what is stored and signed.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from audit.errors import AuditError, NotInLogError
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.merkle import HASH_SIZE, leaf_hash, root
from audit.formats.note import Note, Verifier
from audit.formats.tiles import HEIGHT, WIDTH, Tile, TileTree, tiles_of, width_at
from audit.formats.tree import TiledTree
from audit.log.log import Storage

Progress = Callable[[int, int], None]
"""Called with the number of entries hashed so far, and of all."""

_AT_ONCE: Final = 16 * WIDTH
_TILES_AT_ONCE: Final = 64


@dataclass(frozen=True)
class StorageCheck:
    """The result: the number of entries, of cosigned checkpoints, and what is damaged, each in a sentence.

    `lost`: how many entries are known by their hashes alone, as was expected of them.
    """

    entries: int
    cosigned: int
    damages: tuple[str, ...]
    lost: int = 0


@dataclass
class Hashed:
    """The entries hashed so far: their leaf hashes one after the other, and the numbers of unreadable ones.

    A check that was interrupted goes on where this ends.
    """

    leaves: "array[int]" = field(default_factory=lambda: array("B"))
    unreadable: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)

    @property
    def entries(self) -> int:
        """Number of entries, from the first on."""
        return len(self.leaves) // HASH_SIZE


def check_storage(
    storage: Storage,
    keys: Sequence[Verifier],
    progress: Progress = lambda *_: None,
    hashed: Hashed | None = None,
    lost: Callable[[int], bool] = lambda _: False,
) -> StorageCheck:
    """Check everything; a damage does not stop the check. `keys` are the log's own, former ones too.

    Of an entry that is `lost`, only the hash is looked for, which must lead to the checkpoint like any other.

    Keeps 32 bytes an entry, in `hashed`: a caller that was interrupted hands it over again. Raises
    NotInLogError for a log without any checkpoint.
    """
    signed = storage.latest_checkpoint()
    if signed is None:
        raise NotInLogError("the log has no checkpoint yet")
    damages: list[str] = []
    try:
        newest = open_checkpoint(Note.parse(signed.note), keys)
    except AuditError as error:
        return StorageCheck(signed.size, 0, (f"the newest checkpoint cannot be trusted: {error}",))
    if hashed is None or hashed.entries > newest.size:
        hashed = Hashed()
    hashes = _Hashes(newest.size, hashed, lost)
    damages += hashes.read(storage, progress)
    by_entries = TiledTree(newest.size, hashes.tiles)
    whole = not damages and root(newest.size, by_entries.nodes) == newest.root
    differing = list(_differing(storage, hashes, newest.size))
    damages += (_sentence(tile, at, entries_hold=whole) for tile, at in differing)
    if not whole and not damages:
        damages.append(f"the entries do not lead to the checkpoint that was signed at size {newest.size}")
    cosigned = [c for c in storage.cosigned_checkpoints(0) if c.size <= newest.size]
    for checkpoint in cosigned:
        damages += _of_checkpoint(checkpoint.note, hashes)
    return StorageCheck(newest.size, len(cosigned), tuple(damages), len(hashed.lost))


class _Hashes:
    """The hashes of all tiles, made from the entries."""

    def __init__(self, size: int, hashed: Hashed, lost: Callable[[int], bool]) -> None:
        self._size = size
        self._is_lost = lost
        self._hashed = hashed
        self._levels: list[array[int]] = []

    def read(self, storage: Storage, progress: Progress) -> list[str]:
        """Hash every entry that was not hashed before; returns what cannot be read."""
        hashed = self._hashed
        for start in range(hashed.entries, self._size, _AT_ONCE):
            end = min(start + _AT_ONCE, self._size)
            entries = list(entries_or_none(storage, start, end))
            missing = [n for n, each in enumerate(entries, start) if each is None]
            kept = {n: self._kept_hash(storage, n) for n in missing if self._is_lost(n)}
            leaves = b"".join(
                kept.get(n, bytes(HASH_SIZE)) if each is None else leaf_hash(each)
                for n, each in enumerate(entries, start)
            )
            # The hashes of a step at once: what is interrupted in between, the next check goes on from.
            hashed.leaves.frombytes(leaves)
            hashed.unreadable += (n for n in missing if n not in kept)
            hashed.lost += kept
            progress(end, self._size)
        self._levels = [hashed.leaves]
        while len(self._levels[-1]) // HASH_SIZE >= WIDTH:
            self._levels.append(self._above(len(self._levels) - 1))
        return [f"entry {number} is not there, or cannot be read" for number in hashed.unreadable]

    def _kept_hash(self, storage: Storage, number: int) -> bytes:
        index, at = number // WIDTH, number % WIDTH * HASH_SIZE
        hashes = _one(storage, Tile(0, index, width_at(0, self._size, index))) or b""
        return hashes[at : at + HASH_SIZE].ljust(HASH_SIZE, bytes(1))

    def tiles(self, tiles: Sequence[Tile]) -> list[bytes]:
        """The hashes that tiles must have."""
        return [self._tile(tile) for tile in tiles]

    def _tile(self, tile: Tile) -> bytes:
        start = tile.index * WIDTH * HASH_SIZE
        return self._levels[tile.level][start : start + tile.width * HASH_SIZE].tobytes()

    def _above(self, level: int) -> "array[int]":
        full = len(self._levels[level]) // HASH_SIZE // WIDTH
        hashes = array("B")
        for index in range(full):
            tile = Tile(level, index)
            hashes.frombytes(TileTree.of(tile, self._tile(tile)).node(((level + 1) * HEIGHT, index)))
        return hashes


def entries_or_none(storage: Storage, start: int, end: int) -> Iterator[bytes | None]:
    """The entries, None for one that cannot be read; of a range with a missing one, each by itself."""
    try:
        for entry in storage.read_entries(start, end):
            yield entry if isinstance(entry, bytes) else None
    except NotInLogError:
        for number in range(start, end):
            try:
                (entry,) = storage.read_entries(number, number + 1)
            except NotInLogError:
                yield None
            else:
                yield entry if isinstance(entry, bytes) else None


def _differing(storage: Storage, hashes: _Hashes, size: int) -> Iterator[tuple[Tile, int | None]]:
    """Tiles that are not what the entries say, with the place of their first wrong hash; None: missing."""
    tiles = list(tiles_of(size))
    for first in range(0, len(tiles), _TILES_AT_ONCE):
        chunk = tiles[first : first + _TILES_AT_ONCE]
        for tile, stored in zip(chunk, _stored(storage, chunk), strict=True):
            made = hashes.tiles([tile])[0]
            if stored is None:
                yield tile, None
            elif stored != made:
                places = range(0, len(made), HASH_SIZE)
                yield tile, next(p for p in places if stored[p : p + HASH_SIZE] != made[p : p + HASH_SIZE])


def _stored(storage: Storage, tiles: Sequence[Tile]) -> list[bytes | None]:
    try:
        return list(storage.read_tiles(tiles))
    except NotInLogError:
        return [_one(storage, tile) for tile in tiles]


def _one(storage: Storage, tile: Tile) -> bytes | None:
    try:
        return storage.read_tiles([tile])[0]
    except NotInLogError:
        return None


def _sentence(tile: Tile, at: int | None, *, entries_hold: bool) -> str:
    if at is None:
        return f"{tile.path} is not there"
    place = at // HASH_SIZE
    if entries_hold:
        return f"{tile.path} was changed at hash {place}: the entries lead to the signed checkpoint"
    if tile.level == 0:
        return f"entry {tile.index * WIDTH + place} was changed, or its hash in {tile.path}"
    return f"{tile.path} differs from the entries at hash {place}"


def _of_checkpoint(note: str, hashes: _Hashes) -> Iterator[str]:
    """An earlier checkpoint, which may be signed by a key that is known no longer: its root only."""
    try:
        checkpoint = Checkpoint.parse(Note.parse(note).text)
    except AuditError as error:
        yield f"a cosigned checkpoint cannot be read: {error}"
        return
    earlier = TiledTree(checkpoint.size, hashes.tiles)
    if root(checkpoint.size, earlier.nodes) != checkpoint.root:
        yield f"the checkpoint that was cosigned at size {checkpoint.size} has another root than the entries"


def check_newest(
    storage: Storage, keys: Sequence[Verifier], lost: Callable[[int], bool] = lambda _: False
) -> tuple[str, ...]:
    """Check what was written last: the newest checkpoint, the tiles at the right edge, the newest entries.

    Reads at most 511 entries and a tile for each level, whatever the size of the log. Raises NotInLogError
    for a log without any checkpoint.
    """
    signed = storage.latest_checkpoint()
    if signed is None:
        raise NotInLogError("the log has no checkpoint yet")
    try:
        newest = open_checkpoint(Note.parse(signed.note), keys)
        whole = root(newest.size, TiledTree(newest.size, storage.read_tiles).nodes) == newest.root
    except AuditError as error:
        return (f"the newest checkpoint cannot be trusted: {error}",)
    if not whole:
        return ("the newest tiles do not lead to the newest checkpoint",)
    first = max(0, newest.size // WIDTH - 1)
    damages: list[str] = []
    for index in range(first, -(-newest.size // WIDTH)):
        damages += _bundle(storage, newest.size, index, lost)
    return tuple(damages)


def _bundle(storage: Storage, size: int, index: int, lost: Callable[[int], bool]) -> Iterator[str]:
    """Compare the entries of a bundle with their tile, and a full tile with its hash in the tile above."""
    tile = Tile(0, index, width_at(0, size, index))
    hashes = _one(storage, tile)
    if hashes is None:
        yield f"{tile.path} is not there"
        return
    start = index * WIDTH
    for place, entry in enumerate(entries_or_none(storage, start, start + tile.width)):
        if entry is None and lost(start + place):
            continue
        if entry is None:
            yield f"entry {start + place} is not there, or cannot be read"
        elif leaf_hash(entry) != hashes[place * HASH_SIZE : (place + 1) * HASH_SIZE]:
            yield f"entry {start + place} was changed, or its hash in {tile.path}"
    above = Tile(1, index // WIDTH, width_at(1, size, index // WIDTH)) if tile.width == WIDTH else None
    if above is not None:
        node = TileTree.of(tile, hashes).node((HEIGHT, index))
        kept, at = _one(storage, above), index % WIDTH * HASH_SIZE
        if kept is None or kept[at : at + HASH_SIZE] != node:
            yield f"{tile.path} is not the one under {above.path}"

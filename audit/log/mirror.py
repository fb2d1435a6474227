"""A copy of a log on disk that grows: nothing is written that a signed checkpoint does not cover.

A tile is accepted if its parent has its hash, and the tiles at the right edge if they lead to the root; an
entry bundle, if its leaf hashes are those of its tile. So neither a server nor a disk can slip anything in.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from audit.errors import AuditError, MalformedError, NotInLogError, ProofError
from audit.formats.checkpoint import Checkpoint
from audit.formats.merkle import HASH_SIZE, leaf_hash, root
from audit.formats.note import Note
from audit.formats.tiles import (
    HEIGHT,
    WIDTH,
    Bundle,
    Tile,
    TileTree,
    bundles_of,
    encode_bundle,
    parse_bundle,
    partial_tiles,
    width_at,
)
from audit.formats.tree import TiledTree
from audit.formats.vkey import VerifierKey
from audit.log.directory import CHECKPOINT, MAX_BUNDLE, VKEY, WITNESSES, LogDirectory
from audit.log.serve import key_lines
from audit.log.web_source import Source

_KEPT_TILES: Final = 64


class CheckedTiles:
    """The tiles of the tree under a checkpoint, from a mirror's disk or else the source, each checked.

    What is wrong on the disk is fetched again; what the source serves wrong raises ProofError.
    """

    def __init__(
        self, checkpoint: Checkpoint, source: Source, disk: Path | None = None, *, sparing: bool = False
    ) -> None:
        """Fetch the right edge. Raises ProofError where it does not lead to the root, and `Source`'s.

        `sparing`: make the edge of the last entries and of what the disk has, and ask the source for as
        little as can be. Whoever watches the source sees each of its files instead.
        """
        self.checkpoint, self._source, self._disk, self._sparing = checkpoint, source, disk, sparing
        edge = partial_tiles(checkpoint.size)
        self._edge = frozenset(edge)
        # The upper part of the edge is seldom another than that of the mirror.
        known = edge if sparing else []
        held = {tile: stored for tile in known if (stored := self._stored(tile)) is not None}
        self._bundles: dict[Bundle, bytes] = {}
        self._known = held | {tile: self._fetch_edge(tile) for tile in edge if tile not in held}
        if held and not self._leads_to_the_root():
            self._known |= {tile: self._fetch_edge(tile) for tile in held}
        if not self._leads_to_the_root():
            raise ProofError(
                f"the tiles of {checkpoint.origin} do not lead to the root that it signed for "
                f"{checkpoint.size} entries"
            )

    def _leads_to_the_root(self) -> bool:
        edge = TiledTree(self.checkpoint.size, self._read_edge)
        return root(self.checkpoint.size, edge.nodes) == self.checkpoint.root

    def tree(self) -> TiledTree:
        """The tree, every node checked."""
        return TiledTree(self.checkpoint.size, lambda tiles: [self.tile(tile) for tile in tiles])

    def tile(self, tile: Tile) -> bytes:
        """A tile's hashes. Raises ProofError, and the errors of `Source`."""
        if tile not in self._known:
            parent = Tile(
                tile.level + 1,
                tile.index // WIDTH,
                width_at(tile.level + 1, self.checkpoint.size, tile.index // WIDTH),
            )
            place = tile.index % WIDTH * HASH_SIZE
            self._remember(tile, self._full(tile, self.tile(parent)[place : place + HASH_SIZE]))
        return self._known[tile]

    def _full(self, tile: Tile, expected: bytes) -> bytes:
        stored = self._stored(tile)
        if stored is not None and _top(tile, stored) == expected:
            return stored
        data = self._fetch(tile)
        if _top(tile, data) != expected:
            raise ProofError(f"{tile.path} of {self.checkpoint.origin} is not the one under its checkpoint")
        return data

    def _stored(self, tile: Tile) -> bytes | None:
        try:
            return None if self._disk is None else LogDirectory(self._disk).tile(tile)
        except (NotInLogError, MalformedError):
            return None

    def _fetch(self, tile: Tile) -> bytes:
        try:
            data = self._source(tile.path, WIDTH * HASH_SIZE)
        except NotInLogError:
            if tile.width == WIDTH:
                raise
            # A tile that has grown since may be there as a whole only.
            whole = Tile(tile.level, tile.index)
            data = self._source(whole.path, WIDTH * HASH_SIZE)
            TileTree.of(whole, data)
            return data[: tile.width * HASH_SIZE]
        TileTree.of(tile, data)  # exactly as many hashes as it should have
        return data

    def _fetch_edge(self, tile: Tile) -> bytes:
        """Return a tile of the edge: the lowest follows from the last entries, needed anyway."""
        if not self._sparing or tile.level:
            return self._fetch(tile)
        bundle = Bundle(tile.index, tile.width)
        self._bundles[bundle] = data = _fetch_bundle(self._source, bundle)
        return b"".join(map(leaf_hash, parse_bundle(bundle, data)))

    def bundle(self, bundle: Bundle) -> bytes:
        """The entries of a bundle, which the caller compares with its tile. Raises the errors of `Source`."""
        found = self._bundles.pop(bundle, None)
        return _fetch_bundle(self._source, bundle) if found is None else found

    def _read_edge(self, tiles: Sequence[Tile]) -> list[bytes]:
        return [self._known[tile] for tile in tiles]

    def _remember(self, tile: Tile, data: bytes) -> None:
        """Keeps the edge and some others, so that a large log needs no large memory."""
        for other in [each for each in self._known if each not in self._edge][: -_KEPT_TILES or None]:
            del self._known[other]
        self._known[tile] = data


def _top(tile: Tile, data: bytes) -> bytes:
    return TileTree.of(tile, data).node(((tile.level + 1) * HEIGHT, tile.index))


def grow_mirror(tiles: CheckedTiles, path: Path, old_size: int) -> int:
    """Write what the mirror lacks after `old_size` entries; returns how many files were written.

    What an interrupted run wrote already is checked and kept. Raises ProofError, and `Source`'s errors.
    """
    size = tiles.checkpoint.size
    written = 0
    for level in range(-(-size.bit_length() // HEIGHT)):
        before, after = old_size >> HEIGHT * level, size >> HEIGHT * level
        for index in range(before // WIDTH, -(-after // WIDTH)):
            tile = Tile(level, index, width_at(level, size, index))
            written += _write(path / tile.path, tiles.tile(tile))
    for bundle in bundles_of(size, old_size):
        written += _grow_bundle(tiles, path, bundle)
    return written


def _grow_bundle(tiles: CheckedTiles, path: Path, bundle: Bundle) -> bool:
    hashes = tiles.tile(Tile(0, bundle.index, bundle.width))
    place = path / bundle.path
    try:
        _check_bundle(bundle, place.read_bytes(), hashes)
    except (OSError, AuditError):
        data = tiles.bundle(bundle)
        _check_bundle(bundle, data, hashes)
        return _write(place, data)
    return False


def _fetch_bundle(source: Source, bundle: Bundle) -> bytes:
    try:
        return source(bundle.path, MAX_BUNDLE)
    except NotInLogError:
        if bundle.width == WIDTH:
            raise
        whole = Bundle(bundle.index, WIDTH)
        return encode_bundle(parse_bundle(whole, source(whole.path, MAX_BUNDLE))[: bundle.width])


def _check_bundle(bundle: Bundle, data: bytes, hashes: bytes) -> None:
    for place, entry in enumerate(parse_bundle(bundle, data)):
        if leaf_hash(entry) != hashes[place * HASH_SIZE : (place + 1) * HASH_SIZE]:
            raise ProofError(f"entry {bundle.start + place} is not the one under the checkpoint")


def finish_mirror(
    path: Path, note: Note, keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey]
) -> None:
    """Make the mirror the log as of this checkpoint: keys, then the checkpoint, then nothing of before."""
    _write(path / VKEY, key_lines(keys))
    _write(path / WITNESSES, key_lines(witnesses))
    _write(path / CHECKPOINT, str(note).encode())
    size = Checkpoint.parse(note.text).size
    wanted = {path / tile.path for tile in partial_tiles(size)}
    if size % WIDTH:
        wanted.add(path / Bundle(size // WIDTH, size % WIDTH).path)
    for folder in sorted((path / "tile").glob("**/*.p")):
        for file in folder.iterdir():
            if file not in wanted:
                file.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()


def entries_under(path: Path, note: Note, holding: bytes) -> Iterator[bytes]:
    """Yield a mirror's entries with these bytes that stand under this checkpoint, in order.

    Whoever made the mirror could write any file; what is not under the checkpoint, or cannot be read, is left
    out. The checkpoint's signature is the caller's to check.
    """
    checkpoint, directory = Checkpoint.parse(note.text), LogDirectory(path)
    with suppress(AuditError):
        tiles = CheckedTiles(checkpoint, directory.resource)
        for bundle in bundles_of(checkpoint.size):
            with suppress(AuditError):
                data = directory.resource(bundle.path, MAX_BUNDLE)
                if holding in data:  # most bundles are read no further
                    yield from _holding_under(tiles, bundle, parse_bundle(bundle, data), holding)


def _holding_under(
    tiles: CheckedTiles, bundle: Bundle, entries: Sequence[bytes], holding: bytes
) -> list[bytes]:
    hashes = tiles.tile(Tile(0, bundle.index, bundle.width))
    return [
        entry
        for place, entry in enumerate(entries)
        if holding in entry and leaf_hash(entry) == hashes[place * HASH_SIZE :][:HASH_SIZE]
    ]


def mirrored(path: Path) -> Checkpoint | None:
    """The checkpoint of which a mirror is the log, unchecked; None where there is no mirror yet."""
    try:
        return Checkpoint.parse(LogDirectory(path).checkpoint().text)
    except NotInLogError:
        return None


def _write(path: Path, data: bytes) -> bool:
    """Whole or not at all, and durable. Returns whether the file was not there like this."""
    try:
        if path.read_bytes() == data:
            return False
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".new")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return True

"""Tiles and entry bundles of a log (c2sp.org/tlog-tiles): path arithmetic and encodings, without I/O."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from audit.errors import EntryTooLargeError, MalformedError
from audit.formats.encoding import MAX_SIZE
from audit.formats.merkle import HASH_SIZE, Node, node_hash

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
"""Hashes in a full tile, and entries in a full bundle."""
MAX_ENTRY_SIZE: Final = 0xFFFF
"""Longest entry in bytes: a bundle states lengths in 16 bits."""

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<n>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<w>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, order=True)
class Tile:
    """A run of `width` nodes of the tree at level `8 * level`, from node `256 * index` on."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not (0 <= self.level < 64 and 0 <= self.index <= MAX_SIZE and 0 < self.width <= WIDTH):
            raise MalformedError("tile", "its level, index or width is out of range")

    @property
    def path(self) -> str:
        """Path below the log's prefix, such as `tile/0/x001/000.p/1`."""
        return f"tile/{self.level}/{_index_path(self.index, self.width)}"


@dataclass(frozen=True, order=True)
class Bundle:
    """The `width` entries from number `256 * index` on."""

    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not (0 <= self.index <= MAX_SIZE and 0 < self.width <= WIDTH):
            raise MalformedError("entry bundle", "its index or width is out of range")

    @property
    def path(self) -> str:
        """Path below the log's prefix, such as `tile/entries/000.p/1`."""
        return f"tile/entries/{_index_path(self.index, self.width)}"

    @property
    def start(self) -> int:
        """Number of the first entry."""
        return self.index * WIDTH

    @property
    def end(self) -> int:
        """Number after the last entry."""
        return self.start + self.width


def parse_path(path: str) -> Tile | Bundle:
    """Read a tile's or bundle's path below the log's prefix. Raises MalformedError for any other spelling."""
    match = _PATH.fullmatch(path)
    if match is None or len(path) > 80:
        raise MalformedError("tile path", "not of the form tile/<L>/<N>[.p/<W>]")
    index = int(match["n"].replace("x", "").replace("/", ""))
    width = WIDTH if match["w"] is None else int(match["w"])
    tile = Bundle(index, width) if match["level"] == "entries" else Tile(int(match["level"]), index, width)
    if tile.path != path:
        raise MalformedError("tile path", "a width of 256 or needless leading zeros")
    return tile


def _index_path(index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups)) + ("" if width == WIDTH else f".p/{width}")


def width_at(level: int, size: int, index: int) -> int:
    """Width of tile `index` of a level in the tree of `size` leaves; 0 or less if there is none."""
    return min(WIDTH, (size >> HEIGHT * level) - index * WIDTH)


def partial_tiles(size: int) -> list[Tile]:
    """Return the incomplete tiles at the right edge, lowest level first; together these determine the
    root."""
    tiles = []
    level = 0
    while nodes := size >> HEIGHT * level:
        if nodes % WIDTH:
            tiles.append(Tile(level, nodes // WIDTH, nodes % WIDTH))
        level += 1
    return tiles


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile served by a log of this size, lowest level first."""
    level = 0
    while nodes := size >> HEIGHT * level:
        for index in range(-(-nodes // WIDTH)):
            yield Tile(level, index, width_at(level, size, index))
        level += 1


def bundles_of(size: int, start: int = 0) -> Iterator[Bundle]:
    """Yield every entry bundle served by a log of this size, starting with the bundle of entry `start`."""
    for index in range(start // WIDTH, -(-size // WIDTH)):
        yield Bundle(index, width_at(0, size, index))


def tile_of_node(node: Node, size: int) -> Tile:
    """Return the tile from which a node can be computed in the tree of `size` leaves."""
    level, index = node
    tile_level = level // HEIGHT
    tile_index = (index << level % HEIGHT) // WIDTH
    return Tile(tile_level, tile_index, width_at(tile_level, size, tile_index))


@dataclass(frozen=True)
class TileTree:
    """A tile's hashes and all complete subtrees above them, up to height 8."""

    tile: Tile
    _levels: tuple[tuple[bytes, ...], ...]

    @classmethod
    def of(cls, tile: Tile, data: bytes) -> Self:
        """Hash a tile. Raises MalformedError unless `data` holds exactly the tile's hashes."""
        if len(data) != tile.width * HASH_SIZE:
            raise MalformedError("tile", f"{tile.path} has {len(data)} bytes")
        return cls(tile, _levels(data))

    def node(self, node: Node) -> bytes:
        """Return the hash of a node of the tree (not of the tile) located here by `tile_of_node`."""
        level, index = node
        height = level - self.tile.level * HEIGHT
        return self._levels[height][index - (self.tile.index * WIDTH >> height)]


@lru_cache(maxsize=32)
def _levels(data: bytes) -> tuple[tuple[bytes, ...], ...]:
    """Remembers a few: what a log has grown to is read again for its next entry, and for receipts."""
    levels = [tuple(data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE))]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append(tuple(map(node_hash, below[::2], below[1::2])))  # a last odd hash has no parent yet
    return tuple(levels)


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Concatenate entries, each with its length in two bytes in front. Raises EntryTooLargeError."""
    for entry in entries:
        if len(entry) > MAX_ENTRY_SIZE:
            raise EntryTooLargeError(len(entry), MAX_ENTRY_SIZE)
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_bundle(bundle: Bundle, data: bytes) -> list[bytes]:
    """Read the entries of a bundle. Raises MalformedError unless there are exactly `bundle.width` entries."""
    entries: list[bytes] = []
    position = 0
    while position < len(data) and len(entries) < bundle.width:
        start = position + 2
        position = start + int.from_bytes(data[position:start], "big")
        entries.append(data[start:position])
    if position != len(data) or len(entries) != bundle.width:
        raise MalformedError("entry bundle", f"{bundle.path} does not hold exactly {bundle.width} entries")
    return entries

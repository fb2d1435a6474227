"""Paths, layout and contents of tiles and entry bundles."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import EntryTooLargeError, MalformedError
from audit.formats import merkle, tiles
from audit.formats.tiles import Bundle, Tile, TileTree


def test_published_paths(tile_paths_vector: dict[str, Any]) -> None:
    v = tile_paths_vector
    tile = Tile(v["level"], v["n"], v["w"])

    assert tile.path == v["path"]
    assert tiles.parse_path(v["path"]) == tile


@pytest.mark.parametrize("size", ["256", "65536", "70000"])
def test_published_layouts(size: str, vectors: dict[str, Any]) -> None:
    served = list(tiles.tiles_of(int(size)))
    for row in vectors["tile_layout"][size]:
        widths = [t.width for t in served if t.level == row["level"]]
        assert widths == [256] * row["full"] + [row["partial"]] * bool(row["partial"])
    assert {t.level for t in served} == {row["level"] for row in vectors["tile_layout"][size]}


def test_the_published_entry_bundle(vectors: dict[str, Any]) -> None:
    v = vectors["tessera_log15"]
    entries = [bytes.fromhex(e) for e in v["entries"]]

    data = tiles.encode_bundle(entries)

    assert data.hex() == v["bundle_hex"]
    assert sha256(data).hexdigest() == v["bundle_sha256"]
    assert tiles.parse_bundle(Bundle(0, 15), data) == entries


@given(st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_every_path_is_read_as_it_was_written(level: int, index: int, width: int) -> None:
    assert tiles.parse_path(Tile(level, index, width).path) == Tile(level, index, width)
    assert tiles.parse_path(Bundle(index, width).path) == Bundle(index, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/entries/000\n",
        "tile/other/000",
        "tile/0/٠٠٠",
        "tile/0/../000",
        "tile/0/" + "x999/" * 20 + "999",
    ],
)
def test_a_path_has_one_spelling(path: str) -> None:
    with pytest.raises(MalformedError):
        tiles.parse_path(path)


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=256), st.integers(0, 5))
def test_every_bundle_is_read_as_it_was_written(entries: list[bytes], index: int) -> None:
    bundle = Bundle(index, len(entries))
    data = tiles.encode_bundle(entries)

    assert tiles.parse_bundle(bundle, data) == entries
    for damaged in (data + b"\0", data[:-1]):
        with pytest.raises(MalformedError):
            tiles.parse_bundle(bundle, damaged)


def test_entries_have_a_longest_length() -> None:
    longest = bytes(tiles.MAX_ENTRY_SIZE)
    assert tiles.parse_bundle(Bundle(0, 1), tiles.encode_bundle([longest])) == [longest]
    with pytest.raises(EntryTooLargeError, match="65536 bytes"):
        tiles.encode_bundle([longest + b"\0"])


@given(st.integers(1, 2**40))
def test_partial_tiles_are_those_at_the_right_edge(size: int) -> None:
    for tile in tiles.partial_tiles(size):
        assert tile.width == (size // 256**tile.level) % 256
        assert tile.width == tiles.width_at(tile.level, size, tile.index)


@given(st.integers(1, 600), st.data())
def test_a_tile_holds_every_node_below_its_parent(size: int, data: st.DataObject) -> None:
    level = data.draw(st.integers(0, size.bit_length() - 1))
    index = data.draw(st.integers(0, (size >> level) - 1))
    leaves = [merkle.leaf_hash(b"%d" % i) for i in range(size)]

    tile = tiles.tile_of_node((level, index), size)
    below = 1 << 8 * tile.level
    first = tile.index * 256
    hashes = [merkle.root_of(leaves[i * below : (i + 1) * below]) for i in range(first, first + tile.width)]
    node = TileTree.of(tile, b"".join(hashes)).node((level, index))

    assert node == merkle.root_of(leaves[index << level : (index + 1) << level])


def test_a_tile_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(MalformedError):
        TileTree.of(Tile(0, 0, 2), bytes(63))

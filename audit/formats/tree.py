"""Reading a tree's nodes out of its tiles, wherever these are kept."""

from collections.abc import Callable, Sequence

from audit.formats.merkle import Node
from audit.formats.tiles import Tile, TileTree, tile_of_node

TileReader = Callable[[Sequence[Tile]], Sequence[bytes]]
"""Gives the contents of the tiles asked for, in their order."""


class TiledTree:
    """The tree of `size` leaves. Reads each tile once: make a new one for every transaction.

    What it reads it does not verify; a proof made from false tiles simply fails.
    """

    def __init__(self, size: int, read: TileReader) -> None:
        self.size = size
        self._read = read
        self._known: dict[Tile, TileTree] = {}

    def nodes(self, nodes: Sequence[Node]) -> list[bytes]:
        """Hashes of the nodes asked for (a `NodeReader`), with one read for all tiles not yet known."""
        tiles = [tile_of_node(node, self.size) for node in nodes]
        missing = [tile for tile in dict.fromkeys(tiles) if tile not in self._known]
        if missing:
            contents = self._read(missing)
            self._known |= {t: TileTree.of(t, data) for t, data in zip(missing, contents, strict=True)}
        return [self._known[tile].node(node) for tile, node in zip(tiles, nodes, strict=True)]

"""Read a tree's nodes from its tiles, wherever the tiles are stored."""

from collections.abc import Callable, Sequence

from audit.formats.merkle import Node
from audit.formats.tiles import Tile, TileTree, tile_of_node

TileReader = Callable[[Sequence[Tile]], Sequence[bytes]]
"""Returns the contents of the requested tiles, in order."""


class TiledTree:
    """The tree of `size` leaves. Reads each tile once: make a new object for every transaction.

    Tiles are not verified; a proof made from false tiles simply fails.
    """

    def __init__(self, size: int, read: TileReader) -> None:
        self.size = size
        self._read = read
        self._known: dict[Tile, TileTree] = {}
        self._nodes: dict[Node, bytes] = {}
        """Proofs of neighbours ask for the same nodes."""

    def nodes(self, nodes: Sequence[Node]) -> list[bytes]:
        """Return the hashes of the requested nodes (a `NodeReader`), with one read for all unknown tiles."""
        new = [node for node in nodes if node not in self._nodes]
        tiles = [tile_of_node(node, self.size) for node in new]
        missing = [tile for tile in dict.fromkeys(tiles) if tile not in self._known]
        if missing:
            contents = self._read(missing)
            self._known |= {t: TileTree.of(t, data) for t, data in zip(missing, contents, strict=True)}
        self._nodes |= {node: self._known[tile].node(node) for tile, node in zip(tiles, new, strict=True)}
        return [self._nodes[node] for node in nodes]

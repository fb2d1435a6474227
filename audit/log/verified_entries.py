"""The entries of a verified export, read from its files when they are wanted, and kept in no memory.

What was verified a moment ago may have been changed since on the disk. So each bundle is compared once more
with its tile, and each tile with the root.
"""

from collections.abc import Iterator, Sequence
from typing import overload

from audit.errors import ProofError
from audit.formats.checkpoint import Checkpoint
from audit.formats.merkle import leaf_hash
from audit.formats.tiles import WIDTH, Bundle, Tile, bundles_of, width_at
from audit.log.directory import LogDirectory
from audit.log.mirror import CheckedTiles


class VerifiedEntries(Sequence[bytes]):
    """The bytes of each entry under a checkpoint, by number.

    Reading raises ProofError, NotInLogError or MalformedError where a file is not what the checkpoint covers.
    """

    def __init__(self, directory: LogDirectory, checkpoint: Checkpoint) -> None:
        """Raises as reading does."""
        self._directory, self._size = directory, checkpoint.size
        self._tiles = CheckedTiles(checkpoint, directory.resource)
        self._last: tuple[int, list[bytes]] = (-1, [])

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        for bundle in bundles_of(self._size):
            yield from self._bundle(bundle)

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[each] for each in range(self._size)[number]]
        index, place = divmod(range(self._size)[number], WIDTH)
        if self._last[0] != index:
            self._last = (index, self._bundle(Bundle(index, width_at(0, self._size, index))))
        return self._last[1][place]

    def _bundle(self, bundle: Bundle) -> list[bytes]:
        entries = self._directory.entries(bundle)
        hashes = self._tiles.tile(Tile(0, bundle.index, bundle.width))
        if b"".join(map(leaf_hash, entries)) != hashes:
            raise ProofError(f"{bundle.path} was changed after the log had been verified")
        return entries

"""Check a whole log offline: every entry against every tile, and the tiles against the signed checkpoint."""

from collections.abc import Callable

from audit.errors import ProofError
from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence import evidence_from_tree
from audit.formats.evidence_errors import ForkFoundError
from audit.formats.merkle import HASH_SIZE, leaf_hash, root
from audit.formats.note import Note
from audit.formats.tiles import HEIGHT, WIDTH, Tile, TileTree
from audit.formats.tree import TiledTree
from audit.log.directory import LogDirectory
from audit.log.policy import Policy, Verified

Visitor = Callable[[int, bytes], None]
"""Called with the number and the bytes of each entry, in order."""


def verify_log(directory: LogDirectory, policy: Policy, visit: Visitor | None = None) -> Verified:
    """Check an exported log: signatures, quorum, and that entries, tiles and root agree to the last byte.

    Raises MalformedError, SignatureError, QuorumError, NotInLogError (something is missing) or ProofError.
    """
    verified = policy.verify(directory.checkpoint())
    checkpoint = verified.checkpoint
    levels = _Levels(directory)
    number = 0
    for entries in directory.all_entries(checkpoint.size):
        levels.add(0, [leaf_hash(entry) for entry in entries])
        if visit is not None:
            for entry in entries:
                visit(number, entry)
                number += 1
    levels.finish()
    if tree_of(directory, checkpoint.size).root() != checkpoint.root:
        raise ProofError(f"the entries of {checkpoint.origin} do not lead to the root of its checkpoint")
    return verified


def verify_extends(directory: LogDirectory, earlier: Note, policy: Policy) -> Checkpoint:
    """Check that a verified export extends a checkpoint signed by the log at another time.

    Raises ForkFoundError with evidence if the export does not, ProofError if the export is shorter, and the
    errors of `Policy.verify` if the log did not sign the earlier checkpoint.
    """
    old = policy.verify(earlier).checkpoint
    present = directory.checkpoint()
    new = Checkpoint.parse(present.text)
    if old.origin != new.origin:
        raise ProofError(f"the checkpoint is of {old.origin}, the exported log is {new.origin}")
    if old.size > new.size:
        raise ProofError(
            f"the log {new.origin} was seen with {old.size} entries and is exported with {new.size}: "
            "get a newer export; if there is none, the log was rolled back"
        )
    tree = tree_of(directory, new.size)
    if root(old.size, tree.nodes) != old.root:
        raise ForkFoundError(
            f"the log {new.origin} does not extend the checkpoint that it signed at size {old.size}",
            evidence_from_tree(earlier, present, tree.nodes),
        )
    return old


class DirectoryTree(TiledTree):
    """The tree of an exported log."""

    def root(self) -> bytes:
        """Root over all entries."""
        return root(self.size, self.nodes)


def tree_of(directory: LogDirectory, size: int) -> DirectoryTree:
    """Return the tree of an exported log, read from its tiles."""
    return DirectoryTree(size, lambda tiles: [directory.tile(tile) for tile in tiles])


class _Levels:
    """Builds the tree's tiles from leaf hashes and compares each tile with the exported tile."""

    def __init__(self, directory: LogDirectory) -> None:
        self._directory = directory
        self._open: list[
            tuple[int, list[bytes]]
        ] = []  # for each level: next tile's number, its hashes so far

    def add(self, level: int, hashes: list[bytes]) -> None:
        if level == len(self._open):
            self._open.append((0, []))
        number, waiting = self._open[level]
        waiting += hashes
        if len(waiting) == WIDTH:
            tile = Tile(level, number)
            top = TileTree.of(tile, self._compared(tile, waiting)).node(((level + 1) * HEIGHT, number))
            self._open[level] = (number + 1, [])
            self.add(level + 1, [top])

    def finish(self) -> None:
        for level, (number, waiting) in enumerate(self._open):
            if waiting:
                self._compared(Tile(level, number, len(waiting)), waiting)

    def _compared(self, tile: Tile, hashes: list[bytes]) -> bytes:
        data = b"".join(hashes)
        exported = self._directory.tile(tile)
        if exported != data:
            hashes_there = [exported[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE)]
            first = next(
                i for i, pair in enumerate(zip(hashes, hashes_there, strict=True)) if pair[0] != pair[1]
            )
            raise ProofError(
                f"{tile.path} and the entries differ from hash {first} on: something was changed"
            )
        return data

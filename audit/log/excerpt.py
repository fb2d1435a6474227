"""Excerpts of a log: some entries as they are, the others as leaf hashes, and proof that nothing is missing.

Whoever follows a log by excerpts learns of each entry only what he is told, and yet knows that the log has
exactly these leaves: the root over them leads to a checkpoint that he has witnessed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from audit.errors import MalformedError, ProofError
from audit.formats.checkpoint import Checkpoint
from audit.formats.merkle import HASH_SIZE, Frontier, leaf_hash, verify_consistency
from audit.log.log import Log, Storage

MOST_LEAVES: Final = 512
"""Leaves of one excerpt: a message stays small, and who is far behind catches up message by message."""
MOST_BYTES: Final = 256 * 1024
"""Bytes of the entries that one excerpt tells; it tells at least one leaf, however long."""


@dataclass(frozen=True)
class Told:
    """One leaf: its entry, or only the hash of it."""

    entry: bytes | None
    hashed: bytes | None

    def __post_init__(self) -> None:
        if (self.entry is None) == (self.hashed is None):
            raise MalformedError("excerpt", "a leaf is told as its entry or as its hash")
        if self.hashed is not None and len(self.hashed) != HASH_SIZE:
            raise MalformedError("excerpt", "a hash of the wrong length")

    @property
    def leaf(self) -> bytes:
        """The leaf hash."""
        return leaf_hash(self.entry) if self.entry is not None else self.hashed or b""


@dataclass(frozen=True)
class Excerpt:
    """The leaves from number `start` on; `proof` leads from where they end to the checkpoint beside them."""

    start: int
    leaves: tuple[Told, ...]
    proof: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if self.start < 0 or len(self.leaves) > MOST_LEAVES:
            raise MalformedError("excerpt", f"it starts below zero, or tells more than {MOST_LEAVES} leaves")


@dataclass(frozen=True)
class Copied:
    """How far a log has been followed: the number of leaves, and the complete subtrees over them."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()


def excerpt(
    log: Log, storage: Storage, start: int, size: int, wanted: Callable[[bytes], bool]
) -> Excerpt | None:
    """What follows leaf `start` in the log of `size` entries; entries that are `wanted` are told as they are.

    None when nothing follows. Raises NotInLogError.
    """
    if start >= size:
        return None
    leaves: list[Told] = []
    told = 0
    for entry in storage.read_entries(start, min(size, start + MOST_LEAVES)):
        leaf = Told(entry, None) if wanted(entry) else Told(None, leaf_hash(entry))
        told += HASH_SIZE if leaf.entry is None else len(entry)
        if leaves and told > MOST_BYTES:
            break
        leaves.append(leaf)
    return Excerpt(start, tuple(leaves), tuple(log.consistency(storage, start + len(leaves), size)))


def follow(copied: Copied, shown: Excerpt, checkpoint: Checkpoint) -> Copied:
    """Go on with an excerpt, once it is proved to be what the checkpoint's log has there.

    Raises ProofError when it starts elsewhere, or is of another log than the checkpoint's.
    """
    if shown.start != copied.size:
        raise ProofError(f"the excerpt starts at leaf {shown.start} where {copied.size} would follow")
    if not shown.leaves:
        return copied
    frontier = Frontier(copied.size, copied.peaks)
    for told in shown.leaves:
        frontier.append(told.leaf)
    if frontier.size > checkpoint.size:
        raise ProofError(f"the excerpt tells of {frontier.size} leaves where there are {checkpoint.size}")
    verify_consistency(frontier.size, checkpoint.size, shown.proof, frontier.root(), checkpoint.root)
    return Copied(frontier.size, frontier.peaks)


def told_entries(shown: Excerpt) -> Sequence[tuple[int, bytes]]:
    """Numbers and bytes of the entries that an excerpt tells as they are."""
    return [(n, t.entry) for n, t in enumerate(shown.leaves, start=shown.start) if t.entry is not None]

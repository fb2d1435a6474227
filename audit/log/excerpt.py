"""Excerpts of a log: some entries in full, all other entries as leaf hashes, and proof of completeness.

A reader who follows a log by excerpts learns only the revealed entries, and yet knows that the log has
exactly these leaves: the root over the leaves leads to a checkpoint witnessed by the reader.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from audit.errors import MalformedError, ProofError
from audit.formats.checkpoint import Checkpoint
from audit.formats.merkle import HASH_SIZE, Frontier, leaf_hash, verify_consistency
from audit.log.log import Log, Storage

MOST_LEAVES: Final = 512
"""Largest number of leaves of an excerpt: messages stay small, and a reader far behind catches up step by
step."""
MOST_BYTES: Final = 256 * 1024
"""Limit in bytes of the entries revealed by an excerpt; at least one leaf is included, however long."""


@dataclass(frozen=True)
class RevealedLeaf:
    """One leaf: its entry, or only its hash."""

    entry: bytes | None
    hashed: bytes | None

    def __post_init__(self) -> None:
        if (self.entry is None) == (self.hashed is None):
            raise MalformedError("excerpt", "a leaf is given as its entry or as its hash")
        if self.hashed is not None and len(self.hashed) != HASH_SIZE:
            raise MalformedError("excerpt", "a hash of the wrong length")

    @property
    def leaf(self) -> bytes:
        """The leaf hash."""
        return leaf_hash(self.entry) if self.entry is not None else self.hashed or b""


@dataclass(frozen=True)
class Excerpt:
    """The leaves from number `start` on; `proof` leads from the end of the leaves to the checkpoint sent
    along."""

    start: int
    leaves: tuple[RevealedLeaf, ...]
    proof: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if self.start < 0 or len(self.leaves) > MOST_LEAVES:
            raise MalformedError("excerpt", f"it starts below zero, or holds more than {MOST_LEAVES} leaves")


@dataclass(frozen=True)
class Copied:
    """The position of a reader: the number of leaves followed, and the complete subtrees over these
    leaves."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()


def excerpt(
    log: Log, storage: Storage, start: int, size: int, wanted: Callable[[bytes], bool]
) -> Excerpt | None:
    """Return the leaves from `start` on in the log of `size` entries; `wanted` entries are revealed.

    None when no leaf follows. Raises NotInLogError.
    """
    if start >= size:
        return None
    leaves: list[RevealedLeaf] = []
    sent = 0
    for entry in storage.read_entries(start, min(size, start + MOST_LEAVES)):
        leaf = RevealedLeaf(entry, None) if wanted(entry) else RevealedLeaf(None, leaf_hash(entry))
        sent += HASH_SIZE if leaf.entry is None else len(entry)
        if leaves and sent > MOST_BYTES:
            break
        leaves.append(leaf)
    return Excerpt(start, tuple(leaves), tuple(log.consistency(storage, start + len(leaves), size)))


def follow(copied: Copied, shown: Excerpt, checkpoint: Checkpoint) -> Copied:
    """Extend a copy by an excerpt, once the excerpt is proved against the checkpoint.

    Raises ProofError for an excerpt with another start, or of another log than the checkpoint's.
    """
    if shown.start != copied.size:
        raise ProofError(f"the excerpt starts at leaf {shown.start} where {copied.size} would follow")
    if not shown.leaves:
        return copied
    frontier = Frontier(copied.size, copied.peaks)
    for shown_leaf in shown.leaves:
        frontier.append(shown_leaf.leaf)
    if frontier.size > checkpoint.size:
        raise ProofError(f"the excerpt tells of {frontier.size} leaves where there are {checkpoint.size}")
    verify_consistency(frontier.size, checkpoint.size, shown.proof, frontier.root(), checkpoint.root)
    return Copied(frontier.size, frontier.peaks)


def revealed_entries(shown: Excerpt) -> Sequence[tuple[int, bytes]]:
    """Return numbers and bytes of the revealed entries of an excerpt."""
    return [(n, t.entry) for n, t in enumerate(shown.leaves, start=shown.start) if t.entry is not None]

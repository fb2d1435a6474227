"""The Merkle tree of RFC 6962: hashing, and inclusion and consistency proofs, made and verified.

A *node* `(level, index)` is the root of the complete subtree over the leaves from `index << level` up to, but
not including, `(index + 1) << level`. Proofs are made from nodes that a reader hands in: memory, tiles, a
database or HTTP can stand behind it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

from audit.errors import ProofError
from audit.formats.encoding import MAX_SIZE

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()

Node = tuple[int, int]
"""Level and index of a complete subtree."""
NodeReader = Callable[[Sequence[Node]], Sequence[bytes]]
"""Returns the hashes of the requested nodes, in order."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent (RFC 6962, section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def fold(peaks: Sequence[bytes]) -> bytes:
    """Hash complete subtrees, left to right and ever smaller, into the root over all leaves."""
    if not peaks:
        return EMPTY_ROOT
    result = peaks[-1]
    for peak in reversed(peaks[:-1]):
        result = node_hash(peak, result)
    return result


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes; memory grows only with the height of the tree."""
    frontier = Frontier()
    for leaf in leaf_hashes:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """A tree growing leaf by leaf, of which only the complete subtrees at the right edge are kept."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Continue a tree of `size` leaves and its `peaks`. Raises ProofError when size and peaks do
        not fit."""
        if size < 0 or len(peaks) != size.bit_count():
            raise ProofError(f"{len(peaks)} complete subtrees do not make a tree of {size} leaves")
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The complete subtrees, left to right: together with the size, the whole state."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        carry = self.size
        while carry & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            carry >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Root over the leaves so far."""
        return fold(self._peaks)


def peaks(start: int, end: int) -> Iterator[Node]:
    """Complete subtrees that together cover the leaves `[start, end)`, from left to right.

    `start` is a multiple of the largest power of two below the range's length, as in every proof.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def root(size: int, read: NodeReader) -> bytes:
    """Root of the tree of the first `size` leaves."""
    return fold(read(list(peaks(0, size))))


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """Audit path of leaf `index` in the tree of `size` leaves (RFC 6962, section 2.1.1).

    Raises ProofError when there is no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of {size}")
    ranges: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return _hash_ranges(ranges[::-1], read)


def consistency_proof(size1: int, size2: int, read: NodeReader) -> list[bytes]:
    """Prove that the tree of `size2` leaves extends the tree of `size1` leaves (RFC 6962, section 2.1.2).

    Raises ProofError unless 0 < size1 <= size2.
    """
    if not 0 < size1 <= size2:
        raise ProofError(f"no consistency proof leads from size {size1} to size {size2}")
    ranges: list[tuple[int, int]] = []
    start, end = 0, size2
    while size1 != end:
        middle = start + _split(end - start)
        if size1 <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start > 0:  # otherwise the old tree is itself a subtree of the new one, and its root is known
        ranges.append((start, end))
    return _hash_ranges(ranges[::-1], read)


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` (a leaf hash) is number `index` of the `size` leaves under `root`.

    Raises ProofError. Algorithm: RFC 9162, section 2.1.3.2, in the form of an inner and a border part.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError(f"there is no leaf {index} in a tree of {size}")
    _check_hashes(leaf, root, *proof)
    inner, border = _path_lengths(index, size)
    if len(proof) != inner + border:
        raise ProofError(f"an inclusion proof of {len(proof)} hashes where {inner + border} belong")
    result = _chain(leaf, proof[:inner], index)
    result = _chain_left(result, proof[inner:])
    if result != root:
        raise ProofError(f"the inclusion proof of leaf {index} does not lead to the root of size {size}")


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Check that the tree of `size2` leaves under `root2` extends the tree of `size1` leaves under `root1`.

    Raises ProofError, also for size1 = 0: nothing follows from an empty tree. Algorithm: RFC 9162, 2.1.4.2.
    """
    if not 0 < size1 <= size2 <= MAX_SIZE:
        raise ProofError(f"no consistency proof leads from size {size1} to size {size2}")
    _check_hashes(root1, root2, *proof)
    if size1 == size2:
        if proof:
            raise ProofError("a consistency proof between trees of one size must be empty")
        if root1 != root2:
            raise ProofError(f"two different roots for size {size1}")
        return
    index, inner, border = _consistency_shape(size1, size2)
    # A first tree that is one complete subtree has its own root for a seed, and the proof leaves it out.
    hashes = [root1, *proof] if size1 & (size1 - 1) == 0 else list(proof)
    if len(hashes) != 1 + inner + border:
        raise ProofError(f"a consistency proof of {len(proof)} hashes does not fit sizes {size1} and {size2}")
    old, new = _consistency_roots(hashes, index, inner)
    if old != root1:
        raise ProofError(f"the consistency proof does not lead to the root of size {size1}")
    if new != root2:
        raise ProofError(f"the consistency proof does not lead to the root of size {size2}")


def old_root(size1: int, size2: int, proof: Sequence[bytes], root2: bytes) -> bytes:
    """Return the root at `size1` of the tree under `root2`, as shown by a consistency proof.

    Raises ProofError when the proof does not fit, or when `size1` is a power of two: the proof then presumes
    the old root instead of showing the root.
    """
    if not 0 < size1 < size2 <= MAX_SIZE or size1 & (size1 - 1) == 0:
        raise ProofError(f"a proof from size {size1} to size {size2} does not show the old root")
    _check_hashes(root2, *proof)
    index, inner, border = _consistency_shape(size1, size2)
    if len(proof) != 1 + inner + border:
        raise ProofError(f"a consistency proof of {len(proof)} hashes does not fit sizes {size1} and {size2}")
    old, new = _consistency_roots(proof, index, inner)
    if new != root2:
        raise ProofError(f"the consistency proof does not lead to the root of size {size2}")
    return old


def _split(length: int) -> int:
    """Largest power of two below `length` (k of RFC 6962)."""
    return 1 << ((length - 1).bit_length() - 1)


def _hash_ranges(ranges: Sequence[tuple[int, int]], read: NodeReader) -> list[bytes]:
    """Hash each range of leaves, with one call of the reader for all ranges."""
    covers = [list(peaks(start, end)) for start, end in ranges]
    hashes = iter(read([node for cover in covers for node in cover]))
    return [fold([next(hashes) for _ in cover]) for cover in covers]


def _path_lengths(index: int, size: int) -> tuple[int, int]:
    """Return the lengths of the two parts of an audit path: below and above the tree's right edge."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _consistency_shape(size1: int, size2: int) -> tuple[int, int, int]:
    """Return the start of a consistency proof (index on its level), and the lengths of its two parts."""
    shift = (size1 & -size1).bit_length() - 1
    inner, border = _path_lengths(size1 - 1, size2)
    return (size1 - 1) >> shift, inner - shift, border


def _consistency_roots(hashes: Sequence[bytes], index: int, inner: int) -> tuple[bytes, bytes]:
    """Return the roots of both trees computed from the seed and the following path."""
    seed, path = hashes[0], hashes[1:]
    old = _chain_left(seed, [h for i, h in enumerate(path[:inner]) if index >> i & 1])
    new = _chain(seed, path[:inner], index)
    return _chain_left(old, path[inner:]), _chain_left(new, path[inner:])


def _chain(seed: bytes, path: Sequence[bytes], index: int) -> bytes:
    for level, sibling in enumerate(path):
        seed = node_hash(sibling, seed) if index >> level & 1 else node_hash(seed, sibling)
    return seed


def _chain_left(seed: bytes, path: Sequence[bytes]) -> bytes:
    for sibling in path:
        seed = node_hash(sibling, seed)
    return seed


def _check_hashes(*hashes: bytes) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofError(f"a hash of {len(value)} bytes instead of {HASH_SIZE}")

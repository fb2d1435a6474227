"""A log: appends entries, signs checkpoints, and proves. Where it is kept is handed in as a `Storage`.

A storage is bound to its caller's transaction, so that an event and the state that it explains are kept
together or not at all. Nothing that a log returns may leave the process before that transaction is durable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from audit.errors import (
    AuditError,
    CorruptLogError,
    EntryTooLargeError,
    MalformedError,
    NotInLogError,
    QuorumError,
)
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.merkle import HASH_SIZE, consistency_proof, fold, inclusion_proof, leaf_hash, root
from audit.formats.note import Note, Signature, Signer, sign
from audit.formats.tiles import HEIGHT, MAX_ENTRY_SIZE, WIDTH, Tile, TileTree, partial_tiles
from audit.formats.tree import TiledTree
from audit.formats.vkey import VerifierKey
from audit.log.policy import Policy
from audit.log.receipt import Receipt

_LOOKED_AT = 10
"""Cosigned heads among which a receipt's checkpoint is chosen: later ones have the entry as well."""


@dataclass(frozen=True)
class Head:
    """The latest checkpoint as the log signed it, and the second (since the epoch) in which it did."""

    size: int
    note: str
    signed_at: int


@dataclass(frozen=True)
class Growth:
    """What one append adds: entries from number `old_size` on, every tile that changes, and the new head."""

    old_size: int
    entries: tuple[bytes, ...]
    tiles: dict[Tile, bytes]
    head: Head


class Storage(Protocol):
    """One log's entries, tiles and checkpoints within the caller's transaction."""

    def head(self) -> Head | None:
        """The latest head, or None before the first."""
        ...

    def read_tiles(self, tiles: Sequence[Tile]) -> Sequence[bytes]:
        """Contents of tiles, in the order asked; of a tile that has grown since, the first `width` hashes.

        Raises NotInLogError for a tile that is not there.
        """
        ...

    def read_entries(self, start: int, end: int) -> Sequence[bytes]:
        """Entries `[start, end)` as they were appended. Raises NotInLogError when one is not there."""
        ...

    def grow(self, growth: Growth) -> None:
        """Add what an append wrote, all of it or nothing.

        Raises StaleLogError unless the head's size is still `growth.old_size` (0 also if there is no head).
        """
        ...

    def head_signed_by(self, time: int) -> Head | None:
        """The largest head among those signed at this second (since the epoch) or before."""
        ...

    def cosigned_heads(self, min_size: int, newest: int | None = None) -> Sequence[Head]:
        """Heads of at least this size for which cosignatures were gathered, smallest first.

        With `newest` only so many of them, the largest.
        """
        ...

    def cosignatures(self, size: int) -> Sequence[Signature]:
        """Cosignatures gathered for the checkpoint of this size."""
        ...

    def add_cosignatures(self, size: int, signatures: Sequence[Signature]) -> None:
        """Keep cosignatures for the checkpoint of this size, of each key the one that came last."""
        ...


@dataclass(frozen=True)
class Former:
    """A key that another took over from: it signs beside that one up to the second `until`.

    Once it has signed, what it signed stays the log's own.
    """

    signer: Signer
    until: int


class Log:
    """A log under its origin, which is the name of the key that signs it."""

    def __init__(self, signer: Signer, former: Sequence[Former] = ()) -> None:
        """Sign with `signer`, and while a key is being changed with `former` ones of the same name as well.

        Raises MalformedError when the names differ: the origin stays.
        """
        if any(other.signer.key.name != signer.key.name for other in former):
            raise MalformedError("signing key", "a former key has another name than the log's origin")
        self._signer = signer
        self._former = tuple(former)
        self._trusted_head = ""  # a head that this object signed or verified: not verified a second time

    @property
    def origin(self) -> str:
        """Name of the log, first line of its checkpoints."""
        return self._signer.key.name

    @property
    def key(self) -> VerifierKey:
        """The key that verifies the log; `str(log.key)` is served as `vkey`."""
        return self._signer.key

    def keys(self, now: int) -> tuple[VerifierKey, ...]:
        """The keys that sign at this second, the present one first."""
        return tuple(signer.key for signer in self._signers(now))

    def signing_keys(self, storage: Storage) -> tuple[VerifierKey, ...]:
        """The log's keys that signed its latest checkpoint, the present one first. Raises NotInLogError."""
        lines = Note.parse(_require_head(storage, self.origin).note).signatures
        ever = (self.key, *(former.signer.key for former in self._former))
        return tuple(key for key in ever if any(line.is_by(key) for line in lines))

    def create(self, storage: Storage, now: int) -> None:
        """Sign the checkpoint of the empty log, unless the log has a checkpoint already."""
        if storage.head() is None:
            storage.grow(Growth(0, (), {}, self._sign(0, fold([]), now)))

    def append(self, storage: Storage, entries: Sequence[bytes], now: int) -> range:
        """Append entries and sign the new checkpoint; returns the numbers that the entries got.

        `now` is in seconds since the epoch. Raises EntryTooLargeError, CorruptLogError when what is stored
        does not fit the last checkpoint, and StaleLogError when another process appended meanwhile.
        """
        for entry in entries:
            if len(entry) > MAX_ENTRY_SIZE:
                raise EntryTooLargeError(len(entry), MAX_ENTRY_SIZE)
        old_size, edge = self._right_edge(storage)
        if not entries:
            return range(old_size, old_size)
        tiles = _grow_tiles(old_size, [leaf_hash(entry) for entry in entries], edge)
        size = old_size + len(entries)
        new_root = _root_from_edge(size, tiles | _kept(edge, size))
        head = self._sign(size, new_root, now)
        storage.grow(Growth(old_size, tuple(entries), tiles, head))
        return range(old_size, size)

    def checkpoint(self, storage: Storage) -> Note:
        """The latest checkpoint with the cosignatures gathered for it. Raises NotInLogError."""
        head = _require_head(storage, self.origin)
        return Note.parse(head.note).with_signatures(storage.cosignatures(head.size))

    def receipt(self, storage: Storage, index: int) -> Receipt:
        """Prove that entry `index` is in the log, under its latest checkpoint. Raises NotInLogError."""
        return self.receipts(storage, [index])[0]

    def receipts(self, storage: Storage, indices: Sequence[int]) -> list[Receipt]:
        """Receipts for several entries, with few reads. Raises NotInLogError."""
        note = self.checkpoint(storage)
        size = Checkpoint.parse(note.text).size
        for index in indices:
            if not 0 <= index < size:
                raise NotInLogError(f"the log {self.origin} has {size} entries: there is no entry {index}")
        tree = TiledTree(size, storage.read_tiles)
        return [Receipt(i, tuple(inclusion_proof(i, size, tree.nodes)), note) for i in indices]

    def witnessed_receipt(self, storage: Storage, index: int, policy: Policy) -> Receipt:
        """Prove entry `index` under the first checkpoint that has it and has the policy's quorum.

        So a receipt is completed later, without anyone having waited. Raises QuorumError while there is none.
        """
        for head in storage.cosigned_heads(index + 1):
            note = Note.parse(head.note).with_signatures(storage.cosignatures(head.size))
            try:
                policy.verify(note)
            except QuorumError:
                continue
            tree = TiledTree(_require_head(storage, self.origin).size, storage.read_tiles)
            return Receipt(index, tuple(inclusion_proof(index, head.size, tree.nodes)), note)
        raise QuorumError(
            f"no checkpoint of {self.origin} with entry {index} has the policy's quorum of witnesses yet"
        )

    def fullest_receipt(self, storage: Storage, index: int) -> Receipt:
        """Prove entry `index` under the checkpoint that most witnesses have cosigned, of these the latest.

        Without any, under the latest checkpoint. Raises NotInLogError.
        """
        latest = self.receipt(storage, index)
        best, size = latest.checkpoint, Checkpoint.parse(latest.checkpoint.text).size
        for head in storage.cosigned_heads(index + 1, _LOOKED_AT):
            note = Note.parse(head.note).with_signatures(storage.cosignatures(head.size))
            if len(note.signatures) > len(best.signatures):
                best, size = note, head.size
        tree = TiledTree(_require_head(storage, self.origin).size, storage.read_tiles)
        return Receipt(index, tuple(inclusion_proof(index, size, tree.nodes)), best)

    def consistency(self, storage: Storage, old_size: int, new_size: int) -> list[bytes]:
        """Prove that the log of `new_size` entries extends that of `old_size`; nothing for 0.

        Raises NotInLogError for sizes that the log has not reached, or in the wrong order.
        """
        size = _require_head(storage, self.origin).size
        if not 0 <= old_size <= new_size <= size:
            raise NotInLogError(f"{self.origin} has {size} entries: no proof from {old_size} to {new_size}")
        if old_size == 0:
            return []
        return consistency_proof(old_size, new_size, TiledTree(new_size, storage.read_tiles).nodes)

    def root(self, storage: Storage, size: int) -> bytes:
        """Root of the log at an earlier or its present size. Raises NotInLogError."""
        present = _require_head(storage, self.origin).size
        if not 0 <= size <= present:
            raise NotInLogError(f"the log {self.origin} has {present} entries: it has no root of size {size}")
        return root(size, TiledTree(present, storage.read_tiles).nodes)

    def entry(self, storage: Storage, index: int) -> bytes:
        """The bytes of an entry. Raises NotInLogError."""
        if index < 0:
            raise NotInLogError(f"the log {self.origin} has no entry {index}")
        return storage.read_entries(index, index + 1)[0]

    def _signers(self, now: int) -> tuple[Signer, ...]:
        return (self._signer, *(former.signer for former in self._former if now < former.until))

    def _sign(self, size: int, root: bytes, now: int) -> Head:
        note = str(sign(str(Checkpoint(self.origin, size, root)), *self._signers(now)))
        self._trusted_head = note
        return Head(size, note, now)

    def _right_edge(self, storage: Storage) -> tuple[int, dict[Tile, bytes]]:
        """Size and partial tiles, checked against the last checkpoint: nothing is signed over damage."""
        head = storage.head()
        if head is None:
            return 0, {}
        try:
            note = Note.parse(head.note)
            if head.note == self._trusted_head:
                checkpoint = Checkpoint.parse(note.text)
            else:
                ever = (self._signer, *(former.signer for former in self._former))
                checkpoint = open_checkpoint(note, [signer.verifier for signer in ever])
            wanted = partial_tiles(head.size)
            edge = dict(zip(wanted, storage.read_tiles(wanted), strict=True))
            found = _root_from_edge(head.size, edge)
        except AuditError as error:
            raise CorruptLogError(self.origin, str(error)) from error
        if checkpoint.size != head.size:
            raise CorruptLogError(self.origin, "its size and its checkpoint differ")
        if found != checkpoint.root:
            raise CorruptLogError(self.origin, "its tiles do not lead to the root of its checkpoint")
        self._trusted_head = head.note
        return head.size, edge


def _require_head(storage: Storage, origin: str) -> Head:
    head = storage.head()
    if head is None:
        raise NotInLogError(f"the log {origin} has no checkpoint yet: create it first")
    return head


def _grow_tiles(size: int, hashes: list[bytes], edge: dict[Tile, bytes]) -> dict[Tile, bytes]:
    """Every tile that changes when leaf hashes follow the first `size`, given the partial tiles at `size`."""
    changed: dict[Tile, bytes] = {}
    level = 0
    partial = {tile.level: data for tile, data in edge.items()}
    while hashes:
        first = size // WIDTH
        data = partial.get(level, b"") + b"".join(hashes)
        hashes = []
        step = WIDTH * HASH_SIZE
        for number, start in enumerate(range(0, len(data), step), start=first):
            content = data[start : start + step]
            tile = Tile(level, number, len(content) // HASH_SIZE)
            changed[tile] = content
            if tile.width == WIDTH:
                hashes.append(TileTree.of(tile, content).node(((level + 1) * HEIGHT, number)))
        size, level = first, level + 1
    return changed


def _kept(edge: dict[Tile, bytes], size: int) -> dict[Tile, bytes]:
    """The partial tiles that are still at the right edge once the log has grown to `size`."""
    wanted = set(partial_tiles(size))
    return {tile: data for tile, data in edge.items() if tile in wanted}


def _root_from_edge(size: int, tiles: dict[Tile, bytes]) -> bytes:
    """Root of the tree, which its partial tiles at the right edge determine."""
    return root(size, TiledTree(size, lambda wanted: [tiles[tile] for tile in wanted]).nodes)

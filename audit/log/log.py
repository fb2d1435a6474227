"""A log: appends entries, signs checkpoints, and proves. The caller provides a `Storage`.

A storage is bound to its caller's transaction, so that an event and the explained state are stored together
or not at all. No result of a log may leave the process before the transaction is durable.
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
    ProofError,
    QuorumError,
    SignatureError,
)
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.merkle import HASH_SIZE, consistency_proof, fold, inclusion_proof, leaf_hash, root
from audit.formats.note import Note, Signature, Signer, sign
from audit.formats.tiles import HEIGHT, MAX_ENTRY_SIZE, WIDTH, Tile, TileTree, partial_tiles
from audit.formats.tree import TiledTree
from audit.formats.vkey import VerifierKey
from audit.log.policy import Policy
from audit.log.receipt import Receipt

_CHECKPOINTS_TRIED = 10
"""Number of cosigned checkpoints tried for a receipt: later checkpoints contain the entry as well."""


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint as signed by the log, and the second (since the epoch) of the signature."""

    size: int
    note: str
    signed_at: int


@dataclass(frozen=True)
class Growth:
    """The effect of one append: entries from number `old_size` on, all changed tiles, and the new
    checkpoint."""

    old_size: int
    entries: tuple[bytes, ...]
    tiles: dict[Tile, bytes]
    checkpoint: SignedCheckpoint


class Storage(Protocol):
    """One log's entries, tiles and checkpoints within the caller's transaction."""

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        """The latest checkpoint, or None before the first."""
        ...

    def read_tiles(self, tiles: Sequence[Tile]) -> Sequence[bytes]:
        """Return contents of tiles, in order; of a tile that has grown since, the first `width` hashes.

        Raises NotInLogError for a missing tile.
        """
        ...

    def read_entries(self, start: int, end: int) -> Sequence[bytes]:
        """Return entries `[start, end)` as appended. Raises NotInLogError for a missing entry."""
        ...

    def read_each(self, numbers: Sequence[int]) -> Sequence[bytes]:
        """Return the entries with these numbers, in this order. Raises NotInLogError for a missing entry."""
        ...

    def grow(self, growth: Growth) -> None:
        """Store the result of an append, all or nothing.

        Raises StaleLogError unless the latest checkpoint still has size `growth.old_size` (0 before the
        first).
        """
        ...

    def checkpoint_signed_by(self, time: int) -> SignedCheckpoint | None:
        """Return the largest checkpoint signed at or before this second (since the epoch)."""
        ...

    def cosigned_checkpoints(self, min_size: int, newest: int | None = None) -> Sequence[SignedCheckpoint]:
        """Return the cosigned checkpoints of at least this size, smallest first.

        With `newest` only the `newest` largest checkpoints.
        """
        ...

    def cosignatures(self, size: int) -> Sequence[Signature]:
        """Return the cosignatures gathered for the checkpoint of this size."""
        ...

    def add_cosignatures(self, size: int, signatures: Sequence[Signature]) -> None:
        """Store cosignatures for the checkpoint of this size; the latest replaces an earlier cosignature of
        the same key."""
        ...


@dataclass(frozen=True)
class FormerKey:
    """A replaced key that still signs beside its successor up to the second `until`.

    Signatures made by a former key stay the log's own.
    """

    signer: Signer
    until: int


class Log:
    """A log under its origin, the name of its signing key."""

    def __init__(self, signer: Signer, former: Sequence[FormerKey] = ()) -> None:
        """Sign with `signer`, and while a key is being changed with `former` ones of the same name as well.

        Raises MalformedError when the names differ: the origin stays.
        """
        if any(other.signer.key.name != signer.key.name for other in former):
            raise MalformedError("signing key", "a former key has another name than the log's origin")
        self._signer = signer
        self._former = tuple(former)
        self._trusted_note = ""  # signed or verified by this object: not verified a second time

    @property
    def origin(self) -> str:
        """Name of the log, first line of its checkpoints."""
        return self._signer.key.name

    @property
    def key(self) -> VerifierKey:
        """The key verifying the log; `str(log.key)` is served as `vkey`."""
        return self._signer.key

    @property
    def signer(self) -> Signer:
        """The present key's signer."""
        return self._signer

    def keys(self, now: int) -> tuple[VerifierKey, ...]:
        """Return the keys signing at this second, the present key first."""
        return tuple(signer.key for signer in self._signers(now))

    def signing_keys(self, storage: Storage) -> tuple[VerifierKey, ...]:
        """Return the keys that signed the latest checkpoint, the present key first. Raises NotInLogError."""
        lines = Note.parse(_latest_signed(storage, self.origin).note).signatures
        ever = (self.key, *(former.signer.key for former in self._former))
        return tuple(key for key in ever if any(line.is_by(key) for line in lines))

    def create(self, storage: Storage, now: int) -> None:
        """Sign the checkpoint of the empty log, unless the log has a checkpoint already."""
        if storage.latest_checkpoint() is None:
            storage.grow(Growth(0, (), {}, self._sign(0, fold([]), now)))

    def append(self, storage: Storage, entries: Sequence[bytes], now: int) -> range:
        """Append entries and sign the new checkpoint; return the numbers of the entries.

        `now` is in seconds since the epoch. Raises EntryTooLargeError, CorruptLogError when stored data
        contradict the last checkpoint, and StaleLogError when another process appended meanwhile.
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
        signed = self._sign(size, new_root, now)
        storage.grow(Growth(old_size, tuple(entries), tiles, signed))
        return range(old_size, size)

    def opened(self, note: Note) -> Checkpoint:
        """Return a checkpoint that this log signed, by its present or a former key.

        Raises MalformedError, or SignatureError for any other checkpoint.
        """
        ever = (self._signer, *(former.signer for former in self._former))
        return open_checkpoint(note, [signer.verifier for signer in ever])

    def regrowth(self, storage: Storage, leaves: Sequence[bytes], note: Note, now: int) -> Growth:
        """Return the growth from a storage that lost its newest entries up to a checkpoint of before the
        loss.

        `leaves` are the leaf hashes of the lost entries, from whoever kept them. Nothing is signed: `note` is
        this log's own checkpoint, and decides whether the hashes are right. Raises SignatureError for a
        checkpoint that no key of this log signed, ProofError where the hashes do not lead to the checkpoint,
        and CorruptLogError as `append` does.
        """
        checkpoint = self.opened(note)
        old_size, edge = self._right_edge(storage)
        if checkpoint.size != old_size + len(leaves):
            raise ProofError(
                f"{len(leaves)} hashes after {old_size} entries do not make the {checkpoint.size} entries of "
                "the checkpoint"
            )
        tiles = _grow_tiles(old_size, list(leaves), edge)
        if _root_from_edge(checkpoint.size, tiles | _kept(edge, checkpoint.size)) != checkpoint.root:
            raise ProofError(f"the hashes do not lead to the checkpoint of {checkpoint.size} entries")
        ever = (self.key, *(former.signer.key for former in self._former))
        own = Note(note.text, tuple(line for line in note.signatures if any(map(line.is_by, ever))))
        return Growth(old_size, (), tiles, SignedCheckpoint(checkpoint.size, str(own), now))

    def checkpoint(self, storage: Storage) -> Note:
        """Return the latest checkpoint with its gathered cosignatures. Raises NotInLogError."""
        signed = _latest_signed(storage, self.origin)
        return Note.parse(signed.note).with_signatures(storage.cosignatures(signed.size))

    def receipt(self, storage: Storage, index: int) -> Receipt:
        """Prove entry `index` under the latest checkpoint. Raises NotInLogError."""
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
        """Prove entry `index` under the first checkpoint with the entry and the policy's quorum.

        Receipts can thus be completed later, without waiting. Raises QuorumError while there is no such
        checkpoint.
        """
        for signed in storage.cosigned_checkpoints(index + 1):
            note = Note.parse(signed.note).with_signatures(storage.cosignatures(signed.size))
            try:
                policy.verify(note)
            except (QuorumError, SignatureError):  # the latter: signed by a former key, which is gone since
                continue
            tree = TiledTree(_latest_signed(storage, self.origin).size, storage.read_tiles)
            return Receipt(index, tuple(inclusion_proof(index, signed.size, tree.nodes)), note)
        raise QuorumError(
            f"no checkpoint of {self.origin} with entry {index} has the policy's quorum of witnesses yet"
        )

    def fullest_receipt(self, storage: Storage, index: int) -> Receipt:
        """Prove entry `index` under the latest of the checkpoints with the most cosignatures.

        Without cosignatures, under the latest checkpoint. Raises NotInLogError.
        """
        latest = self.receipt(storage, index)
        best, size = latest.checkpoint, Checkpoint.parse(latest.checkpoint.text).size
        for signed in storage.cosigned_checkpoints(index + 1, _CHECKPOINTS_TRIED):
            note = Note.parse(signed.note).with_signatures(storage.cosignatures(signed.size))
            # A checkpoint of before a change of keys would prove nothing to who knows the present key.
            present = any(line.is_by(self.key) for line in note.signatures)
            if present and len(note.signatures) > len(best.signatures):
                best, size = note, signed.size
        tree = TiledTree(_latest_signed(storage, self.origin).size, storage.read_tiles)
        return Receipt(index, tuple(inclusion_proof(index, size, tree.nodes)), best)

    def consistency(self, storage: Storage, old_size: int, new_size: int) -> list[bytes]:
        """Prove that the log of `new_size` entries extends the log of `old_size` entries; empty for 0.

        Raises NotInLogError for sizes not yet reached, or in the wrong order.
        """
        size = _latest_signed(storage, self.origin).size
        if not 0 <= old_size <= new_size <= size:
            raise NotInLogError(f"{self.origin} has {size} entries: no proof from {old_size} to {new_size}")
        if old_size == 0:
            return []
        return consistency_proof(old_size, new_size, TiledTree(new_size, storage.read_tiles).nodes)

    def root(self, storage: Storage, size: int) -> bytes:
        """Return the root of the log at its present or an earlier size. Raises NotInLogError."""
        present = _latest_signed(storage, self.origin).size
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

    def _sign(self, size: int, root: bytes, now: int) -> SignedCheckpoint:
        note = str(sign(str(Checkpoint(self.origin, size, root)), *self._signers(now)))
        self._trusted_note = note
        return SignedCheckpoint(size, note, now)

    def _right_edge(self, storage: Storage) -> tuple[int, dict[Tile, bytes]]:
        """Size and partial tiles, checked against the last checkpoint: nothing is signed over damage."""
        signed = storage.latest_checkpoint()
        if signed is None:
            return 0, {}
        try:
            note = Note.parse(signed.note)
            if signed.note == self._trusted_note:
                checkpoint = Checkpoint.parse(note.text)
            else:
                ever = (self._signer, *(former.signer for former in self._former))
                checkpoint = open_checkpoint(note, [signer.verifier for signer in ever])
            wanted = partial_tiles(signed.size)
            edge = dict(zip(wanted, storage.read_tiles(wanted), strict=True))
            found = _root_from_edge(signed.size, edge)
        except AuditError as error:
            raise CorruptLogError(self.origin, str(error)) from error
        if checkpoint.size != signed.size:
            raise CorruptLogError(self.origin, "its size and its checkpoint differ")
        if found != checkpoint.root:
            raise CorruptLogError(self.origin, "its tiles do not lead to the root of its checkpoint")
        self._trusted_note = signed.note
        return signed.size, edge


def _latest_signed(storage: Storage, origin: str) -> SignedCheckpoint:
    signed = storage.latest_checkpoint()
    if signed is None:
        raise NotInLogError(f"the log {origin} has no checkpoint yet: create it first")
    return signed


def _grow_tiles(size: int, hashes: list[bytes], edge: dict[Tile, bytes]) -> dict[Tile, bytes]:
    """Return every tile changed by leaf hashes after the first `size`, given the partial tiles at `size`."""
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
    """Return the partial tiles still at the right edge once the log has grown to `size`."""
    wanted = set(partial_tiles(size))
    return {tile: data for tile, data in edge.items() if tile in wanted}


def _root_from_edge(size: int, tiles: dict[Tile, bytes]) -> bytes:
    """Return the root of the tree from its partial tiles at the right edge."""
    return root(size, TiledTree(size, lambda wanted: [tiles[tile] for tile in wanted]).nodes)

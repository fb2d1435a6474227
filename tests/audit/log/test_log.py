"""A log: appending, proving, and refusing to sign over damage."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from memory_log import MemoryStorage

from audit.errors import (
    CorruptLogError,
    EntryTooLargeError,
    MalformedError,
    NotInLogError,
    QuorumError,
    SignatureError,
    StaleLogError,
)
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.merkle import EMPTY_ROOT, leaf_hash, root_of, verify_consistency
from audit.formats.note import Signer, Verifier
from audit.formats.tiles import MAX_ENTRY_SIZE, Tile, tiles_of
from audit.log.log import FormerKey, Growth, Log, SignedCheckpoint
from audit.log.policy import Policy
from audit.witness.witness import MemoryWitnessStorage, Witness


def head_of(log: Log, storage: MemoryStorage) -> Checkpoint:
    return open_checkpoint(log.checkpoint(storage), [Verifier(log.key)])


def test_an_empty_log_has_a_signed_checkpoint(log: Log, storage: MemoryStorage) -> None:
    assert head_of(log, storage) == Checkpoint("log.example/hub", 0, EMPTY_ROOT)


def test_a_log_is_created_once(log: Log, storage: MemoryStorage) -> None:
    log.append(storage, [b"one"], now=1)
    log.create(storage, now=2)
    assert head_of(log, storage).size == 1


def test_entries_get_numbers_and_receipts(log: Log, storage: MemoryStorage) -> None:
    assert log.append(storage, [b"one", b"two"], now=1) == range(2)
    assert log.append(storage, [b"three"], now=2) == range(2, 3)

    receipt = log.receipt(storage, 1)

    verified = receipt.verify(b"two", Policy.of(Verifier(log.key)))
    assert verified.checkpoint == head_of(log, storage)
    assert log.entry(storage, 1) == b"two"


def test_appending_nothing_signs_nothing(log: Log, storage: MemoryStorage) -> None:
    before = storage.latest_checkpoint()
    assert log.append(storage, [], now=2) == range(0)
    assert storage.latest_checkpoint() == before


def test_a_log_can_be_appended_to_before_it_is_created(log: Log) -> None:
    storage = MemoryStorage()
    log.append(storage, [b"one"], now=1)
    assert head_of(log, storage).size == 1


def test_the_checkpoint_tells_when_it_was_signed(log: Log, storage: MemoryStorage) -> None:
    """A clock that jumps back is kept as it was: the tree's order is the log's order, not the clock's."""
    log.append(storage, [b"one"], now=2_000)
    log.append(storage, [b"two"], now=1_000)
    head = storage.latest_checkpoint()
    assert head is not None
    assert head.signed_at == 1_000


def test_two_batches_lead_to_the_same_tree_as_one(log: Log) -> None:
    entries = [b"entry %d" % i for i in range(600)]
    in_one, in_two = MemoryStorage(), MemoryStorage()

    log.append(in_one, entries, now=1)
    log.append(in_two, entries[:300], now=1)
    log.append(in_two, entries[300:], now=2)

    tiles = list(tiles_of(600))
    assert in_one.read_tiles(tiles) == in_two.read_tiles(tiles)
    assert log.checkpoint(in_one) == log.checkpoint(in_two)


def test_an_entry_may_be_as_long_as_a_bundle_can_hold(log: Log, storage: MemoryStorage) -> None:
    log.append(storage, [bytes(MAX_ENTRY_SIZE)], now=1)
    with pytest.raises(EntryTooLargeError):
        log.append(storage, [b"small", bytes(MAX_ENTRY_SIZE + 1)], now=2)
    assert head_of(log, storage).size == 1


@pytest.mark.parametrize("index", [-1, 2, 10**30])
def test_what_is_not_in_the_log_has_no_receipt(index: int, log: Log, storage: MemoryStorage) -> None:
    log.append(storage, [b"one", b"two"], now=1)
    with pytest.raises(NotInLogError):
        log.receipt(storage, index)
    with pytest.raises(NotInLogError):
        log.entry(storage, index)


@pytest.mark.parametrize(("old", "new"), [(-1, 1), (2, 1), (1, 3), (0, 3)])
def test_sizes_that_the_log_never_had_have_no_proof(
    old: int, new: int, log: Log, storage: MemoryStorage
) -> None:
    log.append(storage, [b"one", b"two"], now=1)
    with pytest.raises(NotInLogError):
        log.consistency(storage, old, new)


def test_a_log_that_was_never_created_says_so(log: Log) -> None:
    with pytest.raises(NotInLogError, match="create it first"):
        log.checkpoint(MemoryStorage())


def test_cosignatures_travel_with_the_checkpoint(log: Log, storage: MemoryStorage) -> None:
    witness = Cosigner.generate("witness.example")
    log.append(storage, [b"one"], now=1)
    cosignature = witness.cosign(head_of(log, storage), 1)

    storage.add_cosignatures(1, [cosignature, cosignature])

    policy = Policy.of(Verifier(log.key), [witness.verifier], quorum=1)
    assert log.receipt(storage, 0).verify(b"one", policy).witnesses == {"witness.example"}
    log.append(storage, [b"two"], now=2)
    assert len(log.checkpoint(storage).signatures) == 1


def test_a_receipt_is_completed_once_enough_witnesses_have_cosigned(log: Log, storage: MemoryStorage) -> None:
    """The quorum comes for a later checkpoint than the entry's own; nobody had to wait for it."""
    one, two = Cosigner.generate("one.example"), Cosigner.generate("two.example")
    policy = Policy.of(Verifier(log.key), [one.verifier, two.verifier], quorum=2)
    log.append(storage, [b"first"], now=1)
    storage.add_cosignatures(1, [one.cosign(head_of(log, storage), 1)])
    with pytest.raises(QuorumError):
        log.witnessed_receipt(storage, 0, policy)
    log.append(storage, [b"%d" % i for i in range(300)], now=2)
    storage.add_cosignatures(301, [w.cosign(head_of(log, storage), 2) for w in (one, two)])
    log.append(storage, [b"last"], now=3)

    receipt = log.witnessed_receipt(storage, 0, policy)

    assert receipt.verify(b"first", policy).checkpoint.size == 301
    with pytest.raises(QuorumError):
        log.witnessed_receipt(storage, 301, policy)


def test_a_second_writer_is_noticed(log: Log, storage: MemoryStorage) -> None:
    """What one writer computed from size 1 is refused once another has appended."""
    log.append(storage, [b"one"], now=1)
    head = storage.latest_checkpoint()
    assert head is not None
    with pytest.raises(StaleLogError):
        storage.grow(Growth(0, (b"other",), {}, head))


def test_a_key_is_changed_with_an_overlap(signer: Signer, storage: MemoryStorage) -> None:
    """Who knows only the former key and who knows only the new one both believe what is signed meanwhile."""
    present = Signer.generate(signer.key.name)
    before, during, after = Log(signer), Log(present, [FormerKey(signer, 3)]), Log(present)
    witness = Witness(Cosigner.generate("w"), [signer.verifier, present.verifier], MemoryWitnessStorage())

    before.append(storage, [b"before"], now=1)
    witness.update(0, [], before.checkpoint(storage), now=1)
    during.append(storage, [b"during"], now=2)
    for key in (signer.key, present.key):
        during.receipt(storage, 0).verify(b"before", Policy.of(Verifier(key)))
    witness.update(1, during.consistency(storage, 1, 2), during.checkpoint(storage), now=2)
    after.append(storage, [b"after"], now=3)
    witness.update(2, after.consistency(storage, 2, 3), after.checkpoint(storage), now=3)

    with pytest.raises(SignatureError):
        after.receipt(storage, 0).verify(b"before", Policy.of(signer.verifier))


def test_a_former_key_signs_until_its_time_is_over_and_is_believed_for_what_it_signed(
    signer: Signer, storage: MemoryStorage
) -> None:
    """The present process need not be started again when the overlap ends."""
    present = Signer.generate(signer.key.name)
    Log(signer).append(storage, [b"before"], now=1)
    log = Log(present, [FormerKey(signer, until=10)])
    assert (log.keys(9), log.keys(10)) == ((present.key, signer.key), (present.key,))

    log.append(storage, [b"during"], now=9)
    assert len(log.checkpoint(storage).signatures) == 2
    log.append(storage, [b"after"], now=10)
    assert [s.key_id for s in log.checkpoint(storage).signatures] == [present.key.key_id]


def test_a_stolen_key_signs_nothing_more(signer: Signer, storage: MemoryStorage) -> None:
    """No overlap: the first head under the new key is signed by that alone, over what the old one signed."""
    Log(signer).append(storage, [b"before"], now=5)
    present = Signer.generate(signer.key.name)
    Log(present, [FormerKey(signer, until=6)]).append(storage, [b"changed"], now=6)
    note = Log(present).checkpoint(storage)
    assert [s.key_id for s in note.signatures] == [present.key.key_id]


def test_a_new_key_keeps_the_logs_name(signer: Signer) -> None:
    with pytest.raises(MalformedError, match="another name"):
        Log(signer, [FormerKey(Signer.generate("log.example/other"), 1)])


def test_a_log_without_its_former_key_does_not_sign_over_what_it_cannot_check(
    signer: Signer, storage: MemoryStorage
) -> None:
    Log(signer).append(storage, [b"one"], now=1)
    with pytest.raises(CorruptLogError, match="not signed"):
        Log(Signer.generate(signer.key.name)).append(storage, [b"two"], now=2)


class TamperedStorage(MemoryStorage):
    """A storage whose contents somebody changed behind the log's back."""

    def change_tile(self, tile: Tile, data: bytes) -> None:
        self._tiles[tile.level, tile.index] = data

    def change_checkpoint(self, head: SignedCheckpoint) -> None:
        self._latest = head


@pytest.fixture
def tampered(log: Log) -> TamperedStorage:
    storage = TamperedStorage()
    log.append(storage, [b"one", b"two", b"three"], now=1)
    return storage


def test_nothing_is_signed_over_a_changed_tile(log: Log, tampered: TamperedStorage) -> None:
    tampered.change_tile(Tile(0, 0, 3), b"".join(map(leaf_hash, (b"one", b"other", b"three"))))
    with pytest.raises(CorruptLogError, match="do not lead to the root"):
        log.append(tampered, [b"four"], now=2)


def test_nothing_is_signed_over_a_lost_tile(log: Log, tampered: TamperedStorage) -> None:
    tampered.change_tile(Tile(0, 0, 3), b"")
    with pytest.raises(CorruptLogError, match="there is no tile/0/000"):
        log.append(tampered, [b"four"], now=2)


def test_nothing_is_signed_over_a_checkpoint_that_is_not_ours(log: Log, tampered: TamperedStorage) -> None:
    """Tiles and checkpoint both rewritten, but without the key."""
    forger, forged = Log(Signer.generate(log.origin)), MemoryStorage()
    forger.append(forged, [b"one", b"other", b"three"], now=1)
    tampered.change_tile(Tile(0, 0, 3), forged.read_tiles([Tile(0, 0, 3)])[0])
    head = forged.latest_checkpoint()
    assert head is not None
    tampered.change_checkpoint(head)

    with pytest.raises(CorruptLogError, match="not signed by any key"):
        log.append(tampered, [b"four"], now=2)


def test_nothing_is_signed_over_a_wrong_size(log: Log, tampered: TamperedStorage) -> None:
    head = tampered.latest_checkpoint()
    assert head is not None
    tampered.change_checkpoint(SignedCheckpoint(2, head.note, head.signed_at))
    with pytest.raises(CorruptLogError):
        log.append(tampered, [b"four"], now=2)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 3), st.integers(1, 5000) | st.sampled_from((255, 256, 257, 70_000)))
@example(3, 65_533)
@example(1, 65_536)
def test_large_batches_have_the_right_root(first: int, second: int) -> None:
    log, storage = Log(Signer.from_seed("log.example/hub", bytes(32))), MemoryStorage()
    entries = [b"%d" % i for i in range(first + second)]

    log.append(storage, entries[:first], now=1)
    log.append(storage, entries[first:], now=2)

    assert log.root(storage, len(entries)) == root_of(map(leaf_hash, entries))


class LogAgainstList(RuleBasedStateMachine):
    """Whatever is appended, the log proves the same as a plain list of entries."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log(Signer.from_seed("log.example/hub", bytes(range(32))))
        self.policy = Policy.of(Verifier(self.log.key))
        self.storage = MemoryStorage()
        self.log.create(self.storage, now=1)
        self.entries: list[bytes] = []

    @rule(count=st.sampled_from([0, 1, 2, 3, 200, 255, 256, 257, 1000]), content=st.binary(max_size=40))
    def append(self, count: int, content: bytes) -> None:
        batch = [content + b"%d" % i for i in range(count)]
        numbers = self.log.append(self.storage, batch, now=1)
        assert numbers == range(len(self.entries), len(self.entries) + count)
        self.entries += batch

    @rule(data=st.data())
    def prove_an_entry(self, data: st.DataObject) -> None:
        if self.entries:
            index = data.draw(st.integers(0, len(self.entries) - 1))
            self.log.receipt(self.storage, index).verify(self.entries[index], self.policy)
            assert self.log.entry(self.storage, index) == self.entries[index]

    @rule(data=st.data())
    def prove_that_nothing_was_rewritten(self, data: st.DataObject) -> None:
        if self.entries:
            new = data.draw(st.integers(1, len(self.entries)))
            old = data.draw(st.integers(1, new))
            proof = self.log.consistency(self.storage, old, new)
            leaves = [leaf_hash(e) for e in self.entries[:new]]
            verify_consistency(old, new, proof, root_of(leaves[:old]), root_of(leaves))

    @invariant()
    def the_checkpoint_states_the_list(self) -> None:
        checkpoint = head_of(self.log, self.storage)
        assert checkpoint.size == len(self.entries)
        assert checkpoint.root == root_of(map(leaf_hash, self.entries))


TestLogAgainstList = LogAgainstList.TestCase
TestLogAgainstList.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)

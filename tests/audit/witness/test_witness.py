"""A witness cosigns what extends all it has seen, and nothing else."""

from typing import Any

import pytest
from memory_log import MemoryStorage

from audit.errors import MalformedError, UnknownLogError, UntrustedCheckpointError
from audit.formats import note
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner, cosigned_at
from audit.formats.evidence import Evidence, Finding
from audit.formats.evidence_errors import InconsistentError, SizeConflictError
from audit.formats.merkle import EMPTY_ROOT
from audit.formats.note import Note, Signer, Verifier
from audit.log.log import Log
from audit.witness.witness import MemoryWitnessStorage, Witness

NOW = 1_700_000_000
COSIGNER = Cosigner.from_seed("witness.example", bytes(range(32, 64)))


@pytest.fixture
def witness(log: Log) -> Witness:
    return Witness(COSIGNER, [Verifier(log.key)], MemoryWitnessStorage())


@pytest.fixture
def seen(log: Log, storage: MemoryStorage, witness: Witness) -> MemoryStorage:
    """A log of five entries that the witness has cosigned."""
    log.append(storage, [b"%d" % i for i in range(5)], now=NOW)
    witness.update(0, [], log.checkpoint(storage), NOW)
    return storage


def signed(signer: Signer, size: int, root: bytes) -> Note:
    return note.sign(str(Checkpoint(signer.key.name, size, root)), signer)


def forked(log: Log, size: int) -> MemoryStorage:
    """Another history under the same key: the second of its entries was rewritten."""
    storage = MemoryStorage()
    log.append(storage, [b"rewritten" if i == 1 else b"%d" % i for i in range(size)], now=NOW)
    return storage


def test_the_first_checkpoint_of_a_log_is_believed(
    log: Log, storage: MemoryStorage, witness: Witness
) -> None:
    log.append(storage, [b"one"], now=NOW)

    cosignature = witness.update(0, [], log.checkpoint(storage), NOW)

    cosigned = log.checkpoint(storage).with_signatures([cosignature])
    assert cosigned_at(cosigned, COSIGNER.verifier) == NOW
    assert witness.latest(log.origin) == cosigned


def test_what_a_former_key_alone_has_signed_is_refused_whatever_it_says(
    log: Log, seen: MemoryStorage, signer: Signer
) -> None:
    """A thief of the former key gets no cosignature, and makes no evidence against the log."""
    present = Signer.from_seed(log.origin, bytes(range(64, 96)))
    storage = MemoryWitnessStorage()
    Witness(COSIGNER, [Verifier(log.key)], storage).update(0, [], log.checkpoint(seen), NOW)
    keys = [Verifier(log.key), present.verifier]
    witness = Witness(COSIGNER, keys, storage, former=[log.key])

    log.append(seen, [b"5"], now=NOW)
    proof, grown = log.consistency(seen, 5, 6), log.checkpoint(seen)
    for stolen in (grown, signed(signer, 5, bytes(32)), signed(signer, 4, bytes(32))):
        with pytest.raises(UntrustedCheckpointError, match="former key alone"):
            witness.update(5, proof, stolen, NOW)
    witness.update(5, proof, note.sign(grown.text, signer, present), NOW)
    log.append(seen, [b"6"], now=NOW)
    witness.update(6, log.consistency(seen, 6, 7), note.sign(log.checkpoint(seen).text, present), NOW)


def test_growth_is_cosigned(log: Log, seen: MemoryStorage, witness: Witness) -> None:
    log.append(seen, [b"5", b"6"], now=NOW)

    witness.update(5, log.consistency(seen, 5, 7), log.checkpoint(seen), NOW + 1)

    latest = witness.latest(log.origin)
    assert latest is not None
    assert Checkpoint.parse(latest.text).size == 7


def test_the_same_checkpoint_is_cosigned_again(log: Log, seen: MemoryStorage, witness: Witness) -> None:
    cosignature = witness.update(5, [], log.checkpoint(seen), NOW + 60)
    assert cosigned_at(log.checkpoint(seen).with_signatures([cosignature]), COSIGNER.verifier) == NOW + 60


def test_an_empty_log_is_cosigned(log: Log, storage: MemoryStorage, witness: Witness) -> None:
    witness.update(0, [], log.checkpoint(storage), NOW)
    log.append(storage, [b"one"], now=NOW)
    witness.update(0, [], log.checkpoint(storage), NOW)


def test_what_is_kept_has_the_logs_signature_and_the_witnesss_only(
    log: Log, storage: MemoryStorage, witness: Witness
) -> None:
    log.append(storage, [b"one"], now=NOW)
    stranger = Cosigner.generate("stranger.example")
    offered = log.checkpoint(storage)
    offered = offered.with_signatures([stranger.cosign(Checkpoint.parse(offered.text), NOW)])

    witness.update(0, [], offered, NOW)

    latest = witness.latest(log.origin)
    assert latest is not None
    assert [s.name for s in latest.signatures] == [log.origin, "witness.example"]


def test_an_unknown_log_is_refused(witness: Witness) -> None:
    stranger = Signer.generate("log.example/stranger")
    with pytest.raises(UnknownLogError):
        witness.update(0, [], signed(stranger, 0, EMPTY_ROOT), NOW)
    with pytest.raises(UnknownLogError):
        witness.latest("log.example/stranger")


def test_a_checkpoint_by_another_key_is_refused(log: Log, witness: Witness) -> None:
    impostor = Signer.generate(log.origin)
    with pytest.raises(UntrustedCheckpointError):
        witness.update(0, [], signed(impostor, 0, EMPTY_ROOT), NOW)


def test_an_old_size_above_the_new_one_is_malformed(
    log: Log, storage: MemoryStorage, witness: Witness
) -> None:
    with pytest.raises(MalformedError):
        witness.update(1, [], log.checkpoint(storage), NOW)


def test_a_wrong_old_size_is_told_the_right_one(log: Log, seen: MemoryStorage, witness: Witness) -> None:
    log.append(seen, [b"5"], now=NOW)
    for old in (0, 4, 6):
        with pytest.raises(SizeConflictError) as refusal:
            witness.update(old, [], log.checkpoint(seen), NOW)
        assert refusal.value.known_size == 5
        assert refusal.value.evidence is None


def test_an_empty_tree_with_a_root_is_refused(signer: Signer, witness: Witness) -> None:
    with pytest.raises(InconsistentError):
        witness.update(0, [], signed(signer, 0, bytes(32)), NOW)


def test_from_nothing_the_proof_must_be_empty(log: Log, storage: MemoryStorage, witness: Witness) -> None:
    log.append(storage, [b"one"], now=NOW)
    with pytest.raises(InconsistentError):
        witness.update(0, [bytes(32)], log.checkpoint(storage), NOW)


@pytest.mark.parametrize("proof", [[], [bytes(32)], [bytes(32)] * 3, [bytes(31)] * 2])
def test_a_proof_that_fails_is_refused_and_proves_nothing(
    proof: list[bytes], log: Log, seen: MemoryStorage, witness: Witness
) -> None:
    """Anybody can send rubbish with a good checkpoint: that is no evidence against the log."""
    log.append(seen, [b"5", b"6"], now=NOW)

    with pytest.raises(InconsistentError) as refusal:
        witness.update(5, proof, log.checkpoint(seen), NOW)

    assert refusal.value.evidence is not None
    assert refusal.value.evidence.verify([Verifier(log.key)]) is Finding.UNPROVEN


def test_a_rollback_is_refused_with_both_checkpoints(log: Log, seen: MemoryStorage, witness: Witness) -> None:
    """A log restored from an old backup, which believes that it was last seen at 3."""
    backup = MemoryStorage()
    log.append(backup, [b"0", b"1", b"2"], now=NOW)

    with pytest.raises(SizeConflictError) as refusal:
        witness.update(3, [], log.checkpoint(backup), NOW)

    assert refusal.value.known_size == 5
    evidence = refusal.value.evidence
    assert evidence is not None
    assert evidence.verify([Verifier(log.key)]) is Finding.ROLLBACK
    assert evidence.first.text == log.checkpoint(seen).text


def test_a_split_view_is_proven_by_two_notes(log: Log, seen: MemoryStorage, witness: Witness) -> None:
    with pytest.raises(InconsistentError) as refusal:
        witness.update(5, [], log.checkpoint(forked(log, 5)), NOW)

    evidence = refusal.value.evidence
    assert evidence is not None
    assert evidence.verify([Verifier(log.key)]) is Finding.FORK


def test_lines_that_anybody_can_add_are_not_kept(log: Log, seen: MemoryStorage, witness: Witness) -> None:
    """Else one fork could be reported in any number of spellings, each a file on the witness's disk."""
    assert seen
    fork = log.checkpoint(forked(log, 5))
    own = fork.signatures[0]
    strangers = [
        Cosigner.generate(f"stranger-{i}").cosign(Checkpoint.parse(fork.text), NOW) for i in range(2)
    ]
    bundles = set()
    for lines in ([own], [own, own], [strangers[0], own], [own, *strangers]):
        with pytest.raises(InconsistentError) as refusal:
            witness.update(5, [], Note(fork.text, tuple(lines)), NOW)
        bundles.add(str(refusal.value.evidence))
    assert len(bundles) == 1


def test_a_split_view_is_proven_whatever_old_size_comes_with_it(
    log: Log, seen: MemoryStorage, witness: Witness
) -> None:
    assert seen
    with pytest.raises(SizeConflictError) as refusal:
        witness.update(0, [], log.checkpoint(forked(log, 5)), NOW)
    assert refusal.value.evidence is not None
    assert refusal.value.evidence.verify([Verifier(log.key)]) is Finding.FORK


def test_a_longer_fork_convicts_itself_by_its_own_proof(
    log: Log, seen: MemoryStorage, witness: Witness
) -> None:
    fork = forked(log, 9)

    with pytest.raises(InconsistentError) as refusal:
        witness.update(5, log.consistency(fork, 5, 9), log.checkpoint(fork), NOW)

    evidence = refusal.value.evidence
    assert evidence is not None
    assert Evidence.parse(str(evidence)).verify([Verifier(log.key)]) is Finding.FORK
    assert witness.latest(log.origin) is not None


def test_after_a_refusal_the_witness_is_where_it_was(log: Log, seen: MemoryStorage, witness: Witness) -> None:
    before = witness.latest(log.origin)
    fork = forked(log, 9)
    with pytest.raises(InconsistentError):
        witness.update(5, log.consistency(fork, 5, 9), log.checkpoint(fork), NOW)
    assert witness.latest(log.origin) == before


class FullDisk(MemoryWitnessStorage):
    def replace(self, origin: str, old_size: int, note: Note) -> None:  # noqa: ARG002
        raise OSError("no space left on device")


def test_nothing_is_cosigned_that_was_not_kept(log: Log, storage: MemoryStorage) -> None:
    witness = Witness(COSIGNER, [Verifier(log.key)], FullDisk())
    with pytest.raises(OSError, match="no space"):
        witness.update(0, [], log.checkpoint(storage), NOW)


class Race(MemoryWitnessStorage):
    """Another request for the same log commits between this one's check and its writing."""

    other: tuple[str, int, Note] | None = None

    def replace(self, origin: str, old_size: int, note: Note) -> None:
        if self.other is not None:
            first, self.other = self.other, None
            super().replace(*first)
        super().replace(origin, old_size, note)


def test_of_two_requests_at_once_one_is_refused(log: Log, storage: MemoryStorage) -> None:
    memory = Race()
    witness = Witness(COSIGNER, [Verifier(log.key)], memory)
    log.append(storage, [b"one"], now=NOW)
    witness.update(0, [], log.checkpoint(storage), NOW)
    log.append(storage, [b"two"], now=NOW)
    slow: tuple[list[bytes], Note] = (log.consistency(storage, 1, 2), log.checkpoint(storage))
    log.append(storage, [b"three"], now=NOW)
    memory.other = (log.origin, 1, log.checkpoint(storage))

    with pytest.raises(SizeConflictError) as refusal:
        witness.update(1, *slow, NOW)

    assert refusal.value.known_size == 3


def test_a_witness_knows_a_log_by_several_keys(log: Log, storage: MemoryStorage, signer: Signer) -> None:
    """While a log changes its key, both are valid."""
    next_signer = Signer.generate(log.origin)
    witness = Witness(COSIGNER, [signer.verifier, next_signer.verifier], MemoryWitnessStorage())
    witness.update(0, [], log.checkpoint(storage), NOW)
    moved = Log(next_signer)
    moved_storage: Any = MemoryStorage()
    moved.append(moved_storage, [b"one"], now=NOW)

    witness.update(0, [], moved.checkpoint(moved_storage), NOW)

"""Evidence against a log: checkable by anyone with the log's key, and only if it shows something."""

from dataclasses import replace

import pytest
from memory_log import MemoryStorage

from audit.errors import AuditError, EvidenceError, MalformedError, SignatureError
from audit.formats.canonical import canonical_json
from audit.formats.evidence import Evidence, Finding, evidence_from_tree
from audit.formats.note import Note, Signer, Verifier
from audit.formats.tree import TiledTree
from audit.log.log import Log


def history(log: Log, entries: list[bytes]) -> MemoryStorage:
    storage = MemoryStorage()
    log.append(storage, entries, now=1)
    return storage


def heads(log: Log, *histories: list[bytes]) -> list[Note]:
    return [log.checkpoint(history(log, entries)) for entries in histories]


ENTRIES = [b"%d" % i for i in range(8)]


def test_two_roots_at_one_size_are_a_fork(log: Log) -> None:
    first, second = heads(log, [b"a", b"b"], [b"a", b"c"])
    assert Evidence(first, second).verify([Verifier(log.key)]) is Finding.FORK


@pytest.mark.parametrize("seen", range(1, 8))
def test_whoever_holds_the_tiles_can_prove_a_fork_at_any_size(seen: int, log: Log) -> None:
    """Also at powers of two, where a consistency proof alone does not show the old root."""
    fork = history(log, [b"rewritten", *ENTRIES[1:]])
    (old,) = heads(log, ENTRIES[:seen])

    evidence = evidence_from_tree(old, log.checkpoint(fork), TiledTree(8, fork.read_tiles).nodes)

    assert Evidence.parse(str(evidence)).verify([Verifier(log.key)]) is Finding.FORK


def test_an_honest_log_cannot_be_accused(log: Log) -> None:
    storage = history(log, ENTRIES)
    old, new = heads(log, ENTRIES[:5], ENTRIES)
    honest = evidence_from_tree(old, new, TiledTree(8, storage.read_tiles).nodes)

    with pytest.raises(EvidenceError, match="extends"):
        honest.verify([Verifier(log.key)])
    with pytest.raises(EvidenceError, match="same tree"):
        Evidence(old, old).verify([Verifier(log.key)])
    with pytest.raises(EvidenceError, match="does not tie"):
        replace(honest, shown_root=bytes(32)).verify([Verifier(log.key)])


def test_notes_of_two_logs_contradict_nothing(log: Log) -> None:
    other = Log(Signer.generate("log.example/other"))
    (first,), (second,) = heads(log, [b"a"]), heads(other, [b"b"])
    with pytest.raises(EvidenceError, match="different logs"):
        Evidence(first, second).verify([Verifier(log.key), Verifier(other.key)])


def test_a_note_by_somebody_else_is_no_evidence(log: Log) -> None:
    impostor = Log(Signer.generate(log.origin))
    (first,), (second,) = heads(log, [b"a"]), heads(impostor, [b"b"])
    with pytest.raises(SignatureError):
        Evidence(first, second).verify([Verifier(log.key)])


def test_a_shorter_checkpoint_is_a_rollback_and_a_longer_one_without_proof_is_open(log: Log) -> None:
    short, long = heads(log, ENTRIES[:3], ENTRIES)
    assert Evidence(long, short).verify([Verifier(log.key)]) is Finding.ROLLBACK
    assert Evidence(short, long).verify([Verifier(log.key)]) is Finding.UNPROVEN


@pytest.mark.parametrize(
    "change",
    [
        {"format": "safelane/log-evidence@v2"},
        {"first": 1},
        {"proof": "AAAA"},
        {"proof": [1]},
        {"proof": ["AAAA"]},
        {"shown_root": ""},
        {"shown_root": 5},
        {"extra": "x"},
    ],
)
def test_a_malformed_bundle_is_refused(change: dict[str, object], log: Log) -> None:
    first, second = heads(log, [b"a"], [b"b"])
    good: dict[str, object] = {
        "first": str(first),
        "format": "safelane/log-evidence@v1",
        "proof": [],
        "second": str(second),
        "shown_root": None,
    }
    assert Evidence.parse(canonical_json(good).decode()) == Evidence(first, second)
    with pytest.raises(MalformedError):
        Evidence.parse(canonical_json(good | change).decode())


def test_a_bundle_has_one_spelling(log: Log) -> None:
    first, second = heads(log, [b"a"], [b"b"])
    text = str(Evidence(first, second))
    for other in (text + "\n", text.replace(":", ": ", 1), text.replace("{", '{"proof":[],', 1)):
        with pytest.raises(MalformedError):
            Evidence.parse(other)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{", "\ud800"])
def test_what_is_no_bundle_is_refused(text: str) -> None:
    with pytest.raises(AuditError):
        Evidence.parse(text)

"""Receipts: proof, checkable offline, that a log holds an entry."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_log import MemoryStorage

from audit.errors import AuditError, MalformedError, ProofError, QuorumError, SignatureError
from audit.formats.cosignature import CosignatureVerifier
from audit.formats.note import Signer, Verifier
from audit.log.log import Log
from audit.log.policy import Policy
from audit.log.receipt import Receipt


def published_policy(vectors: dict[str, Any], quorum: int) -> Policy:
    witnesses = [CosignatureVerifier.parse(v["vkey"]) for v in vectors["cosignatures_ok"]]
    return Policy.of(Verifier.parse(vectors["tessera_log15"]["vkey"]), witnesses, quorum)


def test_the_published_receipt_verifies(vectors: dict[str, Any]) -> None:
    v = vectors["tlog_proof_ok"]
    receipt = Receipt.parse(v["proof_text"])

    verified = receipt.verify(bytes.fromhex(v["entry"]), published_policy(vectors, quorum=2))

    assert (receipt.index, verified.checkpoint.size) == (v["index"], 15)
    assert verified.witnesses == {"member-a.example/witness", "member-b.example/witness"}
    assert str(receipt) == v["proof_text"]


def test_a_receipt_is_for_one_entry_at_one_index(vectors: dict[str, Any]) -> None:
    v = vectors["tlog_proof_ok"]
    receipt, entry = Receipt.parse(v["proof_text"]), bytes.fromhex(v["entry"])
    policy = published_policy(vectors, quorum=0)

    for wrong_entry, wrong_receipt in (
        (entry + b"!", receipt),
        (entry, replace(receipt, index=10)),
        (entry, replace(receipt, index=15)),
        (entry, replace(receipt, proof=receipt.proof[:-1])),
        (entry, replace(receipt, proof=receipt.proof[::-1])),
    ):
        with pytest.raises(ProofError):
            wrong_receipt.verify(wrong_entry, policy)


def test_a_receipt_needs_a_log_that_is_believed(vectors: dict[str, Any]) -> None:
    v = vectors["tlog_proof_ok"]
    stranger = Policy.of(Signer.generate("example.com/log/testdata").verifier)
    with pytest.raises(SignatureError):
        Receipt.parse(v["proof_text"]).verify(bytes.fromhex(v["entry"]), stranger)


def test_a_receipt_below_the_quorum_is_refused(vectors: dict[str, Any]) -> None:
    v = vectors["tlog_proof_ok"]
    receipt = Receipt.parse(v["proof_text"])
    lacking = replace(
        receipt, checkpoint=replace(receipt.checkpoint, signatures=receipt.checkpoint.signatures[:2])
    )
    policy = published_policy(vectors, quorum=2)

    with pytest.raises(QuorumError, match="member-a"):
        lacking.verify(bytes.fromhex(v["entry"]), policy)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\n"),
        ("c2sp.org/tlog-proof@v1\n", "\nc2sp.org/tlog-proof@v1\n"),
        ("index 11", "index 011"),
        ("index 11", "index  11"),
        ("index 11", "index +11"),
        ("index 11", "Index 11"),
        ("index 11\n", ""),
        ("index 11\n", "index 11\nextra AA==\n"),
        ("index 11\n", "extra \nindex 11\n"),
        ("index 11\n", "extra AA==\nextra AA==\nindex 11\n"),
        ("uy2MRu32l9VzMYXmlLTuLB0EuEIiyfy02KXQov7P7TM=\n", "uy2M\n"),
        ("uy2MRu32l9VzMYXmlLTuLB0EuEIiyfy02KXQov7P7TM=\n", "\n\n"),
        ("15\n", "15 \n"),
    ],
)
def test_a_receipt_has_one_spelling(old: str, new: str, vectors: dict[str, Any]) -> None:
    v = vectors["tlog_proof_ok"]
    assert old in v["proof_text"]
    text = v["proof_text"].replace(old, new, 1)
    with pytest.raises(AuditError):
        Receipt.parse(text).verify(bytes.fromhex(v["entry"]), published_policy(vectors, quorum=2))


def test_extra_data_is_carried_and_not_trusted(vectors: dict[str, Any]) -> None:
    v = vectors["tlog_proof_ok"]
    receipt = replace(Receipt.parse(v["proof_text"]), extra=b"anything")

    again = Receipt.parse(str(receipt))

    assert again == receipt
    again.verify(bytes.fromhex(v["entry"]), published_policy(vectors, quorum=2))


def test_too_long_a_proof_is_refused_before_it_is_read() -> None:
    lines = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    with pytest.raises(MalformedError, match="more than 63"):
        Receipt.parse(f"c2sp.org/tlog-proof@v1\nindex 0\n{lines * 64}\no\n")
    with pytest.raises(MalformedError, match="longer than"):
        Receipt.parse("c2sp.org/tlog-proof@v1\n" + "x" * 2_000_000)


@given(st.data())
def test_a_changed_character_never_verifies(data: st.DataObject) -> None:
    log = Log(Signer.from_seed("log.example/hub", bytes(range(32))))
    storage = MemoryStorage()
    log.append(storage, [b"one", b"two", b"three"], now=1)
    written = str(log.receipt(storage, 1))
    position = data.draw(st.integers(0, len(written) - 1))
    character = data.draw(st.characters().filter(lambda c: c != written[position]))
    changed = written[:position] + character + written[position + 1 :]

    with pytest.raises(AuditError):
        Receipt.parse(changed).verify(b"two", Policy.of(Verifier(log.key)))

"""Cosignatures of witnesses, in both published signature types."""

from hashlib import sha256
from typing import Any

import pytest

from audit.errors import MalformedError, SignatureError
from audit.formats import ed25519, note
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import CosignatureVerifier, Cosigner, cosigned_at
from audit.formats.note import Note, Signature
from audit.formats.vkey import SUBTREE_V1


def cosigner(vector: dict[str, Any], **kind: int) -> Cosigner:
    return Cosigner.from_seed(vector["name"], bytes.fromhex(vector["seed"]), **kind)


def test_published_cosignatures_are_made_and_verified(
    cosignatures_ok_vector: dict[str, Any], vectors: dict[str, Any]
) -> None:
    v = cosignatures_ok_vector
    text = Note.parse(vectors["cosigned_checkpoint"]).text

    made = cosigner(v).cosign(Checkpoint.parse(text), v["timestamp"])

    assert str(made) == v["line"]
    assert str(cosigner(v).key) == v["vkey"]
    CosignatureVerifier.parse(v["vkey"]).verify(text, Signature.parse(v["line"]).signature)


def test_the_published_post_quantum_cosignature(vectors: dict[str, Any]) -> None:
    v = vectors["cosignature_mldsa44_ok"]
    text = Note.parse(vectors["cosigned_checkpoint"]).text
    witness = cosigner(v, kind=SUBTREE_V1)

    made = witness.cosign(Checkpoint.parse(text), v["timestamp"])

    assert str(made) == v["line"]
    assert sha256(made.signature[8:]).hexdigest() == v["signature_sha256"]
    assert sha256(witness.key.public).hexdigest() == v["pubkey_sha256"]
    assert str(witness.key) == v["vkey"]
    CosignatureVerifier.parse(v["vkey"]).verify(text, made.signature)
    with pytest.raises(SignatureError):
        witness.verifier.verify(text.replace("15", "16"), made.signature)


def test_a_cosigned_checkpoint_carries_the_log_and_its_witnesses(vectors: dict[str, Any]) -> None:
    parsed = Note.parse(vectors["cosigned_checkpoint"])
    witnesses = [CosignatureVerifier.parse(v["vkey"]) for v in vectors["cosignatures_ok"]]

    assert note.open_note(parsed, witnesses) == tuple(w.key for w in witnesses)
    assert [cosigned_at(parsed, w) for w in witnesses] == [1679315147, 1679315147]
    assert str(parsed) == vectors["cosigned_checkpoint"]


def test_the_time_is_signed(vectors: dict[str, Any]) -> None:
    v = vectors["cosignatures_ok"][0]
    parsed = Note.parse(vectors["cosigned_checkpoint"])
    raw = Signature.parse(v["line"]).signature
    later = (v["timestamp"] + 1).to_bytes(8, "big") + raw[8:]

    with pytest.raises(SignatureError):
        CosignatureVerifier.parse(v["vkey"]).verify(parsed.text, later)


def test_a_time_that_others_cannot_hold_is_refused_though_signed() -> None:
    seed, checkpoint = bytes(range(32)), Checkpoint("o", 0, bytes(32))
    witness = Cosigner.from_seed("witness.example", seed)
    time = 2**63
    raw = time.to_bytes(8, "big") + ed25519.sign(seed, f"cosignature/v1\ntime {time}\n{checkpoint}".encode())
    with pytest.raises(SignatureError, match="out of range"):
        witness.verifier.verify(str(checkpoint), raw)


def test_of_two_cosignatures_the_later_counts(vectors: dict[str, Any]) -> None:
    v = vectors["cosignatures_ok"][0]
    parsed = Note.parse(vectors["cosigned_checkpoint"])
    again = cosigner(v).cosign(Checkpoint.parse(parsed.text), v["timestamp"] + 60)
    assert cosigned_at(parsed.with_signatures([again]), cosigner(v).verifier) == v["timestamp"] + 60


@pytest.mark.parametrize("raw", [b"", bytes(8), b"\xff" * 72, bytes(71), bytes(73)])
def test_malformed_cosignatures_are_refused(raw: bytes, vectors: dict[str, Any]) -> None:
    parsed = Note.parse(vectors["cosigned_checkpoint"])
    witness = CosignatureVerifier.parse(vectors["cosignatures_ok"][0]["vkey"])
    with pytest.raises(SignatureError):
        witness.verify(parsed.text, raw)


def test_a_witness_cosigns_checkpoints_and_nothing_else(vectors: dict[str, Any]) -> None:
    v = vectors["cosignatures_ok"][0]
    witness = CosignatureVerifier.parse(v["vkey"])
    with pytest.raises(MalformedError):
        witness.verify("any other text\n", Signature.parse(v["line"]).signature)


def test_a_logs_key_is_no_witness_key(vectors: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        CosignatureVerifier.parse(vectors["notes_ok"][0]["vkey"])


@pytest.mark.parametrize("time", [0, -1, 2**63])
def test_a_time_out_of_range_is_not_signed(time: int) -> None:
    with pytest.raises(MalformedError):
        Cosigner.generate("witness.example").cosign(Checkpoint("o", 0, bytes(32)), time)


@pytest.mark.parametrize("kind", [0x04, 0x06])
def test_a_secret_key_is_written_and_read(kind: int) -> None:
    witness = Cosigner.from_seed("witness.example", bytes(range(32)), kind)
    assert Cosigner.parse(witness.secret()) == witness
    material = witness.secret().split("+", 4)[4]  # base64 may itself hold plus signs
    assert len(material) == 44
    assert material not in repr(witness)


def test_a_checkpoint_without_the_witness_has_no_time(vectors: dict[str, Any]) -> None:
    parsed = Note.parse(vectors["cosigned_checkpoint"])
    with pytest.raises(SignatureError, match="not cosigned by stranger"):
        cosigned_at(parsed, Cosigner.generate("stranger").verifier)

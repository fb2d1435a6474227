"""Signed notes and verifier keys, as Go's sumdb/note and other logs publish them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import AuditError, MalformedError, SignatureError
from audit.formats import ed25519, note
from audit.formats.note import Note, Signature, Signer, Verifier
from audit.formats.vkey import VerifierKey


def test_published_notes_verify(notes_ok_vector: dict[str, Any]) -> None:
    v = notes_ok_vector
    parsed = Note.parse(v["note"])

    (signed_by,) = note.open_note(parsed, [Verifier.parse(v["vkey"])])

    assert (signed_by.name, signed_by.key_id.hex()) == (v["key_name"], v["key_id"])
    assert str(parsed) == v["note"]
    assert str(signed_by) == v["vkey"]


def test_published_keys_sign_the_same_notes(vectors: dict[str, Any]) -> None:
    with_seed = [v for v in vectors["notes_ok"] if "seed" in v]
    assert len(with_seed) == 3
    for v in with_seed:
        signer = Signer.from_seed(v["key_name"], bytes.fromhex(v["seed"]))

        signed = note.sign(Note.parse(v["note"]).text, signer)

        assert signed.signatures[0] in Note.parse(v["note"]).signatures
        assert str(signer.key) == v["vkey"]


def test_bad_notes_are_refused(notes_bad_vector: dict[str, Any]) -> None:
    v = notes_bad_vector
    verifier = Verifier.parse(v["vkey"])
    with pytest.raises((MalformedError, SignatureError)):
        note.open_note(Note.parse(v["note"]), [verifier])


def test_bad_verifier_keys_are_refused(vkeys_bad_vector: str) -> None:
    with pytest.raises(MalformedError):
        Verifier.parse(vkeys_bad_vector)


def test_an_unknown_signature_type_is_no_note_key(vectors: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="0x04"):
        Verifier.parse(vectors["cosignatures_ok"][0]["vkey"])


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        "PeterNeumann+c74f20a3",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "x+00000000+",
        "",
    ],
)
def test_a_verifier_key_has_one_spelling(text: str) -> None:
    with pytest.raises(MalformedError):
        VerifierKey.parse(text)


def test_a_note_by_several_needs_only_one_trusted_key(vectors: dict[str, Any]) -> None:
    both = Note.parse(vectors["notes_ok"][1]["note"])
    peter = Verifier.parse(vectors["notes_ok"][0]["vkey"])
    enoch = Verifier.parse(vectors["notes_ok"][1]["vkey"])

    assert note.open_note(both, [peter]) == (peter.key,)
    assert note.open_note(both, [enoch, peter]) == (peter.key, enoch.key)


def test_a_wrong_signature_of_a_known_key_spoils_the_note(signer: Signer) -> None:
    other = Signer.generate("other.example")
    signed = note.sign("text\n", signer, other)
    forged = Signature(other.key.name, other.key.key_id, bytes(64))
    spoiled = Note(signed.text, (signed.signatures[0], forged))

    with pytest.raises(SignatureError):
        note.open_note(spoiled, [signer.verifier, other.verifier])
    assert note.open_note(spoiled, [signer.verifier]) == (signer.key,)


def test_text_may_hold_empty_lines_and_signature_lines(signer: Signer) -> None:
    text = "first\n\n— not a signature\n\nlast\n"

    signed = Note.parse(str(note.sign(text, signer)))

    assert signed.text == text
    note.open_note(signed, [signer.verifier])


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "bell\a\n", "lone surrogate \ud800\n"])
def test_some_texts_cannot_be_signed(text: str, signer: Signer) -> None:
    with pytest.raises(MalformedError):
        note.sign(text, signer)


def test_too_many_signatures_are_refused(signer: Signer) -> None:
    signed = note.sign("text\n", signer)
    line = str(signed.signatures[0])

    Note.parse(f"text\n\n{line * 100}")
    with pytest.raises(MalformedError):
        Note.parse(f"text\n\n{line * 101}")


def test_a_secret_key_is_written_and_read(signer: Signer) -> None:
    """The line is the one that Go's note.GenerateKey writes for the same seed and name."""
    assert signer.secret().startswith("PRIVATE+KEY+log.example/hub+")
    assert Signer.parse(signer.secret()) == signer
    material = signer.secret().split("+", 4)[4]  # base64 may itself hold plus signs
    assert len(material) == 44
    assert material not in repr(signer)


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: s.replace("hub", "hob"), lambda s: s[1:]])
def test_a_damaged_secret_key_is_refused(change: Any, signer: Signer) -> None:
    with pytest.raises(MalformedError):
        Signer.parse(change(signer.secret()))


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")).map(lambda t: t + "\n")
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1)
SIGNATURES = st.builds(
    Signature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
)


@given(TEXTS, st.lists(SIGNATURES, min_size=1, max_size=20))
def test_every_note_is_read_as_it_was_written(text: str, signatures: list[Signature]) -> None:
    written = Note(text, tuple(signatures))
    assert Note.parse(str(written)) == written


@given(st.data())
def test_a_changed_character_never_verifies(data: st.DataObject) -> None:
    signer = Signer.from_seed("log.example/hub", bytes(range(32)))
    written = str(note.sign("text of the note\n", signer))
    position = data.draw(st.integers(0, len(written) - 1))
    character = data.draw(st.characters().filter(lambda c: c != written[position]))
    changed = written[:position] + character + written[position + 1 :]

    with pytest.raises((MalformedError, SignatureError)):
        note.open_note(Note.parse(changed), [signer.verifier])


def test_what_was_verified_before_lets_nothing_else_pass() -> None:
    """Also where the same bytes are divided otherwise between key, signature and text."""
    seed, text = bytes(range(32)), b"a text"
    public, signature = ed25519.public_key(seed), ed25519.sign(seed, text)
    for _ in range(2):
        ed25519.verify(public, text, signature)
        for other in (
            (public, text + b"!", signature),
            (public, text, signature[:-1] + bytes([signature[-1] ^ 1])),
            (ed25519.public_key(bytes(32)), text, signature),
            (public[:31], signature[63:] + text, public[31:] + signature[:63]),
            (public + signature[:1], text[1:], signature[1:] + text[:1]),
        ):
            with pytest.raises(AuditError):
                ed25519.verify(*other)

"""Checkpoints: what a log states about itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import MalformedError, SignatureError
from audit.formats import note
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.note import Note, Signer, Verifier


def test_a_published_checkpoint_is_read(vectors: dict[str, Any]) -> None:
    published = vectors["tessera_log15"]
    parsed = Note.parse(published["checkpoint"])

    checkpoint = open_checkpoint(parsed, [Verifier.parse(published["vkey"])])

    assert (checkpoint.origin, checkpoint.size) == ("example.com/log/testdata", 15)
    assert str(checkpoint) == parsed.text


def test_bad_checkpoints_are_refused(checkpoint_bodies_bad_vector: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        Checkpoint.parse(checkpoint_bodies_bad_vector["body"])


ORIGINS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@given(
    ORIGINS,
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(ORIGINS, max_size=3).map(tuple),
)
def test_every_checkpoint_is_read_as_it_was_written(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    checkpoint = Checkpoint(origin, size, root, extensions)
    assert Checkpoint.parse(str(checkpoint)) == checkpoint


def test_a_size_that_others_cannot_hold_is_refused() -> None:
    with pytest.raises(MalformedError):
        Checkpoint("o", 2**63, bytes(32))
    with pytest.raises(MalformedError):
        Checkpoint.parse(f"o\n{2**63}\n{'A' * 43}=\n")


def test_a_log_signs_only_for_its_own_origin(signer: Signer) -> None:
    """The key's name is the origin: a log's key does not vouch for another log's checkpoint."""
    foreign = note.sign(str(Checkpoint("log.example/other", 0, bytes(32))), signer)

    with pytest.raises(SignatureError, match="no key is known"):
        open_checkpoint(foreign, [signer.verifier])


def test_an_unsigned_checkpoint_of_a_known_log_is_refused(signer: Signer) -> None:
    stranger = Signer.generate(signer.key.name)
    forged = note.sign(str(Checkpoint(signer.key.name, 0, bytes(32))), stranger)

    with pytest.raises(SignatureError, match="not signed"):
        open_checkpoint(forged, [signer.verifier])

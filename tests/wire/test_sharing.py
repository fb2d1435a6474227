"""What a member states that it shares: signed, canonical, strict."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.formats.canonical import canonical_json
from audit.formats.note import Signer, sign
from gateway.wire.sharing_statement import (
    LARGEST,
    Never,
    Shared,
    Sharing,
    SharingError,
    open_sharing,
    sharing_of_text,
    sign_sharing,
)

SIGNER = Signer.generate("test.example/KH/answers")

storable = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
words = st.lists(storable, unique=True, max_size=4).map(lambda w: tuple(sorted(w)))
maybe_words = st.none() | words
maybe = st.none() | storable
truths = st.booleans()
permissions = st.builds(
    Shared, words, maybe_words, words, words, words, st.integers(0, 9), truths, truths, truths
)
bans = st.builds(
    Never,
    maybe_words,
    maybe_words,
    maybe_words,
    maybe_words,
    words,
    st.lists(words, max_size=3).map(tuple),
)
statements = st.builds(
    Sharing,
    st.just("KH"),
    maybe,
    maybe,
    maybe,
    maybe,
    maybe,
    st.lists(permissions, max_size=3).map(tuple),
    st.lists(bans, max_size=3).map(tuple),
)
PLAIN = Sharing("KH", "1", None, "s-1", "2025-12-31", "2026-01-15", (), ())


@given(statements)
def test_a_statement_is_read_back_as_it_was_signed(said: Sharing) -> None:
    assert open_sharing(sign_sharing(said, SIGNER), SIGNER.verifier) == said


def test_the_same_statement_is_the_same_note() -> None:
    assert sign_sharing(PLAIN, SIGNER) == sign_sharing(replace(PLAIN), SIGNER)


def test_another_ones_signature_is_not_taken() -> None:
    forged = sign_sharing(PLAIN, Signer.generate("test.example/KH/answers"))

    with pytest.raises(SharingError, match="cannot be trusted"):
        open_sharing(forged, SIGNER.verifier)


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"v": 3},
        {"member": ""},
        {"policy": 1},
        {"shared": None},
        {"never": [{}]},
        {"shared": [{"levels": ["year", "sex"]}]},
    ],
)
def test_what_is_not_in_the_form_is_refused_even_when_signed(change: dict[str, object]) -> None:
    text = canonical_json({**PLAIN.as_json(), **change}).decode() + "\n"

    with pytest.raises(SharingError):
        open_sharing(str(sign(text, SIGNER)), SIGNER.verifier)


def test_a_statement_of_the_former_version_is_refused_with_a_word_of_what_to_do() -> None:
    text = canonical_json({**PLAIN.as_json(), "v": 1}).decode() + "\n"

    with pytest.raises(SharingError, match="former version: upgrade the node"):
        open_sharing(str(sign(text, SIGNER)), SIGNER.verifier)


def test_words_stand_in_order_and_once() -> None:
    shared = Shared(("ARMAC",), None, ("b", "a"), (), (), 1, False, False, False)
    text = canonical_json(replace(PLAIN, shared=(shared,)).as_json()).decode() + "\n"

    with pytest.raises(SharingError):
        sharing_of_text(text)


def test_a_statement_has_an_end() -> None:
    with pytest.raises(SharingError, match="larger"):
        open_sharing("x" * (LARGEST + 1), SIGNER.verifier)

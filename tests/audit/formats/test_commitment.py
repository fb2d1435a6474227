"""Salted commitments: binding, hiding, and erasable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import CommitmentError, MalformedError
from audit.formats.commitment import Commitment, Opening, commit


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary())
def test_an_opening_opens_its_commitment(label: str, value: bytes) -> None:
    opening = commit(label, value)
    opening.verify(opening.commitment)
    assert Commitment.parse(str(opening.commitment)) == opening.commitment


def test_the_same_value_is_committed_to_differently_each_time() -> None:
    """Else whoever can guess the value, say one of two sexes, could confirm it from the log."""
    assert len({commit("result", b"F").commitment for _ in range(50)}) == 50


@given(st.binary(max_size=8), st.binary(max_size=8), st.text("ab", max_size=4), st.text("ab", max_size=4))
def test_no_other_label_or_value_opens_it(value: bytes, other: bytes, label: str, other_label: str) -> None:
    opening = commit(label, value)
    if (label, value) == (other_label, other):
        return
    with pytest.raises(CommitmentError):
        Opening(other_label, opening.salt, other).verify(opening.commitment)


def test_another_salt_does_not_open_it() -> None:
    opening = commit("actor", b"someone")
    with pytest.raises(CommitmentError):
        Opening("actor", bytes(32), b"someone").verify(opening.commitment)


def test_a_known_commitment_stays_what_it_is() -> None:
    """Fixed for ever: openings kept today must open entries read in many years."""
    opening = Opening("actor", bytes(range(32)), b"someone")
    assert str(opening.commitment) == "fa4da3336a8285855f758605cf736e6978df6acd64db8539c610c3822601bcd6"


def test_an_opening_does_not_show_its_value() -> None:
    assert "someone" not in repr(commit("actor", b"someone"))


@pytest.mark.parametrize(
    "text", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64, " " + "0" * 63, "0" * 64 + "\n"]
)
def test_a_commitment_has_one_spelling(text: str) -> None:
    with pytest.raises(MalformedError):
        Commitment.parse(text)


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(MalformedError):
        Opening("actor", bytes(16), b"someone")
    with pytest.raises(MalformedError):
        Commitment(bytes(20))

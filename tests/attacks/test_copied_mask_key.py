"""Attack: a contributor to a regional total takes another contributor's mask key for its own, in other bytes.

X25519 reads several byte strings as one key: the highest bit is not read, and numbers above the prime are
reduced. The attacker is one member together with the hub. Its name comes last; it gives the key of the member
whose name comes first, with the highest bit set, so that no list shows the same key twice. Every other member
then shares one secret with both, adds it for the one and subtracts it for the other. Before, the hub read off
the sum of those others alone: four people's states where the rule had reckoned with five honest ones, while
the total itself came to nothing, so that no one was suspected.
"""

from hashlib import sha256

import pytest

from anonymisers.errors import MaskError
from anonymisers.secure_sum import masking
from anonymisers.secure_sum.mask_roster import Participant, Roster, Sum
from anonymisers.secure_sum.masking import MODULUS, PairwiseMasks
from anonymisers.secure_sum.pairwise_keys import PRIME, MaskKey

MEMBERS = ("KH", "LA", "MM", "PH", "TH", "VN")
FIRST, *OTHERS, LIAR = MEMBERS
VALUES = {"KH": 3, "LA": 2, "MM": 4, "PH": 1, "TH": 0, "VN": 2}
SUM = Sum(("2025", "K"), MEMBERS)


def key_of(member: str) -> MaskKey:
    return MaskKey(sha256(member.encode()).digest())


def in_other_bytes(key: bytes) -> bytes:
    return key[:-1] + bytes([key[-1] | 0x80])


def with_key(liars: bytes) -> Roster:
    keys = {m: key_of(m).public for m in MEMBERS} | {LIAR: liars}
    return Roster(b"q" * 32, 1, tuple(Participant(m, f"s-{m}", keys[m]) for m in MEMBERS), (SUM,))


def reported_by_the_others(roster: Roster) -> int:
    return sum(PairwiseMasks(roster, m, key_of(m)).masked(SUM, VALUES[m]) for m in OTHERS) % MODULUS


def test_the_key_of_another_is_no_key_in_whatever_bytes() -> None:
    with pytest.raises(MaskError):
        reported_by_the_others(with_key(key_of(FIRST).public))
    with pytest.raises(MaskError, match="no key"):
        reported_by_the_others(with_key(in_other_bytes(key_of(FIRST).public)))


@pytest.mark.parametrize("number", [PRIME, PRIME + 9, 2**255 - 1, 2**255 + 9, 0, 1])
def test_keys_have_one_form_and_are_of_full_order(number: int) -> None:
    with pytest.raises(MaskError):
        key_of(FIRST).agree(number.to_bytes(32, "little"))


def test_were_two_keys_the_same_the_others_sum_would_stay_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The masks of two members hold the names of both."""
    monkeypatch.setattr("anonymisers.secure_sum.pairwise_keys.check_public", lambda _: None)

    assert reported_by_the_others(with_key(in_other_bytes(key_of(FIRST).public))) > 2**40


def test_without_the_names_the_attack_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above would see it."""
    monkeypatch.setattr("anonymisers.secure_sum.pairwise_keys.check_public", lambda _: None)
    monkeypatch.setattr(masking, "_between", lambda *_: b"")

    reported = reported_by_the_others(with_key(in_other_bytes(key_of(FIRST).public)))

    assert reported == sum(VALUES[m] for m in OTHERS) == 7

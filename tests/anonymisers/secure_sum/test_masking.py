"""Masks cancel in the sum, exactly; and without the sum's last part nothing is left but noise."""

import hmac
from functools import lru_cache
from hashlib import sha256

import numpy as np
import pytest
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from anonymisers.errors import MaskError
from anonymisers.secure_sum.mask_roster import Participant, Roster, Sum, encoded
from anonymisers.secure_sum.masking import LARGEST, MODULUS, PairwiseMasks, unmasked
from anonymisers.secure_sum.pairwise_keys import MaskKey, new_secret

MEMBERS = ("KH", "LA", "MM", "TH", "VN")
CELL = ("2017", "K")


@lru_cache(maxsize=len(MEMBERS))
def key_of(member: str) -> MaskKey:
    return MaskKey(sha256(member.encode()).digest())


def roster(*sums: Sum, round_: int = 1, snapshots: dict[str, str] | None = None) -> Roster:
    taking_part = sorted({m for s in sums for m in s.members})
    named = snapshots or {}
    return Roster(
        b"q" * 32,
        round_,
        tuple(Participant(m, named.get(m, f"s-{m}"), key_of(m).public) for m in taking_part),
        sums,
    )


def contributions(listed: Roster, to: Sum, values: dict[str, int]) -> dict[str, int]:
    return {m: PairwiseMasks(listed, m, key_of(m)).masked(to, values[m]) for m in to.members}


counts = st.integers(0, 10**9)
tables = st.lists(
    st.tuples(st.sets(st.sampled_from(MEMBERS), min_size=2), st.lists(counts, min_size=5, max_size=5)),
    min_size=1,
    max_size=4,
)


@given(tables)
@settings(max_examples=20, deadline=None)
def test_the_sum_is_that_of_the_values_whoever_contributes_to_which_cell(reported) -> None:
    sums = [Sum((str(n),), tuple(sorted(members))) for n, (members, _) in enumerate(reported)]
    listed = roster(*sums)

    for to, (members, numbers) in zip(sums, reported, strict=True):
        values = dict(zip(MEMBERS, numbers, strict=True))
        expected = sum(values[m] for m in members)
        assert unmasked(to, contributions(listed, to, values), 0, MODULUS - 1) == expected


def test_a_mask_is_hkdf_of_the_secret_of_two() -> None:
    to = Sum(CELL, ("KH", "LA"))
    listed = roster(to)
    info = b"safelane total mask 2\n" + encoded(("KH", "LA")) + encoded(CELL)
    secret = key_of("KH").agree(key_of("LA").public)
    mask = int.from_bytes(HKDF(secret, 8, listed.digest(), SHA256, context=info), "big")

    sent = contributions(listed, to, {"KH": 3, "LA": 4})

    assert sent == {"KH": 3 + mask, "LA": (4 - mask) % MODULUS}


def test_one_contribution_short_the_sum_stays_unknown() -> None:
    to = Sum(CELL, MEMBERS)
    sent = contributions(roster(to), to, dict.fromkeys(MEMBERS, 2))
    del sent["MM"]

    with pytest.raises(MaskError, match="missing"):
        unmasked(to, sent, 0, 100)


@pytest.mark.parametrize("change", ["round", "snapshot", "fewer", "cell"])
def test_masks_of_another_list_do_not_cancel(change: str) -> None:
    """A hub that shows one member another list, or that replays a round, gets a number that cannot be."""
    to = Sum(CELL, MEMBERS)
    other = {
        "round": roster(to, round_=2),
        "snapshot": roster(to, snapshots={"KH": "s-former"}),
        "fewer": roster(Sum(CELL, MEMBERS[:-1])),
        "cell": roster(Sum(("2018", "K"), MEMBERS)),
    }[change]
    sent = contributions(roster(to), to, dict.fromkeys(MEMBERS, 2))
    sent["LA"] = PairwiseMasks(other, "LA", key_of("LA")).masked(other.sums[0], 2)

    with pytest.raises(MaskError, match="do not add up"):
        unmasked(to, sent, 0, 10**9)


@pytest.mark.parametrize("value", [-1, LARGEST + 1])
def test_a_value_that_is_no_count_is_not_masked(value: int) -> None:
    to = Sum(CELL, MEMBERS)

    with pytest.raises(MaskError, match="below zero"):
        PairwiseMasks(roster(to), "KH", key_of("KH")).masked(to, value)


def test_a_contribution_that_would_overflow_is_no_sum_that_can_be() -> None:
    """Who adds 2^64 changes nothing, modulo 2^64; who adds anything else leaves the bounds."""
    to = Sum(CELL, MEMBERS)
    sent = contributions(roster(to), to, dict.fromkeys(MEMBERS, 2))

    assert unmasked(to, sent, 0, 100) == 10
    with pytest.raises(MaskError, match="do not add up"):
        unmasked(to, sent | {"KH": (sent["KH"] + 2**63) % MODULUS}, 0, 100)
    with pytest.raises(MaskError, match="below 2"):
        unmasked(to, sent | {"KH": sent["KH"] + MODULUS}, 0, 100)


@pytest.mark.parametrize(
    ("participants", "sums", "said"),
    [
        (("KH", "KH"), (Sum(CELL, ("KH",)),), "twice"),
        (("KH", "LA"), (Sum(CELL, ("KH",)),), "not the participants"),
        (("KH",), (Sum(CELL, ("KH", "LA")),), "not the participants"),
        (("KH", "LA"), (Sum(CELL, ("LA", "KH")),), "out of order"),
        (("KH", "LA"), (Sum(CELL, ("KH", "LA")),) * 2, "twice among"),
        (("KH", "LA"), (), "no sum"),
    ],
)
def test_a_list_that_says_one_thing_twice_is_no_list(participants, sums, said: str) -> None:
    with pytest.raises(MaskError, match=said):
        Roster(b"q" * 32, 1, tuple(Participant(m, "s", key_of(m).public) for m in participants), sums)


def test_one_key_under_two_names_is_found() -> None:
    """A hub that plants a member would know its masks: it cannot even give it another's key."""
    with pytest.raises(MaskError, match="same mask key"):
        Roster(
            b"q" * 32,
            1,
            tuple(Participant(m, "s", key_of("KH").public) for m in ("KH", "LA")),
            (Sum(CELL, ("KH", "LA")),),
        )


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), bytes(31)])
def test_a_key_that_agrees_on_the_same_with_everybody_is_refused(public: bytes) -> None:
    with pytest.raises(MaskError, match="key"):
        MaskKey(new_secret()).agree(public)


def pair_mask(masks: PairwiseMasks, other: str) -> int:
    """What a contributor knows: the number that it shares with another, for one cell."""
    pair = tuple(sorted((masks._member, other)))
    info = b"safelane total mask 2\n" + encoded(pair) + encoded(CELL)
    return int.from_bytes(hmac.digest(masks._shared[other], info + b"\x01", "sha256")[:8], "big")


def transcripts(values: dict[str, int], rounds: int, known: str) -> np.ndarray:
    """What the hub and one contributor see of many rounds: the others' contributions, less what that one's
    masks account for, as they would."""
    seen = []
    for number in range(rounds):
        to = Sum(CELL, tuple(values))
        listed = roster(to, round_=number)
        spy = PairwiseMasks(listed, known, key_of(known))
        row = []
        for member, value in values.items():
            if member != known:
                own = PairwiseMasks(listed, member, key_of(member)).masked(to, value)
                sign = 1 if member < known else -1
                row.append((own - sign * pair_mask(spy, member)) % MODULUS)
        seen.append(row)
    return np.array(seen, dtype=np.uint64)


def simulated(total: int, rounds: int, parts: int) -> np.ndarray:
    """The same, written down by somebody who knows the sum of the honest ones and nothing else."""
    dice = np.random.default_rng(7)
    free = dice.integers(0, MODULUS, size=(rounds, parts - 1), dtype=np.uint64)
    last = np.uint64(total) - free.sum(axis=1, dtype=np.uint64)
    return np.column_stack((free, last))


def test_the_transcript_does_not_depend_on_a_value_given_the_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    """For whoever sees all that the hub and a colluding contributor see, (0, 9, 0) looks like (3, 3, 3), and
    like noise that was made from the sum 9 alone: in every byte, and in any two parts together."""
    # The four have the same keys in every round, so that what two of them agree on is worked out once.
    monkeypatch.setattr(MaskKey, "agree", lru_cache(maxsize=None)(MaskKey.agree))
    rounds = 1500
    cases = [
        transcripts({"KH": 0, "LA": 9, "MM": 0, "TH": 5}, rounds, known="TH"),
        transcripts({"KH": 3, "LA": 3, "MM": 3, "TH": 5}, rounds, known="TH"),
        simulated(9, rounds, parts=3),
    ]

    for case in cases:
        assert (case.sum(axis=1, dtype=np.uint64) == 9).all()
    for view in (
        lambda c: c[:, 0] >> 60,
        lambda c: c[:, 1] & 15,
        lambda c: (c[:, 0] >> 62) * 4 + (c[:, 1] >> 62),
    ):
        table = np.stack([np.bincount(view(case).astype(np.int64), minlength=16) for case in cases])
        assert chi2_contingency(table).pvalue > 1e-4


def test_the_masks_of_three_can_be_any_numbers_that_add_up_to_zero() -> None:
    """With masks a, b, c of the three pairs, the contributions are x + (a+b, c-a, -b-c).
    For any two lists of values with one sum there are masks that give the same contributions."""
    signs = np.array([[1, 1, 0], [-1, 0, 1], [0, -1, -1]])

    # Any two rows span a unimodular lattice: an integer solution exists for every difference with sum zero.
    assert abs(round(np.linalg.det(signs[:2, :2]))) == 1
    assert (signs.sum(axis=0) == 0).all()
    to = Sum(CELL, ("KH", "LA", "MM"))
    listed = roster(to)
    masks = {m: PairwiseMasks(listed, m, key_of(m)) for m in to.members}
    pairs = [pair_mask(masks["KH"], "LA"), pair_mask(masks["KH"], "MM"), pair_mask(masks["LA"], "MM")]
    expected = [sum(int(s) * p for s, p in zip(row, pairs, strict=True)) % MODULUS for row in signs]
    assert [masks[m].masked(to, 0) for m in to.members] == expected

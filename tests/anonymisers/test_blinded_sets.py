"""Distinct people over several members, counted exactly, and what a list that was tampered with leads to."""

from collections.abc import Sequence

import pytest
from Crypto.PublicKey.ECC import EccPoint
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.blinded.counting import Count, count, may_be_told
from anonymisers.blinded.hashing import hash_to_curve, person_point
from anonymisers.blinded.mixing import (
    ENTRY_BYTES,
    MixKey,
    batches,
    check_entries,
    check_proof,
    joint_key,
    list_digest,
    mixed,
    sealed_set,
    shuffled,
)
from anonymisers.blinded.points import BASE, ORDER, POINT_BYTES, PRIME, from_bytes, to_bytes
from anonymisers.errors import BlindedSetError, IdentifierError

# RFC 9380, appendix J.1.1: message, x and y of the point.
VECTORS = [
    (
        b"",
        "2c15230b26dbc6fc9a37051158c95b79656e17a1a920b11394ca91c44247d3e4",
        "8a7a74985cc5c776cdfe4b1f19884970453912e9d31528c060be9ab5c43e8415",
    ),
    (
        b"abc",
        "0bb8b87485551aa43ed54f009230450b492fead5f1cc91658775dac4a3388a0f",
        "5c41b3d0731a27a7b14bc0bf0ccded2d8751f83493404c84a88e71ffd424212e",
    ),
    (
        b"abcdef0123456789",
        "65038ac8f2b1def042a5df0b33b1f4eca6bff7cb0f9c6c1526811864e544ed80",
        "cad44d40a656e7aff4002a8de287abc8ae0482b5ae825822bb870d6df9b56ca3",
    ),
    (
        b"q128_" + b"q" * 128,
        "4be61ee205094282ba8a2042bcb48d88dfbb609301c49aa8b078533dc65a0b5d",
        "98f8df449a072c4721d241a3b1236d3caccba603f916ca680f4539d2bfb3c29e",
    ),
    (
        b"a512_" + b"a" * 512,
        "457ae2981f70ca85d8e24c308b14db22f3e3862c5ea0f652ca38b5e49cd64bc5",
        "ecb9f0eadc9aeed232dabc53235368c1394c78de05dd96893eefa62b0f4757dc",
    ),
]


@pytest.mark.parametrize(("message", "x", "y"), VECTORS)
def test_hash_to_curve_is_that_of_the_rfc(message: bytes, x: str, y: str) -> None:
    point = hash_to_curve(message, b"QUUX-V01-CS02-with-P256_XMD:SHA-256_SSWU_RO_")

    assert (int(point.x), int(point.y)) == (int(x, 16), int(y, 16))


def points(*people: str) -> list[EccPoint]:
    return [person_point("national-id", p, "2026") for p in people]


def run(sets: Sequence[Sequence[str]], size: int) -> list[bytes]:
    """Every member in turn, as in a real run."""
    keys = [MixKey.new() for _ in sets]
    publics = [key.public for key in keys]
    entries = [e for people in sets for e in sealed_set(points(*people), size, publics)]
    for turn, key in enumerate(keys):
        entries = mixed(shuffled(entries), key, publics[turn + 1 :])
    return entries


people = st.sets(st.sampled_from([f"0{n}-17 {n}" for n in range(6)]), max_size=4)


@given(st.lists(people, min_size=2, max_size=4))
@settings(max_examples=12, deadline=None)
def test_the_count_is_that_of_the_plain_sets(sets: list[set[str]]) -> None:
    told = sum(map(len, sets))

    found = count(run([sorted(s) for s in sets], 4), 4, len(sets), told)

    union = len(set().union(*sets))
    assert found == Count(people=union, overlap=told - union)


def test_one_person_under_several_spellings_is_one() -> None:
    """Khmer digits, hyphens, spaces, full-width letters: the same number; another one is another person."""
    sets = [["010-203 405"], ["០១០២០៣៤០៥"], ["０１０２０３４０５"], ["010203406"]]

    assert count(run(sets, 2), 2, 4, 4) == Count(people=2, overlap=2)


def test_another_kind_or_epoch_is_another_point() -> None:
    spelt = {to_bytes(person_point(k, "123", e)) for k in ("national-id", "case") for e in ("2026", "2027")}

    assert len(spelt) == 4


@pytest.mark.parametrize("identifier", ["", " - ", "\u200b"])
def test_nobody_is_no_person(identifier: str) -> None:
    with pytest.raises(IdentifierError, match="no letter"):
        person_point("national-id", identifier, "2026")


def test_sets_of_any_length_look_alike() -> None:
    keys = [MixKey.new() for _ in range(2)]
    publics = [k.public for k in keys]

    nobody, somebody = sealed_set([], 5, publics), sealed_set(points("1", "2", "2"), 5, publics)

    for entries in (nobody, somebody):
        check_entries(entries, 5)
        assert {len(e) for e in entries} == {ENTRY_BYTES}
    with pytest.raises(BlindedSetError, match="more people"):
        sealed_set(points("1", "2", "3"), 2, publics)


def test_equal_people_are_not_equal_before_everybody_has_had_the_list() -> None:
    """Whoever holds the list on the way cannot tell that two members know the same person."""
    keys = [MixKey.new() for _ in range(3)]
    publics = [k.public for k in keys]
    entries = [e for _ in keys for e in sealed_set(points("1"), 1, publics)]

    for turn, key in enumerate(keys[:-1]):
        assert len({half for e in entries for half in (e[:POINT_BYTES], e[POINT_BYTES:])}) == 6
        entries = mixed(entries, key, publics[turn + 1 :])

    last = mixed(entries, keys[-1], [])
    assert len(set(last)) == 1
    assert last[0] != to_bytes(points("1")[0])


def test_without_one_secret_the_final_points_cannot_be_guessed_at() -> None:
    """Even the members of all other secrets do not find the person that they suspect."""
    keys = [MixKey.new() for _ in range(3)]
    publics = [k.public for k in keys]
    entries = sealed_set(points("1"), 1, publics)
    for turn, key in enumerate(keys):
        entries = mixed(entries, key, publics[turn + 1 :])
    product = keys[0].blinding * keys[1].blinding % ORDER

    assert to_bytes(points("1")[0] * product) != entries[0]
    assert to_bytes(points("1")[0] * (product * keys[2].blinding % ORDER)) == entries[0]


OFF_CURVE = next(
    bytes([2]) + x.to_bytes(32, "big")
    for x in range(1, 100)
    if pow(
        (x**3 - 3 * x + 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B) % PRIME,
        (PRIME - 1) // 2,
        PRIME,
    )
    != 1
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (OFF_CURVE, "no point of the curve"),
        (bytes(33), "compressed form"),
        (b"\x04" + bytes(32), "compressed form"),
        (b"\x02" + b"\xff" * 32, "compressed form"),
        (to_bytes(BASE)[:-1], "compressed form"),
        (b"", "compressed form"),
    ],
)
def test_what_is_no_point_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BlindedSetError, match=said):
        from_bytes(data)
    entry = (data + to_bytes(BASE))[: 2 * POINT_BYTES]
    with pytest.raises(BlindedSetError):
        mixed([entry], MixKey.new(), [])


@given(st.integers(1, ORDER - 1))
@settings(max_examples=30, deadline=None)
def test_a_point_is_read_back_as_the_same_bytes(scalar: int) -> None:
    written = to_bytes(BASE * scalar)

    assert to_bytes(from_bytes(written)) == written


def test_infinity_stands_for_nobody() -> None:
    with pytest.raises(BlindedSetError, match="infinity"):
        to_bytes(BASE * ORDER)


def test_too_few_too_many_and_twice_the_same_are_found() -> None:
    entries = sealed_set(points("1", "2"), 3, [MixKey.new().public])

    for wrong in (entries[:2], [*entries, entries[0]], []):
        with pytest.raises(BlindedSetError, match="fewer or more"):
            check_entries(wrong, 3)
    with pytest.raises(BlindedSetError, match="stands twice"):
        check_entries([entries[0], entries[1], entries[1]], 3)
    with pytest.raises(BlindedSetError, match="wrong length"):
        check_entries([entries[0], entries[1], entries[2] + b"\x00"], 3)


def test_a_changed_set_has_another_digest() -> None:
    entries = sealed_set(points("1", "2"), 3, [MixKey.new().public])

    assert list_digest(entries) != list_digest(entries[::-1])
    assert list_digest(entries) != list_digest([*entries[:2], entries[0]])


def test_a_key_that_is_made_from_the_others_keys_is_found() -> None:
    """Else a member could choose its part so that it alone opens every entry."""
    honest, own = MixKey.new(), MixKey.new()
    rogue = to_bytes(joint_key([own.public]) + -joint_key([honest.public]))
    check_proof(honest.public, b"run", honest.proof(b"run"))

    for public, proof in ((rogue, own.proof(b"run")), (honest.public, honest.proof(b"another run"))):
        with pytest.raises(BlindedSetError, match="does not prove"):
            check_proof(public, b"run", proof)


def test_somebody_put_in_too_often_shows_where_it_leaves_too_few_people() -> None:
    final = [to_bytes(BASE * 7)] * 6

    with pytest.raises(BlindedSetError, match="in common"):
        count(final, 3, 2, entries_of_people=6)
    with pytest.raises(BlindedSetError, match="in common"):
        count([to_bytes(BASE * n) for n in range(1, 7)], 3, 2, entries_of_people=7)


@pytest.mark.parametrize(("overlap", "told"), [(0, True), (1, False), (4, False), (5, True), (60, True)])
def test_a_small_overlap_is_not_told(overlap: int, told: bool) -> None:
    assert may_be_told(Count(people=100, overlap=overlap), 5) is told


def test_a_planted_person_is_not_found_and_tells_only_by_what_is_not_told() -> None:
    """The limit that the documents state: where nobody else is shared, silence says that one is known."""
    known, unknown = [["1", "2"], ["3"], ["1"]], [["1", "2"], ["3"], ["9"]]

    found = [count(run(sets, 2), 2, 3, 4) for sets in (known, unknown)]

    assert found == [Count(people=3, overlap=1), Count(people=4, overlap=0)]
    assert [may_be_told(f, 5) for f in found] == [False, True]


def test_among_others_a_planted_person_changes_one_number_of_everybody() -> None:
    shared = [str(n) for n in range(5)]

    known, unknown = (count(run([[*shared, "7"], shared, [one]], 6), 6, 3, 12) for one in ("7", "9"))

    assert (known, unknown) == (Count(people=6, overlap=6), Count(people=7, overlap=5))
    assert may_be_told(known, 5)
    assert may_be_told(unknown, 5)


def test_batches_are_the_whole_list_in_order() -> None:
    entries = [bytes([n]) for n in range(7)]

    assert [e for batch in batches(entries, 3) for e in batch] == entries

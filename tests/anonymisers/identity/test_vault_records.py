"""A vault's records and keys: who can open what, and what nobody can move, swap or guess."""

import json

import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.errors import KeyStoreError
from anonymisers.identity.key_custody import (
    Custody,
    dump_custody,
    lock_from_file,
    lock_from_passphrase,
    new_custody,
    open_identity,
    open_redacted,
    open_share,
    parse_custody,
)
from anonymisers.identity.pseudonym_domain import length_prefixed
from anonymisers.identity.sealed_messages import (
    new_private,
    open_sealed,
    parse_public,
    public_of,
    public_text,
    seal,
)
from anonymisers.identity.vault_records import PADDED_TO, TAG_BYTES, Compartment, ContentKey, RecordKey

FIRST, SECOND, THIRD = (lock_from_file(bytes([n]) * 32) for n in (1, 2, 3))
NAME = "\u179f\u17bb\u1781 \u178a\u17b6\u179a\u17c9\u17b6"


@pytest.fixture(scope="module")
def custody() -> Custody:
    return new_custody("KH", {"sok": FIRST, "chan": SECOND, "dara": THIRD})


def test_two_custodians_open_what_a_load_sealed_with_the_public_key_alone(custody: Custody) -> None:
    content = ContentKey.new("KH", "load", Compartment.IDENTITY)
    whose = RecordKey(1, "case", "person")
    record = content.encrypt(whose, {"name": NAME})
    kept = content.sealed_to(custody.identity_key)

    private = open_identity(custody, open_share(custody, "dara", THIRD), open_share(custody, "sok", FIRST))
    again = ContentKey.opened("KH", "load", Compartment.IDENTITY, kept, private)
    assert again.decrypt(whose, record) == {"name": NAME}


def test_one_custodian_alone_opens_redacted_narratives_and_no_identity(custody: Custody) -> None:
    assert public_of(open_redacted(custody, "chan", SECOND)) == custody.redacted_key
    share = open_share(custody, "chan", SECOND)
    with pytest.raises(KeyStoreError, match="one custodian alone"):
        open_identity(custody, share, share)


def test_every_two_of_three_custodians_give_the_same_key(custody: Custody) -> None:
    shares = [open_share(custody, n, k) for n, k in (("sok", FIRST), ("chan", SECOND), ("dara", THIRD))]
    keys = {open_identity(custody, a, b) for a in shares for b in shares if a != b}
    assert len(keys) == 1


@pytest.mark.parametrize("opens", [open_share, open_redacted])
def test_another_custodians_key_does_not_open(custody: Custody, opens) -> None:
    with pytest.raises(KeyStoreError, match="does not open for sok"):
        opens(custody, "sok", SECOND)


def test_a_wrong_passphrase_does_not_open_and_is_not_repeated() -> None:
    right = lock_from_passphrase("a lane through the field")
    custody = new_custody("LA", {"kham": right, "noy": SECOND})
    salt = custody.custodian("kham").salt
    assert open_share(custody, "kham", lock_from_passphrase("a lane through the field", salt)).part
    with pytest.raises(KeyStoreError) as caught:
        open_share(custody, "kham", lock_from_passphrase("another lane altogether", salt))
    assert "another lane" not in caught.value.message + caught.value.remedy


@pytest.mark.parametrize(
    ("member", "locks", "words"),
    [
        ("KH", {"sok": FIRST}, "from 2 to 20 custodians"),
        ("KH", {"sok": FIRST, "chan": FIRST}, "the same key file"),
        ("KH", {"sok": FIRST, "so k": SECOND}, "a custodian's name"),
        ("Kampuchea", {"sok": FIRST, "chan": SECOND}, "two capital letters"),
    ],
)
def test_a_vault_that_one_person_could_open_is_not_made(member: str, locks, words: str) -> None:
    with pytest.raises(KeyStoreError, match=words):
        new_custody(member, locks)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_of_a_wrong_length_are_refused(length: int) -> None:
    with pytest.raises(KeyStoreError, match="exactly 32"):
        lock_from_file(b"k" * length)
    with pytest.raises(KeyStoreError, match="exactly 32"):
        public_of(b"k" * length)


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(KeyStoreError, match="shorter than 12"):
        lock_from_passphrase("short")


def test_the_key_file_of_a_vault_reads_back_as_it_is_written(custody: Custody) -> None:
    assert parse_custody(dump_custody(custody)) == custody


@given(place=st.integers(0, 400), sign=st.sampled_from("0af}\n "))
def test_a_damaged_key_file_is_refused_or_opens_to_nothing_else(place: int, sign: str) -> None:
    whole = new_custody("KH", {"sok": FIRST, "chan": SECOND})
    text = dump_custody(whole)
    damaged = text[:place] + sign + text[place + 1 :]
    if damaged == text:
        return
    try:
        custody = parse_custody(damaged)
        names = [custodian.name for custodian in custody.custodians]
        one, other = (open_share(custody, n, k) for n, k in zip(names, (FIRST, SECOND), strict=True))
        private = open_identity(custody, one, other)
    except KeyStoreError:
        return
    assert public_of(private) == whole.identity_key  # what was changed is the other compartment's


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1}', "\ud800", "[" * 100_000])
def test_what_is_no_key_file_is_refused(text: str) -> None:
    with pytest.raises(KeyStoreError, match="damaged"):
        parse_custody(text)


def test_a_record_moved_to_another_person_number_load_or_member_does_not_open() -> None:
    key = b"k" * 32
    mine = ContentKey("KH", "load", Compartment.IDENTITY, key)
    record = mine.encrypt(RecordKey(1, "case", "person"), {"phone": "012 345 678"})
    moved = [
        (mine, RecordKey(1, "case", "other")),
        (mine, RecordKey(1, "other", "person")),
        (mine, RecordKey(2, "case", "person")),
        (ContentKey("LA", "load", Compartment.IDENTITY, key), RecordKey(1, "case", "person")),
        (ContentKey("KH", "later", Compartment.IDENTITY, key), RecordKey(1, "case", "person")),
        (ContentKey("KH", "load", Compartment.REDACTED, key), RecordKey(1, "case", "person")),
    ]
    for content, whose in moved:
        with pytest.raises(KeyStoreError, match="changed or moved") as caught:
            content.decrypt(whose, record)
        assert "012" not in str(caught.value)


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=200), max_size=6))
def test_any_text_comes_back_and_its_length_is_hidden(fields: dict[str, str]) -> None:
    content = ContentKey.new("KH", "load", Compartment.IDENTITY)
    whose = RecordKey(7, "case", "person")
    sealed = content.encrypt(whose, fields)
    assert content.decrypt(whose, sealed) == fields
    assert (len(sealed) - TAG_BYTES) % PADDED_TO == 0


def test_a_record_is_what_the_standard_says_whichever_library_wrote_it() -> None:
    content = ContentKey("KH", "load", Compartment.IDENTITY, b"k" * 32)
    whose = RecordKey(258, "case", "person")
    sealed = content.encrypt(whose, {"name": NAME})

    other = AES.new(content.key, AES.MODE_GCM, nonce=bytes(10) + b"\x01\x02")
    other.update(length_prefixed("vault-record/v1", "KH", "load", "identity", "258", "case", "person"))
    body = other.decrypt_and_verify(sealed[:-TAG_BYTES], sealed[-TAG_BYTES:])

    assert json.loads(body) == {"name": NAME}
    for damaged in (b"", sealed[: TAG_BYTES - 1], sealed[:-1]):
        with pytest.raises(KeyStoreError, match="changed or moved"):
            content.decrypt(whose, damaged)


def test_equal_records_look_different_and_show_nothing() -> None:
    content = ContentKey.new("KH", "load", Compartment.IDENTITY)
    sealed = [content.encrypt(RecordKey(n, "case", "person"), {"village": "Anlong Vil"}) for n in (1, 2)]
    assert sealed[0] != sealed[1]
    assert b"Anlong" not in b"".join(sealed)


def test_a_message_opens_for_its_reader_and_its_use_only() -> None:
    reader = new_private()
    sealed = seal(public_of(reader), b"the map", info=b"map of epochs", associated=b"header")
    assert open_sealed(reader, sealed, info=b"map of epochs", associated=b"header") == b"the map"
    for key, info, associated, message in [
        (new_private(), b"map of epochs", b"header", sealed),
        (reader, b"extract", b"header", sealed),
        (reader, b"map of epochs", b"another", sealed),
        (reader, b"map of epochs", b"header", sealed[:-1]),
        (reader, b"map of epochs", b"header", b""),
    ]:
        with pytest.raises(KeyStoreError, match="does not open"):
            open_sealed(key, message, info=info, associated=associated)


@pytest.mark.parametrize("public", [b"", b"short", bytes(32), b"\xff" * 31])
def test_nothing_is_sealed_to_what_is_no_public_key(public: bytes) -> None:
    with pytest.raises(KeyStoreError, match="not a public key"):
        seal(public, b"message", info=b"use")


def test_a_public_key_is_copied_without_mistakes() -> None:
    public = public_of(new_private())
    text = public_text(public)
    assert parse_public(text) == public
    wrong = text.replace(text[10], "0" if text[10] != "0" else "1", 1)
    for other in (wrong, text.upper(), text[:-1], text + "\n", ""):
        with pytest.raises(KeyStoreError, match="not a public key"):
            parse_public(other)


def test_the_key_file_holds_no_key_in_the_clear(custody: Custody) -> None:
    text = dump_custody(custody)
    private = open_redacted(custody, "sok", FIRST)
    assert private.hex() not in text
    assert set(json.loads(text)["custodians"]) == {"sok", "chan", "dara"}

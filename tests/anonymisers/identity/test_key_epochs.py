"""The member's key store: what opens it, what does not, and what destruction means."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.errors import EpochDestroyedError, KeyStoreError
from anonymisers.identity import key_epochs

PASSPHRASE = "correct horse battery"
KEK = bytes(range(32))


def store_of(*, epoch_count: int = 2) -> key_epochs.EpochStore:
    store = key_epochs.new_store("KH", from_passphrase=False)
    for _ in range(epoch_count):
        store = key_epochs.begin_epoch(store, KEK)
    return store


def test_every_epoch_has_a_key_of_its_own() -> None:
    store = store_of(epoch_count=3)
    keys = {key_epochs.open_epoch(store, KEK, epoch) for epoch in (1, 2, 3)}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}
    assert store.current == 3


def test_a_passphrase_opens_what_it_locked_and_another_does_not() -> None:
    store = key_epochs.new_store("KH", from_passphrase=True)
    kek = key_epochs.key_from_passphrase(PASSPHRASE, store)
    store = key_epochs.begin_epoch(store, kek)
    again = key_epochs.parse_store(key_epochs.dump_store(store))
    key = key_epochs.open_epoch(again, key_epochs.key_from_passphrase(PASSPHRASE, again), 1)
    assert key == key_epochs.open_epoch(store, kek, 1)
    with pytest.raises(KeyStoreError, match="does not open"):
        key_epochs.open_epoch(store, key_epochs.key_from_passphrase(PASSPHRASE + "!", store), 1)


def test_a_store_is_never_locked_with_two_secrets() -> None:
    with pytest.raises(KeyStoreError, match="does not open"):
        key_epochs.begin_epoch(store_of(), bytes(32))


def test_passphrase_and_key_file_are_not_mistaken_for_each_other() -> None:
    with pytest.raises(KeyStoreError, match="key file"):
        key_epochs.key_from_passphrase(PASSPHRASE, key_epochs.new_store("KH", from_passphrase=False))
    with pytest.raises(KeyStoreError, match="passphrase"):
        key_epochs.key_from_file(KEK, key_epochs.new_store("KH", from_passphrase=True))


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(KeyStoreError, match="shorter"):
        key_epochs.key_from_passphrase("secret", key_epochs.new_store("KH", from_passphrase=True))


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_file_of_the_wrong_length_is_refused(length: int) -> None:
    store = key_epochs.new_store("KH", from_passphrase=False)
    with pytest.raises(KeyStoreError, match="32"):
        key_epochs.key_from_file(bytes(length), store)
    with pytest.raises(KeyStoreError, match="32"):
        key_epochs.begin_epoch(store, bytes(length))


def test_a_destroyed_epoch_is_gone_and_the_others_stay() -> None:
    store = key_epochs.destroy_epoch(store_of(), 1)
    with pytest.raises(EpochDestroyedError, match="epoch 1"):
        key_epochs.open_epoch(store, KEK, 1)
    key_epochs.open_epoch(store, KEK, 2)
    assert key_epochs.begin_epoch(store, KEK).current == 3
    with pytest.raises(EpochDestroyedError):
        key_epochs.open_epoch(key_epochs.parse_store(key_epochs.dump_store(store)), KEK, 1)


def test_a_wrapped_key_moved_elsewhere_does_not_open() -> None:
    store = store_of()
    swapped = replace(store, epochs={1: store.epochs[2], 2: store.epochs[1]})
    elsewhere = replace(store, member="TH")
    for forged in (swapped, elsewhere):
        with pytest.raises(KeyStoreError, match="does not open"):
            key_epochs.open_epoch(forged, KEK, 1)


def test_an_unknown_epoch_is_named() -> None:
    for action in (lambda s: key_epochs.open_epoch(s, KEK, 9), lambda s: key_epochs.destroy_epoch(s, 9)):
        with pytest.raises(KeyStoreError, match="no epoch 9"):
            action(store_of())
    with pytest.raises(KeyStoreError, match="no epoch yet"):
        _ = key_epochs.new_store("KH", from_passphrase=False).current


@given(st.sets(st.integers(1, 40)), st.booleans())
def test_what_is_written_is_read_back(destroyed: set[int], from_passphrase: bool) -> None:
    store = key_epochs.new_store("LA", from_passphrase=from_passphrase)
    store = replace(store, epochs={e: None if e in destroyed else bytes(40) for e in range(1, 6)})
    assert key_epochs.parse_store(key_epochs.dump_store(store)) == store


@given(st.data())
def test_one_changed_byte_never_gives_another_key(data: st.DataObject) -> None:
    store = store_of()
    content = bytearray(key_epochs.dump_store(store))
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    try:
        damaged = key_epochs.parse_store(bytes(content))
        keys = [key_epochs.open_epoch(damaged, KEK, epoch) for epoch in store.epochs]
    except KeyStoreError:
        return
    assert keys == [key_epochs.open_epoch(store, KEK, epoch) for epoch in store.epochs]


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": "safelane-epochs/v1"}'],
    ids=["empty", "null", "list", "object", "binary", "deep", "cut"],
)
def test_what_is_not_a_key_store_is_refused(content: bytes) -> None:
    with pytest.raises(KeyStoreError):
        key_epochs.parse_store(content)


def test_another_spelling_of_the_same_store_is_refused() -> None:
    document = json.loads(key_epochs.dump_store(store_of()))
    with pytest.raises(KeyStoreError, match="damaged"):
        key_epochs.parse_store(json.dumps(document).encode())


@pytest.mark.parametrize("member", ["", "kh", "KHM", "ក"])
def test_a_member_is_two_capital_letters(member: str) -> None:
    with pytest.raises(KeyStoreError):
        key_epochs.new_store(member, from_passphrase=False)

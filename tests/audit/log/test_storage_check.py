"""A kept log is checked to the last byte: every damage is found, said with its place, and stops nothing."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_log import MemoryStorage

from audit.errors import NotInLogError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.merkle import leaf_hash
from audit.formats.note import Signer
from audit.formats.tiles import Tile
from audit.log.log import Log
from audit.log.storage_check import Hashed, check_newest, check_storage

WITNESS = Cosigner.from_seed("witness.example", bytes(range(32, 64)))
SIZE = 600
SIGNER = Signer.from_seed("log.example/hub", bytes(range(32)))


def filled(size: int = SIZE) -> MemoryStorage:
    """A log of numbered entries, whose checkpoint of half the size is cosigned too."""
    log, storage = Log(SIGNER), MemoryStorage()
    log.create(storage, now=1)
    for start, end in ((0, size // 2), (size // 2, size)):
        log.append(storage, [b"entry %d" % n for n in range(start, end)], now=1)
        note = Checkpoint.parse(log.checkpoint(storage).text)
        if note.size:
            storage.add_cosignatures(note.size, [WITNESS.cosign(note, 5)])
    return storage


def damages(storage: MemoryStorage) -> tuple[str, ...]:
    return check_storage(storage, [SIGNER.verifier]).damages


def test_a_whole_log_has_no_damage() -> None:
    found = check_storage(filled(), [SIGNER.verifier])

    assert (found.entries, found.cosigned, found.damages) == (SIZE, 2, ())


def changed(data: bytes, at: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@given(st.integers(0, SIZE - 1))
@settings(max_examples=20)
def test_a_changed_entry_is_named(number: int) -> None:
    storage = filled()
    storage._entries[number] = changed(storage._entries[number])

    assert f"entry {number} was changed, or its hash in " in damages(storage)[0]


@given(st.integers(0, SIZE - 1))
@settings(max_examples=20)
def test_a_changed_hash_is_named_and_the_entries_are_known_to_be_right(number: int) -> None:
    storage = filled()
    tile = (0, number // 256)
    storage._tiles[tile] = changed(storage._tiles[tile], 32 * (number % 256))

    (said,) = damages(storage)

    path = Tile(0, tile[1], min(256, SIZE - 256 * tile[1])).path
    assert said.startswith(f"{path} was changed at hash {number % 256}:")


def test_a_changed_hash_of_a_higher_level_is_found() -> None:
    storage = filled()
    storage._tiles[1, 0] = changed(storage._tiles[1, 0], 32)

    assert damages(storage) == (
        "tile/1/000.p/2 was changed at hash 1: the entries lead to the signed checkpoint",
    )


def test_what_is_not_there_is_named() -> None:
    storage = filled()
    del storage._tiles[0, 1]
    del storage._entries[599]

    found = damages(storage)

    assert "entry 599 is not there, or cannot be read" in found
    assert "tile/0/001 is not there" in found


def test_entries_and_hashes_changed_together_do_not_lead_to_the_checkpoint() -> None:
    """Somebody with the database, and without the log's key."""
    storage, forged = filled(), MemoryStorage()
    Log(Signer.generate("log.example/hub")).append(forged, [b"other %d" % n for n in range(SIZE)], now=1)
    storage._entries, storage._tiles = forged._entries, forged._tiles

    found = damages(storage)

    assert "the entries do not lead to the checkpoint that was signed at size 600" in found
    assert "the checkpoint that was cosigned at size 300 has another root than the entries" in found


def test_a_checkpoint_that_another_key_signed_is_not_trusted() -> None:
    storage = filled()
    assert storage._latest is not None
    note = storage._latest.note.replace("log.example/hub", "log.example/hob")
    storage._latest = replace(storage._latest, note=note)

    assert "cannot be trusted" in damages(storage)[0]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512])
def test_logs_of_every_shape_are_whole(size: int) -> None:
    assert damages(filled(size)) == ()


def test_a_log_without_a_checkpoint_cannot_be_checked() -> None:
    with pytest.raises(NotInLogError):
        check_storage(MemoryStorage(), [SIGNER.verifier])


def test_progress_is_reported_to_the_end() -> None:
    seen: list[tuple[int, int]] = []
    check_storage(filled(), [SIGNER.verifier], lambda done, of: seen.append((done, of)))

    assert seen[-1] == (SIZE, SIZE)


def test_a_check_goes_on_from_the_entries_that_were_hashed_before() -> None:
    storage, hashed = filled(), Hashed()
    check_storage(storage, [SIGNER.verifier], hashed=hashed)
    storage._entries = [b"never read again"] * SIZE

    again = check_storage(storage, [SIGNER.verifier], hashed=hashed)
    other = check_storage(filled(SIZE // 2), [SIGNER.verifier], hashed=hashed)

    assert hashed.entries == SIZE
    assert (again.damages, other.damages) == ((), ())


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 600])
def test_the_newest_entries_and_tiles_are_checked_whatever_the_size(size: int) -> None:
    storage, keys = filled(size), [SIGNER.verifier]
    assert check_newest(storage, keys) == ()
    storage._entries[-1] = b"another"
    assert f"entry {size - 1} was changed, or its hash in tile/0/" in check_newest(storage, keys)[0]


def test_a_full_tile_is_the_one_under_the_tile_above() -> None:
    storage = filled(600)
    data = storage._tiles[0, 1]
    entry = b"another"
    storage._entries[256], storage._tiles[0, 1] = entry, leaf_hash(entry) + data[32:]

    assert check_newest(storage, [SIGNER.verifier]) == ("tile/0/001 is not the one under tile/1/000.p/2",)

"""What is read out of a database is what was logged, also where somebody changed an entry with its hash."""

import pytest
from memory_log import MemoryStorage

from audit.formats.merkle import HASH_SIZE, leaf_hash
from audit.formats.tiles import WIDTH
from audit.log.checked_reading import CheckedReading, damaged_in, entries_that_hold
from audit.log.log import Log

SIZE = WIDTH + 44
FORGED = 5


@pytest.fixture
def kept(log: Log, storage: MemoryStorage) -> MemoryStorage:
    log.append(storage, [b"entry %d" % number for number in range(SIZE)], now=2)
    return storage


def forge(storage: MemoryStorage, *, entry: bool, in_tile: bool) -> None:
    made = b"another" if entry else storage.read_entries(FORGED, FORGED + 1)[0]
    storage._entries[FORGED] = made
    if in_tile:
        tile = storage._tiles[0, 0]
        place = FORGED * HASH_SIZE
        changed = leaf_hash(b"another")
        storage._tiles[0, 0] = tile[:place] + changed + tile[place + HASH_SIZE :]


def damaged(storage: MemoryStorage) -> tuple[int, ...]:
    reading = CheckedReading(storage)
    shown = [number for number, entry in entries_that_hold(reading, 0, SIZE) if entry is not None]
    assert sorted([*shown, *damaged_in(reading)]) == list(range(SIZE))
    return damaged_in(reading)


def test_what_nobody_changed_is_read(kept: MemoryStorage) -> None:
    assert damaged(kept) == ()


@pytest.mark.parametrize(("entry", "in_tile"), [(True, False), (False, True)])
def test_of_an_entry_or_a_hash_that_was_changed_one_entry_is_damaged(
    kept: MemoryStorage, *, entry: bool, in_tile: bool
) -> None:
    forge(kept, entry=entry, in_tile=in_tile)
    assert damaged(kept) == (FORGED,)


def test_an_entry_that_was_changed_with_its_hash_is_not_read(kept: MemoryStorage) -> None:
    """Which one it is, nobody can say: none of the tile is under the root any more."""
    forge(kept, entry=True, in_tile=True)
    assert damaged(kept) == tuple(range(WIDTH))


def test_where_the_tile_above_is_gone_the_tile_is_what_there_is(kept: MemoryStorage) -> None:
    del kept._tiles[1, 0]
    assert damaged(kept) == ()

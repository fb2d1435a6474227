"""An index of the words in a log, in segments, so that a filter over very many entries answers at once.

The index returns candidates: every fitting entry is among them, and whoever searches reads and checks each. A
segment holds the words of `SEGMENT` entries, with a hash over their hashes in the log: it counts only while
the log has these very entries. A log only grows, so a segment is never changed; what comes after the last
segment is read entry by entry.
"""

import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Final

from audit.errors import MalformedError, NotInLogError
from audit.events.former_events import all_types
from audit.events.search import Criteria
from audit.formats.merkle import HASH_SIZE
from audit.formats.tiles import WIDTH, Tile, width_at
from audit.log.log import Storage
from audit.log.tile_cache import TileCache
from gateway.auditing.index_words import Word, term, words_in

_TILES: Final = 8
"""Tiles of a segment; a tile of level 1 has the hashes of 256."""
SEGMENT: Final = _TILES * WIDTH
"""Entries of a segment."""

DAMAGED: Final = b"damaged"
"""The term of entries whose words nobody knows: candidates of every search, whose reader names them."""

_NONE: Final[frozenset[Word]] = frozenset()

Places = Mapping[int, bytes]
"""For each segment the ascending places of entries in it: two bytes each, little-endian."""


@dataclass(frozen=True)
class Head:
    """A segment: over which entries it was made, and between which times they lie.

    Times are written as numbers such as 20260131120000; an entry without a time has 0.
    """

    number: int
    entries: bytes
    first: int
    last: int


@dataclass(frozen=True)
class Segment:
    """The words of the entries of a segment, and the time of each (eight bytes, little-endian)."""

    head: Head
    places: Mapping[bytes, bytes]
    times: bytes


@dataclass(frozen=True)
class Known:
    """What an index knows of a search: all segments from the first on, and the places of the terms in them.

    `times` has those segments whose times lie partly within the span of the search.
    """

    heads: Sequence[Head] = ()
    places: Mapping[bytes, Places] = field(default_factory=dict)
    times: Mapping[int, bytes] = field(default_factory=dict)


def made_of(storage: Storage, number: int, entries: Iterable[bytes | None]) -> Segment:
    """Make a segment from its entries, None for a damaged one. Raises NotInLogError."""
    damaged, times = array("H"), array("Q")
    places: dict[Word, array[int]] = defaultdict(partial(array, "H"))
    for place, entry in enumerate(entries):
        words, time = (_NONE, 0) if entry is None else words_in(entry)
        for word in words:
            places[word].append(place)
        if entry is None:
            damaged.append(place)
        times.append(time)
    found = {DAMAGED: _little(damaged)} if damaged else {}
    for word, ascending in places.items():
        with suppress(MalformedError):
            found[term(word)] = _little(ascending)
    return Segment(Head(number, hash_of(storage, number), min(times), max(times)), found, _little(times))


def hash_of(storage: Storage, number: int) -> bytes:
    """A hash over the hashes of a segment's entries, from the log's tiles. Raises NotInLogError."""
    checkpoint = storage.latest_checkpoint()
    return _hash(storage.read_tiles, 0 if checkpoint is None else checkpoint.size, number)


def _hash(read_tiles: Callable[[Sequence[Tile]], Sequence[bytes]], size: int, number: int) -> bytes:
    first = number * _TILES
    index, place = first // WIDTH, first % WIDTH
    width = width_at(1, size, index)
    if width < place + _TILES:
        raise NotInLogError(f"the log has no full segment {number}")
    (hashes,) = read_tiles([Tile(1, index, width)])
    return sha256(hashes[place * HASH_SIZE : (place + _TILES) * HASH_SIZE]).digest()


def holding(storage: Storage, heads: Sequence[Head], size: int) -> int:
    """The number of segments, from the first on, that were made of the entries the log has now."""
    count, tops = 0, TileCache(storage.read_tiles)
    for head in heads[: size // SEGMENT]:
        try:
            if head.number != count or head.entries != _hash(tops.read_tiles, size, count):
                break
        except NotInLogError:
            break
        count += 1
    return count


@dataclass(frozen=True)
class Sought:
    """A search in the words of an index: of each group of terms, an entry has one at least."""

    groups: tuple[tuple[bytes, ...], ...]
    since: int
    until: int

    @classmethod
    def of(cls, criteria: Criteria) -> "Sought":
        """What every entry that fits has."""
        fields = {
            "organisation": criteria.organisation,
            "purpose": criteria.purpose,
            "question_id": criteria.question,
            "": criteria.member,
        }
        groups: list[tuple[bytes, ...]] = [
            (term((name, word)),) for name, word in fields.items() if word is not None
        ]
        if criteria.reason is not None:
            groups.append((term(("", criteria.reason)),))
        if criteria.kind is not None:
            groups.append(tuple(term(("type", name)) for name in all_types(criteria.kind)))
        if criteria.outcome is not None:
            own = term(("type", criteria.outcome))
            whose = "" if criteria.member is None else f"{criteria.member}:"
            groups.append((term(("outcome", f"{whose}{criteria.outcome}")), own))
        # An entry just at the end may fit, as fractions of a second are not compared.
        until = _LATEST if criteria.until is None else _number(criteria.until)
        return cls(tuple(groups), 0 if criteria.since is None else _number(criteria.since), until)

    @property
    def is_everything(self) -> bool:
        """Whether every entry may fit: no index helps."""
        return not self.groups and self.since == 0 and self.until == _LATEST

    @property
    def terms(self) -> tuple[bytes, ...]:
        """All terms, with the one for damaged entries."""
        return (DAMAGED, *dict.fromkeys(term for group in self.groups for term in group))

    def candidates(self, known: Known, start: int, end: int, *, oldest_first: bool = False) -> Iterator[int]:
        """Yield the entries of `[start, end)` that may fit, newest first unless said otherwise.

        All of `[start, end)` lies in segments of `known`; an `end` before `start` yields none.
        """
        if start >= end:
            return
        heads = known.heads[start // SEGMENT : -(-end // SEGMENT)]
        for head in heads if oldest_first else reversed(heads):
            first = head.number * SEGMENT
            places = sorted(self._places(known, head), reverse=not oldest_first)
            yield from (first + place for place in places if start <= first + place < end)

    def _places(self, known: Known, head: Head) -> set[int]:
        damaged = _set(known.places.get(DAMAGED, {}), head.number)
        if head.last < self.since or head.first > self.until:
            return damaged
        found: set[int] | None = None
        for group in self.groups:
            either = set().union(*(_set(known.places.get(term, {}), head.number) for term in group))
            found = either if found is None else found & either
            if not found:
                return damaged
        within = self._within(known, head)
        if found is None:
            return damaged | set(range(SEGMENT) if within is None else within)
        return damaged | (found if within is None else found & set(within))

    def _within(self, known: Known, head: Head) -> list[int] | None:
        """Places of entries within the times sought; None for all of them."""
        if head.number not in known.times:
            return None
        times = _numbers("Q", known.times[head.number])
        return [place for place, time in enumerate(times) if self.since <= time <= self.until]


_LATEST: Final = 2**63 - 1
"""Greater than the number of any time, and not too great for a column of a database."""


def _number(moment: datetime) -> int:
    return int(f"{moment.astimezone(UTC):%Y%m%d%H%M%S}")


def _set(places: Places, segment: int) -> set[int]:
    return set(_numbers("H", places.get(segment, b"")))


def _little(numbers: "array[int]") -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _numbers(kind: str, data: bytes) -> "array[int]":
    numbers = array(kind, data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers

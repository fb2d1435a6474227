"""An in-memory index of the words in a log, so that a filter over very many entries answers at once.

The index returns candidates: every matching entry is among the candidates, and the caller checks each of
them. A log only grows, so the index is never wrong, only behind; new entries are added before a search.
"""

import re
import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge
from typing import Final

from audit.events.former_events import all_types
from audit.events.search import Criteria
from audit.formats.canonical import canonical_json

_WORD: Final = rb'"((?:[^"\\]|\\.)*)"'
_FIELD: Final = re.compile(rb'"(type|organisation|purpose|question_id|member|outcome|reason)":' + _WORD)
_LIST: Final = re.compile(rb'"(?:members|reasons)":\[([^\]]*)\]')
_ONE: Final = re.compile(_WORD)
_TIME: Final = re.compile(rb'"(?:asked_at|at)":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)')
_LISTED: Final = frozenset({b"member", b"reason"})
"""Fields whose words also occur in lists: such words are looked up without the field."""


class TermIndex:
    """Ascending numbers of the entries with a word in a field, and the time of each entry."""

    def __init__(self) -> None:
        self._terms: dict[bytes, array[int]] = {}
        self._times: list[bytes] = []
        self._damaged: list[int] = []
        """Entries whose words nobody knows: they are candidates of every search, whose reader names them."""
        self._lock = threading.Lock()
        self.filling = threading.Lock()
        """Whoever adds very many entries holds it: one is enough."""

    @property
    def size(self) -> int:
        """Number of indexed entries, from the first on."""
        return len(self._times)

    def extend(self, start: int, entries: Iterable[bytes | None]) -> None:
        """Add entries from number `start` on, None for a damaged one; those in the index are skipped."""
        with self._lock:
            for number, entry in enumerate(entries, start):
                if number == self.size:
                    self._add(number, entry)

    def candidates(
        self, criteria: Criteria, start: int, end: int, *, oldest_first: bool = False
    ) -> Iterator[int]:
        """Yield the indexed entries of `[start, end)` that may match, newest first unless said otherwise."""
        way = 1 if oldest_first else -1
        damaged = [number for number in self._damaged if start <= number < end]
        by_words = self._by_words(criteria, start, min(end, self.size), way)
        return merge(by_words, damaged[::way], key=lambda number: way * number)

    def _by_words(self, criteria: Criteria, start: int, end: int, way: int) -> Iterator[int]:
        lists = [self._terms.get(term, array("I")) for term in _terms_of(criteria)]
        if criteria.kind is not None:
            lists.append(self._either(_term("type", name) for name in all_types(criteria.kind)))
        if criteria.outcome is not None:
            lists.append(self._outcome(criteria.outcome))
        shortest = min(lists, key=len, default=None)
        others = [each for each in lists if each is not shortest]
        numbers: Sequence[int] = range(end) if shortest is None else shortest
        since, until = _stamp(criteria.since), _stamp(criteria.until)
        places = range(bisect_left(numbers, start), bisect_left(numbers, end))
        for place in places[::way]:
            number = numbers[place]
            if (
                (since is None or self._times[number] >= since)
                and (until is None or self._times[number] <= until)
                and all(_holds(each, number) for each in others)
            ):
                yield number

    def _outcome(self, outcome: str) -> "array[int]":
        """Return entries by a member's outcome in a release, or by the kind of the entry."""
        return self._either(_term(name, outcome) for name in ("outcome", "type"))

    def _either(self, terms: Iterable[bytes]) -> "array[int]":
        """Return entries with any of the terms."""
        found = (self._terms.get(term, array("I")) for term in terms)
        return array("I", sorted(set().union(*found)))

    def _add(self, number: int, entry: bytes | None) -> None:
        if entry is None:
            self._times.append(b"")
            self._damaged.append(number)
            return
        found = {
            b"%b=%b" % ((b"" if name in _LISTED else name), word) for name, word in _FIELD.findall(entry)
        }
        for words in _LIST.findall(entry):
            found |= {b"=" + word for word in _ONE.findall(words)}
        for term in found:
            self._terms.setdefault(term, array("I")).append(number)
        at = _TIME.search(entry)
        self._times.append(b"" if at is None else at[1])


def _terms_of(criteria: Criteria) -> list[bytes]:
    """Return the words that every matching entry holds."""
    fields = {
        "organisation": criteria.organisation,
        "purpose": criteria.purpose,
        "question_id": criteria.question,
        "": criteria.member,
    }
    terms = [_term(name, word) for name, word in fields.items() if word is not None]
    return terms if criteria.reason is None else [*terms, _term("", criteria.reason)]


def _term(name: str, word: str) -> bytes:
    return f"{name}=".encode() + canonical_json(word)[1:-1]


def _stamp(moment: datetime | None) -> bytes | None:
    """Return a moment as entries spell times, in UTC; the text order is the time order."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S").encode()


def _holds(numbers: Sequence[int], number: int) -> bool:
    at = bisect_left(numbers, number)
    return at < len(numbers) and numbers[at] == number

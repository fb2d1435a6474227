"""Search for log entries with their openings at hand, so that a person can be found by name.

A damaged entry is passed over, and what reads the log names those that it met (`damaged_in`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from audit.errors import CommitmentError, DamagedEntryError
from audit.events.search import Criteria, Found
from audit.formats.commitment import Commitment
from audit.log.checked_reading import entries_that_hold
from audit.log.log import Storage
from gateway.auditing.context import KeptLog
from gateway.auditing.index import SEGMENT, Known, Sought, holding
from gateway.auditing.ports import View

_AT_ONCE = 2000
_FIRST = 128
"""Number of newest entries that are read first; most readers go no further."""
_FEW = 32
"""Number of candidates that are read first, for the same reason."""
_MOST_APART = 250
"""Candidates that are read together: each may need the hashes of another tile."""


@dataclass(frozen=True)
class Span:
    """A range of entries: from number `start` on, up to `end`."""

    start: int
    end: int


def whole(view: View) -> Span:
    """All entries that there are."""
    checkpoint = view.log.latest_checkpoint()
    return Span(0, 0 if checkpoint is None else checkpoint.size)


def entries(storage: Storage, span: Span) -> Iterator[tuple[int, bytes]]:
    """Return numbers and bytes of entries, in their order, without damaged ones."""
    starts = range(span.start, span.end, _AT_ONCE)
    return chain.from_iterable(_held(storage, first, min(first + _AT_ONCE, span.end)) for first in starts)


def _held(storage: Storage, start: int, end: int) -> list[tuple[int, bytes]]:
    return [(n, entry) for n, entry in entries_that_hold(storage, start, end) if entry is not None]


def entries_of(storage: Storage, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Return the entries with these numbers, in this order, without damaged ones."""
    rest, step = iter(numbers), _FEW
    while some := list(islice(rest, step)):
        step = min(2 * step, _MOST_APART)
        yield from _each_of(storage, some)


def _each_of(storage: Storage, numbers: list[int]) -> list[tuple[int, bytes]]:
    first, beyond = min(numbers), max(numbers) + 1
    try:
        if beyond - first == len(numbers):  # they follow each other: read and compared as one range
            entries = dict(enumerate(storage.read_entries(first, beyond), first))
            return [(number, entries[number]) for number in numbers]
        return list(zip(numbers, storage.read_each(numbers), strict=True))
    except DamagedEntryError:
        return [found for number in numbers for found in _held(storage, number, number + 1)]


def find(kept: KeptLog, view: View, criteria: Criteria, person: str | None, span: Span) -> Iterator[Found]:
    """Find matching entries; with `person`, only commitments to this name that can still be opened."""
    if person is not None:
        yield from _each(view, criteria, _of_person(view, person, span))
        return
    sought, known, indexed = _looked_up(kept, view, criteria, span)
    yield from _each(view, criteria, sought.candidates(known, span.start, indexed, oldest_first=True))
    yield from criteria.find(entries(view.log, Span(max(span.start, indexed), span.end)))


def find_newest(
    kept: KeptLog, view: View, criteria: Criteria, person: str | None, span: Span
) -> Iterator[Found]:
    """Find entries as `find` does, newest first, and no further back than the reader goes on reading."""
    if person is not None:
        yield from _each(view, criteria, _of_person(view, person, span)[::-1])
        return
    sought, known, indexed = _looked_up(kept, view, criteria, span)
    end, step = span.end, _FIRST
    while end > max(span.start, indexed):
        part = Span(max(span.start, indexed, end - step), end)
        yield from reversed(list(criteria.find(entries(view.log, part))))
        end, step = part.start, min(2 * step, _AT_ONCE)
    yield from _each(view, criteria, sought.candidates(known, span.start, indexed))


def _looked_up(kept: KeptLog, view: View, criteria: Criteria, span: Span) -> tuple[Sought, Known, int]:
    """What the index knows of a search, and the end of the entries of the span of which it knows anything."""
    sought = Sought.of(criteria)
    if sought.is_everything:
        return sought, Known(), span.start
    known = kept.index.look_up(sought)
    holds = holding(view.log, known.heads, whole(view).end)
    return sought, known, min(holds * SEGMENT, span.end)


def _each(view: View, criteria: Criteria, numbers: Iterable[int]) -> Iterator[Found]:
    yield from criteria.find(entries_of(view.log, numbers))


def _of_person(view: View, person: str, span: Span) -> list[int]:
    return sorted(number for number in numbers_of(view, person) if span.start <= number < span.end)


def numbers_of(view: View, person: str) -> frozenset[int]:
    """Return the numbers of the entries that commit to this name, as far as openings exist."""
    return frozenset(number for number, _ in view.people.entries_of(person))


def name_of(view: View, found: Found, field: str = "actor") -> str | None:
    """Return the name that an entry commits to, if a matching opening exists; None after erasure."""
    commitment = getattr(found.event, field, None)
    opening = view.opening(field, found.number)
    if opening is None or not isinstance(commitment, Commitment):
        return None
    try:
        opening.verify(commitment)
    except CommitmentError:
        return None
    return opening.value.decode("utf-8", "replace") or None


def of_question(kept: KeptLog, view: View, question_id: str) -> list[Found]:
    """Return every entry of this log about a question, in log order."""
    found = find_newest(kept, view, Criteria(question=question_id), None, whole(view))
    return list(found)[::-1]


def entry(kept: KeptLog, view: View, number: int) -> bytes:
    """Return the bytes of an entry. Raises NotInLogError."""
    return kept.log.entry(view.log, number)

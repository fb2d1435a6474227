"""Finding entries of a log where the openings are at hand, so that a person can be looked for by name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from audit.commitment import Commitment
from audit.errors import CommitmentError
from audit.log import Storage
from audit.search import Criteria, Found
from gateway.auditing.context import KeptLog
from gateway.auditing.ports import View

_AT_ONCE = 2000


@dataclass(frozen=True)
class Span:
    """Which entries are looked at: from number `start` on, up to `end`."""

    start: int
    end: int


def whole(view: View) -> Span:
    """All entries that there are."""
    head = view.log.head()
    return Span(0, 0 if head is None else head.size)


def entries(storage: Storage, span: Span) -> Iterator[tuple[int, bytes]]:
    """Numbers and bytes of entries, in their order."""
    for first in range(span.start, span.end, _AT_ONCE):
        yield from enumerate(storage.read_entries(first, min(first + _AT_ONCE, span.end)), start=first)


def find(view: View, criteria: Criteria, person: str | None, span: Span) -> Iterator[Found]:
    """Entries that fit; with `person`, only those that commit to this name and still can be opened."""
    if person is None:
        yield from criteria.find(entries(view.log, span))
        return
    numbers = sorted(numbers_of(view, person))
    wanted = (
        (number, view.log.read_entries(number, number + 1)[0])
        for number in numbers
        if span.start <= number < span.end
    )
    yield from criteria.find(wanted)


def numbers_of(view: View, person: str) -> frozenset[int]:
    """Numbers of the entries that commit to this name, as far as they can be opened."""
    return frozenset(number for number, _ in view.people.entries_of(person))


def name_of(view: View, found: Found, field: str = "actor") -> str | None:
    """Who an entry commits to, if its opening is there and fits; None once it is erased."""
    commitment = getattr(found.event, field, None)
    opening = view.opening(field, found.number)
    if opening is None or not isinstance(commitment, Commitment):
        return None
    try:
        opening.verify(commitment)
    except CommitmentError:
        return None
    return opening.value.decode("utf-8", "replace") or None


def of_question(view: View, question_id: str) -> list[Found]:
    """Every entry of this log about one question."""
    return list(find(view, replace(Criteria(), question=question_id), None, whole(view)))


def entry(kept: KeptLog, view: View, number: int) -> bytes:
    """The bytes of an entry. Raises NotInLogError."""
    return kept.log.entry(view.log, number)

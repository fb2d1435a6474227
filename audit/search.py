"""Finds entries of a verified log, and draws samples that nobody can pick."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from audit.errors import MalformedError
from audit.events import Event, decode


@dataclass(frozen=True)
class Found:
    """An entry that can be read: its number and what it says."""

    number: int
    event: Event


def read_events(entries: Iterable[tuple[int, bytes]]) -> Iterator[Found]:
    """Events of a log's entries; entries of kinds that are not known here are passed over."""
    for number, entry in entries:
        try:
            yield Found(number, decode(entry))
        except MalformedError:
            continue


def time_of(event: Event) -> datetime:
    """When the event happened, as its entry says."""
    at: datetime = event.asked_at if hasattr(event, "asked_at") else event.at  # type: ignore[attr-defined]
    return at


@dataclass(frozen=True)
class Criteria:
    """What is looked for. Every criterion that is given must fit; an event without such a field does not."""

    kind: str | None = None
    organisation: str | None = None
    purpose: str | None = None
    member: str | None = None
    question: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, event: Event) -> bool:
        """Whether the event is one of those."""
        at = time_of(event)
        return (
            self.kind in (None, event.TYPE)
            and self._is(event, "organisation", self.organisation)
            and self._is(event, "purpose", self.purpose)
            and self._is(event, "question_id", self.question)
            and (self.member is None or self.member in members_of(event))
            and (self.reason is None or self.reason in reasons_of(event))
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
        )

    @staticmethod
    def _is(event: Event, name: str, wanted: str | None) -> bool:
        return wanted is None or getattr(event, name, None) == wanted


def members_of(event: Event) -> frozenset[str]:
    """Members that an event is about: whom it asks, who answered, refused or is missing, whose it is."""
    members = {getattr(event, "member", None)} - {None}
    for name in ("members", "answered", "refused", "missing"):
        members |= set(getattr(event, name, ()))
    return frozenset(str(member) for member in members)


def reasons_of(event: Event) -> tuple[str, ...]:
    """Reasons that an event gives."""
    reasons: tuple[str, ...] = getattr(event, "reasons", ())
    reason: str | None = getattr(event, "reason", None)
    return reasons if reason is None else (*reasons, reason)


def draw_sample(root: bytes, size: int, count: int) -> list[int]:
    """Numbers of `count` entries (all, if there are fewer), fixed by the tree's root, in ascending order.

    The auditor cannot choose, and the operator only by trying entries out before the head is known to others:
    draw from one that witnesses had cosigned before the audit was announced. SHA-256 over the root and a
    counter, 64 bits at a time, without the bias of a plain remainder.
    """
    if count >= size:
        return list(range(size))
    limit = 2**64 - 2**64 % size
    drawn: set[int] = set()
    counter = 0
    while len(drawn) < count:
        digest = sha256(b"safelane/sample/v1" + root + counter.to_bytes(8, "big")).digest()
        value = int.from_bytes(digest[:8], "big")
        if value < limit:
            drawn.add(value % size)
        counter += 1
    return sorted(drawn)

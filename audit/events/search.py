"""Find entries of a verified log, fast: the search looks for bytes before decoding entries.

Entries are canonical JSON, so that a field with a value has exactly one spelling: an entry without the
spelling need not be decoded.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from audit.errors import MalformedError
from audit.events.events import Event, decode, encode
from audit.events.former_events import all_types, present_type
from audit.events.question_events import Released
from audit.formats.canonical import canonical_json

_TIMES: Final = (b'"asked_at":"', b'"at":"')
_STAMP: Final = re.compile(rb'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"')
_TIME: Final = re.compile(rb'"(?:asked_at|at)":"' + _STAMP.pattern)
_FIRST_TOGETHER: Final = 32
_MOST_TOGETHER: Final = 512
"""Entries that are sifted together: few at first, since a reader may want only the first that fit."""


@dataclass(frozen=True)
class Found:
    """A readable entry: its number and its event, and its bytes where it was read from a log."""

    number: int
    event: Event
    read_from: bytes | None = field(default=None, compare=False, repr=False)

    @property
    def entry(self) -> bytes:
        """The bytes of the entry: an event has only one spelling."""
        return encode(self.event) if self.read_from is None else self.read_from


def event_of(entry: bytes) -> Event | None:
    """Return the event of an entry; None for an entry of an unknown kind."""
    try:
        return decode(entry)
    except MalformedError:
        return None


def read_events(entries: Iterable[tuple[int, bytes]]) -> Iterator[Found]:
    """Yield the events of a log's entries; entries of unknown kinds are skipped."""
    for number, entry in entries:
        event = event_of(entry)
        if event is not None:
            yield Found(number, event, entry)


def time_of(event: Event) -> datetime:
    """Return the time of the event, as stated by the entry."""
    at: datetime = event.asked_at if hasattr(event, "asked_at") else event.at  # type: ignore[attr-defined]
    return at


@dataclass(frozen=True)
class Criteria:
    """Search criteria. Every given criterion must fit; an event without the field does not fit.

    `kind`: the type of the entries; a present type includes its former names.

    `outcome`: `answered`, `refused`, `missing` or `earlier` at a member (at `member`, where given), and
    `denied` by the hub. `since` is inclusive, `until` exclusive. `numbers`: only these entries.
    """

    kind: str | None = None
    organisation: str | None = None
    purpose: str | None = None
    member: str | None = None
    question: str | None = None
    outcome: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    numbers: frozenset[int] | None = None

    def find(self, entries: Iterable[tuple[int, bytes]]) -> Iterator[Found]:
        """Yield the fitting entries, in order; entries of unknown kinds are skipped.

        Reads up to 511 entries further than it has come: they are sifted together.
        """
        needles = self._needles()
        since, until = _stamp(self.since), _stamp(self.until)
        rest, step = iter(entries), _FIRST_TOGETHER
        while some := list(islice(rest, step)):
            step = min(2 * step, _MOST_TOGETHER)
            for found in read_events(self._sifted(some, needles, since, until)):
                if self.fits(found.event):
                    yield found

    def _sifted(
        self,
        entries: list[tuple[int, bytes]],
        needles: Sequence[tuple[bytes, ...]],
        since: bytes | None,
        until: bytes | None,
    ) -> list[tuple[int, bytes]]:
        """Return those that may fit, by their bytes: each step one loop, since a million go through here."""
        if self.numbers is not None:
            entries = [each for each in entries if each[0] in self.numbers]
        for either in needles:
            if len(either) == 1:
                (needle,) = either
                entries = [each for each in entries if needle in each[1]]
            else:
                fitting = {number for one in either for number, entry in entries if one in entry}
                entries = [each for each in entries if each[0] in fitting]
        if since is not None or until is not None:
            entries = [each for each in entries if _within(each[1], since, until)]
        return entries

    def fits(self, event: Event) -> bool:
        """Return whether the event fits, apart from its number."""
        at = time_of(event)
        return (
            self.kind in (None, event.TYPE, present_type(event.TYPE))
            and self._is(event, "organisation", self.organisation)
            and self._is(event, "purpose", self.purpose)
            and self._is(event, "question_id", self.question)
            and (self.member is None or self.member in members_of(event))
            and (self.outcome is None or self.outcome in outcomes_of(event, self.member))
            and (self.reason is None or self.reason in reasons_of(event))
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
        )

    def _needles(self) -> list[tuple[bytes, ...]]:
        """Return tuples of byte strings; every fitting entry contains at least one string of each tuple."""
        fields = {
            "organisation": self.organisation,
            "purpose": self.purpose,
            "question_id": self.question,
        }
        needles: list[tuple[bytes, ...]] = [
            (_field(name, text),) for name, text in fields.items() if text is not None
        ]
        if self.kind is not None:
            needles.append(tuple(_field("type", name) for name in all_types(self.kind)))
        needles += [(canonical_json(text),) for text in (self.member, self.reason) if text is not None]
        if self.outcome is not None:
            # of a member in a release, where these two keys stand side by side; else the kind of the entry
            whose = [] if self.member is None else [_field("member", self.member)]
            released = b",".join([*whose, _field("outcome", self.outcome)])
            needles.append((released, _field("type", self.outcome)))
        return needles

    @staticmethod
    def _is(event: Event, name: str, wanted: str | None) -> bool:
        return wanted is None or getattr(event, name, None) == wanted


def members_of(event: Event) -> frozenset[str]:
    """Return the members of an event: asked, answering, refusing or missing members, and the log's owner."""
    members = {getattr(event, "member", None)} - {None}
    members |= set(getattr(event, "members", ()))
    if isinstance(event, Released):
        members |= {each.member for each in event.outcomes}
    return frozenset(str(member) for member in members)


def outcomes_of(event: Event, member: str | None = None) -> frozenset[str]:
    """Return the outcomes stated by an event: at one member, or at any."""
    if isinstance(event, Released):
        return frozenset(o.outcome.value for o in event.outcomes if member in (None, o.member))
    return frozenset({event.TYPE} & {"answered", "refused", "denied"})


def reasons_of(event: Event) -> tuple[str, ...]:
    """Return the reasons stated by an event."""
    reasons: tuple[str, ...] = getattr(event, "reasons", ())
    if isinstance(event, Released):
        reasons = tuple(dict.fromkeys(reason for each in event.outcomes for reason in each.reasons))
    reason = getattr(event, "reason", None)
    # a committed reason says nothing alone
    return (*reasons, str(reason)) if isinstance(reason, str) else reasons


def _field(name: str, text: str) -> bytes:
    """Return the canonical spelling of a field with a value."""
    return canonical_json({name: text})[1:-1]


def _stamp(time: datetime | None) -> bytes | None:
    """Return the canonical spelling of a time; the order of such texts is the order of the times."""
    return None if time is None else f"{time.astimezone(UTC).isoformat()[:19]}Z".encode()


def _first_time(entry: bytes) -> re.Match[bytes] | None:
    """As `_TIME.search`, which reads each byte in turn: ten times as slow."""
    places = [(at, at + len(key)) for key in _TIMES if (at := entry.find(key)) >= 0]
    if not places:
        return None
    return _STAMP.match(entry, min(places)[1]) or _TIME.search(entry)


def _within(entry: bytes, since: bytes | None, until: bytes | None) -> bool:
    """Return False only where the entry cannot lie between these times: fractions of a second are ignored."""
    found = _first_time(entry)
    if found is None:
        return False
    return (since is None or found[1] >= since) and (until is None or found[1] <= until)

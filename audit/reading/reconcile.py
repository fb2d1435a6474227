"""Reconcile the regional log with a member's log: every question, from asking to its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from audit.events.event_values import Outcome
from audit.events.question_events import Answered, Asked, Refused, Released, ReleasedAgain
from audit.events.search import event_of
from audit.formats.merkle import leaf_hash


class Gap(StrEnum):
    """The kind of a difference."""

    NO_END = "no-end"
    """A question was asked and not released long after its deadline."""
    TWO_ENDS = "two-ends"
    """A question was released twice."""
    NOT_ASKED = "not-asked"
    """A release, or a member's entry, is about a question not in the regional log, or there with other
    content."""
    MISSING_IN_MEMBER = "missing-in-member"
    """The hub states that the member answered or refused; the member's log does not."""
    MISSING_IN_HUB = "missing-in-hub"
    """The member's log has an answer or a refusal; the hub's release states that none came."""
    CONTRADICTION = "contradiction"
    """One log says answered, the other refused."""


@dataclass(frozen=True)
class Difference:
    """A gap, the question concerned, and the entries behind the gap (None for a missing entry)."""

    gap: Gap
    question_id: str
    hub_index: int | None
    member: str | None = None
    member_index: int | None = None


Entries = Iterable[tuple[int, bytes]]
"""Numbers and bytes of a log's entries. Entries of unknown kinds are skipped."""


Outcomes = tuple[tuple[str, Outcome], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as asked, as far as logs are compared: of very many, an event each would fill the memory."""

    question_id: str
    deadline: datetime
    late_until: datetime
    leaf: bytes
    """The hash of its entry."""


@dataclass(frozen=True, slots=True)
class Release:
    """A result as released: the outcome at each member."""

    question_id: str
    asked_index: int
    at: datetime
    outcomes: Outcomes

    def has(self, member: str, *outcomes: Outcome) -> bool:
        """Whether the outcome at a member is one of these."""
        return any(name == member and outcome in outcomes for name, outcome in self.outcomes)

    @property
    def lacks_anybody(self) -> bool:
        """Whether some member gave no answer in time."""
        return any(outcome in NO_ANSWER for _, outcome in self.outcomes)


NO_ANSWER = (Outcome.MISSING, Outcome.EARLIER)
"""Outcomes at members without an answer in time; an earlier answer may stand in."""


@dataclass(frozen=True)
class RegionalLog:
    """The questions of a regional log: as asked, as released, and as released again after late answers."""

    origin: str
    asked: dict[int, Question]
    released: dict[int, Release]
    again: dict[int, Release]

    @classmethod
    def read(cls, origin: str, entries: Entries) -> "RegionalLog":
        """Pick questions and releases out of a verified log, which is read once, entry by entry."""
        found = cls(origin, {}, {}, {})
        alike: dict[Outcomes, Outcomes] = {}
        for index, entry in entries:
            event = event_of(entry)
            if isinstance(event, Asked):
                leaf = leaf_hash(entry)
                found.asked[index] = Question(event.question_id, event.deadline, event.late_until, leaf)
            elif isinstance(event, Released):
                # Few releases differ in their outcomes, and a question's number is in both of its entries.
                outcomes = tuple((each.member, each.outcome) for each in event.outcomes)
                asked = found.asked.get(event.asked_index)
                same = asked is not None and asked.question_id == event.question_id
                named = asked.question_id if asked is not None and same else event.question_id
                made = Release(named, event.asked_index, event.at, alike.setdefault(outcomes, outcomes))
                (found.again if isinstance(event, ReleasedAgain) else found.released)[index] = made
        return found

    @property
    def newest(self) -> dict[int, tuple[int, Release]]:
        """Map the entry of a question to its newest result and the number of the result's entry."""
        found: dict[int, tuple[int, Release]] = {}
        for index, release in sorted([*self.released.items(), *self.again.items()]):
            found[release.asked_index] = (index, release)
        return found

    def differences(self, now: datetime, patience: timedelta) -> list[Difference]:
        """Yield the differences within the log: questions without an end or with two ends, releases of no
        question."""
        found: list[Difference] = []
        ended: set[int] = set()
        for index, release in self.released.items():
            question = self.asked.get(release.asked_index)
            if question is None or question.question_id != release.question_id or release.asked_index > index:
                found.append(Difference(Gap.NOT_ASKED, release.question_id, index))
            elif release.asked_index in ended:
                found.append(Difference(Gap.TWO_ENDS, release.question_id, index))
            ended.add(release.asked_index)
        for index, release in self.again.items():
            if release.asked_index not in ended:
                found.append(Difference(Gap.NOT_ASKED, release.question_id, index))
        for index, asked in self.asked.items():
            if index not in ended and asked.deadline + patience < now:
                found.append(Difference(Gap.NO_END, asked.question_id, index))
        return found


def reconcile(region: RegionalLog, member: str, member_entries: Entries) -> list[Difference]:
    """Return the differences between the regional log and a member's log, both verified before."""
    said: dict[int, tuple[int, Outcome]] = {}
    found: list[Difference] = []
    for index, entry in member_entries:
        event = event_of(entry)
        if not isinstance(event, Answered | Refused):
            continue
        reference = event.asked
        question = region.asked.get(reference.index)
        known = question is not None and question.leaf == reference.leaf and reference.origin == region.origin
        if not known:
            found.append(Difference(Gap.NOT_ASKED, event.question_id, None, member, index))
        else:
            outcome = Outcome.ANSWERED if isinstance(event, Answered) else Outcome.REFUSED
            said[reference.index] = (index, outcome)
    for index, release in region.newest.values():
        found += _compare(member, index, release, said.get(release.asked_index))
    return found


def _compare(member: str, index: int, release: Release, said: tuple[int, Outcome] | None) -> list[Difference]:
    if said is None:
        gap = Gap.MISSING_IN_MEMBER if release.has(member, Outcome.ANSWERED, Outcome.REFUSED) else None
    elif release.has(member, *NO_ANSWER):
        gap = Gap.MISSING_IN_HUB
    elif not release.has(member, said[1]):
        gap = Gap.CONTRADICTION
    else:
        gap = None
    if gap is None:
        return []
    return [Difference(gap, release.question_id, index, member, None if said is None else said[0])]

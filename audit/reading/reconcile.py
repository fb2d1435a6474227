"""Reconcile the regional log with a member's log: every question, from asking to its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

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


@dataclass(frozen=True)
class RegionalLog:
    """The questions of a regional log: as asked, as released, and as released again after late answers."""

    origin: str
    asked: dict[int, tuple[Asked, bytes]]
    released: dict[int, Released]
    again: dict[int, ReleasedAgain]

    @classmethod
    def read(cls, origin: str, entries: Entries) -> "RegionalLog":
        """Pick questions and releases out of a verified log."""
        asked: dict[int, tuple[Asked, bytes]] = {}
        released: dict[int, Released] = {}
        again: dict[int, ReleasedAgain] = {}
        for index, entry in entries:
            event = event_of(entry)
            if isinstance(event, Asked):
                asked[index] = (event, leaf_hash(entry))
            elif isinstance(event, ReleasedAgain):
                again[index] = event
            elif isinstance(event, Released):
                released[index] = event
        return cls(origin, asked, released, again)

    @property
    def newest(self) -> dict[int, tuple[int, Released]]:
        """Map the entry of a question to its newest result and the number of the result's entry."""
        found: dict[int, tuple[int, Released]] = {}
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
            if (
                question is None
                or question[0].question_id != release.question_id
                or release.asked_index > index
            ):
                found.append(Difference(Gap.NOT_ASKED, release.question_id, index))
            elif release.asked_index in ended:
                found.append(Difference(Gap.TWO_ENDS, release.question_id, index))
            ended.add(release.asked_index)
        for index, release in self.again.items():
            if release.asked_index not in ended:
                found.append(Difference(Gap.NOT_ASKED, release.question_id, index))
        for index, (event, _) in self.asked.items():
            if index not in ended and event.deadline + patience < now:
                found.append(Difference(Gap.NO_END, event.question_id, index))
        return found


def reconcile(region: RegionalLog, member: str, member_entries: Entries) -> list[Difference]:
    """Return the differences between the regional log and a member's log, both verified before."""
    said: dict[int, tuple[int, Answered | Refused]] = {}
    found: list[Difference] = []
    for index, entry in member_entries:
        event = event_of(entry)
        if not isinstance(event, Answered | Refused):
            continue
        reference = event.asked
        question = region.asked.get(reference.index)
        known = question is not None and question[1] == reference.leaf and reference.origin == region.origin
        if not known:
            found.append(Difference(Gap.NOT_ASKED, event.question_id, None, member, index))
        else:
            said[reference.index] = (index, event)
    for index, release in region.newest.values():
        found += _compare(member, index, release, said.get(release.asked_index))
    return found


def _compare(
    member: str, index: int, release: Released, said: tuple[int, Answered | Refused] | None
) -> list[Difference]:
    answered, refused = member in release.answered, member in release.refused
    if said is None:
        gap = Gap.MISSING_IN_MEMBER if answered or refused else None
    elif member in release.missing:
        gap = Gap.MISSING_IN_HUB
    elif (answered, refused) != (isinstance(said[1], Answered), isinstance(said[1], Refused)):
        gap = Gap.CONTRADICTION
    else:
        gap = None
    if gap is None:
        return []
    return [Difference(gap, release.question_id, index, member, None if said is None else said[0])]

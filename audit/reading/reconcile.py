"""Reconcile the regional log with a member's log: every question, from asking to its end."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import merge
from typing import Final

from audit.events.event_values import Outcome
from audit.events.question_events import Answered, Asked, Refused, Released, ReleasedAgain
from audit.events.search import event_of
from audit.formats.merkle import HASH_SIZE, leaf_hash

_OF_REGION: Final = tuple(b'"type":"%b"' % cls.TYPE.encode() for cls in (Asked, Released, ReleasedAgain))
_OF_MEMBER: Final = tuple(b'"type":"%b"' % cls.TYPE.encode() for cls in (Answered, Refused))
"""What an entry of these kinds has: others are not read."""


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
    """A question as asked, as far as logs are compared."""

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


class Questions(Mapping[int, Question]):
    """Questions by the number of their entry, oldest first.

    Kept in columns, about 90 bytes each: a million entries, an object each, would fill a small machine.
    """

    def __init__(self) -> None:
        self._numbers = array("Q")
        self._ids, self._ends = bytearray(), array("Q")
        self._times = array("q")
        self._leaves = bytearray()

    def add(self, number: int, event: Asked, leaf: bytes) -> None:
        """Add a question of a later entry than those before."""
        self._numbers.append(number)
        self._ids += event.question_id.encode()
        self._ends.append(len(self._ids))
        self._times.extend((_seconds(event.deadline), _seconds(event.late_until)))
        self._leaves += leaf

    def place(self, number: int) -> int | None:
        """Which of the questions, from 0 on, an entry asks; None for another entry."""
        place = bisect_left(self._numbers, number)
        return place if place < len(self._numbers) and self._numbers[place] == number else None

    def question_id(self, place: int) -> str:
        """The id of a question by its place."""
        return self._ids[self._ends[place - 1] if place else 0 : self._ends[place]].decode()

    def __getitem__(self, number: int) -> Question:
        place = self.place(number)
        if place is None:
            raise KeyError(number)
        deadline, late_until = map(_moment, self._times[2 * place : 2 * place + 2])
        leaf = bytes(self._leaves[place * HASH_SIZE : (place + 1) * HASH_SIZE])
        return Question(self.question_id(place), deadline, late_until, leaf)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class Releases(Mapping[int, Release]):
    """Releases by the number of their entry, oldest first, in columns like `Questions`."""

    def __init__(self, asked: Questions, alike: dict[Outcomes, int]) -> None:
        """`alike`: outcomes, each with its number in the order of appearance; few releases differ in them."""
        self._asked = asked
        self._alike = alike
        self._outcomes: list[Outcomes] = []
        self._numbers, self._kinds = array("Q"), array("L")
        self._asked_indices, self._times = array("q"), array("q")
        self._other_ids: dict[int, str] = {}

    def add(self, number: int, event: Released) -> None:
        """Add a release of a later entry than those before."""
        outcomes = tuple((each.member, each.outcome) for each in event.outcomes)
        kind = self._alike.setdefault(outcomes, len(self._alike))
        asked = event.asked_index if 0 <= event.asked_index < _MOST_ENTRIES else _NOWHERE
        place = self._asked.place(asked)
        if place is None or self._asked.question_id(place) != event.question_id:
            self._other_ids[number] = event.question_id
        self._numbers.append(number)
        self._kinds.append(kind)
        self._asked_indices.append(asked)
        self._times.append(_seconds(event.at))

    def names_another(self, number: int) -> bool:
        """Whether a release names a question by another id than the question's own entry, or none at all."""
        return number in self._other_ids

    def asked_by(self) -> Iterator[tuple[int, int]]:
        """The number of each release with that of the question it names."""
        return zip(self._numbers, self._asked_indices, strict=True)

    def __getitem__(self, number: int) -> Release:
        place = bisect_left(self._numbers, number)
        if place == len(self._numbers) or self._numbers[place] != number:
            raise KeyError(number)
        asked = self._asked_indices[place]
        question_id = self._other_ids.get(number)
        if question_id is None:
            of = self._asked.place(asked)
            assert of is not None  # noqa: S101 - else the id is among the others
            question_id = self._asked.question_id(of)
        if len(self._outcomes) < len(self._alike):
            self._outcomes = list(self._alike)
        return Release(question_id, asked, _moment(self._times[place]), self._outcomes[self._kinds[place]])

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


_MOST_ENTRIES: Final = 2**63
_NOWHERE: Final = -1
"""Stands for the number of an entry that no log has."""


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RegionalLog:
    """The questions of a regional log: as asked, as released, and as released again after late answers."""

    origin: str
    asked: Questions
    released: Releases
    again: Releases

    @classmethod
    def read(cls, origin: str, entries: Entries) -> "RegionalLog":
        """Pick questions and releases out of a verified log, which is read once, entry by entry."""
        asked, alike = Questions(), dict[Outcomes, int]()
        found = cls(origin, asked, Releases(asked, alike), Releases(asked, alike))
        for index, entry in entries:
            event = event_of(entry) if any(kind in entry for kind in _OF_REGION) else None
            if isinstance(event, Asked):
                asked.add(index, event, leaf_hash(entry))
            elif isinstance(event, ReleasedAgain):
                found.again.add(index, event)
            elif isinstance(event, Released):
                found.released.add(index, event)
        return found

    def newest(self) -> Iterator[tuple[int, Release]]:
        """The newest result of each question, with the number of its entry; of no question too."""
        last, others = array("q", [_NOWHERE]) * len(self.asked), dict[int, int]()
        both = (self.released.asked_by(), self.again.asked_by())
        for number, asked in merge(*both):
            place = self.asked.place(asked)
            if place is None:
                others[asked] = number
            else:
                last[place] = number
        for number in (*others.values(), *last) if others else last:
            if number != _NOWHERE:
                yield number, self.again[number] if number in self.again else self.released[number]

    def differences(self, now: datetime, patience: timedelta) -> list[Difference]:
        """Yield the differences within the log: questions without an end or with two ends, releases of no
        question."""
        found: list[Difference] = []
        ended, elsewhere = bytearray(len(self.asked)), set[int]()
        for index, asked in self.released.asked_by():
            place = self.asked.place(asked)
            if place is None or asked > index or self.released.names_another(index):
                found.append(Difference(Gap.NOT_ASKED, self.released[index].question_id, index))
            elif ended[place]:
                found.append(Difference(Gap.TWO_ENDS, self.released[index].question_id, index))
            if place is None:
                elsewhere.add(asked)
            else:
                ended[place] = True
        for index, asked in self.again.asked_by():
            place = self.asked.place(asked)
            if asked not in elsewhere if place is None else not ended[place]:
                found.append(Difference(Gap.NOT_ASKED, self.again[index].question_id, index))
        for place, (index, question) in enumerate(self.asked.items()):
            if not ended[place] and question.deadline + patience < now:
                found.append(Difference(Gap.NO_END, question.question_id, index))
        return found


def reconcile(region: RegionalLog, member: str, member_entries: Entries) -> list[Difference]:
    """Return the differences between the regional log and a member's log, both verified before."""
    said = array("q", [_NOWHERE]) * len(region.asked)
    refused = bytearray(len(region.asked))
    found: list[Difference] = []
    for index, entry in member_entries:
        event = event_of(entry) if any(kind in entry for kind in _OF_MEMBER) else None
        if not isinstance(event, Answered | Refused):
            continue
        reference = event.asked
        question = region.asked.get(reference.index)
        place = region.asked.place(reference.index)
        known = question is not None and question.leaf == reference.leaf and reference.origin == region.origin
        if place is None or not known:
            found.append(Difference(Gap.NOT_ASKED, event.question_id, None, member, index))
        else:
            said[place], refused[place] = index, isinstance(event, Refused)
    for index, release in region.newest():
        place = region.asked.place(release.asked_index)
        own = None
        if place is not None and said[place] != _NOWHERE:
            own = said[place], Outcome.REFUSED if refused[place] else Outcome.ANSWERED
        found += _compare(member, index, release, own)
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

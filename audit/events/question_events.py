"""Events in the life of a question: asked or denied by the hub, judged by members, finally released."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from audit.events.event import Event
from audit.events.event_values import (
    CoarseShare,
    CoarseSize,
    EntryRef,
    Filter,
    MemberOutcome,
    Outcome,
    ReadThrough,
)
from audit.formats.commitment import Commitment


@dataclass(frozen=True)
class _Put(Event):
    """A question as put to the hub. `held` are the purposes available to the person."""

    question_id: str
    actor: Commitment
    organisation: str
    role: str
    held: tuple[str, ...]
    purpose: str
    measure: str
    by: tuple[str, ...]
    where: tuple[Filter, ...]
    dictionary: str


@dataclass(frozen=True)
class Asked(_Put):
    """The hub is about to put a question to members.

    At `deadline` the hub releases the answers received; an answer received later, until `late_until`, becomes
    a separate release.
    """

    TYPE: ClassVar[str] = "asked"
    members: tuple[str, ...]
    asked_at: datetime
    deadline: datetime
    late_until: datetime


@dataclass(frozen=True)
class Denied(_Put):
    """The hub refused a question by its own rules, before any member was asked."""

    TYPE: ClassVar[str] = "denied"
    reasons: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class _Judged(Event):
    """A question as judged by a member: the whole basis of the decision, copied from the entry `asked`.

    `decision` commits to the request as seen by the policy and to everything said by the policy.
    """

    question_id: str
    member: str
    asked: EntryRef
    actor: Commitment
    organisation: str
    role: str
    purpose: str
    measure: str
    by: tuple[str, ...]
    where: tuple[Filter, ...]
    late_until: datetime
    dictionary: str
    software: str


@dataclass(frozen=True)
class Answered(_Judged):
    """A member answered a question proven to be in the hub's log."""

    TYPE: ClassVar[str] = "answered"
    policy_version: str
    snapshot: str
    cube: int
    decision: Commitment
    answer: Commitment
    size: CoarseSize
    withheld: CoarseShare
    at: datetime


@dataclass(frozen=True)
class Refused(_Judged):
    """A member refused a proven question, for reasons of a closed list.

    `policy_version`, `snapshot` and `cube` are None where none was in force or ready.
    """

    TYPE: ClassVar[str] = "refused"
    policy_version: str | None
    snapshot: str | None
    cube: int | None
    decision: Commitment | None
    reasons: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class ApprovalAwaited(Event):
    """A member's policy permits a question subject to approval by `persons` people; the question waits."""

    TYPE: ClassVar[str] = "approval-awaited"
    question_id: str
    member: str
    asked: EntryRef
    policy_version: str
    persons: int
    at: datetime


@dataclass(frozen=True)
class ApprovalDecided(Event):
    """A person reviewed the answer to a question and approved (`granted`) or refused its release."""

    TYPE: ClassVar[str] = "approval-decided"
    question_id: str
    member: str
    signed_by: str
    granted: bool
    reason: Commitment | None
    at: datetime


@dataclass(frozen=True)
class Rejected(Event):
    """A member did not consider a message: unproven, or answered before. Logged once per question."""

    TYPE: ClassVar[str] = "rejected"
    question_id: str
    member: str
    reasons: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Released(Event):
    """The hub released the result of a question: the end of every question asked."""

    TYPE: ClassVar[str] = "released"
    question_id: str
    asked_index: int
    outcomes: tuple[MemberOutcome, ...]
    result: Commitment
    size: CoarseSize
    withheld: CoarseShare
    at: datetime

    @property
    def answered(self) -> tuple[str, ...]:
        """The members whose answers are in the result."""
        return self._with(Outcome.ANSWERED)

    @property
    def refused(self) -> tuple[str, ...]:
        """The members that refused."""
        return self._with(Outcome.REFUSED)

    @property
    def missing(self) -> tuple[str, ...]:
        """The members without an answer in time, including members represented by an earlier answer."""
        return self._with(Outcome.MISSING, Outcome.EARLIER)

    def _with(self, *outcomes: Outcome) -> tuple[str, ...]:
        return tuple(each.member for each in self.outcomes if each.outcome in outcomes)


@dataclass(frozen=True)
class ReleasedAgain(Released):
    """The hub released a newer result of an ended question, since members answered late.

    `number` is 2 for the first such release: results of a question are counted from 1.
    """

    TYPE: ClassVar[str] = "released-again"
    number: int


@dataclass(frozen=True)
class ReleaseRead(Event):
    """A program fetched the data of a release after it went to whoever had asked; nobody was asked anew.

    Further readings of the same release by the same person in the same way within an hour have no entry.
    """

    TYPE: ClassVar[str] = "release-read"
    question_id: str
    number: int
    actor: Commitment
    organisation: str
    role: str
    through: ReadThrough
    at: datetime

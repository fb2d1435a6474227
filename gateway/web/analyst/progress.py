"""How far a question is, member by member: a function of what has come until now. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.hub.model import AskedQuestion, State
from gateway.wire.answer import Answer, Quota, Refusal


class Stage(StrEnum):
    """Where a question stands at one member."""

    ASKED = "asked"  # it has not answered yet
    WAITING = "waiting"  # a person there has to give leave
    OFFLINE = "offline"  # it does not call
    ANSWERED = "answered"
    REFUSED = "refused"
    CLOSED = "closed"  # no answer came, and none is taken any more


@dataclass(frozen=True)
class Step:
    """`why`: reasons of a refusal; `since`: when a member that is offline was last heard of.

    `pending`: it answered, and the next release will hold that. `policy`, `snapshot_date`: what an answer
    rests on; `quotas`: of the asker's organisation, as the member counts them.
    """

    member: str
    stage: Stage
    why: tuple[Refusal, ...] = ()
    since: datetime | None = None
    policy: str | None = None
    snapshot_date: str | None = None
    quotas: tuple[Quota, ...] = ()


@dataclass(frozen=True)
class Progress:
    """`moving`: whether anything may still change; `open`: whether the first release is still to come."""

    steps: tuple[Step, ...]
    open: bool
    moving: bool
    deadline: datetime
    late_until: datetime

    @property
    def done(self) -> int:
        """How many members have answered or refused."""
        return sum(step.stage in (Stage.ANSWERED, Stage.REFUSED) for step in self.steps)


@dataclass(frozen=True)
class Heard:
    """What has come of a question: answers by member, members where it waits, those away and since when."""

    answers: Mapping[str, Answer]
    waiting: Collection[str]
    away: Mapping[str, datetime]


def progress(asked: AskedQuestion, heard: Heard, now: datetime) -> Progress:
    """The state of a question at the moment `now`."""
    takes = now <= asked.late_until
    steps = tuple(_step(member, heard, takes=takes) for member in asked.members)
    is_open = asked.state is State.OPEN
    missing = any(step.stage not in (Stage.ANSWERED, Stage.REFUSED) for step in steps)
    return Progress(steps, is_open, is_open or (takes and missing), asked.deadline, asked.late_until)


def _step(member: str, heard: Heard, *, takes: bool) -> Step:
    answer = heard.answers.get(member)
    if answer is not None:
        stage = Stage.REFUSED if answer.refusals else Stage.ANSWERED
        return Step(
            member,
            stage,
            why=answer.refusals,
            policy=answer.policy,
            snapshot_date=answer.snapshot_date,
            quotas=answer.quotas,
        )
    if not takes:
        return Step(member, Stage.CLOSED)
    if member in heard.away:
        return Step(member, Stage.OFFLINE, since=heard.away[member])
    return Step(member, Stage.WAITING if member in heard.waiting else Stage.ASKED)

"""The progress of a question, member by member: a function of the answers so far. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.hub.model import AskedQuestion, State
from gateway.wire.answer import Answer, Quota, Refusal


class Stage(StrEnum):
    """The stage of a question at one member."""

    ASKED = "asked"  # no answer yet
    WAITING = "waiting"  # a person there has to approve
    OFFLINE = "offline"  # no contact
    ANSWERED = "answered"
    REFUSED = "refused"
    CLOSED = "closed"  # no answer came, and none is taken any more


@dataclass(frozen=True)
class Step:
    """`why`: reasons of a refusal; `since`: the last contact with an offline member, None before the first.

    `pending`: the member answered, and the next release will include the answer. `policy`, `snapshot_date`:
    the basis of an answer; `quotas`: of the requester's organisation, as the member counts.
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
class QuestionNews:
    """News of a question: answers by member, members where the question waits, offline members.

    `unreleased`: whether some answer is in no release yet, so that a newer one is about to come.
    """

    answers: Mapping[str, Answer]
    waiting: Collection[str]
    away: Mapping[str, datetime | None]
    unreleased: bool = False


def progress(asked: AskedQuestion, news: QuestionNews, now: datetime) -> Progress:
    """The state of a question at the moment `now`."""
    takes = now <= asked.late_until
    steps = tuple(_step(member, news, takes=takes) for member in asked.members)
    is_open = asked.state is State.OPEN
    missing = any(step.stage not in (Stage.ANSWERED, Stage.REFUSED) for step in steps)
    moving = is_open or news.unreleased or (takes and missing)
    return Progress(steps, is_open, moving, asked.deadline, asked.late_until)


def _step(member: str, news: QuestionNews, *, takes: bool) -> Step:
    answer = news.answers.get(member)
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
    if member in news.away:
        return Step(member, Stage.OFFLINE, since=news.away[member])
    return Step(member, Stage.WAITING if member in news.waiting else Stage.ASKED)

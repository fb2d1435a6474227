"""A node's decision about a question: a function of question, policy, cube and time, and of nothing else.

So anybody with these inputs can replay the decision and must come to the same result: see
`gateway.member.answer.decision_replay`. Whether and how a node answers depends on the cube's shape
(`gateway.member.cube.cube_shape`) and never on its numbers, which are only read out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from audit.events.event_values import Filter
from audit.formats.canonical import canonical_json
from gateway.dictionary import Dictionary, Tree
from gateway.member.answer.policy_verdict import judge, request_of
from gateway.member.cube.cube_reading import Cube, Reading, UnreadableError, read
from gateway.question import Question, QuestionError, parse
from gateway.wire.answer import Refusal
from policies import Decision, Policy, Request
from policies.decision.record import decision_record, request_record


class LoggedQuestion(Protocol):
    """A question as in log entries: in the hub's entry that asks, and in the member's entry that decides."""

    @property
    def organisation(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def measure(self) -> str: ...
    @property
    def by(self) -> tuple[str, ...]: ...
    @property
    def where(self) -> tuple[Filter, ...]: ...
    @property
    def late_until(self) -> datetime: ...


class Countable(Cube, Protocol):
    """A cube of a single measure."""

    @property
    def trees(self) -> Mapping[str, Tree]: ...


class Readable(Protocol):
    """A cube that questions are read from."""

    def counting(self, measure: str) -> "Countable | None":
        """The cube as questions about a measure read it; None for a measure that the cube does not count."""
        ...


@dataclass(frozen=True)
class Verdict:
    """`request` and `decision` are there once the policy was asked; `reading` where nothing is refused."""

    request: Request | None
    decision: Decision | None
    reading: Reading | None
    refusals: tuple[Refusal, ...]

    def record(self) -> bytes | None:
        """Request and decision, as the member's log commits to both; None where no policy was consulted."""
        if self.request is None or self.decision is None:
            return None
        record: dict[str, Any] = {
            "decision": decision_record(self.decision),
            "request": request_record(self.request),
        }
        return canonical_json(record)


def decide_on(
    dictionary: Dictionary,
    member: str,
    put: LoggedQuestion,
    *,
    policy: Policy | None,
    cube: Readable | None,
    at: datetime,
) -> Verdict:
    """Decide the question `put` to `member` by `policy`, and read a permitted question off `cube`.

    `at` is in whole seconds, as logged: a fraction of a second would be lost for a replay.
    """
    if at > put.late_until:
        return _refused(Refusal.LATE)
    if policy is None:
        return _refused(Refusal.NOT_IN_FORCE)
    try:
        question = question_of(dictionary, put).inside()
    except QuestionError:
        return _refused(Refusal.NOT_UNDERSTOOD)
    request = request_of(dictionary, member, put, question)
    decision, refusals = judge(policy, request, at)
    if not refusals:
        refusals, reading = _read(dictionary, cube, question)
        if reading is not None:
            return Verdict(request, decision, reading, ())
    return Verdict(request, decision, None, refusals)


def question_of(dictionary: Dictionary, put: LoggedQuestion) -> Question:
    """The question in a log entry. Raises QuestionError for words unknown to the dictionary."""
    return parse(
        dictionary,
        {
            "measure": put.measure,
            "by": put.by,
            "where": {f.dimension: f.codes for f in put.where},
            "purpose": put.purpose,
        },
    )


def _read(
    dictionary: Dictionary, cube: Readable | None, question: Question
) -> tuple[tuple[Refusal, ...], Reading | None]:
    if cube is None:
        return (Refusal.NOT_READY,), None
    counted = cube.counting(question.measure)
    levels = [*question.by, *(f.level for f in question.where)]
    if counted is None or dictionary.lacking_levels(question.measure, levels):
        return (Refusal.NOT_COLLECTED,), None
    try:
        return (), read(dictionary, counted.trees, counted, question)
    except UnreadableError as error:
        return error.refusals, None


def _refused(reason: Refusal) -> Verdict:
    return Verdict(None, None, None, (reason,))

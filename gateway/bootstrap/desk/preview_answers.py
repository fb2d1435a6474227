"""Questions answered from a preview cube, as an analyst would see the answers; nothing is logged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from audit.events.event_values import Filter
from gateway.dictionary import ReadyMade, ReadyTable
from gateway.hub.merging import merge
from gateway.member.answer.answering import stated_share, terms_of
from gateway.member.answer.decision import LoggedQuestion, Readable, Verdict, decide_on, question_of
from gateway.member.build.preview import CANONICAL
from gateway.member.cube.clients_counts import SERVICE_YEAR, last_service_year
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.node.context import Node
from gateway.question import Question, ask
from gateway.wire.answer import Answer, AskedEntry, Refusal
from gateway.wire.release import Coverage, Release
from policies import Policy

ANALYST = "analyst"
NOWHERE = AskedEntry("preview", 0, "00" * 32)
"""In place of the log entry of a question: in a preview nobody asks."""


class Labelled(Readable, Protocol):
    """A cube that answers questions, with the policy and the snapshot to name in an answer."""

    @property
    def label(self) -> str: ...
    @property
    def snapshot(self) -> LoadedSnapshot: ...


@dataclass(frozen=True)
class PreviewQuestion:
    """A question of a preview, in the form of log entries."""

    question: Question
    organisation: str
    role: str
    late_until: datetime

    @property
    def purpose(self) -> str:
        return self.question.purpose

    @property
    def measure(self) -> str:
        return self.question.measure

    @property
    def by(self) -> tuple[str, ...]:
        return self.question.by

    @property
    def where(self) -> tuple[Filter, ...]:
        return tuple(Filter(f.level, f.codes) for f in self.question.where)


@dataclass(frozen=True)
class PreviewAnswer:
    """A table of a ready-made question and its outcome: a release with this member alone, or the refusals."""

    name: str
    label: str
    recipient: str | None
    release: Release | None
    refusals: tuple[Refusal, ...]


def canonical_questions(node: Node, policy: Policy, cube: Labelled) -> Iterator[PreviewAnswer]:
    """Return each table of the canonical questions, as the first permitted requester would see the answer.

    A question of several tables is one answer where nobody could read any of them.
    """
    moment = max(node.clock.now(), datetime.combine(policy.valid_from, time(12), UTC))
    for name in node.dictionary.packs[CANONICAL]:
        question = node.dictionary.ready_made[name]
        found = [_answer_to(node, policy, cube, question, table, moment=moment) for table in question.tables]
        if len(found) > 1 and all(one.release is None for one in found):
            refusals = dict.fromkeys(refusal for one in found for refusal in one.refusals)
            found = [PreviewAnswer(name, question.label, None, None, tuple(refusals))]
        yield from found


def _answer_to(
    node: Node, policy: Policy, cube: Labelled, ready_made: ReadyMade, table: ReadyTable, *, moment: datetime
) -> PreviewAnswer:
    level = node.dictionary.levels.get(table.label)
    label = table.label if level is None else level.label
    label = f"{ready_made.label}: {label}" if label else ready_made.label
    refusals: dict[Refusal, None] = {}
    for asking in _preview_questions(node, policy, cube, table, moment):
        verdict = decide_on(node.dictionary, node.member, asking, policy=policy, cube=cube, at=moment)
        if verdict.reading is not None and verdict.reading.waits:
            refusals |= {Refusal.NOT_READY: None}  # numbers that are still to be drawn
            break
        if verdict.reading is not None:
            return PreviewAnswer(
                table.name, label, asking.organisation, _release(node, asking, cube, verdict), ()
            )
        refusals |= dict.fromkeys(verdict.refusals)
    return PreviewAnswer(table.name, label, None, None, tuple(refusals))


def _preview_questions(
    node: Node, policy: Policy, cube: Labelled, table: ReadyTable, moment: datetime
) -> Iterator[PreviewQuestion]:
    """Return the question once for every recipient of the policy; about clients, in the last closed year."""
    counted = cube.counting(table.measure)
    years = () if counted is None else last_service_year(counted.trees)
    for share in policy.shares:
        for recipient in sorted(share.recipients):
            for purpose in sorted(share.purposes):
                question = ask(
                    node.dictionary,
                    measure=table.measure,
                    by=table.levels,
                    where={SERVICE_YEAR: years} if years else {},
                    purpose=purpose,
                )
                role = ANALYST if share.roles is None else min(share.roles)
                yield PreviewQuestion(question, recipient, role, moment + timedelta(hours=1))


def _release(node: Node, asking: PreviewQuestion, cube: Labelled, verdict: Verdict) -> Release:
    reading = verdict.reading
    assert reading is not None  # noqa: S101 - the caller looked
    answer = Answer(
        question_id="preview",
        asked=NOWHERE,
        member=node.member,
        policy=cube.label,
        snapshot=cube.snapshot.id,
        snapshot_date=cube.snapshot.until.isoformat(),
        axes=reading.axes,
        cells=reading.cells,
        terms=terms_of(verdict),
        perturbation=reading.perturbation,
        least_counted=stated_share(cube.snapshot),
    )
    return _released(node, asking.question, answer)


def release_of(node: Node, asked: LoggedQuestion, answer: Answer) -> Release:
    """The answer to a logged question as a table with this member alone."""
    return _released(node, question_of(node.dictionary, asked), answer)


def _released(node: Node, question: Question, answer: Answer) -> Release:
    axes, cells = merge(node.dictionary, question, {node.member: answer})
    coverage = Coverage(
        node.member,
        answered=True,
        policy=answer.policy,
        snapshot=answer.snapshot,
        snapshot_date=answer.snapshot_date,
        quotas=answer.quotas,
        terms=answer.terms,
        perturbation=None if answer.perturbation is None else answer.perturbation.in_general,
        least_counted=answer.least_counted,
    )
    return Release(answer.question_id, question.as_json(), axes, cells, (coverage,), "", "")

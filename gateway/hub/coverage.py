"""The coverage of a release: what each member gave, as reported with the table. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.hub.earlier_answers import ReusableAnswer
from gateway.wire.answer import Answer
from gateway.wire.release import Coverage, Earlier


@dataclass(frozen=True)
class CoverageFacts:
    """The facts behind coverage. `first`: the release that first held an answer; `number`: the present
    release.
    """

    answers: Mapping[str, Answer | None]
    waiting: Collection[str]
    away: Mapping[str, datetime | None]
    before: Mapping[str, ReusableAnswer]
    first: Mapping[str, int | None]
    number: int


def coverage(found: CoverageFacts) -> Iterator[Coverage]:
    """Member by member, in the order of the table."""
    for member, answer in found.answers.items():
        if answer is not None:
            yield _given(member, answer, late=(found.first[member] or found.number) > 1)
            continue
        called = found.away.get(member)
        since = None if called is None else iso(called)
        if member in found.before:
            yield _reused(member, found.before[member], since)
        else:
            waits = member in found.waiting
            never = member in found.away and called is None
            yield Coverage(member, answered=False, waiting=waits, offline_since=since, never_called=never)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _given(member: str, answer: Answer, *, late: bool) -> Coverage:
    return Coverage(
        member,
        answered=not answer.refusals,
        refusals=answer.refusals,
        policy=answer.policy,
        snapshot=answer.snapshot,
        snapshot_date=answer.snapshot_date,
        quotas=answer.quotas,
        late=late,
        terms=answer.terms,
        perturbation=None if answer.perturbation is None else answer.perturbation.in_general,
        least_counted=answer.least_counted,
    )


def _reused(member: str, found: ReusableAnswer, since: str | None) -> Coverage:
    answer, earlier = found.answer, found.earlier
    return Coverage(
        member,
        answered=True,
        policy=answer.policy,
        snapshot=answer.snapshot,
        snapshot_date=answer.snapshot_date,
        offline_since=since,
        earlier=Earlier(earlier.question_id, iso(earlier.answered_at)),
        terms=answer.terms,
        perturbation=None if answer.perturbation is None else answer.perturbation.in_general,
        least_counted=answer.least_counted,
    )

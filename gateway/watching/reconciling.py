"""Comparison of the regional log with a member's log over all questions that are not settled yet. Pure.

A question is settled with a member once both logs agree about the question; settled questions are not
compared again.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.events.question_events import Answered, Refused, Released
from audit.events.search import event_of
from audit.formats.merkle import leaf_hash
from audit.reading.reconcile import (
    NO_ANSWER,
    Difference,
    Gap,
    Question,
    RegionalLog,
    Release,
    reconcile,
)
from gateway.watching.model import Alert

Entries = Sequence[tuple[int, bytes]]


@dataclass(frozen=True)
class Compared:
    """The differences between both logs, and the settled questions, by the number of their entry.

    `about` are the numbers of the regional entries that concern settled questions only.
    """

    differences: tuple[Difference, ...]
    settled: frozenset[int]
    about: frozenset[int]


@dataclass(frozen=True)
class Horizon:
    """`member_known_until`: all entries that the member logged before this time have been handed in.

    `patience` is how long after its deadline a question may lack its end, and an answer its release.
    """

    now: datetime
    member_known_until: datetime
    patience: timedelta


def compare_logs(origin: str, member: str, regional: Entries, members: Entries, horizon: Horizon) -> Compared:
    """Compare the regional entries about a member with the member's own entries; both were verified before.

    An entry missing from the member's log is reported only once all entries from before the release are
    known. An answer in no release is no difference while a later release may come, or when the answer came
    after any answer counted. A question that ended without some member is settled, with every member, only
    when no later release can come: a later release lists again the outcome of each member, and is compared
    with the same entries.
    """
    region = RegionalLog.read(origin, regional)
    late = _late(region, members, horizon)
    newest = [release for _, release in region.newest()]
    waiting = {r.question_id for r in newest if r.at >= horizon.member_known_until}
    found = [
        each
        for each in (*region.differences(horizon.now, horizon.patience), *reconcile(region, member, members))
        if not (each.gap is Gap.MISSING_IN_MEMBER and each.question_id in waiting)
        and not (each.gap is Gap.MISSING_IN_HUB and each.member_index in late)
    ]
    found += _otherwise_named(region, member, (regional, members), {each.question_id for each in found})
    unsettled = waiting | {each.question_id for each in found}
    # While anybody's answer may still come late, so may a release that tells this member's outcome again.
    missing = [r for r in newest if r.lacks_anybody]
    unsettled |= {r.question_id for r in missing if _may_still_come(region, r, horizon)}
    settled = {r.asked_index for r in newest if r.question_id not in unsettled}
    reported = {**region.released, **region.again}
    about = settled | {number for number, r in reported.items() if r.asked_index in settled}
    return Compared(tuple(found), frozenset(settled), frozenset(about))


def alert_of(difference: Difference, origin: str, member: str) -> Alert:
    """Return a difference as an alert, with entries of the regional log and of the member's as grounds."""
    places = []
    if difference.hub_index is not None:
        places.append(f"entry {difference.hub_index} of {origin}")
    if difference.member_index is not None:
        places.append(f"entry {difference.member_index} of {member}'s log")
    entries = () if difference.hub_index is None else (difference.hub_index,)
    return Alert(
        difference.gap.value,
        origin,
        f"{member} {difference.question_id}",
        f"{_WORDS[difference.gap]} ({', '.join(places)})",
        entries,
    )


_WORDS = {
    Gap.NO_END: "asked, and long after its deadline not released",
    Gap.TWO_ENDS: "released twice",
    Gap.NOT_ASKED: "a release, or a member's entry, about a question that the regional log does not hold so",
    Gap.MISSING_IN_MEMBER: "the regional log says that the member answered or refused; its own log does not",
    Gap.MISSING_IN_HUB: "the member's log has an answer or a refusal; the regional log says that none came",
    Gap.CONTRADICTION: "one log says answered and the other refused, or the release names another answer",
}


def answers_in(entries: Entries) -> Iterator[tuple[int, Answered | Refused]]:
    """Return the answers and refusals among a member's entries that refer to the asking entry."""
    for number, entry in entries:
        event = event_of(entry)
        if isinstance(event, Answered | Refused):
            yield number, event


def _otherwise_named(
    region: RegionalLog, member: str, logs: tuple[Entries, Entries], known: Collection[str]
) -> Iterator[Difference]:
    """Return releases that refer to a wrong entry of the member's log for the answer to the question."""
    regional, members = logs
    answers = {event.asked.index: number for number, event in answers_in(members)}
    leaves = {number: leaf_hash(entry) for number, entry in members}
    entries = dict(regional)
    for index, release in region.newest():
        end = event_of(entries[index])
        outcomes = end.outcomes if isinstance(end, Released) else ()
        named = next((o.entry for o in outcomes if o.member == member), None)
        if release.has(member, *NO_ANSWER):  # an earlier answer may stand in, which is none to this question
            continue
        said = answers.get(release.asked_index)
        if named is None or said is None or release.question_id in known:
            continue
        if (named.index, named.leaf) != (said, leaves[said]):
            yield Difference(Gap.CONTRADICTION, release.question_id, index, member, said)


def _late(region: RegionalLog, members: Entries, horizon: Horizon) -> set[int]:
    """Return numbers of the member's entries that came too late to count, or may still be released."""
    late = set()
    for number, event in answers_in(members):
        question = region.asked.get(event.asked.index)
        over = question is not None and event.at > question.late_until
        if over or (question is not None and _under_way(event, question, horizon)):
            late.add(number)
    return late


def _under_way(event: Answered | Refused, question: Question, horizon: Horizon) -> bool:
    """Return whether an answer made after the deadline may still be in a later release."""
    return event.at > question.deadline and event.at + horizon.patience > horizon.now


def _may_still_come(region: RegionalLog, release: Release, horizon: Horizon) -> bool:
    asked = region.asked.get(release.asked_index)
    until = release.at if asked is None else max(release.at, asked.late_until)
    return until + horizon.patience > horizon.now

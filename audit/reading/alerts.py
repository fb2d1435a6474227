"""Alerts for auditors, with the entries behind each alert. Thresholds are data."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from heapq import merge
from typing import Protocol, TypeVar

from audit.events.event_values import PolicyStep
from audit.reading.entry_facts import EntryFacts, Failure, Question, Result, Step
from audit.reading.messages import Message, message, msgid
from audit.reading.unusual_questions import complementary, narrow, repeated


class NoticeKind(StrEnum):
    """Why an auditor should look."""

    BURST = "burst"
    OFF_HOURS = "off-hours"
    DENIALS = "denials"
    SIGN_INS = "sign-ins"
    WITHHELD = "withheld"
    PURPOSE_DRIFT = "purpose-drift"
    POLICY_FLIPS = "policy-flips"
    NO_END = "no-end"
    UNWITNESSED = "unwitnessed"
    NARROW = "narrow"
    REPEATED = "repeated"
    COMPLEMENTARY = "complementary"
    SUPPRESSED = "suppressed"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Notice:
    """An alert: the subject, the message in words, and the numbers of the entries behind the alert."""

    kind: NoticeKind
    about: str
    message: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of the alerts. Each state sets its own; these are defaults.

    `office` are the first office hour and the hour after the last, in the office's own time zone.
    """

    questions: int = 30
    denials: int = 5
    sign_ins: int = 5
    window: timedelta = timedelta(hours=1)
    office: tuple[int, int] = (6, 20)
    zone: tzinfo = field(default_factory=lambda: timezone(timedelta(hours=7), "UTC+7"))
    withheld: int = 10
    """Number of results to one organisation within `withheld_window` with half or more of the table
    withheld."""
    withheld_window: timedelta = timedelta(days=1)
    habit: int = 10
    """Questions of an organisation after which a purpose never named before raises an alert."""
    policy_window: timedelta = timedelta(days=30)
    """A policy loosened, and tightened again within this time, raises an alert."""
    conditions: int = 3
    """Conditions of one code each from which on a question is about a narrow group."""
    repeats: int = 10
    """How often the same question is asked within `repeats_window` before it raises an alert."""
    repeats_window: timedelta = timedelta(days=1)
    suppressed: int = 10
    """Refused attempts within `window` that were counted, not logged one by one, from which on they raise an
    alert."""
    patience: timedelta = timedelta(minutes=5)
    """Time allowed after the deadline for a question's end, and for an entry's cosignatures."""


@dataclass(frozen=True)
class Watch:
    """The state of a log's witnesses: the first `reached` entries have the `needed` number of cosignatures.

    `as_of` is the time of this state: for an export, the time of the export. `missing` are the witnesses that
    have not cosigned the latest checkpoint.
    """

    witnesses: int
    needed: int
    reached: int
    missing: tuple[str, ...]
    as_of: datetime


class _Timed(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def at(self) -> datetime: ...


T = TypeVar("T", bound=_Timed)
Keyed = Iterable[tuple[str, T]]


def notices(
    facts: EntryFacts, now: datetime, thresholds: Thresholds, watch: Watch | None = None
) -> list[Notice]:
    """Return all alerts of a verified log, in the order of their first entries."""
    limit = thresholds
    questions = ((each.organisation, each) for each in facts.asked)
    denied = ((each.organisation, each) for each in facts.denied)
    failed = (("everybody", each) for each in facts.failed_sign_ins)
    raised = [
        *_crowded(NoticeKind.BURST, questions, limit.questions, limit.window),
        *_crowded(NoticeKind.DENIALS, denied, limit.denials, limit.window),
        *_crowded(NoticeKind.SIGN_INS, failed, limit.sign_ins, limit.window),
        *_crowded(NoticeKind.WITHHELD, _withheld(facts), limit.withheld, limit.withheld_window),
        *_policy_flips(facts.steps, limit.policy_window),
        *_off_hours(facts.asked, limit),
        *_purpose_drift(merge(facts.asked, facts.denied, key=lambda each: each.number), limit.habit),
        *_unusual(facts.asked, limit),
        *_suppressed(facts.refused, limit),
        *_damaged(facts.damaged),
        *_no_end(facts, now, limit.patience),
        *([] if watch is None else _unwitnessed(facts, watch, limit.patience)),
    ]
    return sorted(raised, key=lambda notice: notice.numbers)


_WORDS = {
    NoticeKind.BURST: msgid("%(count)s questions within %(window)s"),
    NoticeKind.DENIALS: msgid("%(count)s denied questions within %(window)s"),
    NoticeKind.SIGN_INS: msgid("%(count)s failed sign-ins within %(window)s"),
    NoticeKind.WITHHELD: msgid(
        "%(count)s results with half or more of the numbers withheld, within %(window)s"
    ),
}


def _grouped(some: Keyed[T]) -> dict[str, list[T]]:
    """Group facts by their subject, each group by time."""
    groups: dict[str, list[T]] = defaultdict(list)
    for about, each in some:
        groups[about].append(each)
    for group in groups.values():
        group.sort(key=lambda each: each.at)
    return groups


def _crowded(kind: NoticeKind, some: Keyed[T], count: int, window: timedelta) -> list[Notice]:
    """Return runs of at least `count` entries in which each `count` neighbours lie within the window."""
    raised = []
    for about, group in _grouped(some).items():
        first, end = 0, 0  # the run so far: group[first:end]
        for last in range(count - 1, len(group)):
            start = last - count + 1
            if group[last].at - group[start].at <= window:
                first, end = (first if end > first else start), last + 1
            elif end > first:
                raised.append(_notice(kind, about, group[first:end], window))
                first = end = last + 1
        if end > first:
            raised.append(_notice(kind, about, group[first:end], window))
    return raised


def _notice(kind: NoticeKind, about: str, run: Sequence[T], window: timedelta) -> Notice:
    words = Message(_WORDS[kind], {"count": len(run), "window": str(window)})
    return Notice(kind, about, words, tuple(each.number for each in run))


def _withheld(facts: EntryFacts) -> list[tuple[str, Result]]:
    """Return largely withheld results with the requester: of a hub's log and of a member's."""
    asked = {each.number: each.organisation for each in facts.asked}
    found = []
    for each in sorted(facts.withheld, key=lambda one: one.asked_index is None):
        about = each.organisation if each.asked_index is None else asked.get(each.asked_index)
        if about is not None:
            found.append((about, each))
    return found


def _policy_flips(steps: Sequence[Step], window: timedelta) -> list[Notice]:
    raised = []
    opened: dict[str, Step] = {}
    for each in steps:
        before = opened.get(each.member)
        if before is not None and each.step in (PolicyStep.TIGHTENED, PolicyStep.BOTH):
            after = each.at - before.at
            if after <= window:
                words = message("a policy was loosened and tightened again after %(time)s", time=str(after))
                numbers = (before.number, each.number)
                raised.append(Notice(NoticeKind.POLICY_FLIPS, each.member, words, numbers))
            del opened[each.member]
        if each.step in (PolicyStep.LOOSENED, PolicyStep.BOTH):
            opened.setdefault(each.member, each)
    return raised


def _off_hours(asked: Sequence[Question], limit: Thresholds) -> list[Notice]:
    late: dict[str, list[int]] = defaultdict(list)
    begin, end = limit.office
    for each in asked:
        local = each.at.astimezone(limit.zone)
        if not begin <= local.hour < end or local.weekday() >= 5:
            late[each.organisation].append(each.number)
    return [
        Notice(
            NoticeKind.OFF_HOURS,
            about,
            message(
                "%(count)s questions at night or at a weekend: the office is open from %(begin)s to %(end)s "
                "o'clock (%(zone)s)",
                count=len(numbers),
                begin=begin,
                end=end,
                zone=str(limit.zone),
            ),
            tuple(numbers),
        )
        for about, numbers in late.items()
    ]


def _purpose_drift(some: Iterable[Question], habit: int) -> list[Notice]:
    """`some`: in the order of their entries."""
    seen: dict[str, set[str]] = defaultdict(set)
    asked: dict[str, int] = defaultdict(int)
    raised = []
    for each in some:
        if each.purpose not in seen[each.organisation] and asked[each.organisation] >= habit:
            words = message(
                "its first question for %(purpose)s, after %(count)s questions for other purposes",
                purpose=each.purpose,
                count=asked[each.organisation],
            )
            raised.append(Notice(NoticeKind.PURPOSE_DRIFT, each.organisation, words, (each.number,)))
        seen[each.organisation].add(each.purpose)
        asked[each.organisation] += 1
    return raised


def _unusual(asked: Sequence[Question], limit: Thresholds) -> list[Notice]:
    kinds = {
        NoticeKind.NARROW: narrow(asked, limit.conditions),
        NoticeKind.REPEATED: repeated(asked, limit.repeats, limit.repeats_window),
        NoticeKind.COMPLEMENTARY: complementary(asked, limit.conditions),
    }
    return [
        Notice(kind, each.about, each.message, each.numbers) for kind, some in kinds.items() for each in some
    ]


def _suppressed(refused: Sequence[Failure], limit: Thresholds) -> list[Notice]:
    """Return spells of refused attempts that were too many to be logged one by one."""
    raised = []
    spell: list[Failure] = []
    for each in (*(one for one in refused if one.times > 1), None):
        if spell and (each is None or each.at - spell[-1].at > limit.window):
            if sum(one.times for one in spell) >= limit.suppressed:
                kinds: Counter[tuple[str, str]] = Counter()
                for one in spell:
                    kinds[one.action, one.reason] += one.times
                numbers = tuple(one.number for one in spell)
                raised.append(Notice(NoticeKind.SUPPRESSED, "everybody", say_suppressed(kinds), numbers))
            spell = []
        if each is not None:
            spell.append(each)
    return raised


def say_suppressed(kinds: Counter[tuple[str, str]]) -> Message:
    """Say how many refused attempts were counted only, by their actions and reasons."""
    return message(
        "%(count)s refused attempts were counted, not logged one by one: %(kinds)s",
        count=kinds.total(),
        kinds=", ".join(f"{times} × {action} ({why})" for (action, why), times in kinds.most_common()),
    )


def _damaged(numbers: Sequence[int]) -> list[Notice]:
    if not numbers:
        return []
    words = message(
        "what is stored is not what was logged: safelane log check shows all that is damaged; keep a copy, "
        "then restore the newest backup"
    )
    return [Notice(NoticeKind.DAMAGED, "this log", words, tuple(numbers))]


def _no_end(facts: EntryFacts, now: datetime, patience: timedelta) -> list[Notice]:
    words = message("asked, but no result was ever released")
    return [
        Notice(NoticeKind.NO_END, question_id, words, (number,))
        for number, (question_id, deadline) in facts.unended.items()
        if deadline + patience < now
    ]


def _unwitnessed(facts: EntryFacts, watch: Watch, patience: timedelta) -> list[Notice]:
    late = tuple(facts.older_than(watch.reached, watch.as_of - patience))
    if not late:
        return []
    words = message(
        "fewer than %(needed)s of %(count)s witnesses have cosigned these entries",
        needed=watch.needed,
        count=watch.witnesses,
    )
    about = ", ".join(watch.missing) or "the witnesses"
    return [Notice(NoticeKind.UNWITNESSED, about, words, late)]

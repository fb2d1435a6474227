"""Alerts for auditors, with the entries behind each alert. Thresholds are data."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from audit.events.event_values import CoarseShare, PolicyStep
from audit.events.events import Event, PolicyInForce, SignInFailed
from audit.events.question_events import Answered, Asked, Denied, Released
from audit.events.search import Found, time_of
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

    `office` are the first office hour and the hour after the last, at `offset` from UTC (7 hours: Phnom
    Penh).
    """

    questions: int = 30
    denials: int = 5
    sign_ins: int = 5
    window: timedelta = timedelta(hours=1)
    office: tuple[int, int] = (6, 20)
    offset: timedelta = timedelta(hours=7)
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


def notices(
    found: Iterable[Found], now: datetime, thresholds: Thresholds, watch: Watch | None = None
) -> list[Notice]:
    """Return all alerts of a verified log, in the order of their first entries."""
    found = list(found)
    limit = thresholds
    raised = [
        *_crowded(NoticeKind.BURST, _by_organisation(found, Asked), limit.questions, limit.window),
        *_crowded(NoticeKind.DENIALS, _by_organisation(found, Denied), limit.denials, limit.window),
        *_crowded(NoticeKind.SIGN_INS, _grouped(found, SignInFailed, ""), limit.sign_ins, limit.window),
        *_crowded(NoticeKind.WITHHELD, _withheld(found), limit.withheld, limit.withheld_window),
        *_policy_flips(found, limit.policy_window),
        *_off_hours(found, limit),
        *_purpose_drift(found, limit.habit),
        *_unusual(found, limit),
        *_no_end(found, now, limit.patience),
        *([] if watch is None else _unwitnessed(found, watch, limit.patience)),
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


def _grouped(found: Sequence[Found], kind: type[Event], name: str) -> dict[str, list[Found]]:
    groups: dict[str, list[Found]] = defaultdict(list)
    for each in found:
        if isinstance(each.event, kind):
            groups[str(getattr(each.event, name, "everybody"))].append(each)
    return groups


def _by_organisation(found: Sequence[Found], kind: type[Event]) -> dict[str, list[Found]]:
    return _grouped(found, kind, "organisation")


def _crowded(kind: NoticeKind, groups: dict[str, list[Found]], count: int, window: timedelta) -> list[Notice]:
    """Yield runs of at least `count` entries in which each `count` neighbours lie within the window."""
    raised = []
    for about, group in groups.items():
        group.sort(key=lambda each: time_of(each.event))
        run: list[Found] = []
        for i in range(count - 1, len(group)):
            neighbours = group[i - count + 1 : i + 1]
            if time_of(neighbours[-1].event) - time_of(neighbours[0].event) <= window:
                run += [each for each in neighbours if each not in run[-count:]]
            elif run:
                raised.append(_notice(kind, about, run, window))
                run = []
        if run:
            raised.append(_notice(kind, about, run, window))
    return raised


def _notice(kind: NoticeKind, about: str, run: list[Found], window: timedelta) -> Notice:
    words = Message(_WORDS[kind], {"count": len(run), "window": str(window)})
    return Notice(kind, about, words, tuple(each.number for each in run))


def _withheld(found: Sequence[Found]) -> dict[str, list[Found]]:
    """Group largely withheld results by requester: of a hub's log and of a member's."""
    asked = {each.number: each.event for each in found if isinstance(each.event, Asked)}
    groups: dict[str, list[Found]] = defaultdict(list)
    for each in found:
        event = each.event
        if isinstance(event, Released | Answered) and event.withheld is CoarseShare.MANY:
            question = asked.get(event.asked_index) if isinstance(event, Released) else event
            if question is not None:
                groups[question.organisation].append(each)
    return groups


def _policy_flips(found: Sequence[Found], window: timedelta) -> list[Notice]:
    raised = []
    for member, group in _grouped(found, PolicyInForce, "member").items():
        opened: Found | None = None
        for each in group:
            event = each.event
            if not isinstance(event, PolicyInForce):
                continue
            if opened is not None and event.step in (PolicyStep.TIGHTENED, PolicyStep.BOTH):
                after = time_of(event) - time_of(opened.event)
                if after <= window:
                    words = message(
                        "a policy was loosened and tightened again after %(time)s", time=str(after)
                    )
                    numbers = (opened.number, each.number)
                    raised.append(Notice(NoticeKind.POLICY_FLIPS, member, words, numbers))
                opened = None
            if event.step in (PolicyStep.LOOSENED, PolicyStep.BOTH):
                opened = opened or each
    return raised


def _off_hours(found: Sequence[Found], limit: Thresholds) -> list[Notice]:
    late: dict[str, list[int]] = defaultdict(list)
    for each in found:
        if isinstance(each.event, Asked):
            local = each.event.asked_at + limit.offset
            if not limit.office[0] <= local.hour < limit.office[1] or local.weekday() >= 5:
                late[each.event.organisation].append(each.number)
    return [
        Notice(
            NoticeKind.OFF_HOURS,
            about,
            message("%(count)s questions outside office hours", count=len(numbers)),
            tuple(numbers),
        )
        for about, numbers in late.items()
    ]


def _purpose_drift(found: Sequence[Found], habit: int) -> list[Notice]:
    seen: dict[str, set[str]] = defaultdict(set)
    asked: dict[str, int] = defaultdict(int)
    raised = []
    for each in found:
        event = each.event
        if not isinstance(event, Asked | Denied):
            continue
        if event.purpose not in seen[event.organisation] and asked[event.organisation] >= habit:
            words = message(
                "its first question for %(purpose)s, after %(count)s questions for other purposes",
                purpose=event.purpose,
                count=asked[event.organisation],
            )
            raised.append(Notice(NoticeKind.PURPOSE_DRIFT, event.organisation, words, (each.number,)))
        seen[event.organisation].add(event.purpose)
        asked[event.organisation] += 1
    return raised


def _unusual(found: Sequence[Found], limit: Thresholds) -> list[Notice]:
    asked = [(each.number, each.event) for each in found if isinstance(each.event, Asked)]
    kinds = {
        NoticeKind.NARROW: narrow(asked, limit.conditions),
        NoticeKind.REPEATED: repeated(asked, limit.repeats, limit.repeats_window),
        NoticeKind.COMPLEMENTARY: complementary(asked, limit.conditions),
    }
    return [
        Notice(kind, each.about, each.message, each.numbers) for kind, some in kinds.items() for each in some
    ]


def _no_end(found: Sequence[Found], now: datetime, patience: timedelta) -> list[Notice]:
    ended = {each.event.asked_index for each in found if isinstance(each.event, Released)}
    return [
        Notice(
            NoticeKind.NO_END,
            each.event.question_id,
            message("asked, but no result was ever released"),
            (each.number,),
        )
        for each in found
        if isinstance(each.event, Asked) and each.number not in ended and each.event.deadline + patience < now
    ]


def _unwitnessed(found: Sequence[Found], watch: Watch, patience: timedelta) -> list[Notice]:
    late = [
        each.number
        for each in found
        if each.number >= watch.reached and time_of(each.event) + patience < watch.as_of
    ]
    if not late:
        return []
    words = message(
        "fewer than %(needed)s of %(count)s witnesses have cosigned these entries",
        needed=watch.needed,
        count=watch.witnesses,
    )
    about = ", ".join(watch.missing) or "the witnesses"
    return [Notice(NoticeKind.UNWITNESSED, about, words, tuple(late))]

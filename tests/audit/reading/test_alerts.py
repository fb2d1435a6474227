"""What an auditor should review, and with which entries; and that ordinary days raise nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import logged
import pytest
from logged import MONDAY

from audit.events.account_events import AccessRefused
from audit.events.event_values import CoarseShare, Filter, PolicyStep
from audit.events.events import Event, encode
from audit.events.question_events import Asked, Denied, Released
from audit.reading.alerts import Notice, NoticeKind, Thresholds, Watch, notices
from audit.reading.entry_facts import EntryFacts

LIMITS = Thresholds(questions=3, denials=2, sign_ins=3, withheld=2, window=timedelta(minutes=10), habit=4)


def asked(
    minutes: float = 0, organisation: str = "ARMAC", purpose: str = "regional-reporting", number: int = 0
) -> Asked:
    at = MONDAY + timedelta(minutes=minutes)
    return logged.asked(f"q-{number}", organisation=organisation, purpose=purpose, asked_at=at)


def denied(minutes: float, purpose: str = "regional-reporting") -> Denied:
    return logged.denied(purpose=purpose, at=MONDAY + timedelta(minutes=minutes))


def released(index: int) -> Released:
    return logged.released(f"q-{index}", index=index, answered=["KH"])


def raised(
    *entries: Event, kind: NoticeKind, after: timedelta = timedelta(0), watch: Watch | None = None
) -> list[Notice]:
    return [n for n in notices(facts(entries), MONDAY + after, LIMITS, watch) if n.kind is kind]


def facts(entries: Iterable[Event]) -> EntryFacts:
    made = EntryFacts()
    for number, event in enumerate(entries):
        made.add(number, encode(event))
    return made


def test_a_quiet_log_raises_nothing() -> None:
    found = [asked(), released(0)]
    assert notices(facts(found), MONDAY + timedelta(days=1), LIMITS) == []


@pytest.mark.parametrize(
    ("minutes", "numbers"),
    [
        ((0, 5), []),
        ((0, 6, 12), []),
        ((0, 5, 10), [(0, 1, 2)]),
        ((0, 1, 2, 3, 60), [(0, 1, 2, 3)]),
        ((0, 1, 2, 60, 61, 62), [(0, 1, 2), (3, 4, 5)]),
        ((2, 1, 0), [(2, 1, 0)]),
    ],
)
def test_a_burst_of_questions(minutes: tuple[float, ...], numbers: list[tuple[int, ...]]) -> None:
    found = raised(*(asked(m) for m in minutes), kind=NoticeKind.BURST)
    assert [n.numbers for n in found] == numbers


def test_bursts_are_an_organisations_own() -> None:
    entries = [asked(i, organisation=name) for i, name in enumerate(("A", "B", "A", "B"))]
    assert raised(*entries, kind=NoticeKind.BURST) == []


def test_denials_and_failed_sign_ins_add_up() -> None:
    assert [n.numbers for n in raised(denied(0), denied(5), kind=NoticeKind.DENIALS)] == [(0, 1)]
    failed = [logged.sign_in_failed(at=MONDAY + timedelta(minutes=i)) for i in range(3)]
    assert [n.numbers for n in raised(*failed, kind=NoticeKind.SIGN_INS)] == [(0, 1, 2)]


def test_one_mistyped_password_is_nothing_to_look_at() -> None:
    failed = [logged.sign_in_failed(at=MONDAY + timedelta(hours=i)) for i in range(9)]
    assert raised(*failed, kind=NoticeKind.SIGN_INS) == []
    assert raised(denied(0), denied(60), kind=NoticeKind.DENIALS) == []


def policies(*steps: tuple[float, PolicyStep], member: str = "KH") -> list[Event]:
    return [
        logged.policy(str(i), step=step, member=member, at=MONDAY + timedelta(days=days))
        for i, (days, step) in enumerate(steps, start=1)
    ]


FIRST, LOOSER, TIGHTER = PolicyStep.FIRST, PolicyStep.LOOSENED, PolicyStep.TIGHTENED


@pytest.mark.parametrize(
    ("steps", "numbers"),
    [
        ([(0, FIRST), (1, LOOSER), (20, TIGHTER)], [(1, 2)]),
        ([(0, FIRST), (1, LOOSER), (2, PolicyStep.NEITHER), (3, TIGHTER)], [(1, 3)]),
        ([(0, FIRST), (1, LOOSER), (2, LOOSER), (3, TIGHTER)], [(1, 3)]),
        ([(0, FIRST), (1, PolicyStep.BOTH), (2, PolicyStep.BOTH), (3, TIGHTER)], [(1, 2), (2, 3)]),
        ([(0, FIRST), (1, LOOSER), (40, TIGHTER)], []),
        ([(0, FIRST), (1, TIGHTER), (2, LOOSER)], []),
        ([(0, FIRST), (1, LOOSER)], []),
        ([(0, FIRST)], []),
    ],
)
def test_a_policy_that_was_loosened_and_tightened_again(
    steps: list[tuple[float, PolicyStep]], numbers: list[tuple[int, ...]]
) -> None:
    found = raised(*policies(*steps), kind=NoticeKind.POLICY_FLIPS)
    assert [n.numbers for n in found] == numbers
    assert {n.about for n in found} <= {"KH"}


def test_policies_of_two_members_make_no_flip() -> None:
    entries = [*policies((1, LOOSER)), *policies((2, TIGHTER), member="LA")]
    assert raised(*entries, kind=NoticeKind.POLICY_FLIPS) == []


MUCH = {"withheld": CoarseShare.MANY}


def test_many_withheld_results_of_one_organisation() -> None:
    entries = [asked(number=0), logged.released("q-0", **MUCH), asked(number=2),
               logged.released("q-2", index=2, **MUCH)]  # fmt: skip
    (notice,) = raised(*entries, kind=NoticeKind.WITHHELD)
    assert (notice.about, notice.numbers) == ("ARMAC", (1, 3))


def test_many_withheld_results_show_in_a_members_log_too() -> None:
    entries = [logged.answered(f"q-{i}", **MUCH) for i in range(2)]
    assert [n.numbers for n in raised(*entries, kind=NoticeKind.WITHHELD)] == [(0, 1)]


def test_results_with_some_cells_withheld_are_ordinary() -> None:
    some = {"withheld": CoarseShare.SOME}
    entries = [asked(number=0), *(logged.released("q-0", **some) for _ in range(9))]
    assert raised(*entries, kind=NoticeKind.WITHHELD) == []
    apart = [asked(number=0), logged.released("q-0", **MUCH),
             logged.released("q-0", **MUCH, at=MONDAY + timedelta(days=2))]  # fmt: skip
    assert raised(*apart, kind=NoticeKind.WITHHELD) == []


@pytest.mark.parametrize(
    ("hours", "late"), [(0, False), (9.9, False), (10, True), (-4.1, True), (-4, False), (24 * 5, True)]
)
def test_office_hours_are_those_of_the_region(hours: float, late: bool) -> None:
    assert bool(raised(asked(hours * 60), kind=NoticeKind.OFF_HOURS)) is late


def test_office_hours_are_those_of_the_offices_own_zone() -> None:
    """In Geneva it is two in the morning when Phnom Penh's offices open, and summer moves the clock."""
    geneva = replace(LIMITS, zone=ZoneInfo("Europe/Zurich"), office=(8, 18))
    summer = [
        logged.asked("q-1", asked_at=datetime(2026, 7, 6, hour, 30, tzinfo=UTC)) for hour in (5, 6, 15, 16)
    ]
    winter = [
        logged.asked("q-1", asked_at=datetime(2026, 1, 5, hour, 30, tzinfo=UTC)) for hour in (6, 7, 16, 17)
    ]

    found = [n for n in notices(facts([*summer, *winter]), MONDAY, geneva) if n.kind is NoticeKind.OFF_HOURS]

    assert [n.numbers for n in found] == [(0, 3, 4, 7)]
    assert (
        "at night or at a weekend: the office is open from 8 to 18 o'clock (Europe/Zurich)"
        in found[0].message
    )


def refused(minutes: float, times: int, action: str = "ask") -> AccessRefused:
    at = MONDAY + timedelta(minutes=minutes)
    return AccessRefused(None, None, None, action, "not-signed-in", times, at)


def test_refused_attempts_that_were_counted_only_are_told_with_their_kinds() -> None:
    single = [refused(n, 1) for n in range(30)]
    few = [refused(n, 2) for n in range(4)]
    many = [refused(0, 1), refused(1, 40), refused(2, 7, "audit"), refused(300, 9)]

    assert raised(*single, kind=NoticeKind.SUPPRESSED) == []
    assert raised(*few, kind=NoticeKind.SUPPRESSED) == []
    (found,) = raised(*many, kind=NoticeKind.SUPPRESSED)
    assert found.numbers == (1, 2)
    assert found.message == (
        "47 refused attempts were counted, not logged one by one: "
        "40 × ask (not-signed-in), 7 × audit (not-signed-in)"
    )


def test_entries_that_cannot_be_read_are_passed_over_and_damaged_ones_told() -> None:
    made = facts([asked()])
    entry = encode(asked())
    for odd in (
        b"",
        b"{}",
        b"[]",
        entry.replace(b'"codes"', b'"c"'),
        entry.replace(b"2026-", b"20x6-"),
        None,
    ):
        made.add(made.size, odd)
    made.add(1, encode(asked()))  # is known already
    far = MONDAY + timedelta(days=9)

    found = notices(made, far, LIMITS, watch(0, timedelta(days=9)))

    assert made.size == 7
    assert [n.numbers for n in found if n.kind is NoticeKind.DAMAGED] == [(6,)]
    assert [n.numbers for n in found if n.kind is NoticeKind.UNWITNESSED] == [(0,)]


def test_a_purpose_that_an_organisation_never_named() -> None:
    before = [asked(i * 60) for i in range(4)]
    other = asked(300, purpose="advocacy")
    assert [n.numbers for n in raised(*before, other, other, kind=NoticeKind.PURPOSE_DRIFT)] == [(4,)]
    assert raised(*before[:3], other, kind=NoticeKind.PURPOSE_DRIFT) == []
    assert [n.numbers for n in raised(*before, denied(300, "advocacy"), kind=NoticeKind.PURPOSE_DRIFT)] == [
        (4,)
    ]


def test_a_question_without_an_end() -> None:
    entries = [asked(number=0), released(0), asked(number=2)]
    assert raised(*entries, kind=NoticeKind.NO_END, after=timedelta(minutes=4)) == []
    (notice,) = raised(*entries, kind=NoticeKind.NO_END, after=timedelta(minutes=6))
    assert (notice.about, notice.numbers) == ("q-2", (2,))


HOUR = timedelta(hours=1)


def watch(reached: int, after: timedelta) -> Watch:
    return Watch(witnesses=3, needed=2, reached=reached, missing=("w/kh", "w/la"), as_of=MONDAY + after)


def test_entries_that_too_few_witnesses_have_seen() -> None:
    entries = [asked(number=0), released(0), asked(number=2)]
    (notice,) = raised(*entries, kind=NoticeKind.UNWITNESSED, watch=watch(1, HOUR))
    assert (notice.about, notice.numbers) == ("w/kh, w/la", (1, 2))
    assert "fewer than 2 of 3" in notice.message


def test_cosignatures_that_are_still_on_their_way_are_ordinary() -> None:
    entries = [asked(number=0), released(0)]
    assert raised(*entries, kind=NoticeKind.UNWITNESSED, watch=watch(0, timedelta(minutes=1))) == []
    assert raised(*entries, kind=NoticeKind.UNWITNESSED, watch=watch(2, HOUR)) == []
    assert raised(*entries, kind=NoticeKind.UNWITNESSED) == []


def test_an_ordinary_week_raises_nothing() -> None:
    """Two organisations in office hours: every question answered, few cells withheld, a slip a day."""
    events: list[Event] = [*policies((0, FIRST)), logged.policy("2", step=PolicyStep.NEITHER)]
    for day in range(5):
        for number in range(12):
            at = MONDAY + timedelta(days=day, minutes=20 * number)
            who = "ARMAC" if number % 2 else "CMAA"
            share = CoarseShare.MANY if number == 0 else CoarseShare.FEW
            question = f"q-{day}-{number}"
            events.append(logged.asked(question, organisation=who, asked_at=at))
            index = len(events) - 1
            events.append(logged.released(question, index=index, answered=["KH"], withheld=share, at=at))
        events.append(logged.sign_in_failed(at=MONDAY + timedelta(days=day)))
        events.append(logged.denied(at=MONDAY + timedelta(days=day)))
    week = MONDAY + timedelta(days=7)
    seen = Watch(witnesses=5, needed=3, reached=len(events), missing=(), as_of=week)
    assert notices(facts(events), week, Thresholds(), seen) == []


def about(*conditions: str, minutes: float = 0, organisation: str = "ARMAC") -> Asked:
    """A question with conditions such as `sex=F` or `year=2022,2023`."""
    parted = [each.split("=") for each in conditions]
    where = tuple(Filter(name, tuple(codes.split(","))) for name, codes in parted)
    return replace(asked(minutes, organisation), where=where)


def test_a_question_about_a_narrow_group_is_shown_with_others_of_its_organisation() -> None:
    narrow = about("country=KH", "sex=F", "year=2022")
    other = replace(narrow, organisation="other")
    wide = (about("country=KH,LA", "sex=F", "year=2022"), about("sex=F", "year=2022"))
    found = raised(narrow, *wide, narrow, other, kind=NoticeKind.NARROW)
    assert [(n.about, n.numbers) for n in found] == [("ARMAC", (0, 3)), ("other", (4,))]
    assert str(found[0].message) == "2 questions about a narrow group, with at least 3 conditions"


def test_the_same_question_again_and_again_is_shown() -> None:
    def same(minutes: float) -> Asked:
        return about("sex=F", "year=2022", minutes=minutes)

    day = 24 * 60
    assert raised(*(same(n) for n in range(9)), kind=NoticeKind.REPEATED) == []
    (found,) = raised(
        *(same(n * day) for n in range(3)), *(same(3 * day + n) for n in range(10)), kind=NoticeKind.REPEATED
    )
    assert found.numbers == tuple(range(3, 13))
    others = [same(n) if n % 2 else about("year=2022", "sex=M", minutes=n) for n in range(18)]
    assert raised(*others, kind=NoticeKind.REPEATED) == []


@pytest.mark.parametrize(
    ("second", "numbers"),
    [
        (("sex=M", "country=KH", "year=2022"), [(0, 1)]),
        (("country=KH", "year=2022"), [(0, 1)]),
        (("country=KH", "sex=F", "year=2022"), []),
        (("country=LA", "sex=M", "year=2022"), []),
        (("country=KH",), []),
    ],
)
def test_the_rest_of_a_narrow_question_before_is_shown(
    second: tuple[str, ...], numbers: list[tuple[int, ...]]
) -> None:
    first = about("country=KH", "sex=F", "year=2022")
    assert [n.numbers for n in raised(first, about(*second), kind=NoticeKind.COMPLEMENTARY)] == numbers
    assert [n.numbers for n in raised(about(*second), first, kind=NoticeKind.COMPLEMENTARY)] == numbers
    stranger = replace(about(*second), organisation="other")
    assert raised(first, stranger, kind=NoticeKind.COMPLEMENTARY) == []

"""What an auditor is told to look at, and with which entries."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.alerts import Notice, NoticeKind, Thresholds, notices
from audit.commitment import Commitment
from audit.events import Asked, CoarseSize, Denied, Event, PolicyInForce, Released, SignInFailed
from audit.search import Found

SECRET = Commitment(bytes(32))
MONDAY = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
"""10 o'clock in Phnom Penh."""
LIMITS = Thresholds(questions=3, denials=2, sign_ins=3, window=timedelta(minutes=10), habit=4, policies=3)


def asked(
    minutes: float = 0, organisation: str = "ARMAC", purpose: str = "regional-reporting", number: int = 0
) -> Asked:
    at = MONDAY + timedelta(minutes=minutes)
    words = (organisation, "analyst", purpose, "casualties")
    return Asked(f"q-{number}", SECRET, *words, (), (), ("KH",), at, at)


def denied(minutes: float, purpose: str = "regional-reporting") -> Denied:
    at = MONDAY + timedelta(minutes=minutes)
    return Denied("q", SECRET, "ARMAC", "analyst", purpose, "casualties", (), (), ("no",), at)


def policy(days: float, member: str = "KH") -> PolicyInForce:
    return PolicyInForce(member, "1", SECRET, MONDAY + timedelta(days=days))


def released(index: int) -> Released:
    return Released(f"q-{index}", index, ("KH",), (), (), SECRET, CoarseSize.FEW, MONDAY)


def raised(*entries: Event, kind: NoticeKind, now: datetime = MONDAY) -> list[Notice]:
    found = [Found(i, event) for i, event in enumerate(entries)]
    return [n for n in notices("log.example/hub", found, now, LIMITS) if n.kind is kind]


def test_a_quiet_log_raises_nothing() -> None:
    found = [Found(0, asked()), Found(1, released(0))]
    assert notices("log.example/hub", found, MONDAY + timedelta(days=1), LIMITS) == []


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
    failed = [SignInFailed(SECRET, "wrong token", MONDAY + timedelta(minutes=i)) for i in range(3)]
    assert [n.numbers for n in raised(*failed, kind=NoticeKind.SIGN_INS)] == [(0, 1, 2)]


def test_policies_changed_and_changed_back() -> None:
    assert [n.about for n in raised(policy(0), policy(10), policy(20), kind=NoticeKind.POLICY_FLIPS)] == [
        "KH"
    ]
    assert raised(policy(0), policy(20), policy(40), kind=NoticeKind.POLICY_FLIPS) == []
    assert raised(policy(0), policy(1, "LA"), policy(2), kind=NoticeKind.POLICY_FLIPS) == []


@pytest.mark.parametrize(
    ("hours", "late"), [(0, False), (9.9, False), (10, True), (-4.1, True), (-4, False), (24 * 5, True)]
)
def test_office_hours_are_those_of_the_region(hours: float, late: bool) -> None:
    assert bool(raised(asked(hours * 60), kind=NoticeKind.OFF_HOURS)) is late


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
    assert raised(*entries, kind=NoticeKind.NO_END, now=MONDAY + timedelta(minutes=4)) == []
    (notice,) = raised(*entries, kind=NoticeKind.NO_END, now=MONDAY + timedelta(minutes=6))
    assert (notice.about, notice.numbers) == ("q-2", (2,))

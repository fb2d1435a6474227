"""Refused attempts reach the log: at once, then with their number; and nobody keeps others out of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.model import Principal, Role
from gateway.accounts.refusals import MOST_AN_HOUR, MOST_KINDS, Refusals, RefusedAttempt, Source

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA = Principal("ana", "ARMAC", Role.ANALYST, frozenset())
BEN = Principal("ben", "ARMAC", Role.ANALYST, frozenset())
STRANGER = RefusedAttempt(None, "ask", "unknown-token")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def flood(refusals: Refusals, *, principal: Principal | None = None, signing_in: bool = False) -> int:
    """More kinds of refusals than any budget has entries; returns how many were written."""
    kinds = (
        RefusedAttempt(principal, f"action {n}", "no", signing_in=signing_in) for n in range(5 * MOST_KINDS)
    )
    return sum(refusals.times(kind, at(n / 1000)) for n, kind in enumerate(kinds))


def test_they_are_reported_at_once_and_then_once_a_minute_with_their_number() -> None:
    refusals, kind = Refusals(), RefusedAttempt(ANA, "ask", "role-may-not")

    assert [refusals.times(kind, at(s)) for s in (0, 1, 2, 59, 60, 61, 121)] == [1, 0, 0, 0, 4, 0, 2]


@pytest.mark.parametrize(
    ("source", "principal", "signing_in"),
    [(Source.STRANGERS, None, False), (Source.SIGN_IN, ANA, True), (Source.PERSON, ANA, False)],
)
def test_however_many_kinds_there_are_the_log_grows_slowly(
    source: Source, principal: Principal | None, signing_in: bool
) -> None:
    refusals = Refusals()

    assert flood(refusals, principal=principal, signing_in=signing_in) == MOST_AN_HOUR[source]
    assert refusals.times(RefusedAttempt(principal, "another", "no", signing_in=signing_in), at(3601)) == 1


@pytest.mark.parametrize(
    "attempt",
    [
        RefusedAttempt(ANA, "audit", "role-may-not"),
        RefusedAttempt(ANA, "enter", "wrong", signing_in=True),
        RefusedAttempt(ANA, "ask", "stale-or-forged-form"),
    ],
)
def test_strangers_keep_no_known_person_out_of_the_log(attempt: RefusedAttempt) -> None:
    """Before, all had one budget: 240 refusals from outside, and nothing more was written for an hour."""
    refusals = Refusals()
    flood(refusals)

    assert refusals.times(attempt, at(10)) == 1


def test_one_person_keeps_no_other_out_of_the_log() -> None:
    refusals = Refusals()
    flood(refusals, principal=BEN)
    flood(refusals, principal=BEN, signing_in=True)

    assert refusals.times(RefusedAttempt(ANA, "audit", "role-may-not"), at(10)) == 1
    assert refusals.times(RefusedAttempt(ANA, "enter", "wrong", signing_in=True), at(10)) == 1
    assert refusals.times(STRANGER, at(10)) == 1


def test_what_was_counted_is_written_once_there_is_room() -> None:
    refusals = Refusals()
    for second in range(5):
        refusals.times(STRANGER, at(second))

    assert refusals.waiting(at(30)) == []
    assert refusals.waiting(at(61)) == [(STRANGER, 4)]
    assert refusals.waiting(at(200)) == []


def test_a_budget_that_is_used_up_writes_what_waited_in_the_next_hour() -> None:
    refusals = Refusals()
    flood(refusals, principal=BEN)

    assert refusals.waiting(at(600)) == []
    assert len(refusals.waiting(at(3700))) == MOST_AN_HOUR[Source.PERSON]


def test_at_the_end_everything_that_waits_is_written() -> None:
    refusals = Refusals()
    for second in range(5):
        refusals.times(STRANGER, at(second))

    assert refusals.waiting(at(5), ending=True) == [(STRANGER, 4)]
    assert refusals.waiting(at(5), ending=True) == []


@given(
    st.lists(st.tuples(st.integers(0, 8000), st.sampled_from([None, ANA, BEN]), st.booleans()), max_size=80)
)
def test_no_refusal_is_lost_and_none_is_counted_twice(
    drawn: list[tuple[int, Principal | None, bool]],
) -> None:
    refusals, reported = Refusals(), 0
    for seconds, principal, signing_in in sorted(drawn, key=lambda each: each[0]):
        kind = RefusedAttempt(principal, "ask", "no", signing_in=signing_in and principal is not None)
        reported += refusals.times(kind, at(seconds))
        reported += sum(times for _, times in refusals.waiting(at(seconds)))

    assert reported + sum(times for _, times in refusals.waiting(at(9000), ending=True)) == len(drawn)

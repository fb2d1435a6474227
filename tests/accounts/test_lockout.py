"""When attempts are closed: laws that hold for every rule and every course of events."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts import lockout
from gateway.accounts.lockout import Rule, Tally, is_closed, one_less, one_more, place_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = st.sampled_from([lockout.ACCOUNT, lockout.BROWSER, lockout.ADDRESS])
SECONDS = st.integers(0, 100_000)


def after(rule: Rule, pauses: list[int]) -> tuple[Tally | None, datetime]:
    """Failures one after the other, each when its turn has come."""
    tally, now = None, NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        if not is_closed(tally, rule, now):
            tally = one_more(tally, rule, now)
    return tally, now


@given(RULES)
def test_a_few_mistakes_close_nothing_and_one_more_does(rule: Rule) -> None:
    tally, now = after(rule, [0] * (rule.free - 1))
    assert not is_closed(tally, rule, now)

    tally, now = after(rule, [0] * rule.free)
    assert is_closed(tally, rule, now)


@given(RULES, st.lists(SECONDS, max_size=60))
def test_nothing_is_closed_for_ever(rule: Rule, pauses: list[int]) -> None:
    tally, now = after(rule, pauses)

    assert not is_closed(tally, rule, now + rule.longest)


@given(RULES, st.lists(SECONDS, max_size=60))
def test_a_clock_that_was_ahead_closes_nothing_for_years(rule: Rule, pauses: list[int]) -> None:
    tally, ahead = after(rule, pauses)
    now = ahead - timedelta(days=3 * 365)

    assert not is_closed(tally, rule, now)
    assert tally is None or one_more(tally, rule, now).failures == tally.failures + 1


@given(RULES, st.integers(1, 7))
def test_a_guesser_gets_few_guesses_a_day_however_patient(rule: Rule, days: int) -> None:
    guesses, tally, now = 0, None, NOW
    while now < NOW + timedelta(days=days):
        if is_closed(tally, rule, now):
            until = lockout.closed_until(tally, rule)
            assert until is not None
            now = until
            continue
        tally = one_more(tally, rule, now)
        guesses += 1

    most_a_day = rule.free + 20 + timedelta(days=1) / rule.longest
    assert guesses <= days * most_a_day


@given(RULES, st.integers(1, 200))
def test_pauses_only_grow(rule: Rule, failures: int) -> None:
    first, second = (lockout.closed_until(Tally(n, NOW), rule) for n in (failures, failures + 1))

    assert first is None or (second is not None and first <= second)


def test_the_success_of_one_person_takes_back_one_attempt_at_the_address() -> None:
    assert one_less(None) is None
    assert one_less(Tally(1, NOW)) is None
    assert one_less(Tally(7, NOW)) == Tally(6, NOW)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("", "unknown"),
        ("somewhere", "unknown"),
    ],
)
def test_one_connection_is_one_address(address: str, place: str) -> None:
    assert place_of(address) == place

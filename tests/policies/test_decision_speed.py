"""With a hundred rules a decision equals the check of each rule in turn, within a tenth of a millisecond."""

from datetime import UTC, datetime
from itertools import count, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quiet_seconds import quiet_seconds
from slow_decision import decide_slowly

from policies import Policy, Request, Vocabulary, decide, load_policy
from policies.comparison.diff import diff
from policies.lint.lint import lint

AT = datetime(2026, 5, 1, tzinfo=UTC)
MICROSECONDS = 100
MILLISECONDS = 200
HEAD = """\
member: KH
version: 1
valid_from: 2026-01-01
finest: {date: year, sex: sex, device: device_type, activity: activity}
"""


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_index_changes_nothing(
    data: st.DataObject,
    policies: st.SearchStrategy[Policy],
    requests: st.SearchStrategy[Request],
    times: st.SearchStrategy[datetime],
) -> None:
    policy = data.draw(policies)
    for _ in range(3):  # the second time from what was remembered
        request, at = data.draw(requests), data.draw(times)
        assert decide(policy, request, at) == decide_slowly(policy, request, at)
        assert decide(policy, request, at) == decide_slowly(policy, request, at)


def permissions(number: int, max_dims: int = 3) -> list[str]:
    return [
        f"  - {{with: ARMAC, for: regional-reporting, name: p{n}, max_dimensions: {1 + n % max_dims}}}"
        for n in range(number)
    ]


def prohibitions(number: int) -> list[str]:
    return [
        f"  - {{with: ARMAC, show: {{device: any}}, together: {{sex: any, activity: any}}, name: n{n}}}"
        for n in range(number)
    ]


def policy_of(shares: list[str], bans: list[str], words: Vocabulary) -> Policy:
    text = HEAD + "share:\n" + "\n".join(shares) + ("\nnever:\n" + "\n".join(bans) if bans else "") + "\n"
    return load_policy(text, words)


REQUESTS = [
    Request.of(
        member="KH",
        recipient="ARMAC",
        role="analyst",
        purpose=purpose,
        measure=measure,
        levels=[("date", date), *more],
    )
    for purpose, measure, date, more in product(
        ("regional-reporting", "research"),
        ("casualties", "services"),
        ("quarter", "year", "year_band5"),
        (
            [],
            [("sex", "sex")],
            [("sex", "sex"), ("activity", "activity_group")],
            [("sex", "sex"), ("activity", "activity"), ("device", "device_group")],
        ),
    )
]
"""48 different questions: permitted, denied for one reason, denied for many."""


@pytest.mark.parametrize(
    ("shares", "bans"),
    [(permissions(100), []), (permissions(50), prohibitions(50)), (permissions(1), prohibitions(99))],
)
def test_a_decision_with_a_hundred_rules_takes_less_than_a_tenth_of_a_millisecond(
    shares: list[str], bans: list[str], words: Vocabulary
) -> None:
    policy = policy_of(shares, bans, words)
    for request in REQUESTS:
        decide(policy, request, AT)

    def each_once() -> None:
        for request in REQUESTS:
            decide(policy, request, AT)

    assert quiet_seconds(each_once) / len(REQUESTS) < MICROSECONDS / 1e6


def test_two_files_of_a_hundred_rules_are_read_compared_and_checked_in_a_fifth_of_a_second(
    words: Vocabulary,
) -> None:
    shares, bans = permissions(50), prohibitions(50)
    numbers = count()

    def once() -> None:
        number = next(numbers)  # parsed texts are cached, so each call takes another text
        old = policy_of([*shares, f"  # {number}"], bans, words)
        new = policy_of([*shares, f"  # {number} again"], bans[1:], words)
        diff(old, new)
        lint(new, beside=[old])

    assert quiet_seconds(once, rounds=5) < MILLISECONDS / 1e3

"""Years that are released together: by the calendar, as the policy says beforehand, never by a count."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Policy, Vocabulary, load_policy
from policies.document.canonical import canonical_text
from policies.document.compose import compose
from policies.explanation.explain import describe
from policies.lint.lint import lint

MakePolicy = Callable[..., Policy]
YEARS = range(2000, 2031)
periods = st.integers(1, 10)
days = st.dates(date(2005, 1, 1), date(2030, 12, 31))


def counted(policy: Policy, closed: date) -> set[int]:
    return {year for year in YEARS if policy.scope.counts(year, closed)}


@pytest.mark.parametrize(
    ("written", "closed", "years"),
    [
        ("years_per_release: 2", date(2014, 1, 1), range(2010, 2014)),  # 2012 and 2013 are over
        ("years_per_release: 2", date(2015, 1, 1), range(2010, 2014)),  # 2014 waits for 2015
        ("years_per_release: 5", date(2024, 12, 31), range(2010, 2020)),
        ("years_per_release: 5", date(2025, 1, 1), range(2010, 2025)),
        ("years_per_release: 5\nfirst_year: 2012", date(2015, 1, 1), range(2012, 2015)),
        ("years_per_release: 2\npooled_years: [2010-2012]", date(2013, 1, 1), range(2010, 2012)),
    ],
)
def test_a_year_counts_once_all_years_of_its_release_are_over(
    policy: MakePolicy, written: str, closed: date, years: range
) -> None:
    assert counted(policy(written), closed) == set(years)


@given(one=periods, times=st.integers(1, 3), closed=days)
def test_a_period_of_whole_periods_never_releases_more(
    policy: MakePolicy, one: int, times: int, closed: date
) -> None:
    shorter, longer = policy(f"years_per_release: {one}"), policy(f"years_per_release: {one * times}")

    assert counted(longer, closed) <= counted(shorter, closed)


@given(one=periods, other=periods, closed=days)
def test_together_two_policies_count_no_year_that_either_does_not(
    policy: MakePolicy, words: Vocabulary, one: int, other: int, closed: date
) -> None:
    above = policy(f"data_set: all\nyears_per_release: {one}")
    own = policy(f"years_per_release: {other}")
    both = compose(above, own)

    assert counted(both, closed) <= counted(above, closed) & counted(own, closed)
    assert load_policy(canonical_text(both), words).scope == both.scope


def test_years_are_released_one_by_one_unless_said_otherwise(policy: MakePolicy) -> None:
    assert policy("years_per_release: 1") == policy()
    assert "years_per_release" not in canonical_text(policy())


def test_the_explanation_says_so(policy: MakePolicy) -> None:
    said = " ".join(describe(policy("years_per_release: 3")))

    assert "Years are released together in fixed periods of 3, once the last of them is over." in said
    assert "A new period of fewer people is withheld for good" in said


@pytest.mark.parametrize(
    ("written", "waits"),
    [
        ("years_per_release: 2\npooled_years: 3", True),
        ("years_per_release: 2\npooled_years: [2015-2017]", True),
        ("years_per_release: 6\npooled_years: 3", False),
        ("years_per_release: 2", False),
    ],
)
def test_periods_that_wait_for_each_other_are_noticed(policy: MakePolicy, written: str, waits: bool) -> None:
    codes = {finding.code for finding in lint(policy(written))}

    assert ("periods-wait" in codes) is waits

"""The year from which people count: stated by the policy, never read off the data."""

from collections.abc import Callable
from datetime import date

import pytest

from policies import Policy, Vocabulary, load_policy
from policies.comparison.diff import diff
from policies.document.canonical import canonical_text
from policies.document.compose import compose

MakePolicy = Callable[..., Policy]
PRIVATE = "mechanism: {kind: differential-privacy, budget: 1, per_table: 0.1, first_year: 2015}"


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("", 2010),
        ("first_year: 1979", 1979),
        ("pooled_years: 3", 2010),
        ("pooled_years: [2018-2020, 2015-2017]", 2015),
        ("first_year: 2018\npooled_years: [2018-2020, 2015-2017]", 2018),
        (PRIVATE, 2015),
    ],
)
def test_people_count_from_the_first_year_on(policy: MakePolicy, written: str, first: int) -> None:
    assert policy(written).scope.counted_from == first


def test_the_usual_first_year_need_not_be_written(policy: MakePolicy, words: Vocabulary) -> None:
    assert policy("first_year: 2010") == policy()
    assert "first_year" not in canonical_text(policy())
    own = policy("first_year: 1979")
    assert load_policy(canonical_text(own), words) == own
    periods = "pooled_years: [2005-2009, 2010-2014]\n"
    assert policy(periods + "first_year: 2010").scope.counted_from == 2010


@pytest.mark.parametrize(
    ("written", "year", "counts"),
    [
        ("first_year: 2012", 2011, False),
        ("first_year: 2012", 2012, True),
        ("first_year: 2012", 2020, True),
        ("first_year: 2012", 2021, False),
        ("first_year: 2012\npooled_years: 3", 2012, False),  # its period begins in 2010
        ("first_year: 2012\npooled_years: 3", 2013, True),
        ("first_year: 2012\npooled_years: 3", 2019, False),  # its period ends in 2021
        ("pooled_years: [2015-2017]", 2018, False),
    ],
)
def test_a_year_counts_with_its_whole_period(
    policy: MakePolicy, written: str, year: int, counts: bool
) -> None:
    assert policy(written).scope.counts(year, date(2021, 6, 1)) is counts


def test_an_earlier_first_year_is_looser(policy: MakePolicy) -> None:
    (change,) = diff(policy("first_year: 2000"), policy("first_year: 1990"))
    assert f"{change.direction}: {change.sentence}" == "loosened: People are counted from 1990 on, was 2000."
    (change,) = diff(policy(), policy("first_year: 2011"))
    assert f"{change.direction}: {change.sentence}" == "tightened: People are counted from 2011 on, was 2010."


@pytest.mark.parametrize(
    ("above", "own", "first"),
    [("", "", 2010), ("", "1990", 1990), ("2000", "1990", 2000), ("2000", "", 2010)],
)
def test_the_later_first_year_holds(policy: MakePolicy, above: str, own: str, first: int) -> None:
    texts = [f"first_year: {year}\n" if year else "" for year in (above, own)]
    both = compose(policy("data_set: all\n" + texts[0]), policy(texts[1]))
    assert both.scope.counted_from == first

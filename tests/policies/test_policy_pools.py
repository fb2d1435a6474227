"""Pools of years: the years of each pool, and the bands that may be shown beside pools."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.model.pools import Pools, holding, made_of, pool_of

years = st.integers(1900, 2100)


@given(years, st.integers(1, 20))
def test_pools_of_a_length_begin_with_years_that_it_divides(year: int, length: int) -> None:
    found = pool_of(length, year)

    assert found is not None
    first, last = found
    assert first <= year <= last
    assert (first % length, last - first) == (0, length - 1)


@pytest.mark.parametrize(
    ("year", "pool"),
    [
        (2014, None),
        (2015, (2015, 2017)),
        (2017, (2015, 2017)),
        (2018, None),
        (2019, (2019, 2019)),
        (2020, None),
    ],
)
def test_a_year_in_no_named_pool_is_in_none(year: int, pool: tuple[int, int] | None) -> None:
    assert pool_of(((2015, 2017), (2019, 2019)), year) == pool


@pytest.mark.parametrize(
    ("pools", "held"),
    [
        (1, True),
        (5, True),
        (3, False),
        (10, False),  # a band is half a pool
        (((2015, 2017), (2018, 2019)), True),
        (((2015, 2019),), True),
        (((2015, 2018),), False),  # 2019 would be missing in the band
        (((2013, 2016),), False),
        (((2013, 2017),), False),  # as long as a band, and in two of them
        (((2015, 2024),), False),
        (((2015, 2019), (2021, 2024)), False),
    ],
)
def test_bands_are_shown_that_are_made_of_whole_pools_only(pools: Pools, held: bool) -> None:
    assert holding(pools, 5) is held


@pytest.mark.parametrize(
    ("pools", "parts", "made"),
    [
        (6, 3, True),
        (3, 3, True),
        (3, 6, False),
        (5, 3, False),
        (((2016, 2021),), 3, True),
        (((2016, 2020),), 3, False),
        (((2017, 2021),), 3, False),
        (((2016, 2018), (2020, 2020)), 3, False),
        (3, ((2016, 2018),), False),  # the periods of three go on after it
        (((2015, 2020),), ((2015, 2017), (2018, 2020)), True),
        (((2015, 2020),), ((2015, 2017), (2018, 2020), (2021, 2022)), True),
        (((2015, 2020),), ((2009, 2014), (2015, 2017), (2018, 2020)), True),
        (((2015, 2020),), ((2014, 2016), (2015, 2017), (2018, 2020)), True),  # the first plays no part
        (((2015, 2020),), ((2015, 2017), (2019, 2020)), False),  # 2018 is in none of them
        (((2015, 2020),), ((2014, 2017), (2018, 2020)), False),
        (((2015, 2020),), ((2015, 2017), (2018, 2021)), False),
        (((2015, 2020), (2021, 2021)), ((2015, 2020),), False),
        (((2015, 2018),), ((2015, 2016), (2016, 2017)), False),  # as many years, but not these
    ],
)
def test_periods_are_made_of_others_where_these_fill_each_of_them(
    pools: Pools, parts: Pools, made: bool
) -> None:
    assert made_of(pools, parts) is made

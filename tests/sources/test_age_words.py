"""Ages with their unit, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sources.rows.age_words import years_in_words


@pytest.mark.parametrize(
    ("word", "years"),
    [
        ("34 yrs", 34), ("34 y/o", 34), ("1 year old", 1), ("7 mos", 0), ("30 months", 2), ("12 tuổi", 12),
        ("8 เดือน", 0), ("40 ปี", 40), ("9 ປີ", 9), ("9 ឆ្នាំ", 9), ("9 နှစ်", 9), ("40thn", 40),
        ("5 taong gulang", 5),
        # a man of 34 or a child of 34 months, a count, two ages, nothing
        ("34 m", None), ("34", None), ("3 children", None), ("3-4 yrs", None), ("yrs", None), ("", None),
    ],
)  # fmt: skip
def test_the_unit_says_what_the_number_is(word: str, years: int | None) -> None:
    assert years_in_words(word) == years


@given(st.integers(0, 9999))
def test_twelve_months_are_a_year(number: int) -> None:
    assert years_in_words(f"{number} months") == number // 12
    assert years_in_words(f"{number} years") == number

"""Ages with their unit, as people write them: `34 yrs`, `7 mos`, `12 tuổi`, `8 เดือน`.

A single m is none of the units: `34 m` is a man of 34 as often as a child of 34 months.
"""

import re
from functools import cache

_YEARS = (
    "y", "yr", "yrs", "y/o", "yo", "year", "years", "year old", "years old", "yrs old", "tahun", "thn",
    "taon", "taong gulang", "tinan", "anos", "tuổi", "ปี", "ขวบ", "ປີ", "ឆ្នាំ", "နှစ်",
)  # fmt: skip
_MONTHS = (
    "mo", "mos", "mth", "mths", "month", "months", "month old", "months old", "bulan", "bln", "buwan",
    "fulan", "meses", "tháng", "tháng tuổi", "เดือน", "ເດືອນ", "ខែ", "လ",
)  # fmt: skip
MONTHS_A_YEAR = 12


@cache
def _form() -> re.Pattern[str]:
    years, months = ("|".join(map(re.escape, sorted(w, key=len, reverse=True))) for w in (_YEARS, _MONTHS))
    return re.compile(rf"(?P<number>[0-9]{{1,4}}) ?(?:(?P<years>{years})|(?P<months>{months}))\.?")


def years_in_words(word: str) -> int | None:
    """Return the whole years of a plain word with a unit; None where it is none."""
    match = _form().fullmatch(word)
    if match is None:
        return None
    number = int(match["number"])
    return number if match["years"] else number // MONTHS_A_YEAR

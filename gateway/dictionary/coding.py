"""The codes of a dimension: listed in the dictionary, or derived from the calendar."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

UNKNOWN = "UNK"
_MONTHS = tuple(f"{m:02d}" for m in range(1, 13))
_FORMS = {
    "month": re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2]|UNK)"),
    "quarter": re.compile(r"[12][0-9]{3}-(Q[1-4]|UNK)"),
    "year": re.compile(r"[12][0-9]{3}"),
    "year_band5": re.compile(r"[12][0-9]{3}-[12][0-9]{3}"),
}


class Coding(Protocol):
    """The codes of one dimension."""

    def codes(self, level: str, member: str | None, years: Iterable[int]) -> Mapping[str, str]:
        """Return codes and labels of a level, in their order; of all members when `member` is None."""

    def label(self, level: str, code: str) -> str | None:
        """Return the label of a code, None when the level has no such code."""

    def lift(self, code: str, level: str) -> str:
        """Return the code at `level` that holds `code`, or a finer code that exists at `level` too."""


@dataclass(frozen=True)
class ListedCoding:
    """Codes written in the dictionary.

    `above[level]` maps a code of that level or any finer level to its ancestor at `level`.
    """

    listed: Mapping[str, Mapping[str, str]]
    above: Mapping[str, Mapping[str, str]]

    def codes(self, level: str, member: str | None, years: Iterable[int]) -> Mapping[str, str]:  # noqa: ARG002
        return self.listed[level]

    def label(self, level: str, code: str) -> str | None:
        return self.listed[level].get(code)

    def lift(self, code: str, level: str) -> str:
        return self.above[level][code]


@dataclass(frozen=True)
class CalendarCoding:
    """Months, quarters, years and disjoint five-year bands (2010-2014, 2015-2019, ...).

    A date with only the year known is `2015-UNK`, at month and quarter alike.
    """

    grains: Mapping[str, str]
    """Level -> what its codes are: months, quarters, years or bands."""

    def codes(self, level: str, member: str | None, years: Iterable[int]) -> Mapping[str, str]:  # noqa: ARG002
        return _codes_of_years(self.grains[level], tuple(sorted(set(years))))

    def label(self, level: str, code: str) -> str | None:
        grain = self.grains[level]
        if not _FORMS[grain].fullmatch(code):
            return None
        if grain == "year_band5" and code != _band(int(code[:4])):
            return None
        return _say(code)

    def lift(self, code: str, level: str) -> str:
        return _lifted(code, self.grains[level])


@lru_cache(maxsize=64)
def _codes_of_years(level: str, years: tuple[int, ...]) -> Mapping[str, str]:
    """Return codes and labels of a level. Every node that is opened asks for those of two centuries."""
    months = (f"{y:04d}-{m}" for y in years for m in (*_MONTHS, UNKNOWN))
    lifted = dict.fromkeys(_lifted(month, level) for month in months)
    return MappingProxyType({code: _say(code) for code in lifted})


def _lifted(code: str, level: str) -> str:
    year, _, rest = code.partition("-")
    if level == "year_band5":
        return code if len(rest) == 4 else _band(int(year))
    if level == "year":
        return year
    if level == "quarter" and rest.isdigit():
        return f"{year}-Q{(int(rest) + 2) // 3}"
    return code


def _band(year: int) -> str:
    first = year - year % 5
    return f"{first}-{first + 4}"


def _say(code: str) -> str:
    return code.replace(f"-{UNKNOWN}", ", month unknown")

"""Dates as written in sources: formats made of tokens, two eras, and the precision of a date.

Tokens: YYYY, or YY for two digits of it; MM and DD (two digits), M and D (one or two); MMM (the name of a
month, month_names.py); Q (a quarter, of which the year alone is read). Read and dropped, as the day is the
clock's: hh or h, mm, ss, fff (parts of a second), ap (am or pm), zz (how far it is ahead of UTC: +07:00).
Every other character stands for itself, and so do Latin letters between single quotation marks. Digits of any
script are read as digits.

A format can be EPOCH or EPOCHMS instead: seconds or milliseconds since 1970 began in UTC, read as the day
that it was then in the zone of the column.

A column can have several formats. A cell is read by exactly one of them, or by several to the same date; a
cell that two formats read differently is a problem, and only what the readings agree on is taken: the year.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from gateway.sources.model.cells import NATIVE_DATE
from gateway.sources.model.findings import Problem
from gateway.sources.model.month_names import MONTH_PATTERN, QUARTER_PATTERN, month_of_name

ERAS = ("CE", "BE", "either")
"""Common era; Buddhist era (543 years ahead); `either`: Buddhist from 2400 on."""

BUDDHIST_AHEAD = 543
_FIRST_BUDDHIST = 2400
_EARLIEST = 1900
_HUNDRED = 100
_TOKENS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<short>[0-9]{2})",
    "MMM": rf"(?P<name>{MONTH_PATTERN})",
    "MM": r"(?P<month>[0-9]{2})",
    "DD": r"(?P<day>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "D": r"(?P<day>[0-9]{1,2})",
    "Q": QUARTER_PATTERN,
    "hh": "[0-9]{2}",
    "mm": "[0-9]{2}",
    "ss": "[0-9]{2}",
    "fff": "[0-9]{1,9}",
    "h": "[0-9]{1,2}",
    "ap": r"[ap](?:m|\.m\.)",
    "zz": "[+-][0-9]{2}(?::?[0-9]{2})?",
}
_NATIVE = re.compile(f"{NATIVE_DATE}([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}})")
_TOKEN = re.compile("|".join(("'[^']*'", *_TOKENS)))
_LETTERS = re.compile("[A-Za-z]")


class UnreadableError(Exception):
    """A value that could not be read. Holds the problem, never the value as written.

    `agreed`: the less precise value that every possible reading has in common; "" where there is none.
    """

    def __init__(self, problem: Problem, agreed: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.agreed = agreed


EPOCHS: Mapping[str, int] = MappingProxyType({"EPOCH": 1, "EPOCHMS": 1000})
"""Formats that count from the first moment of 1970 in UTC -> how many make a second."""

_COUNTED = {"EPOCH": r"(?P<epoch>-?[0-9]{1,11})", "EPOCHMS": r"(?P<epochms>-?[0-9]{1,14})"}
_COUNTED_AMONG = {"EPOCH": r"(?P<epoch>-?[0-9]{9,11})", "EPOCHMS": r"(?P<epochms>-?[0-9]{12,14})"}
"""The patterns beside another format of digits alone: days before March 1973 are then not read as counted.
"""

_FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DateFormat:
    """A date format. Raises ValueError with the reason, such as a missing year or a stray letter."""

    text: str

    def __post_init__(self) -> None:
        if self.counts:
            return
        tokens = self._tokens
        if sum(t[0] == "Y" for t in tokens) != 1:
            raise ValueError("a format has the year as YYYY or YY, once")
        if len({t[0] for t in tokens if t[0] in "MD"}) != sum(t[0] in "MD" for t in tokens):
            raise ValueError("a format has month and day at most once")
        if "Q" in tokens and (tokens.count("Q") > 1 or any(t[0] in "MD" for t in tokens)):
            raise ValueError("a quarter has no month and no day")
        if any(t[0] == "D" for t in tokens) and not any(t[0] == "M" for t in tokens):
            raise ValueError("a day without a month cannot be read")
        if _LETTERS.search(_TOKEN.sub("", self.text).replace("T", "")):
            raise ValueError("the tokens are YYYY, YY, MM, M, MMM, DD, D, Q, hh, h, mm, ss, fff, ap, zz")

    @property
    def counts(self) -> bool:
        """Whether the format counts seconds or milliseconds."""
        return self.text in EPOCHS

    @property
    def digits(self) -> bool:
        """Whether texts of this format are digits alone."""
        return self.counts or self.shape.isdigit()

    @property
    def _tokens(self) -> list[str]:
        return [token for token in _TOKEN.findall(self.text) if not token.startswith("'")]

    @property
    def short(self) -> bool:
        """Whether the year has two digits."""
        return "YY" in self._tokens

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern of texts in this format, with the groups year, month, name and day, or epoch."""
        if self.counts:
            return re.compile(_COUNTED[self.text])
        parts, end = [], 0
        for match in _TOKEN.finditer(self.text):
            token = match.group()
            parts.append(_itself(self.text[end : match.start()]))
            parts.append(_itself(token[1:-1]) if token.startswith("'") else _TOKENS[token])
            end = match.end()
        return re.compile("".join(parts) + _itself(self.text[end:]))

    @property
    def shape(self) -> str:
        """A key of the format: formats with the same shape differ in the order of their numbers only."""
        return _TOKEN.sub(lambda match: _shape(match.group()), self.text)


def _itself(text: str) -> str:
    """The pattern of characters that stand for themselves, as plain words have them."""
    return re.escape(unicodedata.normalize("NFKC", text).casefold())


def _shape(part: str) -> str:
    if part.startswith("'"):
        return part[1:-1]
    if part == "Q":
        return "q"
    return "a" if part == "MMM" else "9" * max(2, len(part))


@dataclass(frozen=True)
class DateReader:
    """Reads a date to `YYYY-MM-DD`, `YYYY-MM` or `YYYY` of the common era: as precise as the text is.

    `pivot`: the first year that two digits can mean, in the era of the column; by default the hundred years
    that end with today's. `zone`: how far the clocks of the column are ahead of UTC, for formats that count.
    """

    formats: tuple[DateFormat, ...]
    era: str
    today: date
    pivot: int | None = None
    zone: timedelta = timedelta(0)

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        among = sum(form.digits for form in self.formats) > 1
        return tuple(
            re.compile(_COUNTED_AMONG[form.text]) if among and form.counts else form.pattern
            for form in self.formats
        )

    def fits(self, text: str) -> bool:
        """Whether a plain text has the form of some format: whether it is a day is not asked."""
        first, *others = self._patterns  # drafts ask readers of one format a million times
        return first.fullmatch(text) is not None or any(pattern.fullmatch(text) for pattern in others)

    def read(self, text: str) -> str:
        """Read plain text (see words.py) or a date stored by the source. Raises UnreadableError.

        Every format is tried: a date that two formats read differently is never guessed.
        """
        native = _NATIVE.fullmatch(text)
        if native:
            return self._within(*map(int, native.groups())).isoformat()
        found: list[str] = []
        refused: list[UnreadableError] = []
        for pattern in self._patterns:
            if match := pattern.fullmatch(text):
                try:
                    found.append(self._value(match.groupdict()))
                except UnreadableError as error:
                    refused.append(error)
        if not found:
            raise refused[0] if refused else UnreadableError(Problem.DATE_FORM)
        if len(set(found)) > 1:
            raise UnreadableError(Problem.DATE_AMBIGUOUS, _agreed(found))
        return found[0]

    def _value(self, parts: dict[str, str | None]) -> str:
        for name, per_second in EPOCHS.items():
            if count := parts.get(name.casefold()):
                return self._counted(int(count), per_second).isoformat()
        short = parts.get("short")
        year = self._common_era(
            int(parts.get("year") or 0) if short is None else self._whole_year(int(short))
        )
        month = _month(parts.get("month"), parts.get("name"))
        day = parts.get("day")
        first = self._within(year, month or 1, 1 if day is None else int(day))
        if not month:
            return f"{year:04d}"
        return first.isoformat() if day else f"{year:04d}-{month:02d}"

    def _counted(self, count: int, per_second: int) -> date:
        """The day in the column's zone, so many seconds or parts of a second after 1970 began in UTC."""
        try:
            moment = _FIRST_MOMENT + timedelta(seconds=count // per_second) + self.zone
        except OverflowError:
            raise UnreadableError(Problem.DATE_NOT_REAL) from None
        return self._within(moment.year, moment.month, moment.day)

    def _whole_year(self, short: int) -> int:
        """The year of the column's era that two digits mean."""
        last = self.today.year + (BUDDHIST_AHEAD if self.era == "BE" else 0)
        first = last - _HUNDRED + 1 if self.pivot is None else self.pivot
        return first + (short - first) % _HUNDRED

    def _within(self, year: int, month: int, day: int) -> date:
        """A real day, not before 1900 and not after today."""
        try:
            found = date(year, month, day)
        except ValueError:
            raise UnreadableError(Problem.DATE_NOT_REAL) from None
        if found.year < _EARLIEST:
            raise UnreadableError(Problem.DATE_EARLY)
        if found > self.today:
            raise UnreadableError(Problem.DATE_FUTURE)
        return found

    def _common_era(self, year: int) -> int:
        buddhist = self.era == "BE" or (self.era == "either" and year >= _FIRST_BUDDHIST)
        common = year - BUDDHIST_AHEAD if buddhist else year
        if not buddhist and year >= _FIRST_BUDDHIST:
            raise UnreadableError(Problem.DATE_ERA)
        if buddhist and common < _EARLIEST:
            raise UnreadableError(Problem.DATE_ERA)
        return common


def _agreed(dates: Sequence[str]) -> str:
    """The month or the year that all the dates have in common, or ""."""
    for precise in (len("YYYY-MM"), len("YYYY")):
        parts = {found[:precise] for found in dates}
        if len(parts) == 1 and min(map(len, dates)) >= precise:
            return parts.pop()
    return ""


def _month(number: str | None, name: str | None) -> int:
    """A month from 1 to 12, or 0 for none. Raises UnreadableError for an invalid number."""
    if name is not None:
        return month_of_name(name)
    if number is None:
        return 0
    if not 1 <= int(number) <= 12:
        raise UnreadableError(Problem.DATE_NOT_REAL)
    return int(number)


def month_of(code: str) -> str:
    """The dictionary's month of a date from `DateReader`: unknown for a year alone or for no date."""
    if code in {"", "UNK"}:
        return "UNK"
    return code[:7] if len(code) > 4 else f"{code}-UNK"


def whole_years(born: str, then: str) -> int:
    """Age at the date `then` of someone born on `born`: the greatest age possible if a date is imprecise.

    Negative when `then` is before `born` in every reading of the two dates.
    """
    precise = min(len(born), len(then))
    years = int(then[:4]) - int(born[:4])
    return years - 1 if then[4:precise] < born[4:precise] else years

"""Phrases of the office and their meaning: `90 days`, `50 a month`, `2015-2017`."""

import re
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from policies.model.shapes import AnyForm, Meaning, Phrase, Shape
from policies.model.terms import Period

LONGEST_DAYS = 36500
NO_LIMIT = -1
"""Stands for "without limit" while a document is read; None would mean "could not be read"."""


def _days(match: re.Match[str]) -> int | None:
    return int(match[1]) if int(match[1]) <= LONGEST_DAYS else None


DAYS: Shape[int] = Phrase("90 days", r"([1-9][0-9]{0,4}) days?", _days, ("# days",))


def days_or(word: str, meaning: int) -> Shape[int]:
    """A number of days, or a word for a number that has a name: `none` for 0, `unlimited` for NO_LIMIT."""
    return AnyForm((DAYS, Meaning(f"time (or {word})", {word: meaning})))


def say_days(days: int) -> str:
    """The phrase for a number of days."""
    return "1 day" if days == 1 else f"{days} days"


QUOTA: Shape[tuple[Period, int]] = Phrase(
    "50 a month",
    r"([1-9][0-9]{0,5}) (?:a|per) (day|week|month|year)",
    lambda match: (Period(match[2]), int(match[1])),
    tuple(f"# a {period}" for period in Period),
)


def say_quota(period: Period, limit: int) -> str:
    """The phrase for a quota."""
    return f"{limit} a {period}"


SPAN: Shape[tuple[int, str]] = Phrase(
    "24 months",
    r"([1-9][0-9]{0,3}) (day|month|year)s?",
    lambda match: (int(match[1]), match[2]),
    ("# days", "# months", "# years"),
)


def last_day(first: date, span: tuple[int, str]) -> date | None:
    """The last day of a time that begins with `first`; None past the calendar's end.

    24 months from 15 January end with 14 January; in a month that is too short, with the month's last day.
    """
    number, unit = span
    try:
        if unit == "day":
            return first + timedelta(days=number - 1)
        months = first.month - 1 + number * (12 if unit == "year" else 1)
        year, month = first.year + months // 12, months % 12 + 1
        if first.day > monthrange(year, month)[1]:
            return date(year, month, monthrange(year, month)[1])
        return date(year, month, first.day) - timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _years(match: re.Match[str]) -> tuple[int, int] | None:
    first, last = int(match[1]), int(match[2])
    return (first, last) if first <= last else None


YEARS: Shape[tuple[int, int]] = Phrase("2015-2017", r"([12][0-9]{3})-([12][0-9]{3})", _years, ("#-#",))


def say_years(years: tuple[int, int]) -> str:
    """The phrase for a period of years."""
    return f"{years[0]}-{years[1]}"


def _positive(match: re.Match[str]) -> Decimal | None:
    value = Decimal(match[0])
    return value if value > 0 else None


def _part(match: re.Match[str]) -> Decimal | None:
    value = Decimal(match[0])
    return value if value < 1 else None


PART: Shape[Decimal] = Phrase("0.5", r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,4})?", _part, number=True)
"""From 0 to below 1."""

EPSILON: Shape[Decimal] = Phrase("1.5", r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,4})?", _positive, number=True)

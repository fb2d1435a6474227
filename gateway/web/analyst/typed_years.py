"""The first and the last year as typed: in any order, in either era, in the digits of any script. Pure.

A year that is read otherwise than it was typed is said beside the question, so that nobody asks for years by
mistake.
"""

import re
import unicodedata
from dataclasses import dataclass

from gateway.picturing.words import msgid
from gateway.question import QuestionError
from policies.model.messages import Message, message

FIRST_YEAR, LAST_YEAR = 1945, 2100
"""No accident with these devices is older; no register is newer."""

BUDDHIST = 543
"""Years by which the Buddhist era is ahead, as Cambodia, Lao PDR and Thailand count it."""

ONE_YEAR = msgid("Say both years, or leave both empty. For a single year write it twice.")

_TWO_YEARS = re.compile(r"(\d{4})(?:\D+)(\d{4})")


@dataclass(frozen=True)
class Years:
    """The years from `first` to `last`. `remarks` say what was read otherwise than it was typed."""

    first: int
    last: int
    remarks: tuple[Message, ...] = ()


def read_years(since: str, until: str, latest: int = LAST_YEAR) -> Years | None:
    """Read both fields; None where both are empty.

    Raises QuestionError for a missing year, for what is no year, and for a year after `latest`.
    """
    since, until = _plain(since), _plain(until)
    both = _TWO_YEARS.fullmatch(since or until) if not (since and until) else None
    if both is not None:
        since, until = both.groups()
    if not since and not until:
        return None
    if not since or not until:
        raise QuestionError([ONE_YEAR])
    first, last = _year(since, latest), _year(until, latest)
    remarks = [
        _other_era(typed, year) for typed, year in ((since, first), (until, last)) if typed != str(year)
    ]
    if first > last:
        first, last = last, first
        said = message("The years are read as %(first)s to %(last)s.", first=str(first), last=str(last))
        remarks.append(said)
    return Years(first, last, tuple(dict.fromkeys(remarks)))


def _plain(typed: str) -> str:
    """The typed text with the digits 0 to 9, without signs that nobody sees, and a year in one piece."""
    visible = "".join(c for c in unicodedata.normalize("NFC", typed) if unicodedata.category(c) != "Cf")
    plain = " ".join("".join(_digit(c) for c in visible).split())
    digits = plain.replace(" ", "")
    return digits if re.fullmatch(r"[0-9]{1,4}", digits) else plain


def _digit(letter: str) -> str:
    """0 to 9 for a digit of any script: those that only look like digits, such as ², stay as they are."""
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def _year(typed: str, latest: int) -> int:
    number = int(typed) if re.fullmatch(r"[0-9]{4}", typed) else 0
    year = number - BUDDHIST if FIRST_YEAR <= number - BUDDHIST <= LAST_YEAR else number
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise QuestionError([_no_year(typed)])
    if year > latest:
        raise QuestionError([_too_late(year, latest)])
    return year


def _no_year(typed: str) -> Message:
    return message(
        "“%(typed)s” is not a year between %(first)s and %(last)s: write all four digits, such as 2019. "
        "Years of the Buddhist era, such as 2562, are understood too.",
        typed=typed,
        first=str(FIRST_YEAR),
        last=str(LAST_YEAR),
    )


def _too_late(year: int, latest: int) -> Message:
    return message(
        "%(year)s is in the future: no records cover it yet. The last year that can be asked is %(last)s.",
        year=str(year),
        last=str(latest),
    )


def _other_era(typed: str, year: int) -> Message:
    return message("%(typed)s is read as a year of the Buddhist era: %(year)s.", typed=typed, year=str(year))

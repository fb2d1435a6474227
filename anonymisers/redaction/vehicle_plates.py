"""The plates of vehicles, such as `DS 1734 KJ`, `74F1-228.19` or `กข 4418`: they lead to an owner."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from anonymisers.redaction.case_codes import PIECE_LETTERS
from anonymisers.redaction.profiles import alternatives, data
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.text_reading import is_latin

LEAST_DIGITS = 2
LEAST_BESIDE_A_VEHICLE = 3
_LETTERS = (
    r"(?:[A-Z]{1,4}(?![a-z])|[\u0e01-\u0e2e]{1,3}|[\u0e81-\u0eae]{1,3}"
    r"|[\u1780-\u17a2]{1,3}|[\u1000-\u1021]{1,2})"
)
_PLATE = (
    rf"(?:\d{{1,2}} ?{_LETTERS}\d?|{_LETTERS}(?:[ -]?[A-Z](?![a-z]))?)[ ./-]{{0,2}}"
    r"\d{1,5}(?:[.-]\d{1,4}){0,2}"
    r"(?:[ -]?[A-Z]{1,3}(?![A-Za-z]))?"
)
_ENDINGS = ("ng", "nya", "nia")
"""What Tagalog, Indonesian and Tetum put behind a word for plates: 'plakang MK 30218'."""
_BARE = r"(?:\d{1,4}[-. ]\d{2,5}(?:[-. ]\d{2,4})?|\d{3,6})(?:[ -][A-Z]{1,3}(?![A-Za-z]))?"
"""A plate of digits alone: only right after a word for plates."""
_OWN_FORM = re.compile(
    r"(?<![\w/-])(?:(?!RT|RW|NO|KM|GG|JL)[A-Z]{1,2} [1-9]\d{2,3} [A-Z]{2,3}"
    r"|\d{2}-?[A-Z][A-Z0-9]?[- ]\d{3}\.?\d{2})(?![\w/-])"
)
"""Plates that are nothing else: Indonesian (DS 1734 KJ) and Vietnamese ones (74F1-228.19)."""


def plates(plain: str, taken: Callable[[int, int], bool]) -> Iterator[Span]:
    """Return the plates in a text. `taken` says whether a stretch is something else already."""
    for match in _OWN_FORM.finditer(plain):
        if not taken(*match.span()):
            yield Span(*match.span(), Kind.NATIONAL_ID, Evidence.FORM)
    for pattern, least in ((_announced(), LEAST_DIGITS), (_beside(), LEAST_BESIDE_A_VEHICLE)):
        for match in pattern.finditer(plain):
            place = match.span("plate")
            if sum(c.isdigit() for c in match.group("plate")) >= least and not taken(*place):
                yield Span(*place, Kind.NATIONAL_ID, Evidence.CUE)


@cache
def _announced() -> re.Pattern[str]:
    words = data("plates_and_accounts")["plates"]
    words = alternatives(
        [*words, *(word + ending for word in words if is_latin(word[0]) for ending in _ENDINGS)]
    )
    between = r"[^\d.;\n]{0,16}?"
    begins = rf"(?:{between}(?<![A-Z\d{PIECE_LETTERS}]))?(?<![A-Z\d])"  # in the middle of no other word
    return re.compile(rf"(?:(?i:{words})){begins}(?P<plate>{_PLATE}|{_BARE})(?![A-Za-z0-9])")


@cache
def _beside() -> re.Pattern[str]:
    words = alternatives(data("plates_and_accounts")["vehicles"])
    plate = rf"(?P<plate>{_PLATE}|\d{{2}}-\d{{3}})(?![A-Za-z0-9])"
    return re.compile(rf"(?:(?i:{words}))(?: [a-z]{{2,12}})?[ :(,#]{{0,3}}{plate}")

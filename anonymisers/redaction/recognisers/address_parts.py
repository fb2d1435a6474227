"""The numbers of houses, rooms, lanes and wards beside a place that was found already.

An address is said in parts, and every language has its own words and order: "Unit 8, Nongduang village",
"đường Nguyễn Huệ, số 44", "เลขที่ 8 หมู่ 12". Once one part is known, the parts that touch it belong to it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from anonymisers.redaction.profiles import alternatives, data
from anonymisers.redaction.spans import Evidence, Kind, Span

FARTHEST = 40
"""Characters before a place in which one part of its address stands."""
MOST_PARTS = 6
_NUMBER = (
    r"\(?\d{1,4}(?: ?[A-Za-z]{1,2}(?![A-Za-z])| ?(?:[\u0e01-\u0e2e](?![\u0e01-\u0e4e])"
    r"|[\u0e81-\u0eae](?![\u0e81-\u0ecd])|[\u1780-\u17a2](?![\u1780-\u17d3])|[\u1000-\u1021](?![\u1000-\u103f])))?"
    r"(?:[/-]\d{1,4}[A-Za-z]?|/[\u1000-\u1021\u0e01-\u0e2e\u1780-\u17a2])*\)?"
)
_LINK = r"(?:[.:]?[^\S\n]?(?:no\.?|số|n\.?[º°]|nú|លេខ|ເລກທີ|เลขที่|အမှတ်)?[.:]?[^\S\n]?#?)"
_BETWEEN = r"(?:[,;\u104a]?[^\S\n]?|[^\S\n]?-[^\S\n]?)"
_YEAR = re.compile(r"(?:19|20|24|25)\d\d")


def address_parts(plain: str, found: Sequence[Span]) -> Iterator[Span]:
    """Return the numbered parts that touch a place in `found`, and chains of parts without a place."""
    for match in _chain().finditer(plain):
        if not _names_a_unit(plain, match):
            yield Span(*match.span(), Kind.ADDRESS, Evidence.CUE)
    for span in found:
        if span.kind in (Kind.VILLAGE, Kind.ADDRESS):
            yield from _around(plain, span)
        elif span.kind == Kind.PERSON:
            bare = _bare().search(plain, max(0, span.start - FARTHEST), span.start)
            if bare is not None and not _YEAR.fullmatch(bare.group("number")):
                ward = _after().match(plain, span.end)
                end = ward.end() if ward else span.end
                yield Span(bare.start("part"), end, Kind.ADDRESS, Evidence.CUE)


_NUMBER_SIGN = re.compile(r"(?:(?<![^\W_])(?:no|nos|nº|số|nú)\.?[^\S\n]?|[#№][^\S\n]?)$", re.IGNORECASE)
_TOWN = re.compile(r"(?<![^\W_])thị[^\S\n]$", re.IGNORECASE)
"""'thị trấn' and 'thị xã' are towns; 'xã' alone is a commune."""


def whole_starts(plain: str, found: Sequence[Span]) -> Iterator[Span]:
    """Return the places with what belongs to them before their first word: 'No. 27, Street 12', '#48'."""
    for span in found:
        sign = _NUMBER_SIGN if span.kind == Kind.ADDRESS and plain[span.start].isdigit() else _TOWN
        if span.kind in (Kind.ADDRESS, Kind.VILLAGE):
            match = sign.search(plain, max(0, span.start - FARTHEST), span.start)
            if match:
                yield Span(match.start(), span.end, span.kind, span.evidence)


def _around(plain: str, span: Span) -> Iterator[Span]:
    start, end = span.start, span.end
    for _ in range(MOST_PARTS):
        match = _before().search(plain, max(0, start - FARTHEST), start)
        if match is None or _names_a_unit(plain, match) or not _may_begin(plain, match, start):
            break
        start = match.start("part")
    for _ in range(MOST_PARTS):
        match = _after().match(plain, end)
        if match is None:
            break
        end = match.end()
    if (start, end) != (span.start, span.end):
        yield Span(start, end, Kind.ADDRESS, Evidence.CUE)


def _may_begin(plain: str, match: re.Match[str], place: int) -> bool:
    """Return whether a bare number begins an address: only before a street, and never a year."""
    if match.group("word"):
        return True
    bare = match.group("part")
    return not _YEAR.fullmatch(bare) and _street_in_script().match(plain, place) is not None


def _names_a_unit(plain: str, match: re.Match[str]) -> bool:
    """Return whether the part is the number of a unit: 'Demining Unit 5, Ban Na'."""
    word = re.match(r"[A-Za-z]+", match.group().lstrip(" ,"))
    before = plain[: match.start()].rstrip(" ")
    capital = re.search(r"[A-Z][A-Za-z]*$", before[-20:])
    return bool(word and word.group().lower() in data("address_parts")["units"] and capital)


def _words(*fields: str) -> str:
    return alternatives(word for field in fields for word in data("address_parts")[field])


@cache
def _before() -> re.Pattern[str]:
    word = rf"(?P<word>(?:{_words('houses', 'parts')}){_LINK})"
    behind = rf"{_NUMBER}[^\S\n]?(?:{_words('after_number')})"
    bare = rf"(?<![\w.,/-]){_NUMBER}"
    return re.compile(rf"(?P<part>{word}{_NUMBER}|{behind}|{bare}){_BETWEEN}$", re.IGNORECASE)


@cache
def _after() -> re.Pattern[str]:
    part = rf"(?:{_words('houses', 'parts')}){_LINK}{_NUMBER}(?![\w])"
    behind = rf"{_NUMBER}[^\S\n]?(?:{_words('after_number')})"
    return re.compile(rf"{_BETWEEN}(?:{part}|{behind})|/\d{{1,4}}(?!\d)|(?<=\d)ထောင့်", re.IGNORECASE)


@cache
def _chain() -> re.Pattern[str]:
    """A house, and another part with a number: 'Plot 22 Sector 4'."""
    first = rf"(?:{_words('houses')}){_LINK}{_NUMBER}"
    second = rf"(?:{_words('houses', 'parts')}){_LINK}{_NUMBER}(?!\w)"
    return re.compile(rf"{first}(?:(?:,[^\S\n]?|[^\S\n]|\u104a[^\S\n]?)(?:{second}))+", re.IGNORECASE)


@cache
def _street_in_script() -> re.Pattern[str]:
    return re.compile(_words("streets_in_scripts"))


@cache
def _bare() -> re.Pattern[str]:
    """'ở 23 Quang Trung', 'No. 7 Ho Xuan Huong': a number between a word for a place and a name."""
    house = rf"(?:(?:{_words('houses')}|(?<!\w)(?:no|số))\.?[^\S\n])"
    at = rf"(?:{_words('at')}),?[^\S\n]"
    return re.compile(rf"(?:{at}|(?={house}))(?P<part>{house}?(?P<number>{_NUMBER}))[^\S\n]$", re.IGNORECASE)

"""The numbers of houses, rooms, lanes and wards beside a place that was found already.

An address is said in parts, and every language has its own words and order: "Unit 8, Nongduang village",
"đường Nguyễn Huệ, số 44", "เลขที่ 8 หมู่ 12". Once one part is known, the parts that touch it belong to it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from anonymisers.redaction.profiles import alternatives, data
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.text_reading import is_latin

FARTHEST = 40
"""Characters before a place in which one part of its address stands."""
MOST_PARTS = 6
_LETTER_SAID = (
    "(?:(?:អេ|អា|ប៊ី|បេ|ស៊ី|ឌី|អ៊ី|អឺ|អេហ្វ|ជី)(?![\u1780-\u17d3])|(?:ເອ|ບີ|ຊີ|ດີ)(?![\u0e81-\u0ecd])|(?:เอ|บี|ซี|ดี)(?![\u0e01-\u0e4e])"
    "|(?:အေ|ဘီ|စီ|ဒီ)(?![\u1000-\u103f]))"
)
"""Latin letters behind the number of a house, as they are said: 88E, 27B."""
NUMBER = (
    rf"\(?\d{{1,4}}(?: ?{_LETTER_SAID})?"
    r"(?: ?[A-Za-z]{1,2}(?![A-Za-z])| ?(?:[\u0e01-\u0e2e](?![\u0e01-\u0e4e])"
    r"|[\u0e81-\u0eae](?![\u0e81-\u0ecd])|[\u1780-\u17a2](?![\u1780-\u17d3])|[\u1000-\u1021](?![\u1000-\u103f])))?"
    r"(?: ?\([A-Za-z]\))?(?:[/-]\d{1,4}[A-Za-z]?|/[\u1000-\u1021\u0e01-\u0e2e\u1780-\u17a2])*\)?"
)
BUILDING = (
    r"(?:[\u0e01-\u0e2e](?![\u0e01-\u0e4e])|[\u0e81-\u0eae](?![\u0e81-\u0ecd])|[\u1780-\u17a2](?![\u1780-\u17d3])"
    r"|[\u1000-\u1021](?![\u1000-\u103f]))"
)
"""A letter alone, as a building has."""
_LINK = r"(?:[.:]?[^\S\n]?(?:no\.?|số|n\.?[º°]|nú|លេខ|ເລກທີ|เลขที่|အမှတ်)?[.:]?[^\S\n]?#?)"
_BETWEEN = r"(?:[,;\u104a/]?[^\S\n]?|[^\S\n]?-[^\S\n]?)"
_QUARTER = re.compile(
    r"(?:ấp|tổ|khu phố|khóm|kiệt|hẻm|ngõ|moo|purok|zone|rt|lorong|lrg|gang|gg|lingkungan|batu)\.? ?\d",
    re.IGNORECASE,
)
"""Quarters with a number, before which the number of the house stands alone: '212 ấp 4'."""
_YEAR = re.compile(r"(?:19|20|24|25)\d\d")


def address_parts(plain: str, found: Sequence[Span]) -> Iterator[Span]:
    """Return the numbered parts that touch a place in `found`, and chains of parts without a place."""
    for match in _chain().finditer(plain):
        if not _names_a_unit(plain, match):
            yield Span(*match.span(), Kind.ADDRESS, Evidence.CUE)
    for pattern in (_labelled(), _on_a_street(), _number_first()):
        for match in pattern.finditer(plain):
            yield from _with_what_follows(plain, *match.span("address"))
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
            if match is None and sign is _NUMBER_SIGN:
                match = _house_word().search(plain, max(0, span.start - FARTHEST), span.start)
            if match:
                yield Span(match.start(), span.end, span.kind, span.evidence)


@cache
def _house_word() -> re.Pattern[str]:
    """The word for a house before its number, in scripts without spaces: the number alone was found."""
    words = "|".join(re.escape(word) for word in data("address_parts")["houses"] if not is_latin(word[0]))
    return re.compile(rf"(?:{words})[^\S\n]?$")


def _with_what_follows(plain: str, start: int, end: int) -> Iterator[Span]:
    for _ in range(MOST_PARTS):
        match = _after().match(plain, end)
        if match is None:
            break
        end = match.end()
    yield Span(start, end, Kind.ADDRESS, Evidence.CUE)


@cache
def _labelled() -> re.Pattern[str]:
    """'alamat perum griya asri b/14': what a form calls an address, in small letters, up to its number."""
    number = r"[a-z]{0,2}/?\d{1,4}[a-z]?(?!\w)"
    address = rf"(?P<address>(?:[^\s.,;:\d]{{1,20}} ){{1,5}}{number})"
    return re.compile(rf"(?:{_words('labels')})[^\S\n]?:?[^\S\n]{address}")


@cache
def _number_first() -> re.Pattern[str]:
    """'address: 17 kamagong st., brgy. 4', 'nhà 127/5 lý thường kiệt, phường 3': a number and names."""
    words = r"(?:[^\S\n][^\W\d_]{1,15}){1,4}?"
    label = rf"(?:{_words('labels')})(?:[^\S\n]\w{{2,3}})?[^\S\n]?:?[^\S\n]"
    house, at_house = rf"(?={_words('houses')})", rf"(?:(?:{_words('houses')}){_LINK})"
    part = rf"(?:{_words('houses', 'parts')}){_LINK}{NUMBER}(?!\w)"
    return re.compile(
        rf"(?:{label}|{house})(?P<address>{at_house}?{NUMBER}{words}\.?,[^\S\n]{part})", re.IGNORECASE
    )


@cache
def _on_a_street() -> re.Pattern[str]:
    """'nhà 34b đường tránh': the number of a house and a street, in small letters."""
    houses, streets = _words("houses"), _words("streets_in_small_letters")
    return re.compile(
        rf"(?P<address>(?:{houses}){_LINK}{NUMBER}[^\S\n](?:{streets})\.?[^\S\n][^\W\d_]{{2,20}})"
    )


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
    if match.group("word") or match.group("lettered"):
        return True
    bare = match.group("part")
    street = _street_in_script().match(plain, place) or _QUARTER.match(plain, place)
    return not _YEAR.fullmatch(bare) and street is not None


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
    lettered = rf"(?:{_words('houses')})[^\S\n]?{BUILDING}"
    word = rf"(?P<word>(?:{_words('houses', 'parts')}){_LINK})"
    behind = rf"{NUMBER}[^\S\n]?(?:{_words('after_number')})"
    bare = rf"(?<![\w.,/-]){NUMBER}"
    return re.compile(
        rf"(?P<part>{word}{NUMBER}|{behind}|(?P<lettered>{lettered})|{bare}){_BETWEEN}$", re.IGNORECASE
    )


@cache
def _after() -> re.Pattern[str]:
    part = rf"(?:{_words('houses', 'parts')}){_LINK}{NUMBER}(?![\w])|(?:{_words('houses')})[^\S\n]?{BUILDING}"
    behind = rf"{NUMBER}[^\S\n]?(?:{_words('after_number')})"
    streets = rf"(?:{_words('streets_in_small_letters')})"
    word = r"[^\S\n][^\W\d_]{2,15}"
    street = "|".join(
        (
            rf"(?:,{word})?[^\S\n](?:st|rd|ave|street|road|avenue|lane)(?!\w)",
            rf"[^\S\n]{streets}\.?(?:{word}){{1,3}}(?:[^\S\n]\d{{1,3}}(?!\d))?(?=[,.;\n]|$)",
            rf",[^\S\n](?:taman|perum|perumahan|desa|villa)(?:{word}){{1,3}}(?=[,.;\n]|$)",
            rf"\.?,[^\S\n]tp\.?{word}(?:{word})?",
        )
    )
    return re.compile(
        rf"\.?{_BETWEEN}(?:{part}|{behind})|{street}|/\d{{1,4}}(?!\d)|(?<=\d)ထောင့်", re.IGNORECASE
    )


@cache
def _chain() -> re.Pattern[str]:
    """A house or a ward, and another part with a number: 'Plot 22 Sector 4', 'thôn 3, đội 2'."""
    first = rf"(?:{_words('houses')}){_LINK}{NUMBER}"
    second = rf"(?:{_words('houses', 'parts')})(?:{_LINK}{NUMBER}|[^\S\n](?-i:[A-Z]))(?!\w)"
    ward = rf"(?:{_words('wards')}){_LINK}{NUMBER}(?!\w)"
    link = r"(?:,[^\S\n]?|/|[^\S\n]|\u104a[^\S\n]?)"
    return re.compile(rf"{first}(?:{link}(?:{second}))+|{ward}(?:{link}(?:{ward}))+", re.IGNORECASE)


@cache
def _street_in_script() -> re.Pattern[str]:
    return re.compile(_words("streets_in_scripts"))


@cache
def _bare() -> re.Pattern[str]:
    """'ở 23 Quang Trung', 'No. 7 Ho Xuan Huong': a number between a word for a place and a name."""
    house = rf"(?:(?:{_words('houses')}|(?<!\w)(?:no|số))\.?[^\S\n])"
    at = rf"(?:{_words('at')}),?[^\S\n]"
    return re.compile(rf"(?:{at}|(?={house}))(?P<part>{house}?(?P<number>{NUMBER}))[^\S\n]$", re.IGNORECASE)

"""Numbers and codes leading to a person, recognised by form, by the preceding word, or by length."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from anonymisers.redaction.announced_codes import announced_codes
from anonymisers.redaction.case_codes import PIECE_LETTERS, SHORT_PIECE, case_codes
from anonymisers.redaction.online_names import online_names
from anonymisers.redaction.profiles import number_cues
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.text_reading import is_latin
from anonymisers.redaction.vehicle_plates import plates

LEAST_DIGITS = 7
"""A figure of this length identifies a person, unless the figure is an amount, a date or a range of years."""

_LOCAL = r"[A-Za-z0-9\u00c0-\u024f\u1e00-\u1eff_.%+'-]"
EMAIL = re.compile(
    rf"(?<!{_LOCAL}){_LOCAL}{{1,64}}\s?(?:@|\(at\)|\[at\])\s?[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{1,8}}"
    r"|(?:https?://|www\.|(?:facebook|fb|t|wa)\.(?:com|me)/)[^\s<>\"]+"
)
_DEGREES = r"""[-+]?\d{1,3}(?:[.,]\d+)?\s?[°º]\s?(?:\d{1,2}(?:[.,]\d+)?\s?['′]\s?
    (?:\d{1,2}(?:[.,]\d+)?\s?(?:"|″|\'\'|′′)\s?)?)?(?:[NSEW]|L[SU]|B[TB])?"""
GPS = re.compile(
    rf"""
    (?:lat(?:itude)?|lintang|vĩ\s?độ)\.?\s*[:=]?\s*[-+]?\d{{1,3}}(?:\.\d+)?\s?°?\s?[NS]?[\s,;/]*
      (?:long?(?:itude)?|lng|bujur|kinh\s?độ)\.?\s*[:=]?\s*[-+]?\d{{1,3}}(?:\.\d+)?(?:\s?°)?(?:\s?[EW]\b)?
    | [-+]?\d{{1,3}}\.\d{{3,}}\s?°?\s?[NSEW]?\s*[,;/\s]\s*[-+]?\d{{1,3}}\.\d{{3,}}(?:\s?°)?(?:\s?[NSEW]\b)?
    | {_DEGREES}(?:[\s,;/]*(?:[NSEW]|B[TB]|L[SU])?\s*{_DEGREES})?
    | \b\d{{1,2}}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z]{{2}}\s?\d{{2,5}}\s?\d{{2,5}}\b
    | \b\d{{1,2}}\s?[c-hj-np-x]\s?[a-hj-np-z]{{2}}\s?\d{{4,5}}\s?\d{{4,5}}\b
    | \b\d{{1,2}}\s?[C-HJ-NP-X][\s,]+(?:E\s?)?\d{{5,7}}(?:\s?m?E)?[\s,;/]+(?:N\s?)?\d{{6,8}}(?:\s?m?N)?\b
    | (?<![\d.])[-+]?\d{{1,3}}\.\d{{4,}}(?![\d.])(?:\s?°)?(?:\s?[NSEW]\b)?
    """,
    re.VERBOSE,
)
"""Decimal degrees, degrees and minutes, UTM and MGRS (the grid references of field reports).

LS, LU, BT and BB are south, north, east and west in Indonesian.
"""
NATIONAL_ID = re.compile(
    # Myanmar: state/township(kind)number, in either script; wa typed for zero
    r"\d{1,2}\s?/\s?[A-Za-z]{3,12}\s?\(\s?[A-Za-z]{1,6}\s?\)\s?[\d\u101d]{5,6}"
    r"|[\d\u101d]{1,2}\s?/\s?[\u1000-\u109f]{2,20}\s?\(\s?[\u1000-\u109f]{1,12}\s?\)\s?[\d\u101d]{5,6}"
    # Singapore, and a letter or two with seven digits or more, as passports have
    r"|(?<![A-Za-z0-9])(?!ID|NO|HP|WA)[A-Z]{1,2}[- ]?\d{7,9}[A-Z]?(?:\s?\(\d{1,2}\))?(?![A-Za-z0-9])"
)
_SEPARATOR = r"(?:\s?[-./\u00b7\u2022*|\\_~]\s?|\s{1,2}|\s?[()]\s?|\)\s?-?)"
FIGURE = re.compile(
    r"(?<![\w.,])0\d{1,3}(?:,\d{2,4}){2,}(?![\w,])|"  # no amount begins with 0
    rf"(?<![\w])\+?\(?\d(?:{_SEPARATOR}?\d)*(?:\s?\(\d{{1,2}}\))?|(?<=[^\W\d_])\+?\d(?:{_SEPARATOR}?\d)*"
)
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+(?:[.,]\d{1,2})?")
_AMOUNT_UNIT = re.compile(
    r"\s?(?:m2|m²|sqm|sq|ha|hectares?|km|kg|tons?|tonnes?|metres?|meters?|riels?|kip|baht|kyats?|dong|pesos?|rupiah|"
    r"ringgit|dollars?|usd|eur|khr|lak|thb|mmk|vnd|php|idr|myr|%|đồng|juta|ribu|people|persons|households|families)\b",
    re.IGNORECASE,
)
_CURRENCY_BEFORE = re.compile(
    r"(?:USD|US\$|\$|€|EUR|KHR|LAK|THB|MMK|VND|PHP|IDR|(?<![A-Za-z])(?:Rp\.?|RM|P)|₭|฿|₫|₱)\s?$"
)
_YEARS = re.compile(r"(?:(?:19|20|24|25)\d\d)(?:\s?[-/ ]\s?(?:19|20|24|25)\d\d)+")
_CODE = re.compile(
    r"(?<![A-Za-z0-9/-])[A-Za-z]{1,8}(?:[-/_.][A-Za-z]{1,8}){0,6}[-/_.#]?\d[A-Za-z0-9]*"
    r"(?:[-/_.][A-Za-z0-9]+)*(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9/-])\d+[A-Za-z]{1,4}[-/_]?\d+(?:[-/_][A-Za-z0-9]+)*(?![A-Za-z0-9])"
)
LONGEST_LETTERS = 8
SHORT_LABEL = 2
"""Letters before a telephone number that are its label: HP, WA, DT."""
_LEADING_LETTERS = re.compile(rf"(?<![^\W_])(?P<letters>[A-Z]{{2,{LONGEST_LETTERS}}})[ -]?$")
_TRAILING_LETTERS = re.compile(
    rf"(?:[-/](?:[A-Za-z\u00c0-\u01b0]{{1,{LONGEST_LETTERS}}}(?![A-Za-z0-9])|(?:{SHORT_PIECE})))+"
)
_LEADING_PIECES = re.compile(
    rf"(?<![{PIECE_LETTERS}.])(?:{SHORT_PIECE})(?:[./-](?:{SHORT_PIECE})){{0,3}}\.?[ -]?$"
)
"""Abbreviations in scripts without capitals before the digits of a code."""
LONGEST_PIECES = 16
_CUED_CODE = (
    r"\s*(?:(?:card|number|numbers|no|nos|nr|id|nomor|nombor|bilang|numero|numeru|số|is|was|as|ay|adalah|ialah|là|mak|"
    r"niya|korban|mangsa|ng|nạn\s?nhân|của|ref|code|under|លេខ|គឺ|ເລກທີ|ແມ່ນ|เลขที่|คือ|หมายเลข|အမှတ်|မှာ)\b\.?|[:#=.(])*\s*"
)
_CODE_BODY = (
    r"(?P<code>(?:(?:(?-i:[A-Z]{1,6})|case|kes|kasus)\.?[\s/-])?[A-Za-z]{0,8}[-/]?\d[A-Za-z0-9]*"
    r"(?:[-/.][A-Za-z0-9]+|\s[-/]\s\d+|\s\d[\d-]*)*)"
)


@cache
def _cued(kind: Kind) -> re.Pattern[str]:
    cues = number_cues()
    words = {Kind.PHONE: cues.phone, Kind.NATIONAL_ID: cues.national_id, Kind.CASE_NUMBER: cues.case}[kind]
    latin = "|".join(re.escape(w) for w in words if is_latin(w[0]))
    other = "|".join(re.escape(w) for w in words if not is_latin(w[0]))
    lead = rf"(?:(?<![^\W\d_])(?:{latin})(?![^\W\d_])|{other})"
    return re.compile(lead + _CUED_CODE + _CODE_BODY, re.IGNORECASE)


_LEAST_CUED = {Kind.PHONE: 6, Kind.NATIONAL_ID: 4, Kind.CASE_NUMBER: 3}


class _Marks:
    """The characters already accounted for."""

    def __init__(self, length: int, places: Iterable[tuple[int, int]]) -> None:
        self._taken = bytearray(length)
        for start, end in places:
            self.take(start, end)

    def take(self, start: int, end: int) -> None:
        self._taken[start:end] = b"\1" * (end - start)

    def touch(self, start: int, end: int) -> bool:
        """Whether any character of a stretch is taken."""
        return self._taken.find(1, start, end) >= 0

    def free(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Return the unmarked rest of a stretch."""
        while start < end:
            taken = self._taken.find(1, start, end)
            stop = end if taken < 0 else taken
            if start < stop:
                yield start, stop
            start = self._taken.find(0, stop, end) if stop < end else end
            start = end if start < 0 else start


def numbers(plain: str, dates: list[tuple[int, int]]) -> Iterator[Span]:
    """Mail addresses, positions, identity, telephone and case numbers. `dates` are no numbers."""
    marks = _Marks(len(plain), dates)
    for pattern, kind in ((EMAIL, Kind.EMAIL), (GPS, Kind.GPS), (NATIONAL_ID, Kind.NATIONAL_ID)):
        for match in pattern.finditer(plain):
            if not marks.touch(*match.span()):
                marks.take(*match.span())
                yield Span(*match.span(), kind, Evidence.FORM)
    for span in (*online_names(plain, marks.touch), *plates(plain, marks.touch)):
        marks.take(span.start, span.end)
        yield span
    found = (*_after_a_cue(plain, marks), *_codes(plain, marks), *_figures(plain, marks))
    for span in found:
        if span.kind == Kind.PHONE or (span.kind, span.evidence) == (Kind.NATIONAL_ID, Evidence.CUE):
            marks.take(span.start, span.end)
    for span in (*found, *case_codes(plain, marks.touch), *announced_codes(plain, marks.touch)):
        yield _with_letters(plain, span)


def _with_letters(plain: str, span: Span) -> Span:
    """Extend a code by its leading or trailing letters: 'IMSMA 19-00042', '2022/0042/VA'."""
    lead = _LEADING_LETTERS.search(plain, max(0, span.start - LONGEST_LETTERS - 2), span.start)
    labels = number_cues().phone + number_cues().national_id + number_cues().case
    if lead and lead.group("letters").lower() in labels:
        lead = None
    if span.kind == Kind.PHONE:
        office = lead is not None and plain[span.start] != "+" and len(lead.group("letters")) > SHORT_LABEL
        return Span(lead.start(), span.end, Kind.CASE_NUMBER, span.evidence) if lead and office else span
    lead = lead or _LEADING_PIECES.search(plain, max(0, span.start - LONGEST_PIECES), span.start)
    start = lead.start() if lead else span.start
    trail = _TRAILING_LETTERS.match(plain, span.end)
    return Span(start, trail.end() if trail else span.end, span.kind, span.evidence)


def _after_a_cue(plain: str, marks: _Marks) -> Iterator[Span]:
    for kind, least in _LEAST_CUED.items():
        for match in _cued(kind).finditer(plain):
            code = match.group("code")
            digits = sum(c.isdigit() for c in code)
            place = match.span("code")
            if digits < least or marks.touch(*place) or _harmless(plain, *place):
                continue
            if digits == 4 and re.fullmatch(r"(?:19|20|25)\d\d", code):
                continue
            yield Span(*place, kind, Evidence.CUE)


def _codes(plain: str, marks: _Marks) -> Iterator[Span]:
    for match in _CODE.finditer(plain):
        code = match.group()
        digits = sum(c.isdigit() for c in code)
        parts = len(re.findall(r"[-/_.]", code))
        long = digits >= 5 or (digits >= 4 and parts >= 2)
        amount = _AMOUNT_UNIT.fullmatch(re.sub(r"^[\d.,]+", "", code))
        if long and not amount and not marks.touch(*match.span()):
            yield Span(*match.span(), Kind.CASE_NUMBER, Evidence.FORM)


def _figures(plain: str, marks: _Marks) -> Iterator[Span]:
    for match in FIGURE.finditer(plain):
        for start, end in marks.free(*match.span()):
            figure = plain[start:end].strip(" -./")
            digits = sum(c.isdigit() for c in figure)
            if digits < LEAST_DIGITS or _harmless(plain, start, end):
                continue
            begin = start + plain[start:end].index(figure)
            finish = begin + len(figure)
            finish += figure.count("(") > figure.count(")") and plain.startswith(")", finish)
            yield Span(begin, finish, _kind_of_figure(figure, digits), Evidence.FORM)


def _kind_of_figure(figure: str, digits: int) -> Kind:
    if figure.startswith("+") or (figure.lstrip("(").startswith("0") and digits in range(8, 12)):
        return Kind.PHONE
    return Kind.NATIONAL_ID


def _harmless(plain: str, start: int, end: int) -> bool:
    figure = plain[start:end].strip()
    if _YEARS.fullmatch(figure) and not _TRAILING_LETTERS.match(plain, end):  # 2012/2089/VA is a code
        return True
    if _AMOUNT.fullmatch(figure):
        return True
    return figure.isdigit() and bool(
        _AMOUNT_UNIT.match(plain[end : end + 12]) or _CURRENCY_BEFORE.search(plain[max(0, start - 5) : start])
    )

"""Codes of files in forms that no list has, such as `445/118/RSUD-IX/2016`, `ບຕ-88/ຊຂ` or `332/09 K.Ph`.

Offices of every country write them alike: short pieces of digits and abbreviations, joined by strokes, dots
and hyphens. Three pieces or more are a code wherever they stand. Fewer are one where a word for a record
("file", "certificate", "minutes") or for a number stands before them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from anonymisers.redaction.profiles import alternatives, record_nouns
from anonymisers.redaction.spans import Evidence, Kind, Span

FARTHEST_NOUN = 40
"""Characters before a code in which a word for a record announces it."""
LEAST_DIGITS = 2
LEAST_ALONE = 4
"""Digits of a code that no word announces."""
LEAST_OF_FIGURES = 5
"""Digits of figures in three groups, `88-21-07`, that are no date: hospitals number their patients so."""

_CONSONANTS = (
    ("\u1780-\u17b3", "\u17b6-\u17d3"),
    ("\u0e81-\u0eae\u0edc\u0edd", "\u0eb0-\u0ebc\u0ec0-\u0ecd"),
    ("\u0e01-\u0e2e", "\u0e30-\u0e4e"),
    ("\u1000-\u102a", "\u102b-\u103e"),
)
"""The consonants of each script without capitals, and its vowels and marks: abbreviations have none."""
SHORT_PIECE = "|".join(
    rf"(?:[{letters}](?:\u17d2[{letters}])?){{1,4}}(?![{letters}{marks}])" for letters, marks in _CONSONANTS
)
PIECE_LETTERS = "".join(letters + marks for letters, marks in _CONSONANTS)
_OFFICE = "[\u1000-\u102a][\u1000-\u102a\u102b-\u103e]{0,4}(?![\u1000-\u103f])"
"""A Burmese office in a letter's number: it keeps its vowels."""
_PIECE = (
    r"(?:[A-Za-z0-9\u00c0-\u024f\u1e00-\u1eff]{1,15}|"
    rf"(?:{SHORT_PIECE}|(?<=[-/]){_OFFICE}|{_OFFICE}(?=[-/]\d+[-/]\d))(?: \d{{1,4}})?)"
)
_JOIN = r"[-/._#~]"
_CAPITALS = r"[A-Z]{1,8}(?:[-.][A-Z]{1,8})*"
_DOTTED = rf"(?:{SHORT_PIECE})(?:\.(?:{SHORT_PIECE}))*\.?"
_BEFORE = (
    rf"\d{{1,5}} (?=(?:{SHORT_PIECE}){_JOIN})"
    rf"|(?:{_CAPITALS}|\((?:{SHORT_PIECE}|[A-Z]{{1,4}})\)|{_DOTTED}) ?(?=\d)"
    rf"|(?:{SHORT_PIECE})\.?ข้อ ?(?=\d)"
    rf"|(?=\S{{0,40}}?\d)"
)
"""What stands before the pieces and belongs to the code: 'NUC 0078/19', '(b) 44/19'."""
_AFTER = (
    rf" (?:(?:{SHORT_PIECE})(?:{_JOIN}{_PIECE})*|[A-Z][A-Za-z]?(?:\.[A-Z][a-z]?)+"
    r"|[A-Z]{1,6}(?:[./-][A-Z]{1,6})+)"
    rf"(?![\w{PIECE_LETTERS}])"
    rf"| ?\((?:[A-Za-z]{{1,15}}|\d{{1,4}}|[{PIECE_LETTERS}]{{1,12}})\)"
)
_CODE = re.compile(
    rf"(?<![\w/#-])(?<![\w][.])(?<![{PIECE_LETTERS}])(?:{_BEFORE})"
    rf"(?P<core>{_PIECE}(?:{_JOIN}{{1,2}}{_PIECE})+)(?:{_AFTER})?"
)
_REGISTER_NUMBER = re.compile(r"(?<![A-Za-z0-9])0\d{2,}[A-Za-z]?(?![A-Za-z0-9])")
"""Registers fill their numbers with zeros, devices and units do not: KYH/019b."""
_FILLED = re.compile(
    rf"(?<![\w/#.-])(?!(?:RT|RW|NO|KM|BLK|LOT|MOO)\b)(?:{_CAPITALS}(?:/[A-Z]{{1,8}})*"
    rf"|(?:{SHORT_PIECE})(?:[./](?:{SHORT_PIECE}))*\.?)[ -]?(?P<core>0\d{{2,}}[A-Za-z]?)"
    r"(?![\w:-]|[.,]\d)"
)
"""Capitals and a number filled with zeros: 'CNR 0881', 'MSSI/DNPD 0447'."""
_AMOUNT = re.compile(r"[A-Za-z]{0,3}\.?\d{1,3}(?:[.,]\d{3})+|\d+(?:\.\d+)?[A-Za-z]{0,3}")
_YEAR = re.compile(r"(?:19|20|24|25)\d\d")
NUMBER_WORD = (
    r"(?:no|nos|nr|num|number|nomor|nombor|bil|bilang|numero|número|numeru|númeru|nú|"
    r"n\.?\s?[ºo°]|№|số|code|id|"
    r"លេខ|ເລກທີ|ເລກ|เลขที่|หมายเลข|ที่|အမှတ်)"
)
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{4})[.!?] |[;\u104b\u17d4\n]")
_BETWEEN = rf"(?:[\s:.#=(,]|{NUMBER_WORD}(?!\w))*"


def case_codes(plain: str, taken: Callable[[int, int], bool]) -> Iterator[Span]:
    """Return the codes of files in a text.

    `taken` says whether a stretch is something else already.
    """
    for match in _CODE.finditer(plain):
        code = match.group()
        digits = sum(c.isdigit() for c in code)
        if digits < LEAST_DIGITS or taken(*match.span()) or _AMOUNT.fullmatch(code) or _YEAR.fullmatch(code):
            continue
        pieces = re.split(_JOIN, match.group("core"))
        mixed = any(not piece.isdigit() for piece in pieces)
        if (
            not mixed
            and "-" in code
            and len(pieces) > 2
            and digits >= LEAST_OF_FIGURES
            and not _years(pieces)
        ):
            yield Span(*match.span(), Kind.CASE_NUMBER, Evidence.FORM)
            continue
        filled = "/" in code and _REGISTER_NUMBER.search(code) is not None
        if mixed and (filled or (len(pieces) > 2 and digits >= LEAST_ALONE)):
            yield Span(*match.span(), Kind.CASE_NUMBER, Evidence.FORM)
        elif _announced(plain, match.start(), near=not mixed):
            yield Span(*match.span(), Kind.CASE_NUMBER, Evidence.CUE)

    for match in _FILLED.finditer(plain):
        if not taken(*match.span()):
            yield Span(*match.span(), Kind.CASE_NUMBER, Evidence.FORM)


_CONTINUED = re.compile(
    rf"[^\S\n]?[-,/]?[^\S\n]?{NUMBER_WORD}[^\S\n]?[.:]?[^\S\n]?\d{{1,7}}(?:[A-Z]|[-/]\d{{1,4}})?(?!\w)"
    r"|,?[^\S\n](?:s\.|series of|serye ng)[^\S\n]?(?:19|20)\d\d(?!\d)",
    re.IGNORECASE,
)
"""What goes on with a code: 'LK-23 nomor 91', and the year of its series, '91 s. 2023'."""
_NUMBER_WORD_LAST = re.compile(rf"(?<=\d)[^\S\n]?[-,/]?[^\S\n]?{NUMBER_WORD}[.:]?$", re.IGNORECASE)


def continued(plain: str, found: Sequence[Span]) -> Iterator[Span]:
    """Return the codes in `found` with the number behind them: only its book was found."""
    for span in found:
        if span.kind == Kind.CASE_NUMBER and (end := end_of_number(plain, span.start, span.end)):
            yield Span(span.start, end, span.kind, span.evidence)


def end_of_number(plain: str, start: int, end: int) -> int:
    """Return where the number behind a code ends, 0 for none; the code may end with the word for it."""
    word = _NUMBER_WORD_LAST.search(plain, start, end)
    match = _CONTINUED.match(plain, word.start() if word else end)
    return match.end() if match else 0


def _years(pieces: Sequence[str]) -> bool:
    return all(_YEAR.fullmatch(piece) for piece in pieces)


def _announced(plain: str, at: int, *, near: bool) -> bool:
    """Return whether a word for a record stands before a place: right before it if `near`."""
    before = plain[max(0, at - FARTHEST_NOUN) : at]
    sentence = before if near else _SENTENCE_END.split(before)[-1]
    return (_near() if near else _before()).search(sentence) is not None


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?:{_nouns()})|{NUMBER_WORD}{_BETWEEN}$", re.IGNORECASE)


@cache
def _near() -> re.Pattern[str]:
    return re.compile(rf"(?:{_nouns()})\S{{0,12}}{_BETWEEN}$", re.IGNORECASE)


@cache
def _nouns() -> str:
    return alternatives(record_nouns())

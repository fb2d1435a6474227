"""Codes right after a word for a record, whatever their form: `case 17LA`, `ticket #4471`, `RM: H.R. 4411`.

Offices invent forms that no pattern has. Behind "file no." whatever holds a digit is taken for the code;
behind "file" alone it needs letters or strokes beside its digits, since "the report 3 men gave" has none.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

from anonymisers.redaction.allow_list import DEVICE
from anonymisers.redaction.case_codes import NUMBER_WORD, PIECE_LETTERS, SHORT_PIECE, end_of_number
from anonymisers.redaction.profiles import alternatives, record_nouns
from anonymisers.redaction.spans import Evidence, Kind, Span

FEWEST_DIGITS = 3
"""Digits of a bare figure after a colon: fewer count people."""
LONGEST = 40
_PART = re.compile(rf"[A-Za-z\u00c0-\u024f\u1e00-\u1eff0-9]{{1,15}}|{SHORT_PIECE}")
_JOINT = re.compile(
    r"[-/._#:~+\u00b0]{1,2}(?=[^\s\W]|[(])|\s?[-/]\s?(?=[A-Z0-9])|\)[-/.]?(?=[A-Z0-9])|\s?\((?=[A-Z0-9])"
)
_FILLED = re.compile(r"0\d{2,}")
_ORDINARY = re.compile(r"[^\W\d_]*[a-z\u00df-\u024f\u1e00-\u1eff]{4}[^\W\d_]*")
"""Letters with four small ones in a row are a word."""
_CAPITALS = re.compile(r"[A-Z]{1,6}|" + SHORT_PIECE)
_INITIAL = re.compile(r"\.\s?(?=\d)")
_HARMLESS = re.compile(
    r"(?:19|20|24|25)\d\d|\d{1,2}[.:]\d\d|\d+(?:[.,]\d+)?(?:mm|cm|m|km|kg|ha|m2|st|nd|rd|th|x)?|(?:19|20)\d\d[-/](?:19|20)?\d\d"
)
"""A year, a time, an amount, two years: after a record without a word for number these are no code."""


def announced_codes(plain: str, taken: Callable[[int, int], bool]) -> Iterator[Span]:
    """Return the codes after words for records. `taken` says whether a stretch is something else already."""
    for match in _announcement().finditer(plain):
        start = match.end()
        end = _code_end(plain, start)
        code = plain[start:end]
        digits = sum(c.isdigit() for c in code)
        if not digits or taken(start, end):
            continue
        if match.group("number") or match.group("hash") or end_of_number(plain, start, end):
            sure = True
        elif match.group("colon"):
            sure = not code.isdigit() or digits >= FEWEST_DIGITS
        else:
            bare = code.isdigit() and match.group("words")
            sure = _FILLED.fullmatch(code) is not None or not (
                bare or _HARMLESS.fullmatch(code) or DEVICE.fullmatch(code)
            )
        if sure and not re.fullmatch(r"(?:19|20|25)\d\d", code):
            yield Span(start + (code[0] in "(#"), end, Kind.CASE_NUMBER, Evidence.CUE)


@cache
def _announcement() -> re.Pattern[str]:
    words = (
        rf"(?P<words>(?:(?<=[{PIECE_LETTERS}])[{PIECE_LETTERS}]{{1,20}}|[^\S\n]+[^\W\d_]{{1,14}}){{1,2}}?)??"
    )
    number = rf"(?P<number>{NUMBER_WORD}(?![^\W\d_])|(?:លេខ|ເລກທີ|ເລກ|เลขที่|หมายเลข|အမှတ်|နံပါတ်))"
    return re.compile(
        rf"(?:{alternatives(record_nouns())}){words}[^\S\n]*{number}?[.]?[^\S\n]*(?P<colon>[:=\u17d6])?[^\S\n]*"
        rf"(?P<hash>#[^\S\n]?)?"
        rf"(?-i:(?=\S{{0,12}}\d|[A-Z]{{1,6}}(?:[-./~][A-Z]{{1,6}}){{0,2}}\.? ?\d|{SHORT_PIECE}))",
        re.IGNORECASE,
    )


def _code_end(plain: str, at: int) -> int:
    """Return where a code that begins here ends; `at` itself when none begins."""
    pos = end = at + (plain[at : at + 1] in ("(", "#"))
    while pos - at < LONGEST:
        part = _PART.match(plain, pos)
        if part is None or _ORDINARY.fullmatch(part.group()):
            break
        end = part.end()
        joint = _JOINT.match(plain, end)
        following = joint.end() if joint else _spaced(plain, part)
        if following is None:
            break
        pos = following
    if plain[end : end + 1] == ")" and "(" in plain[at:end]:
        end += 1
    return end if end > at + 1 or plain[at:end].isalnum() else at


def _spaced(plain: str, part: re.Match[str]) -> int | None:
    """Return where the next part begins behind a space: 'KH 2023 0098', '119 BTB', 'H.R. 4411'."""
    end, text = part.end(), part.group()
    capitals = _CAPITALS.fullmatch(text) is not None
    if capitals and (dot := _INITIAL.match(plain, end)):
        return dot.end()
    if plain[end : end + 1] != " ":
        return None
    following = _PART.match(plain, end + 1)
    if following is None:
        return None
    digits = following.group()[0].isdigit()
    letters = _CAPITALS.fullmatch(following.group()) and plain[following.end() : following.end() + 1] not in (
        "-",
    )
    if (capitals and digits) or (text.isdigit() and len(text) > 1 and digits and len(following.group()) > 1):
        return end + 1
    return end + 1 if text[-1].isdigit() and letters else None

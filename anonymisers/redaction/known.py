"""The record's own values: whatever a record says elsewhere about its person goes from its narrative too.

Names match word by word, in any order and case, with or without accents; numbers whatever stands between
their digits; dates whatever way they are written, in both eras. A name also matches its spelling in another
script when the consonants agree.
"""

import re
from collections.abc import Iterator, Mapping

from anonymisers.canonical import canonical_identifier
from anonymisers.redaction.dates import dates
from anonymisers.redaction.profiles import latin_words
from anonymisers.redaction.reading import fold, is_latin, read
from anonymisers.redaction.skeleton import close, skeleton, sounds
from anonymisers.redaction.spans import Evidence, Kind, Span

LEAST_LETTERS = 2
LEAST_SOUNDS = 3
LEAST_INSIDE = 4
"""Consonants that a name must have to be looked for within a row of words."""
LEAST_DIGITS = 4
BUDDHIST_ERA = 543
_PIECE = re.compile(r"[^\W\d_][\w'\u0300-\u036f\u0e00-\u0eff\u1000-\u109f\u1780-\u17dd-]*")
_DIGITS = re.compile(r"\d(?:[\s./()-]{0,2}\d)+")
_KINDS = {
    "village": Kind.VILLAGE, "place": Kind.VILLAGE, "address": Kind.ADDRESS, "phone": Kind.PHONE,
    "tel": Kind.PHONE, "email": Kind.EMAIL, "id": Kind.NATIONAL_ID, "nid": Kind.NATIONAL_ID,
    "national": Kind.NATIONAL_ID, "case": Kind.CASE_NUMBER, "birth": Kind.DATE_OF_BIRTH,
    "dob": Kind.DATE_OF_BIRTH, "lat": Kind.GPS, "lon": Kind.GPS, "gps": Kind.GPS,
}  # fmt: skip
"""What a field holds, by a word of its name; every other field is taken for a person's name."""


def known_spans(plain: str, known: Mapping[str, str]) -> Iterator[Span]:
    """Where the record's own values stand in its text; fields with empty values say nothing."""
    for field, value in known.items():
        wanted = read(str(value)).plain.strip()
        if not wanted:
            continue
        kind = _kind(field)
        yield from _whole(plain, wanted, kind)
        if any(c.isdigit() for c in wanted):
            yield from _numbers(plain, wanted, kind)
            yield from _dates(plain, wanted)
        if "@" not in wanted:
            yield from _pieces(plain, wanted, kind)


def _kind(field: str) -> Kind:
    lowered = field.lower()
    for part, kind in _KINDS.items():
        if part in re.split(r"[^a-z]+", lowered):
            return kind
    return Kind.PERSON


def _whole(plain: str, wanted: str, kind: Kind) -> Iterator[Span]:
    pattern = r"\s*".join(re.escape(part) for part in wanted.split())
    edge = r"(?<![^\W_])" if wanted[0].isascii() and wanted[0].isalnum() else ""
    after = r"(?![^\W_])" if wanted[-1].isascii() and wanted[-1].isalnum() else ""
    for match in re.finditer(edge + pattern + after, plain, re.IGNORECASE):
        yield Span(*match.span(), kind, Evidence.KNOWN)


def _pieces(plain: str, wanted: str, kind: Kind) -> Iterator[Span]:
    """Every word of a value by itself."""
    never = latin_words("never_alone")
    pieces = [p for p in _PIECE.findall(wanted) if len(p) >= LEAST_LETTERS and fold(p) not in never]
    spoken = {fold(piece) for piece in pieces}
    for match in _PIECE.finditer(plain):
        if fold(match.group()).removesuffix("'s") in spoken:
            yield Span(*match.span(), kind, Evidence.KNOWN)
    for piece in pieces:
        if not is_latin(piece[0]):
            for match in re.finditer(re.escape(piece), plain):
                yield Span(*match.span(), kind, Evidence.KNOWN)
        yield from _in_another_script(plain, piece, kind)


def _in_another_script(plain: str, piece: str, kind: Kind) -> Iterator[Span]:
    """Where a word of a name is spelt in another script, also inside a row of words without spaces."""
    wanted = skeleton(piece)
    if len(wanted) < LEAST_SOUNDS:
        return
    for match in _PIECE.finditer(plain):
        if is_latin(match.group()[0]) == is_latin(piece[0]):
            continue
        heard = sounds(match.group())
        if close("".join(sound for sound, _ in heard), wanted):
            yield Span(*match.span(), kind, Evidence.KNOWN)
        elif len(wanted) >= LEAST_INSIDE and not is_latin(match.group()[0]):
            yield from _inside(match, heard, wanted, kind)


def _inside(word: re.Match[str], heard: list[tuple[str, int]], wanted: str, kind: Kind) -> Iterator[Span]:
    line = "".join(sound for sound, _ in heard)
    at = line.find(wanted)
    while at >= 0:
        after = at + len(wanted)
        end = heard[after][1] if after < len(heard) else len(word.group())
        yield Span(word.start() + heard[at][1], word.start() + end, kind, Evidence.KNOWN)
        at = line.find(wanted, at + 1)


def _numbers(plain: str, wanted: str, kind: Kind) -> Iterator[Span]:
    digits = re.sub(r"\D", "", canonical_identifier(wanted))
    if len(digits) < LEAST_DIGITS:
        return
    tails = {digits, digits.lstrip("0")}
    if kind == Kind.PHONE or wanted.startswith(("+", "0")):
        tails.add(digits[-8:])
    spread = [r"[\s./()-]{0,2}".join(tail) for tail in tails if len(tail) >= LEAST_DIGITS]
    for match in re.finditer("|".join(sorted(spread, key=len, reverse=True)), plain):
        start, end = match.span()
        for figure in _DIGITS.finditer(plain):
            if figure.start() <= start < figure.end():
                start, end = figure.start(), max(end, figure.end())
        yield Span(start, end, kind, Evidence.KNOWN)


def _dates(plain: str, wanted: str) -> Iterator[Span]:
    form = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T.*)?", wanted)
    if form is None:
        return
    year, month, day = map(int, form.groups())
    years = {str(year), str(year + BUDDHIST_ERA), f"{year % 100:02d}"}
    for start, end in dates(plain):
        figures = re.findall(r"\d+", plain[start:end])
        plain_numbers = {int(f) for f in figures if len(f) <= 2}
        if years & set(figures) and day in plain_numbers and (month in plain_numbers or len(figures) == 2):
            yield Span(start, end, Kind.DATE_OF_BIRTH, Evidence.KNOWN)

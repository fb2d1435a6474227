"""The record's own values: all other values of a record about its person are removed from its narrative, too.

Names match word by word, in any order and case, with or without accents; numbers with any separators; dates
in any form, in both eras. A name also matches its spelling in another script when the consonants agree.
"""

import re
from collections.abc import Iterator, Mapping

from anonymisers.identity.burmese_encoding import in_unicode
from anonymisers.identity.normalisation import canonical_identifier
from anonymisers.redaction.dates import dates
from anonymisers.redaction.profiles import latin_words
from anonymisers.redaction.record_values_by_sound import PIECE, by_sound
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.text_reading import fold, is_latin, read

LEAST_LETTERS = 2
LEAST_APART = 3
LEAST_DIGITS = 4
LONGEST_VALUE = 500
"""Characters: an address has two hundred."""
MOST_VALUES = 1000
BUDDHIST_ERA = 543
_DIGITS = re.compile(r"\d(?:[\W_]{0,3}\d)+")
_KINDS = {
    "village": Kind.VILLAGE, "place": Kind.VILLAGE, "address": Kind.ADDRESS, "phone": Kind.PHONE,
    "tel": Kind.PHONE, "email": Kind.EMAIL, "id": Kind.NATIONAL_ID, "nid": Kind.NATIONAL_ID,
    "national": Kind.NATIONAL_ID, "case": Kind.CASE_NUMBER, "birth": Kind.DATE_OF_BIRTH,
    "dob": Kind.DATE_OF_BIRTH, "lat": Kind.GPS, "lon": Kind.GPS, "gps": Kind.GPS,
}  # fmt: skip
"""The kind of a field, by a word of the field's name; every other field counts as a person's name."""


def too_long(known: Mapping[str, str]) -> bool:
    """Return whether the values cannot be of one record, or of the few people of one accident."""
    return len(known) > MOST_VALUES or any(len(str(value)) > LONGEST_VALUE for value in known.values())


def known_spans(plain: str, known: Mapping[str, str]) -> Iterator[Span]:
    """Return the spans of the record's own values in its text; empty fields are ignored."""
    for field, value in known.items():
        wanted = read(in_unicode(str(value)).text).plain.strip()
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
    """Find every word of a value by itself."""
    never = latin_words("never_alone")
    found = dict.fromkeys(PIECE.findall(wanted))
    pieces = [p for p in found if len(p) >= LEAST_LETTERS and fold(p) not in never]
    spoken = {fold(piece) for piece in pieces}
    for match in PIECE.finditer(plain):
        if fold(match.group()).removesuffix("'s") in spoken:
            yield Span(*match.span(), kind, Evidence.KNOWN)
    for piece in pieces:
        if not is_latin(piece[0]):
            for match in re.finditer(re.escape(piece), plain):
                yield Span(*match.span(), kind, Evidence.KNOWN)
        yield from _spelt_apart(plain, piece, kind)
    yield from _spelt_apart(plain, wanted, kind)
    if pieces:
        yield from by_sound(plain, pieces, kind)


def _spelt_apart(plain: str, value: str, kind: Kind) -> Iterator[Span]:
    """'S o k  D a r a': with something between any two letters."""
    letters = [c for c in value if c.isalpha()]
    if len(letters) >= LEAST_APART and all(map(is_latin, letters)):
        pattern = r"(?<!\w)" + r"[\W_]{1,3}".join(letters) + r"(?!\w)"
        for match in re.finditer(pattern, plain, re.IGNORECASE):
            yield Span(*match.span(), kind, Evidence.KNOWN)


def _numbers(plain: str, wanted: str, kind: Kind) -> Iterator[Span]:
    digits = re.sub(r"\D", "", canonical_identifier(wanted))
    if len(digits) < LEAST_DIGITS:
        return
    tails = {digits, digits.lstrip("0")}
    if kind == Kind.PHONE or wanted.startswith(("+", "0")):
        tails.add(digits[-8:])
    spread = [r"[\W_]{0,3}".join(tail) for tail in tails if len(tail) >= LEAST_DIGITS]
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

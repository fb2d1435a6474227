"""Addresses in Latin letters: after words such as "lives at", and around a street or a house number."""

import re
from collections.abc import Iterator, Sequence

from anonymisers.redaction.allow_list import matched
from anonymisers.redaction.profiles import latin_words
from anonymisers.redaction.recognisers.latin_text import LatinText
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.text_reading import fold
from anonymisers.redaction.tokens import FIGURE, LOWER

LONGEST_NUMBER = 6
YEAR = 4
MOST_WORDS = 30
MOST_SMALL = 3
"""Largest number of words in small letters in a street's name."""
_GAPS = (" ", "", "-", "/", ", ", ",", " - ", "'", ": ", " #", "(", ", #", ".º ", "º ", "° ", ".° ", ", n.º ")
_DOTS = (". ", ".", ".,", "., ")


def addresses(plain: str, text: LatinText) -> Iterator[Span]:
    """The addresses in a text."""
    for first in _after_cues(plain, text):
        yield from _address(text, first, cued=True)
    reached = 0
    for i, word in enumerate(text.words):
        if word.start < reached:
            continue
        street = word.folded in latin_words("streets") and (
            word.capital or text.is_no_word(i) or _numbered_street(text, i) or _named_street(text, i)
        )
        numbered = word.lower in text.profile.street_words and (
            (word.capital and _numbers_a_village(text, i)) or _numbers_a_quarter(text, i)
        )
        if numbered or (street and _is_anchor(text, i)):
            for span in _address(text, i, cued=numbered):
                reached = span.end
                yield span


_HOUSE = re.compile(
    r"(?<![\w/.,-])[A-Z]{0,3}\d{1,4}[A-Z]?(?:/\d{1,4}[A-Z]?){1,3}(?![\w/])(?= (?:[^\W\d_]|\u0111))"
)
"""A house in a lane, 'K12/7 Nguyễn Trãi' or '12/4 Tran Phu': its number, before a name."""
_WARD_AFTER = re.compile(
    r",? ?(?:(?i:ward|quarter|phường|p|khu phố|kp|khóm|tổ|unit|zone|purok|kel|rt|rw|bairro|group)\b\.? ?)"
    r"\d{1,3}(?:/?\d{1,3})?\b"
)
"""The numbered ward that ends an address."""


def houses(plain: str, named: Sequence[Span]) -> Iterator[Span]:
    """Return the numbers of houses before names that were found, and of the wards behind these.

    '12/4 Tran Phu, Ward 1': the name alone was found, since nothing tells that it is a street.
    """
    begins = {span.start: span.end for span in named if span.kind in (Kind.PERSON, Kind.VILLAGE)}
    for match in _HOUSE.finditer(plain):
        end = begins.get(match.end() + 1)
        if end is not None:
            ward = _WARD_AFTER.match(plain, end)
            yield Span(match.start(), ward.end() if ward else end, Kind.ADDRESS, Evidence.CUE)


def _numbered_street(text: LatinText, i: int) -> bool:
    """'street 902' in small letters; a lane with a number is a deminer's."""
    after = text.after(i)
    named = text.words[i].folded in latin_words("numbered_streets")
    return named and after is not None and after.gap == " " and after.case == FIGURE


def _named_street(text: LatinText, i: int) -> bool:
    """'đường Hùng Vương': in a language without a dictionary, a street in small letters before a name."""
    after = text.after(i)
    return text.dictionary is None and after is not None and after.gap == " " and after.capital


def _after_cues(plain: str, text: LatinText) -> Iterator[int]:
    """The first word after each 'lives at'."""
    index = {word.start: i for i, word in enumerate(text.words)}
    # Character by character, so that places stay; the cues are folded too.
    lowered = plain.lower() if plain.isascii() else "".join((fold(c) or c)[0] for c in plain)
    for cue in text.profile.residence_cues:
        at = lowered.find(cue)
        while at >= 0:
            end = at + len(cue)
            whole = not lowered[max(0, at - 1) : at].isalpha() and not lowered[end : end + 1].isalpha()
            first = next((index[start] for start in range(end, end + 4) if start in index), None)
            if whole and first is not None:
                yield first
            at = lowered.find(cue, end)


def _is_anchor(text: LatinText, i: int) -> bool:
    """Return whether a street word has a number or a name beside it."""
    word, after = text.words[i], text.after(i)
    follows = after is not None and after.gap in (" ", ". ", ".")
    if word.folded in latin_words("number_follows"):
        return follows and after is not None and (after.case == FIGURE or after.folded in {"no", "number"})
    if follows and after is not None and after.folded in latin_words("street_links"):
        return word.capital
    unknown = (
        word.case == LOWER and text.is_no_word(i) and follows and text.is_no_word(i + 1)
    )  # jl. diponegoro
    if follows and after is not None and (after.capital or after.case == FIGURE or unknown):
        return word.folded != "road"
    return i > 0 and word.gap == " " and (text.words[i - 1].capital or _ordinal_before(text, i))


def _ordinal_before(text: LatinText, i: int) -> bool:
    """'35th Street'."""
    ending, figure = text.words[i - 1], text.words[i - 2] if i > 1 else None
    ordinal = ending.folded in {"st", "nd", "rd", "th"} and ending.gap == ""
    return text.words[i].capital and ordinal and figure is not None and figure.case == FIGURE


def _between_streets(text: LatinText, j: int) -> bool:
    """'between 82nd and 83rd', as addresses in Mandalay say."""
    after = text.after(j)
    numbered = after is not None and after.case == FIGURE and after.gap == " "
    return text.words[j].folded in {"between", "and"} and numbered and j > 0


def _numbers_a_village(text: LatinText, i: int) -> bool:
    """'Unit 7, Ban Thatluang'."""
    number, village = text.after(i), text.after(i + 1)
    return (
        number is not None
        and number.case == FIGURE
        and number.gap == " "
        and village is not None
        and village.gap == ", "
        and village.capital
        and village.lower in text.profile.place_before
    )


def _numbers_a_quarter(text: LatinText, i: int) -> bool:
    """'tổ 4, khu phố 2': a numbered quarter beside another part of an address, in small letters too."""
    if (word := text.after(i)) is not None and word.folded in latin_words("number_words"):
        i += 1  # 'nhà số 3'
    number, part = text.after(i), text.after(i + 1)
    if number is None or part is None or number.case != FIGURE or number.gap != " " or part.gap != ", ":
        return False
    return part.lower in text.profile.place_before or (part.lower in text.profile.street_words)


def _address(text: LatinText, first: int, *, cued: bool) -> Iterator[Span]:
    words = text.words
    if not _belongs(text, first):
        return
    last = first
    while last + 1 < len(text) and last - first < MOST_WORDS and _continues(text, last + 1):
        if not _belongs(text, last + 1):
            break
        last += 1
    while not cued and first > 0 and _continues(text, first) and _belongs(text, first - 1):
        before = words[first - 1]
        if before.case == LOWER and before.folded in latin_words("street_links"):
            break
        if before.begins and before.case != FIGURE and before.lower not in text.profile.street_words:
            break
        first -= 1
    while _is_street(text, first) and first and words[first - 1].case == FIGURE and _belongs(text, first - 1):
        year = len(words[first - 1].folded) == YEAR
        if words[first].gap not in _GAPS or year:
            break
        first -= 1  # '88/3 Moo 9'
        while first and words[first - 1].case == FIGURE and words[first].gap == "/":
            first -= 1
    while last > first and words[last].case == LOWER and words[last].folded in latin_words("street_links"):
        last -= 1
    if any(
        word.case == FIGURE or word.capital or text.is_no_word(j)
        for j, word in enumerate(words[first : last + 1], first)
    ):
        yield Span(words[first].start, words[last].end, Kind.ADDRESS, Evidence.CUE)


def _belongs(text: LatinText, j: int) -> bool:
    """Whether word j can be part of an address."""
    word, after = text.words[j], text.after(j)
    if word.case == FIGURE:
        return len(word.folded) <= LONGEST_NUMBER and not text.taken[j]
    if word.gap == "" and j and text.words[j - 1].case == FIGURE:  # 3rd, 12B
        return True
    if word.lower in text.profile.street_words or word.lower in text.profile.place_before:
        numbered = after is not None and after.case == FIGURE and after.gap in (" ", ". ", ".")
        headed = after is not None and after.gap == " " and _is_street(text, j) and _is_street_within(text, j)
        named = word.case == LOWER and text.dictionary is None and after is not None and after.capital
        return word.capital or numbered or headed or named or word.lower not in text.profile.short
    if word.case == LOWER:
        street = any(
            before.folded in latin_words("streets") and before.case == LOWER
            for before in text.words[max(0, j - MOST_SMALL) : j]
        )
        inner = j > 0 and _is_street(text, j - 1) and j + 1 < len(text) and _is_street(text, j + 1)
        linked = inner or word.folded in latin_words("street_links") or _between_streets(text, j)
        return linked or (street and text.is_no_word(j))
    return not text.taken[j] and not _is_province(text, j)


def _is_street(text: LatinText, j: int) -> bool:
    return text.words[j].lower in text.profile.street_words


def _is_street_within(text: LatinText, j: int) -> bool:
    """Return whether one of the next two words is a street word: 'tổ dân phố' is one word of three."""
    return any(_is_street(text, k) for k in (j + 1, j + 2) if k < len(text))


def _is_province(text: LatinText, j: int) -> bool:
    """Return whether a province ends the address; a street may be named after a province: 'Rizal Ave.'."""
    beside = [text.words[k] for k in (j - 1, j + 1) if 0 <= k < len(text)]
    street = any(word.folded in latin_words("streets") for word in beside)
    return matched(text.words, j, "provinces") > 0 and not street


def _continues(text: LatinText, j: int) -> bool:
    word, before = text.words[j], text.words[j - 1].lower
    if word.gap in _GAPS:
        return True
    abbreviated = before in text.profile.street_words or before in text.profile.place_before
    if word.begins and word.case == FIGURE and before in latin_words("whole_street_words"):
        return False  # 'Kor Ward. 41 years old'
    return word.gap in _DOTS and (abbreviated or not word.begins)

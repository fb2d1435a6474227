"""Find dates, and among these the dates of birth. An accident's date stays as the subject of the record."""

import re
from collections.abc import Iterator
from functools import cache

from anonymisers.redaction.profiles import data, number_cues
from anonymisers.redaction.spans import Evidence, Kind, Span

REACH_BEFORE = 80
"""How far before a date the word for birth may stand: a name may be in between."""
REACH_AFTER = 28
MONTHS, LONGEST_MONTH = 12, 31
_IN_FIGURES = re.compile(r"(?:\d{4}[-/.])?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?:\s?[-/.]\s?(?:\d{4}|\d\d))?")
_SENTENCE_END = re.compile(r"[!?\n\u17d4\u17d5\u104b]|(?:[^\W\d_]{4}|\d|\))\.\s")
_SHORT_DATE = re.compile(r"\b(?:19|2[0-9])\d\d\b")
_SHORT_CUE_GAP = 24


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in words)


@cache
def date_pattern() -> re.Pattern[str]:
    """Match dates in figures and in words, in every language with a profile; years of both eras."""
    cues = number_cues()
    latin_months = data("allowed")["months"].split()
    months = _alternatives(tuple(sorted({*latin_months, *cues.months}, key=len, reverse=True)))
    between = (
        rf"(?:\s|,|\.|-|/|\bof\b|\bng\b|\bde\b|\bfulan\b|\btinan\b|{_alternatives(cues.date_words)}){{0,8}}"
    )
    day = r"\d{1,2}(?:st|nd|rd|th)?"
    lead = rf"(?:(?:\bika-|\bloron\s+|{_alternatives(cues.date_words)})\s*){{0,4}}"
    return re.compile(
        rf"(?<![\d/.-])\d{{4}}(?P<s1>[-/.])\d{{1,2}}(?P=s1)\d{{1,2}}(?![\d/-])"
        rf"|(?<![\d/.-])\d{{1,2}}\s?(?P<s2>[-/.])\s?\d{{1,2}}\s?(?P=s2)\s?(?:\d{{4}}|\d{{2}})(?![\d/-])"
        rf"|ng\u00e0y\s+\d{{1,2}}\s+th\u00e1ng\s+\d{{1,2}}\s+n\u0103m\s+\d{{4}}"
        rf"|\d{{4}}\s*(?:{_alternatives(cues.date_words)})\s*[,\u104a]?\s*(?:{months})\s*(?:\u101c)?\s*\d{{1,2}}"
        "(?:\\s?\u101b\u1000\u103a(?:\u1014\u1031\u1037)?)?"  # the word for day
        rf"|{lead}{day}{between}(?:{months})(?![a-z]){between}\d{{2,4}}(?!\d)"
        rf"|(?<![a-z])(?:{months})\.?\s+{day},?\s+\d{{4}}"
        rf"|(?<![^\W\d_])(?:{months})\.?,?\s+(?:19|20|25)\d\d(?!\d)"
        rf"|(?<![\d.])\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{months})(?![a-z])",
        re.IGNORECASE,
    )


@cache
def _birth_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    cues = number_cues()
    latin = tuple(c for c in cues.birth_before if c[0].isascii() and c.isascii())
    other = tuple(c for c in cues.birth_before if c not in latin)
    before = re.compile(
        rf"(?<![a-z])(?:{_alternatives(latin)})(?![a-z])|{_alternatives(other)}", re.IGNORECASE
    )
    after = re.compile(_alternatives(cues.birth_after), re.IGNORECASE)
    never = re.compile(_alternatives(cues.birth_not) or r"(?!)", re.IGNORECASE)
    return before, after, never


def dates(plain: str) -> list[tuple[int, int]]:
    """Where the dates stand."""
    return [match.span() for match in date_pattern().finditer(plain) if _possible(match.group())]


def _possible(written: str) -> bool:
    """Return whether figures can be a day and a month: 00-41-88 is a number of a hospital."""
    figures = _IN_FIGURES.fullmatch(written)
    if figures is None:
        return True
    one, other = sorted(int(figure) for figure in figures.groups() if figure and len(figure) <= 2)[-2:]
    return 1 <= one <= MONTHS and other <= LONGEST_MONTH


def births(plain: str, found: list[tuple[int, int]]) -> Iterator[Span]:
    """Return the dates, and bare years, beside a word for birth."""
    before, after, never = _birth_patterns()
    if not before.search(plain) and not after.search(plain):
        return
    years = [
        match.span()
        for match in _SHORT_DATE.finditer(plain)
        if not any(start <= match.start() < end for start, end in found)
    ]
    full = set(found)
    earlier = 0
    for start, end in sorted([*found, *years]):
        lead = plain[max(earlier, start - REACH_BEFORE) : start]
        ends = [m.end() for m in _SENTENCE_END.finditer(lead)]
        lead = lead[ends[-1] if ends else 0 :]
        cue = _last(before, never.sub(lambda m: "\0" * len(m.group()), lead))
        if (start, end) not in full:
            if cue is not None and len(lead) - cue <= _SHORT_CUE_GAP:
                yield Span(start, end, Kind.DATE_OF_BIRTH, Evidence.CUE)
                earlier = end
            continue
        tail = re.split(r"[\d\u17d4\u104b\n]", plain[end : end + REACH_AFTER])[0]
        if cue is not None or after.search(tail):
            yield Span(start, end, Kind.DATE_OF_BIRTH, Evidence.CUE)
        earlier = end


def _last(pattern: re.Pattern[str], text: str) -> int | None:
    end = None
    for match in pattern.finditer(text):
        end = match.end()
    return end

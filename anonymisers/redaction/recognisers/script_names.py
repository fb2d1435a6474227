"""Names and places in Khmer, Lao, Thai and Burmese: scripts without capitals and with few spaces.

A title or a word such as "witness" announces a name; a word such as "aged" or "born" ends a name. A name is
one or two stretches between spaces, cut where an ordinary word begins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter

from anonymisers.redaction.profiles import MARKS, RANGES, ScriptProfile, script_profiles
from anonymisers.redaction.recognisers.script_given import given_names
from anonymisers.redaction.recognisers.script_subjects import joined, listed, subjects
from anonymisers.redaction.spans import Evidence, Kind, Span, Stretch

FARTHEST = 40
"""Characters examined on either side of a word: enough for every name, and a bound on time for any text."""
LONGEST_CHUNK = 26
"""Characters; a longer stretch without a space is a clause, not a name."""
PAIR_CHUNK = 13
"""Limit in characters of each half of a name recognised by its shape alone."""
MOST_PAIR = 3
"""Largest number of adjacent stretches that may be a name and an unknown word; more are a sentence."""
LEAST_NAME = 2
LONGEST_BEGINNING = 4
"""Characters before a listed name that can be part of it, unless they are a word."""
LONGEST_PART = 8
"""Characters of a word that makes one word with the place word after it."""
LONGEST_PROVINCE = 16
"""Characters; where nothing but the next word ends a province's name, a person's may stand there."""
INNER_STOP = 4
"""Least length of an ordinary word cutting a stretch: shorter words are also syllables of names."""
_LATIN_WORD = r"[A-Z\u00c0-\u00de][A-Za-z'\-\u00c0-\u024f\u1e00-\u1eff]*"
_LATIN_NAME = re.compile(
    rf"{_LATIN_WORD}(?:[ .]+(?:(?:bin|binti|de|dos|da|van|a/l|a/p) )?{_LATIN_WORD}){{0,4}}"
)


_NUMBER_BEFORE = re.compile(r"(?<![\d/.,-])\d{1,4}(?:/\d{1,4})? ?$")
"""A house number before the word for its street."""
_BURMESE_HOUSE = re.compile(
    "(?:အိမ်|တိုက်|ခြံ)?အမှတ် ?\\(?\\d{1,4}[^\\s၊။]{0,4}(?=၊ ?[^။]{1,40}?(?:လမ်း|ရပ်ကွက်|ရွာ))"
    "|(?:အမှတ် ?)?\\(?\\d{1,3}\\)? ?(?:ရပ်ကွက်|လမ်း)"
)
"""'No. 12, Mill Road, Ward 5': the numbers of house and ward."""
_NUMBER_AFTER = re.compile(r" (?:(?:លេខ|ເລກທີ|เลขที่) ?)?\d{1,3}[A-Za-z]?\b")
"""The number after the name of a street or village."""
_HOUSE_BEFORE = re.compile(r"(?<![\d/.,-])\d{1,4}/\d{1,4} ?$")
"""A number that only a house has, before the name of its street or village: 99/1."""


@dataclass(frozen=True)
class _Patterns:
    """The compiled lists of one profile."""

    letters: re.Pattern[str]
    announced: re.Pattern[str]
    title: re.Pattern[str]
    ended: re.Pattern[str]
    row: re.Pattern[str]
    met: re.Pattern[str]
    place_stop: re.Pattern[str]
    stop: re.Pattern[str]
    first_stop: re.Pattern[str]
    place_before: re.Pattern[str]
    place_after: re.Pattern[str]
    place_not: re.Pattern[str]
    place_part: re.Pattern[str]
    office: re.Pattern[str]
    province: re.Pattern[str]
    organisation: re.Pattern[str]
    opening: re.Pattern[str]


_SPELLINGS = re.compile("\u17d2[\u178a\u178f]")
"""Khmer da and ta below another letter: both are written, and sound and look alike."""


def _any(words: tuple[str, ...]) -> str:
    return _SPELLINGS.sub("\u17d2[\u178a\u178f]", "|".join(map(re.escape, words))) or r"(?!)"


@cache
def _patterns(script: str) -> _Patterns:
    profile = script_profiles()[script]
    letters = RANGES[script]
    whole = rf"(?![{MARKS[script]}])"
    never = rf"(?!(?:{_any(profile.titles_not)}){whole})" if profile.titles_not else ""
    joined = rf"(?:(?:{_any(profile.conjunctions)})\s?)?"
    glued = "".join(rf"|(?<={re.escape(word)})" for word in profile.titles_after)
    title = rf"(?:(?<![{letters}.]){glued}){joined}{never}(?:{_any(profile.titles)}){whole}"
    cue = (
        rf"(?:{_any(profile.cues_before)})(?:{_any(profile.possessives)})?(?:\s?(?:{_any(profile.copulas)}))*"
    )
    long_stops = tuple(word for word in profile.stops if len(word) >= INNER_STOP)
    return _Patterns(
        letters=re.compile(rf"[{letters}]{{1,{FARTHEST}}}"),
        announced=re.compile(rf"(?P<never>{_any(profile.cues_not)})|{cue}{whole}|{title}"),
        title=re.compile(rf"{never}(?:{_any(profile.titles)}){whole}"),
        ended=re.compile(_any(profile.cues_after)),
        place_stop=re.compile(_any(profile.place_before + profile.province_before + profile.cues_after)),
        met=re.compile(_any(profile.met)),
        row=re.compile(rf"(?<![{letters}])[{letters}]+(?: [{letters}]+)+"),
        stop=re.compile(_any(long_stops)),
        first_stop=re.compile(rf"(?:{_any(profile.stops)})(?![{letters}])|{_any(long_stops)}"),
        place_before=re.compile(rf"(?<!\.)(?:{_any(profile.place_before)})"),  # a rank has dots as well
        place_after=re.compile(_any(profile.place_after)),
        place_not=re.compile(_any(profile.place_not)),
        place_part=re.compile(rf"(?:{_any(profile.place_part)})$"),
        office=re.compile(_any(profile.organisation_before)),
        province=re.compile(
            rf"(?:{_any(profile.province_before)})\s?[{letters}]{{1,{LONGEST_PROVINCE}}}|[{letters}]{{1,{FARTHEST}}}?\s?(?:{_any(profile.province_after)})"
        ),
        organisation=re.compile(
            rf"(?:{_any(profile.organisation_before)})[{letters}]*|[{letters}]{{1,{FARTHEST}}}?(?:{_any(profile.organisation_after)})"
        ),
        opening=re.compile(_any(profile.openings)),
    )


def scripts_in(plain: str) -> list[str]:
    """Return the scripts with a profile among the letters of the text."""
    return [] if plain.isascii() else [s for s in RANGES if re.search(f"[{RANGES[s]}]", plain)]


def script_allowed(plain: str, script: str) -> list[Stretch]:
    """Provinces and organisations."""
    patterns = _patterns(script)
    return [Stretch(*m.span()) for p in (patterns.province, patterns.organisation) for m in p.finditer(plain)]


def script_provinces(plain: str, script: str) -> list[tuple[int, int]]:
    """Return the stretches of provinces, with the word for province."""
    return [m.span() for m in _patterns(script).province.finditer(plain)]


def script_spans(plain: str, script: str) -> list[Span]:
    """Names, villages and districts, and addresses' words."""
    profile, patterns = script_profiles()[script], _patterns(script)
    provinces = script_provinces(plain, script)
    found = list(_announced(plain, profile, patterns))
    found += _before_an_end(plain, profile, patterns)
    found += _by_shape(plain, profile, patterns, found)
    found += _objects(plain, profile, patterns)
    found += _places(plain, profile, patterns, provinces)

    def ordinary(stretch: str) -> bool:
        return _ordinary(stretch, profile, patterns)

    found += (_with_beginning(plain, span, profile, patterns) for span in given_names(plain, script))
    found += subjects(plain, script, ordinary)
    found += listed(plain, script, ordinary)
    found += joined(plain, script, [s for s in found if s.kind == Kind.PERSON], ordinary)
    return [span for span in found if span.evidence > Evidence.GUESS or not _inside(span, provinces)]


def _with_beginning(plain: str, span: Span, profile: ScriptProfile, patterns: _Patterns) -> Span:
    """A listed name with the letters before it, where it ends a longer name: Su-phanni."""
    at = span.start
    while at > max(0, span.start - LONGEST_BEGINNING - 1) and patterns.letters.match(plain[at - 1]):
        at -= 1
    beginning = plain[at : span.start]
    words = (*profile.stops, *profile.openings, *profile.closings, *profile.titles, *profile.titles_after)
    if not beginning or len(beginning) > LONGEST_BEGINNING or beginning.endswith((*words, *profile.verbs)):
        return span
    return Span(at, span.end, span.kind, span.evidence)


def _announced(plain: str, profile: ScriptProfile, patterns: _Patterns) -> Iterator[Span]:
    for match in patterns.announced.finditer(plain):
        if match.group("never"):
            continue
        titled = match.group().endswith((*profile.titles, *profile.copulas))
        first = at = match.end() if titled and profile.titles_glued else _skip_space(plain, match.end())
        if patterns.office.match(plain, at):  # an office, not a person, after "the injured"
            continue
        while (title := patterns.title.match(plain, at)) and title.end() < len(plain):
            at, titled = title.end(), True
            at = at if profile.titles_glued else _skip_space(plain, at)
        if not titled and profile.openings and plain.startswith(profile.openings, at):
            continue  # "the patient has"
        name = _name_from(plain, at, profile, patterns, titled=titled)
        if name:
            first -= _people(match.group(), profile) if first == match.end() else 0
            yield Span(first, name, Kind.PERSON, Evidence.CUE)


def _people(announced: str, profile: ScriptProfile) -> int:
    """The length of a title that tells a people: it is part of the name."""
    return next((len(title) for title in profile.titles_named if announced.endswith(title)), 0)


def _objects(plain: str, profile: ScriptProfile, patterns: _Patterns) -> Iterator[Span]:
    """After a verb such as "met": only a name of two stretches, for things are met as well."""
    for match in patterns.met.finditer(plain):
        end = _name_from(plain, match.end(), profile, patterns, titled=False)
        if end is not None and " " in plain[match.end() : end]:
            yield Span(match.end(), end, Kind.PERSON, Evidence.GUESS)


def _skip_space(plain: str, at: int) -> int:
    while at < len(plain) and plain[at] in " :\u17d6":
        at += 1
    return at


def _name_from(
    plain: str, start: int, profile: ScriptProfile, patterns: _Patterns, *, titled: bool
) -> int | None:
    """Return the end of the name beginning here, None for no name."""
    latin = _LATIN_NAME.match(plain, start)
    if latin:
        return latin.end()
    end = None
    at = start
    for nth in range(profile.name_chunks):
        chunk = patterns.letters.match(plain, at)
        if chunk is None or (nth and profile.openings and patterns.ended.match(plain, at)):
            break
        stop = _first_stop(patterns, chunk.group(), after_title=titled and nth == 0)
        if stop == 0 or (stop is None and len(chunk.group()) > LONGEST_CHUNK and end is not None):
            break
        length = len(chunk.group()) if stop is None else stop
        if stop is None and length > LONGEST_CHUNK:
            length = LONGEST_CHUNK
        if length >= LEAST_NAME:
            end = at + length
        if stop is not None or plain[chunk.end() : chunk.end() + 1] != " ":
            break
        at = chunk.end() + 1
    return end


def _first_stop(patterns: _Patterns, chunk: str, *, after_title: bool = False) -> int | None:
    """Where an ordinary word begins in a stretch: at its very start, or after a name's least length.

    Right after a title a short word is a name all the same: "Chea" also means "is" in Khmer.
    """
    if (patterns.stop if after_title else patterns.first_stop).match(chunk):
        return 0
    match = patterns.stop.search(chunk, LEAST_NAME)
    return match.start() if match else None


def _before_an_end(plain: str, profile: ScriptProfile, patterns: _Patterns) -> Iterator[Span]:
    for match in patterns.ended.finditer(plain):
        start = match.start()
        if match.group() in profile.weak_after:
            yield from _subject(plain, start, profile, patterns)
            continue
        found = start
        for _ in range(profile.name_chunks + 1):
            chunk = _chunk_before(plain, found, patterns)
            if (
                chunk is None
                or chunk[1] - chunk[0] > LONGEST_CHUNK
                or _ordinary(plain[slice(*chunk)], profile, patterns)
            ):
                break
            if found - chunk[1] > 1:
                break
            found = chunk[0]
        if start - found >= LEAST_NAME + 1:
            yield Span(found, start, Kind.PERSON, Evidence.GUESS)


def _ordinary(chunk: str, profile: ScriptProfile, patterns: _Patterns) -> bool:
    if chunk in profile.surnames:
        return False
    if chunk.startswith(profile.openings) or (
        chunk.endswith(profile.closings) and chunk not in profile.closings
    ):
        return True
    if profile.openings and patterns.ended.match(chunk):  # "said that"
        return True
    return bool(patterns.first_stop.match(chunk) or patterns.stop.search(chunk))


def _subject(plain: str, end: int, profile: ScriptProfile, patterns: _Patterns) -> Iterator[Span]:
    """Return a stretch before a particle marking a subject, an object or a person addressed."""
    chunk = _chunk_before(plain, end, patterns)
    if (
        chunk is None
        or chunk[1] - chunk[0] > LONGEST_CHUNK
        or _ordinary(plain[slice(*chunk)], profile, patterns)
    ):
        return
    if chunk[1] < end and chunk[1] - chunk[0] > LEAST_NAME:
        yield Span(*chunk, Kind.PERSON, Evidence.GUESS)


def _by_shape(plain: str, profile: ScriptProfile, patterns: _Patterns, found: list[Span]) -> Iterator[Span]:
    """Find two adjacent short stretches without an ordinary word: a given and a family name.

    A row too long for a name is read again without the names already `found`.
    """
    if profile.name_chunks < 2:
        return
    for row in patterns.row.finditer(plain):
        places = [m.span() for m in patterns.letters.finditer(plain, *row.span())]
        may_be = [_may_be_name(plain[slice(*place)], profile, patterns) for place in places]
        for group in _groups(places, may_be):
            if len(group) <= MOST_PAIR:
                yield from _pair(group)
                continue
            left = [not any(s.start < end and start < s.end for s in found) for start, end in group]
            for rest in _groups(group, left):
                yield from _pair(rest)


def _groups(places: list[tuple[int, int]], chosen: list[bool]) -> Iterator[list[tuple[int, int]]]:
    """Return groups of adjacent places, all chosen."""
    for keep, group in groupby(zip(places, chosen, strict=True), key=itemgetter(1)):
        if keep:
            yield [place for place, _ in group]


def _pair(chunks: list[tuple[int, int]]) -> Iterator[Span]:
    if 2 <= len(chunks) <= MOST_PAIR:
        yield Span(chunks[0][0], chunks[-1][1], Kind.PERSON, Evidence.GUESS)


def _may_be_name(chunk: str, profile: ScriptProfile, patterns: _Patterns) -> bool:
    return LEAST_NAME <= len(chunk) <= PAIR_CHUNK and not _ordinary(chunk, profile, patterns)


def _chunk_before(plain: str, end: int, patterns: _Patterns) -> tuple[int, int] | None:
    stop = end
    while stop > 0 and plain[stop - 1] == " " and end - stop < 1:
        stop -= 1
    start = stop
    while start > max(0, stop - FARTHEST) and patterns.letters.match(plain[start - 1]):
        start -= 1
    return (start, stop) if start < stop else None


def _named_place(plain: str, at: int, profile: ScriptProfile, patterns: _Patterns) -> bool:
    """Return whether a place's name follows "villager" or "village head", and not what they did."""
    chunk = patterns.letters.match(plain, at)
    if chunk is None or chunk.group().startswith(profile.verbs):
        return False
    return not _ordinary(chunk.group(), profile, patterns)


def _places(
    plain: str, profile: ScriptProfile, patterns: _Patterns, provinces: list[tuple[int, int]]
) -> Iterator[Span]:
    for match in patterns.place_before.finditer(plain):
        if patterns.place_not.match(plain, match.start()):
            continue
        part = patterns.place_part.search(plain, max(0, match.start() - LONGEST_PART), match.start())
        if part and not _named_place(plain, match.end(), profile, patterns):
            continue
        at = match.end() + (plain[match.end() : match.end() + 1] == " ")
        figure = re.compile(r"\d{1,4}(?:/\d{1,4})?").match(plain, at)
        chunk = patterns.letters.match(plain, at)
        if figure:
            number = _NUMBER_BEFORE.search(plain, max(0, match.start() - 10), match.start())  # 044 หมู่ที่ 7
            yield Span(number.start() if number else match.start(), figure.end(), Kind.ADDRESS, Evidence.CUE)
        elif chunk:
            if any(start <= at < end for start, end in provinces):
                continue
            if at > match.end() and patterns.opening.match(plain, at):  # "three pieces in the province"
                continue
            stop = patterns.place_stop.search(plain, at + LEAST_NAME, chunk.end())
            # A place word at the end is part of the name: Ban Na Muang.
            end = stop.start() if stop and stop.end() < chunk.end() else chunk.end()
            tail = _NUMBER_AFTER.match(plain, end)
            house = _HOUSE_BEFORE.search(plain, max(0, match.start() - 10), match.start())
            if house:
                yield Span(house.start(), match.start(), Kind.ADDRESS, Evidence.CUE)
            yield Span(match.start(), tail.end() if tail else end, Kind.VILLAGE, Evidence.CUE)
    yield from (Span(*m.span(), Kind.ADDRESS, Evidence.CUE) for m in _BURMESE_HOUSE.finditer(plain))
    for match in patterns.place_after.finditer(plain):
        if match.start() and not patterns.place_not.match(plain, max(0, match.start() - 2)):
            chunk_start = match.start()
            nearest = max(0, match.start() - FARTHEST)
            while chunk_start > nearest and patterns.letters.match(plain[chunk_start - 1]):
                chunk_start -= 1
            if match.start() - chunk_start >= LEAST_NAME:
                yield Span(chunk_start, match.end(), Kind.VILLAGE, Evidence.CUE)


def _inside(span: Span, stretches: list[tuple[int, int]]) -> bool:
    return any(start <= span.start and span.end <= end for start, end in stretches)

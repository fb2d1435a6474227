"""Names and places in Khmer, Lao, Thai and Burmese: scripts without capitals and with few spaces.

A title or a word such as "witness" announces a name; a word such as "aged" or "born" ends a name. A name is
one or two stretches between spaces, cut where an ordinary word begins.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from anonymisers.redaction.profiles import RANGES, ScriptProfile, script_profiles
from anonymisers.redaction.recognisers.script_given import given_names
from anonymisers.redaction.recognisers.script_patterns import (
    FARTHEST,
    LEAST_NAME,
    Patterns,
    first_stop_in,
    is_ordinary,
    patterns_of,
)
from anonymisers.redaction.recognisers.script_places import places_after, places_before
from anonymisers.redaction.recognisers.script_series import after_agents, in_series, numbered
from anonymisers.redaction.recognisers.script_subjects import (
    joined,
    joined_before,
    listed,
    spoken_of,
    subjects,
)
from anonymisers.redaction.recognisers.script_unlisted import unlisted, whole_words
from anonymisers.redaction.spans import Evidence, Kind, Span, Stretch

LONGEST_CHUNK = 26
"""Characters; a longer stretch without a space is a clause, not a name."""
PAIR_CHUNK = 13
"""Limit in characters of each half of a name recognised by its shape alone."""
MOST_PAIR = 3
"""Largest number of adjacent stretches that may be a name and an unknown word; more are a sentence."""
LONGEST_GLUED = 4
"""Characters of a Burmese title that no space follows; after "aunt" there may be one."""
LONGEST_BEGINNING = 4
"""Characters before a listed name that can be part of it, unless they are a word."""
_INITIAL = re.compile(r"[\u0e01-\u0e2e\u0e81-\u0eae\u1780-\u17a2]\. ?")
"""The first letter of a name that is written for it: 'ນ. ຄອນສະຫວັນ'."""
_LATIN_WORD = r"[A-Z\u00c0-\u00de][A-Za-z'\-\u00c0-\u024f\u1e00-\u1eff]*"
_LATIN_NAME = re.compile(
    rf"{_LATIN_WORD}(?:[ .]+(?:(?:bin|binti|de|dos|da|van|a/l|a/p) )?{_LATIN_WORD}){{0,4}}"
)


def scripts_in(plain: str) -> list[str]:
    """Return the scripts with a profile among the letters of the text."""
    return [] if plain.isascii() else [s for s in RANGES if re.search(f"[{RANGES[s]}]", plain)]


def script_allowed(plain: str, script: str) -> list[Stretch]:
    """Provinces, organisations and devices."""
    patterns = patterns_of(script)
    kept = (patterns.province, patterns.organisation, patterns.device)
    return [Stretch(*m.span()) for pattern in kept for m in pattern.finditer(plain)]


def script_provinces(plain: str, script: str) -> list[tuple[int, int]]:
    """Return the stretches of provinces, with the word for province."""
    return [m.span() for m in patterns_of(script).province.finditer(plain)]


def script_spans(plain: str, script: str) -> list[Span]:
    """Names, villages and districts, and addresses' words."""
    profile, patterns = script_profiles()[script], patterns_of(script)
    provinces = script_provinces(plain, script)
    found = list(_announced(plain, profile, patterns))
    found += _before_an_end(plain, profile, patterns)
    found += _by_shape(plain, profile, patterns, found)
    found += _objects(plain, profile, patterns)
    found += places_before(plain, profile, patterns, provinces)
    found += places_after(plain, profile, patterns)

    def ordinary(stretch: str) -> bool:
        return is_ordinary(stretch, profile, patterns)

    found += (_with_beginning(plain, span, profile, patterns) for span in given_names(plain, script))
    found += unlisted(plain, script)
    found += subjects(plain, script, ordinary)
    found += in_series(plain, script, ordinary)
    found += numbered(plain, script, ordinary)
    found += after_agents(plain, script, ordinary)
    found += listed(plain, script, ordinary)
    found += spoken_of(plain, script, ordinary)
    people = [s for s in found if s.kind == Kind.PERSON]
    found += joined(plain, script, people, ordinary)
    found += joined_before(plain, script, people, ordinary)
    whole = [kept for span in found if (kept := whole_words(plain, span, script)) is not None]
    return [span for span in whole if span.evidence > Evidence.GUESS or not _inside(span, provinces)]


def _with_beginning(plain: str, span: Span, profile: ScriptProfile, patterns: Patterns) -> Span:
    """A listed name with the letters before it, where it ends a longer name: Su-phanni."""
    at = span.start
    while at > max(0, span.start - LONGEST_BEGINNING - 1) and patterns.letters.match(plain[at - 1]):
        at -= 1
    beginning = plain[at : span.start]
    words = (*profile.stops, *profile.openings, *profile.closings, *profile.titles, *profile.titles_after)
    if not beginning or len(beginning) > LONGEST_BEGINNING or beginning.endswith((*words, *profile.verbs)):
        return span
    return Span(at, span.end, span.kind, span.evidence)


def _announced(plain: str, profile: ScriptProfile, patterns: Patterns) -> Iterator[Span]:
    for match in patterns.announced.finditer(plain):
        if match.group("never"):
            continue
        titled = match.group().endswith((*profile.titles, *profile.copulas, *profile.possessives))
        glued = profile.titles_glued and match.group().endswith(profile.titles)
        glued = glued and match.group() not in profile.cues_before  # "sister" ends like a title
        spaced = len(match.group()) > LONGEST_GLUED and plain.startswith(" ", match.end())
        glued = glued and not spaced
        first = at = match.end() if glued else _skip_space(plain, match.end())
        if patterns.office.match(plain, at):  # an office, not a person, after "the injured"
            continue
        while (title := patterns.title.match(plain, at)) and title.end() < len(plain):
            at, titled = title.end(), True
            at = at if profile.titles_glued else _skip_space(plain, at)
        if not titled and profile.openings and plain.startswith(profile.openings, at):
            continue  # "the patient has"
        initial = _INITIAL.match(plain, at)
        name = _name_from(plain, initial.end() if initial else at, profile, patterns, titled=titled)
        if name:
            first -= _people(match.group(), profile) if first == match.end() else 0
            yield Span(first, name, Kind.PERSON, Evidence.CUE)


def _people(announced: str, profile: ScriptProfile) -> int:
    """The length of a title that tells a people: it is part of the name."""
    return next((len(title) for title in profile.titles_named if announced.endswith(title)), 0)


def _objects(plain: str, profile: ScriptProfile, patterns: Patterns) -> Iterator[Span]:
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
    plain: str, start: int, profile: ScriptProfile, patterns: Patterns, *, titled: bool
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
        stop = first_stop_in(patterns, chunk.group(), after_title=titled and nth == 0)
        if stop == 0 or (stop is None and len(chunk.group()) > LONGEST_CHUNK and end is not None):
            break
        if nth and stop and _is_family_name(chunk.group(), profile, patterns):
            stop = None  # 'ใจเย็น' ends with a word for evening
        length = len(chunk.group()) if stop is None else stop
        if stop is None and length > LONGEST_CHUNK:
            length = LONGEST_CHUNK
        if length >= LEAST_NAME:
            end = at + length
        if stop is not None or plain[chunk.end() : chunk.end() + 1] != " ":
            break
        at = chunk.end() + 1
    return end


def _is_family_name(chunk: str, profile: ScriptProfile, patterns: Patterns) -> bool:
    """Return whether a short stretch after a given name is a family name, with an ordinary word in it."""
    return (
        len(chunk) <= PAIR_CHUNK
        and not patterns.ended.search(chunk)
        and not chunk.startswith((*profile.openings, *profile.verbs))
    )


def _before_an_end(plain: str, profile: ScriptProfile, patterns: Patterns) -> Iterator[Span]:
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
                or is_ordinary(plain[slice(*chunk)], profile, patterns)
            ):
                break
            if found - chunk[1] > 1:
                break
            found = chunk[0]
        if start - found >= LEAST_NAME + 1:
            yield Span(found, start, Kind.PERSON, Evidence.GUESS)


def _subject(plain: str, end: int, profile: ScriptProfile, patterns: Patterns) -> Iterator[Span]:
    """Return a stretch before a particle marking a subject, an object or a person addressed."""
    chunk = _chunk_before(plain, end, patterns)
    if (
        chunk is None
        or chunk[1] - chunk[0] > LONGEST_CHUNK
        or is_ordinary(plain[slice(*chunk)], profile, patterns)
    ):
        return
    if chunk[1] < end and chunk[1] - chunk[0] > LEAST_NAME:
        yield Span(*chunk, Kind.PERSON, Evidence.GUESS)


def _by_shape(plain: str, profile: ScriptProfile, patterns: Patterns, found: list[Span]) -> Iterator[Span]:
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


def _may_be_name(chunk: str, profile: ScriptProfile, patterns: Patterns) -> bool:
    return LEAST_NAME <= len(chunk) <= PAIR_CHUNK and not is_ordinary(chunk, profile, patterns)


def _chunk_before(plain: str, end: int, patterns: Patterns) -> tuple[int, int] | None:
    stop = end
    while stop > 0 and plain[stop - 1] == " " and end - stop < 1:
        stop -= 1
    start = stop
    while start > max(0, stop - FARTHEST) and patterns.letters.match(plain[start - 1]):
        start -= 1
    return (start, stop) if start < stop else None


def _inside(span: Span, stretches: list[tuple[int, int]]) -> bool:
    return any(start <= span.start and span.end <= end for start, end in stretches)

"""The word lists of Khmer, Lao, Thai and Burmese as patterns, and what an ordinary word is."""

import re
from dataclasses import dataclass
from functools import cache

from anonymisers.redaction.profiles import MARKS, RANGES, ScriptProfile, script_profiles

FARTHEST = 40
"""Characters examined on either side of a word: enough for every name, and a bound on time for any text."""
LEAST_NAME = 2
LONGEST_PROVINCE = 16
"""Characters; where nothing but the next word ends a province's name, a person's may stand there."""
INNER_STOP = 4
"""Least length of an ordinary word cutting a stretch: shorter words are also syllables of names."""


@dataclass(frozen=True)
class Patterns:
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
    place_labelled: re.Pattern[str]
    place_not: re.Pattern[str]
    place_part: re.Pattern[str]
    office: re.Pattern[str]
    province: re.Pattern[str]
    organisation: re.Pattern[str]
    opening: re.Pattern[str]
    device: re.Pattern[str]


_SPELLINGS = re.compile("\u17d2[\u178a\u178f]")
"""Khmer da and ta below another letter: both are written, and sound and look alike."""


def _any(words: tuple[str, ...]) -> str:
    return _SPELLINGS.sub("\u17d2[\u178a\u178f]", "|".join(map(re.escape, words))) or r"(?!)"


@cache
def patterns_of(script: str) -> Patterns:
    profile = script_profiles()[script]
    letters = RANGES[script]
    whole = rf"(?![{MARKS[script]}])"
    never = rf"(?!(?:{_any(profile.titles_not)}){whole})" if profile.titles_not else ""
    joined = rf"(?:(?:{_any(profile.conjunctions)})\s?)?"
    glued = "".join(rf"|(?<={re.escape(word)})" for word in profile.titles_after)
    title = rf"(?:(?<![{letters}.]){glued}){joined}{never}(?:{_any(profile.titles)})"
    title += rf"(?:{_any(profile.possessives)})?{whole}"
    cue = (
        rf"(?:{_any(profile.cues_before)})(?:{_any(profile.possessives)})?(?:\s?(?:{_any(profile.copulas)}))*"
    )
    long_stops = tuple(word for word in profile.stops if len(word) >= INNER_STOP)
    return Patterns(
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
        place_labelled=re.compile(
            rf"(?<![{letters}])(?:{_any(profile.place_after)})[ :]+"
            rf"(?P<name>[{letters}]{{3,13}})(?![{letters}])"
        ),
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
        device=re.compile(_any(profile.devices)),
    )


def first_stop_in(patterns: Patterns, chunk: str, *, after_title: bool = False) -> int | None:
    """Where an ordinary word begins in a stretch: at its very start, or after a name's least length.

    Right after a title a short word is a name all the same: "Chea" also means "is" in Khmer.
    """
    if (patterns.stop if after_title else patterns.first_stop).match(chunk):
        return 0
    found = [pattern.search(chunk, LEAST_NAME) for pattern in (patterns.stop, patterns.office)]
    return min((match.start() for match in found if match), default=None)


def is_ordinary(chunk: str, profile: ScriptProfile, patterns: Patterns) -> bool:
    if chunk in profile.surnames:
        return False
    if chunk.startswith(profile.openings) or (
        chunk.endswith(profile.closings) and chunk not in profile.closings
    ):
        return True
    if profile.openings and patterns.ended.match(chunk):  # "said that"
        return True
    return bool(patterns.first_stop.match(chunk) or patterns.stop.search(chunk))

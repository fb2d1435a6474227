"""Unannounced names in scripts without capitals: by lists of given names, and by their syllables.

A Thai given name of the list is a name everywhere, also glued to other words, and so is a word composed of
two name parts; ordinary words are not on the lists. A Burmese name is a row of two to five name syllables
between a space and a particle; of two syllables at least one must rarely be an ordinary word.
"""

import re
from collections.abc import Iterator
from functools import cache

from anonymisers.redaction.profiles import MARKS, RANGES, data, script_profiles
from anonymisers.redaction.spans import Evidence, Kind, Span

THAI, BURMESE = "Thai", "Myanmar"
FEWEST_OF_STOP = 4
"""Ordinary words of more characters begin no family name."""
FEWEST, MOST = 2, 5
"""Syllables of a Burmese name."""


def given_names(plain: str, script: str) -> Iterator[Span]:
    """Return the stretches that are names by themselves."""
    if script == THAI:
        for match in _thai().finditer(plain):
            yield Span(*match.span(), Kind.PERSON, Evidence.GUESS)
    elif script == BURMESE:
        strong = _strong()
        for match in _burmese().finditer(plain):
            syllables = len(_syllables().findall(match.group("name")))
            twice = match.group("name")[: len(match.group("name")) // 2] * 2 == match.group("name")
            subject = _subject_particle().match(plain, match.end()) and _begins(plain, match.start())
            if syllables > FEWEST or twice or subject or strong.search(match.group("name")):
                yield Span(*match.span("name"), Kind.PERSON, Evidence.GUESS)


def _begins(plain: str, at: int) -> bool:
    """Whether a sentence begins here."""
    return plain[:at].rstrip(" \n").endswith(("\u104b", ".", "!", "?")) or not plain[:at].strip()


@cache
def _subject_particle() -> re.Pattern[str]:
    """What marks the subject of a Burmese sentence: of two ordinary syllables it makes a name."""
    return re.compile("(?: ?\u1000| ?\u101e\u100a\u103a)(?![\u102b-\u103e])")


def _longest_first(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _thai() -> re.Pattern[str]:
    names, marks = data("names"), MARKS[THAI]
    made = rf"(?!{_longest_first(names['Thai_never'])})(?:{_longest_first(names['Thai_first'])}){{1,2}}"
    made += rf"(?:{_longest_first(names['Thai_last'])})"
    profile = script_profiles()[THAI]
    long_stops = [word for word in profile.stops if len(word) > FEWEST_OF_STOP]
    never = _longest_first([*profile.cues_after, *profile.ands, *long_stops])  # "died" is no family name
    family = rf"(?: (?!{never})[{RANGES[THAI]}]{{3,13}}(?= |$))?"
    return re.compile(rf"(?:{_longest_first(names[THAI])}|{made})(?![{marks}]){family}")


@cache
def _burmese() -> re.Pattern[str]:
    names = data("names")
    letters, marks = RANGES[BURMESE], MARKS[BURMESE]
    syllable = rf"(?:{_longest_first(names[BURMESE])})(?![{marks}]|[\u1000-\u1021]\u103a)"
    after = rf"(?=[^{letters}]|$|(?:{_longest_first(names['Myanmar_after'])}))"
    return re.compile(rf"(?<![{letters}])(?P<name>(?:{syllable}){{{FEWEST},{MOST}}}){after}")


@cache
def _syllables() -> re.Pattern[str]:
    return re.compile(_longest_first(data("names")[BURMESE]))


@cache
def _strong() -> re.Pattern[str]:
    names = data("names")
    weak = set(names["Myanmar_weak"])
    return re.compile(_longest_first([s for s in names[BURMESE] if s not in weak]))

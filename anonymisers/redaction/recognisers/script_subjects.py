"""Single names without title or cue, in scripts without capitals: by their place in the sentence.

Khmer, Lao and Thai write words of a clause together, but put a space around a person's name: a short stretch
that stands alone before a verb is its subject. A name is also what is joined to a name by a comma or "and".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from anonymisers.redaction.profiles import MARKS, RANGES, script_profiles
from anonymisers.redaction.spans import Evidence, Kind, Span

LEAST, LEAST_JOINED, MOST = 3, 2, 13
"""Characters of a single name, and the fewest of one that is joined to another."""
MOST_JOINED = 8
"""Names that are joined to one."""

Ordinary = Callable[[str], bool]
"""Whether a stretch begins, ends or is cut by an ordinary word."""


def subjects(plain: str, script: str, ordinary: Ordinary) -> Iterator[Span]:
    """Return the stretches that stand alone before a verb."""
    for match in _subject(script).finditer(plain):
        if not ordinary(match.group("name")):
            yield Span(*match.span("name"), Kind.PERSON, Evidence.GUESS)


def listed(plain: str, script: str, ordinary: Ordinary) -> Iterator[Span]:
    """Return the first name after "three people: " and the like; `joined` finds the others."""
    for match in _list(script).finditer(plain):
        if not ordinary(match.group("name")):
            yield Span(*match.span("name"), Kind.PERSON, Evidence.GUESS)


def joined(plain: str, script: str, names: Sequence[Span], ordinary: Ordinary) -> Iterator[Span]:
    """Return the names that a comma or "and" joins to the `names` found already."""
    link = _link(script)
    for name in names:
        at = name.end
        for _ in range(MOST_JOINED):
            match = link.match(plain, at)
            if match is None or ordinary(match.group("name")):
                break
            yield Span(*match.span("name"), Kind.PERSON, Evidence.GUESS)
            at = match.end("name")


@cache
def _subject(script: str) -> re.Pattern[str]:
    verbs = "|".join(map(re.escape, script_profiles()[script].verbs)) or "(?!)"
    letters = RANGES[script]
    return re.compile(
        rf"(?<![{letters}])(?P<name>[{letters}]{{{LEAST},{MOST}}}) (?:{verbs})(?![{MARKS[script]}])"
    )


@cache
def _list(script: str) -> re.Pattern[str]:
    profile, letters = script_profiles()[script], RANGES[script]
    people, lists = ("|".join(map(re.escape, words)) or "(?!)" for words in (profile.people, profile.lists))
    gap = r"[^\n.\u17d4\u104b]{0,40}?"
    name = rf"(?P<name>[{letters}]{{{LEAST},{MOST}}})(?![{letters}])"
    return re.compile(rf"(?:{people}){gap}(?:(?:{lists})[ :]*|[:\u17d6] ?){name}")


@cache
def _link(script: str) -> re.Pattern[str]:
    ands = "|".join(map(re.escape, script_profiles()[script].ands)) or "(?!)"
    letters = RANGES[script]
    name = rf"(?P<name>[{letters}]{{{LEAST_JOINED},{MOST}}})(?![{letters}])"
    return re.compile(rf"(?:, ?(?:(?:{ands}) ?)?| ?(?:{ands}) ?){name}")

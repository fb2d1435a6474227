"""Single names without title or cue, in scripts without capitals: by their place in the sentence.

Khmer, Lao and Thai write words of a clause together, but put a space around a person's name: a short stretch
that stands alone before a verb is its subject. A name is also what is joined to a name by a comma or "and".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from anonymisers.redaction.profiles import MARKS, RANGES, script_profiles
from anonymisers.redaction.spans import Evidence, Kind, Span

LEAST, MOST = 3, 13
"""Characters of a single name."""
MOST_JOINED = 8
"""Names that are joined to one."""

Ordinary = Callable[[str], bool]
"""Whether a stretch begins, ends or is cut by an ordinary word."""


def subjects(plain: str, script: str, ordinary: Ordinary) -> Iterator[Span]:
    """Return the stretches that stand alone before a verb."""
    for match in _subject(script).finditer(plain):
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
def _link(script: str) -> re.Pattern[str]:
    ands = "|".join(map(re.escape, script_profiles()[script].ands)) or "(?!)"
    letters = RANGES[script]
    return re.compile(
        rf"(?:, ?(?:(?:{ands}) ?)?| ?(?:{ands}) ?)(?P<name>[{letters}]{{{LEAST},{MOST}}})(?![{letters}])"
    )

"""Single names without title or cue, in scripts without capitals: by their place in the sentence.

Khmer, Lao and Thai write words of a clause together, but put a space around a person's name: a short stretch
that stands alone before a verb, or at the beginning of a sentence, is its subject. A name is also what a
comma or "and" joins to a name.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from anonymisers.redaction.profiles import MARKS, RANGES, script_profiles
from anonymisers.redaction.spans import Evidence, Kind, Span

LEAST, LEAST_JOINED, MOST = 3, 2, 13
"""Characters of a single name, and the fewest of one that is joined to another."""
MOST_FIRST = 9
"""Characters of a name that begins a sentence, whatever follows."""
LONGEST_LINK = 10
"""Characters of "and" with its spaces."""
MOST_JOINED = 8
"""Names that are joined to one."""

Ordinary = Callable[[str], bool]
"""Whether a stretch begins, ends or is cut by an ordinary word."""


def subjects(plain: str, script: str, ordinary: Ordinary) -> Iterator[Span]:
    """Return the stretches that stand alone before a verb."""
    nouns, verbs = script_profiles()[script].nouns, script_profiles()[script].verbs
    # Burmese words have endings: of them the beginning tells.
    begins_no_name = () if verbs else tuple(noun for noun in nouns if len(noun) >= LEAST)
    for match in _subject(script).finditer(plain):
        never = match.group() in nouns or match.group().startswith(begins_no_name)
        if not never and not ordinary(match.group()):
            yield Span(*match.span(), Kind.PERSON, Evidence.GUESS)
    for match in _agent(script).finditer(plain):
        name = match.group("name")
        if name not in nouns and not name.startswith(verbs) and not ordinary(name):
            yield Span(*match.span("name"), Kind.PERSON, Evidence.GUESS)
    for pattern in (_owner, _glued, _seen, _said_of, _towards, _signed):
        for match in pattern(script).finditer(plain):
            if match.group("name") not in nouns and not ordinary(match.group("name")):
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


def joined_before(plain: str, script: str, names: Sequence[Span], ordinary: Ordinary) -> Iterator[Span]:
    """Return the names that stand before "and" and a name: 'แก้ว' in 'แก้ว กับ กล้า'."""
    link = _link_before(script)
    nouns = script_profiles()[script].nouns
    for name in names:
        match = link.search(plain, max(0, name.start - MOST - LONGEST_LINK), name.start)
        if match and match.group("name") not in nouns and not ordinary(match.group("name")):
            yield Span(*match.span("name"), Kind.PERSON, Evidence.GUESS)


def spoken_of(plain: str, script: str, ordinary: Ordinary) -> Iterator[Span]:
    """Return the names before "as he is called": Burmese says the name first."""
    for match in _so_called(script).finditer(plain):
        if not ordinary(match.group("name")):
            yield Span(*match.span("name"), Kind.PERSON, Evidence.CUE)


def _one_of(words: Iterable[str]) -> str:
    """An expression for any of some words; without a word, one that matches nothing."""
    return "|".join(map(re.escape, words)) or "(?!)"


@cache
def _link_before(script: str) -> re.Pattern[str]:
    ands = _one_of(script_profiles()[script].ands)
    letters = RANGES[script]
    return re.compile(rf"(?<![{letters}])(?P<name>[{letters}]{{{LEAST_JOINED},{MOST}}}) ?(?:{ands}) ?$")


@cache
def _so_called(script: str) -> re.Pattern[str]:
    called = _one_of(script_profiles()[script].called_after)
    letters = RANGES[script]
    return re.compile(rf"(?<![{letters}])(?P<name>[{letters}]{{{LEAST},{MOST}}}) ?(?:{called})")


@cache
def _subject(script: str) -> re.Pattern[str]:
    if not script_profiles()[script].verbs:
        # Burmese marks its subjects; in notes the first word often is one without a mark.
        unmarked = (
            rf"(?:^|(?<=[\n:\u104b\u2014])|(?<=[:\u104b\u2014] ))[{RANGES[script]}]{{{LEAST},{MOST_FIRST}}}"
        )
        return re.compile(rf"(?P<name>{unmarked})(?= [{RANGES[script]}]|[.\u104b]?\s*$)")
    verbs = "|".join(map(re.escape, script_profiles()[script].verbs))
    letters = RANGES[script]
    before_verb = rf"[{letters}]{{{LEAST},{MOST}}}(?= (?:{verbs})(?![{MARKS[script]}]))"
    ends = r"\n.!?:\u17d4\u17d6\u2014"
    begins = rf"(?:^|(?<=[{ends}])|(?<=[{ends}] ))"
    first = rf"{begins}[{letters}]{{{LEAST},{MOST_FIRST}}}(?= [{letters}])"
    return re.compile(rf"(?<![{letters}])(?P<name>{before_verb})|(?P<first>{first})")


@cache
def _agent(script: str) -> re.Pattern[str]:
    """'recipient Sochea': a word for somebody who does something, and a stretch that stands alone."""
    agents = _one_of(script_profiles()[script].agents)
    letters = RANGES[script]
    role = rf"(?<![{letters}])(?:{agents})[{letters}]{{2,{MOST}}}"
    return re.compile(rf"{role}[:\u17d6]? (?P<name>[{letters}]{{{LEAST},{MOST_FIRST}}})(?![{letters}])")


@cache
def _owner(script: str) -> re.Pattern[str]:
    """'card of Duangchai': a stretch that stands alone after "of"."""
    of = _one_of(script_profiles()[script].of)
    letters = RANGES[script]
    return re.compile(rf"(?:{of}) (?P<name>[{letters}]{{{LEAST},{MOST}}})(?![{letters}])")


@cache
def _glued(script: str) -> re.Pattern[str]:
    """'ต้นกล้าเก็บ': a name that begins a text or sentence, written as one with what the person did."""
    did = _one_of(script_profiles()[script].did)
    letters = RANGES[script]
    begins = r"(?:^|(?<=[\n.!?:\u17d4\u17d6])|(?<=[.!?:\u17d4\u17d6] ))"
    return re.compile(
        rf"{begins}(?P<name>[{letters}]{{{LEAST_JOINED},{MOST_FIRST}}}?)(?:{did})(?![{MARKS[script]}])"
    )


@cache
def _seen(script: str) -> re.Pattern[str]:
    """'saw Somsak fall', written as one."""
    profile, letters = script_profiles()[script], RANGES[script]
    saw, fell = map(_one_of, (profile.saw, profile.fell))
    return re.compile(rf"(?:{saw})(?P<name>[{letters}]{{{LEAST},{MOST_FIRST}}}?)(?:{fell})")


@cache
def _said_of(script: str) -> re.Pattern[str]:
    """'said that Mengly and', written as one: the subject of what is said."""
    profile, letters = script_profiles()[script], RANGES[script]
    that, follows = map(_one_of, (profile.that, (*profile.did, *profile.ands)))
    return re.compile(
        rf"(?:{that}) ?(?P<name>[{letters}]{{{LEAST},{MOST_FIRST}}}?) ?(?:{follows})(?![{MARKS[script]}])"
    )


@cache
def _towards(script: str) -> re.Pattern[str]:
    """'sold it to Chew, owner of the yard': between "to" and a word for who the person is."""
    profile, letters = script_profiles()[script], RANGES[script]
    to, roles = map(_one_of, (profile.to, profile.roles))
    return re.compile(rf"(?:{to}) ?(?P<name>[{letters}]{{{LEAST},{MOST_FIRST}}}) (?={roles})")


@cache
def _signed(script: str) -> re.Pattern[str]:
    """'from Laddavan' at the end of a letter."""
    letters, profile = RANGES[script], script_profiles()[script]
    signs = _one_of(profile.signs)
    return re.compile(
        rf"(?:{signs}):? ?(?P<name>[{letters}]{{{LEAST},{MOST}}})[.\u17d4\u104b]?\s*$", re.MULTILINE
    )


@cache
def _list(script: str) -> re.Pattern[str]:
    profile, letters = script_profiles()[script], RANGES[script]
    people, lists = map(_one_of, (profile.people, profile.lists))
    gap = r"[^\n.\u17d4\u104b]{0,40}?"
    name = rf"(?P<name>[{letters}]{{{LEAST},{MOST}}})(?![{letters}])"
    return re.compile(rf"(?:{people}){gap}(?:(?:{lists})[ :]*|[:\u17d6] ?){name}")


@cache
def _link(script: str) -> re.Pattern[str]:
    ands = _one_of(script_profiles()[script].ands)
    letters = RANGES[script]
    verbs = "|".join(re.escape(verb) for verb in script_profiles()[script].verbs if len(verb) >= LEAST)
    end = rf"(?![{letters}])|(?={verbs})" if verbs else rf"(?![{letters}])"
    name = rf"(?P<name>[{letters}]{{{LEAST_JOINED},{MOST}}}?)(?:{end})"
    return re.compile(rf"(?:, ?(?:(?:{ands}) ?)?| ?(?:{ands}) ?){name}")

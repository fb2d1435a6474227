"""Names that a vocabulary tells, in scripts without capitals: given names, and what no word explains.

The other recognisers of these scripts go by what stands around a name. This one reads every stretch as words:
a piece that is a given name and no word is a name wherever it stands, glued to a verb or alone, and so is a
piece that no word explains, with the short syllables that touch it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from anonymisers.redaction.profiles import RANGES, data, script_profiles
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.vocabulary import REPEATED, Piece, Sort, vocabulary

LEAST_UNKNOWN = 3
"""Characters of a piece that no word explains: fewer are an abbreviation."""
LONGEST_TOUCHING = 4
"""Characters of a syllable beside such a piece that belongs to the name."""
LONGEST_ALONE = 9
LONGEST_NAME = 13
LONGEST_PART = 6
MOST_WORDS = 3
"""Characters of a name and of a word in it, and words of a name, that no list has."""
THAT = ("\u0e27\u0e48\u0e32", "\u0ea7\u0ec8\u0eb2", "\u1790\u17b6")
"""How verbs of speech end: "said that" in Thai, Lao and Khmer."""
LONGEST_SNAP = 20
"""Characters beside a guess in which the rest of a word is looked for."""
LONGEST_READ = 400
"""Characters of a stretch read at once: a bound on time for any text."""


def unlisted(plain: str, script: str) -> Iterator[Span]:
    """Return the stretches that are given names, or that no word explains."""
    words = vocabulary(script)
    for match in _stretches(script).finditer(plain):
        stretch, at = match.group(), match.start()
        alone = stretch in words.names and stretch not in _function(script)
        if alone or _stands_between(plain, match, script):
            yield Span(at, match.end(), Kind.PERSON, Evidence.GUESS)
            continue
        pieces = words.pieces(stretch)
        named = [piece for i, piece in enumerate(pieces) if _is_named(stretch, pieces, i, script)]
        if named and len(stretch) <= LONGEST_NAME and not _has_function(stretch, pieces, script):
            yield Span(at, match.end(), Kind.PERSON, Evidence.GUESS)
            continue
        for piece in named:
            start, end = piece.start, piece.end
            if piece.sort is Sort.UNKNOWN:
                start, end = _with_touching(stretch, pieces, pieces.index(piece), _function(script))
            yield Span(at + start, at + end, Kind.PERSON, Evidence.GUESS)
        for start, end in _between(stretch, pieces, script):
            yield Span(at + start, at + end, Kind.PERSON, Evidence.GUESS)


def _is_named(stretch: str, pieces: Sequence[Piece], i: int, script: str) -> bool:
    piece = pieces[i]
    if piece.sort is Sort.UNKNOWN:
        return _is_long(_word(stretch, piece))
    return piece.sort is Sort.NAME or _acts(stretch, pieces, i, script)


def _has_function(stretch: str, pieces: Sequence[Piece], script: str) -> bool:
    return any(_word(stretch, piece) in _function(script) for piece in pieces)


def _between(stretch: str, pieces: Sequence[Piece], script: str) -> Iterator[tuple[int, int]]:
    """Return the short words between "that" or "saw" and what somebody does: 'that Pha-do stepped'."""
    word = [_word(stretch, piece) for piece in pieces]
    for i in range(-1, len(word) - 1):
        lead = word[i] if i >= 0 else ""
        if i >= 0 and lead not in _strong_leads(script) and not lead.endswith(THAT):
            continue
        j = i + 1
        while j < len(word) and j - i <= MOST_WORDS and _may_be_part(word[j], script):
            j += 1
        start, end = pieces[i + 1].start, pieces[j - 1].end
        if j == i + 1 or end - start > LONGEST_NAME:
            continue
        following = word[j] if j < len(word) else ""
        ends = not following and lead in _before_ends(script)
        ends = ends and not vocabulary(script).is_only_word(stretch[start:end])
        if (ends or _is_followed(lead, following, script)) and not (i < 0 and end - start < LEAST_UNKNOWN):
            yield start, end


def _is_followed(lead: str, following: str, script: str) -> bool:
    """Whether what follows short words makes them a person: what somebody does, or nothing after "with"."""
    profile = script_profiles()[script]
    if not lead:  # a stretch that begins with the name
        acts = following in profile.did and following not in data("given_names")["follow_verbs"]
        return acts or following.startswith(_who_is(script))
    if not following:
        return lead in profile.ands or lead in _titles(script)
    return following in _does(script) or (lead in profile.to and following in profile.to)


@cache
def _who_is(script: str) -> tuple[str, ...]:
    """'X who is the father of'."""
    return tuple(data("given_names")[f"{script}_who_is"])


def _may_be_part(word: str, script: str) -> bool:
    return len(word) <= LONGEST_PART and word not in _function(script)


def _stands_between(plain: str, match: re.Match[str], script: str) -> bool:
    """Whether a short stretch stands alone after "saw" or "with" and before what a person does."""
    stretch = match.group()
    if (
        len(stretch) > LONGEST_ALONE
        or stretch in _function(script)
        or plain[match.end() : match.end() + 1] != " "
    ):
        return False
    before = plain[max(0, match.start() - LONGEST_NAME) : match.start()]
    after = plain[match.end() + 1 : match.end() + 1 + LONGEST_NAME]
    return before.endswith(_ends_with_lead(script)) and after.startswith(_begins_with_act(script))


@cache
def _ends_with_lead(script: str) -> tuple[str, ...]:
    profile = script_profiles()[script]
    return tuple(f"{word} " for word in (*profile.ands, *profile.met, *profile.saw, *THAT) if len(word) > 1)


@cache
def _begins_with_act(script: str) -> tuple[str, ...]:
    return tuple(word for word in (*_does(script), *data("given_names")[f"{script}_leads"]) if len(word) > 1)


def _acts(stretch: str, pieces: Sequence[Piece], i: int, script: str) -> bool:
    """Whether a given name that is also a word stands as a person does: 'with Evening', 'then Evening fell'.

    Before it stands nothing or a word that people follow, behind it nothing or what people do.
    """
    word = _word(stretch, pieces[i])
    if word not in vocabulary(script).names or word in _function(script):
        return False
    before = _word(stretch, pieces[i - 1]) if i else ""
    after = _word(stretch, pieces[i + 1]) if i + 1 < len(pieces) else ""
    led = not before or before in _leads(script)
    return led and (not after or after in _does(script)) and bool(before or after)


def whole_words(plain: str, span: Span, script: str) -> Span | None:
    """Return a name with the rest of the words that it begins or ends in: half a word is no name.

    None for a name that lies within one ordinary word: "age" begins like a title in Khmer.
    """
    if span.kind is not Kind.PERSON:
        return span
    start, end = span.start, span.end
    before = _before(script).search(plain, max(0, start - LONGEST_SNAP), start)
    after = _stretches(script).match(plain, end)
    begin = before.start() if before else start
    finish = min(after.end(), end + LONGEST_SNAP) if after else end
    if begin == start and finish == end:
        return span
    stretch = _letters(script).search(plain, begin, finish)
    if stretch is None or not (stretch.start() <= start and end <= stretch.end()):
        return span
    for piece in vocabulary(script).pieces(stretch.group()):
        first, last = stretch.start() + piece.start, stretch.start() + piece.end
        word = plain[first:last]
        if first < start and end <= last and word in _function(script):
            return None
        if first < start < last and last - first <= LONGEST_NAME:
            start = first
        if first < end < last and last - first <= LONGEST_NAME:
            end = last
    return Span(start, end, span.kind, span.evidence)


@cache
def _before(script: str) -> re.Pattern[str]:
    return re.compile(rf"[{RANGES[script]}]{{1,{LONGEST_SNAP}}}$")


@cache
def _letters(script: str) -> re.Pattern[str]:
    return re.compile(rf"[{RANGES[script]}]+")


def _is_long(piece: str) -> bool:
    return len(piece) >= LEAST_UNKNOWN


def _word(stretch: str, piece: Piece) -> str:
    """The word of a piece, said once."""
    return stretch[piece.start : piece.end].rstrip(REPEATED)


def _with_touching(
    stretch: str, pieces: Sequence[Piece], i: int, function: frozenset[str]
) -> tuple[int, int]:
    """Return where an unknown piece ends, with the syllables beside it that are no function words."""

    def belongs(piece: Piece) -> bool:
        word = _word(stretch, piece)
        return len(word) <= LONGEST_TOUCHING and word not in function

    first = last = i
    if first and belongs(pieces[first - 1]):
        first -= 1
    if last + 1 < len(pieces) and belongs(pieces[last + 1]):
        last += 1
    return pieces[first].start, pieces[last].end


@cache
def _stretches(script: str) -> re.Pattern[str]:
    return re.compile(rf"[{RANGES[script]}]{{2,{LONGEST_READ}}}")


@cache
def _function(script: str) -> frozenset[str]:
    """The words of the profile: they are no part of a name."""
    profile = script_profiles()[script]
    fields = (
        profile.stops, profile.openings, profile.closings, profile.verbs, profile.cues_before,
        profile.cues_after, profile.titles, profile.ands, profile.did, profile.met, profile.that,
        profile.to, profile.of, profile.nouns, profile.devices, profile.people, profile.lists,
        profile.conjunctions, profile.copulas, profile.roles, profile.place_before, profile.place_after,
        profile.weak_after, profile.possessives, profile.saw, profile.fell,
    )  # fmt: skip
    return frozenset(word for field in fields for word in field)


@cache
def _strong_leads(script: str) -> frozenset[str]:
    """Words that only people follow, where somebody does something."""
    profile = script_profiles()[script]
    people = data("given_names")[f"{script}_people"]
    words = (*profile.ands, *profile.that, *profile.to, *profile.met, *profile.saw, *profile.cues_before)
    return frozenset((*words, *people, *profile.of, *_titles(script)))


@cache
def _before_ends(script: str) -> frozenset[str]:
    """Words before a person with whom a stretch ends: "of", "the accused"."""
    profile = script_profiles()[script]
    return frozenset((*profile.of, *profile.ands, *data("given_names")[f"{script}_people"]))


@cache
def _titles(script: str) -> frozenset[str]:
    """Titles that are words by themselves; shorter ones are syllables as well."""
    return frozenset(title for title in script_profiles()[script].titles if len(title) >= LEAST_UNKNOWN)


@cache
def _leads(script: str) -> frozenset[str]:
    """Words that people follow: "and", "with", "that", "saw", "son"."""
    profile = script_profiles()[script]
    fields = (
        profile.ands, profile.to, profile.that, profile.of, profile.met, profile.saw, profile.copulas,
        profile.cues_before, profile.titles, profile.titles_after, profile.conjunctions,
    )  # fmt: skip
    return frozenset((*(word for field in fields for word in field), *data("given_names")[f"{script}_leads"]))


@cache
def _does(script: str) -> frozenset[str]:
    """What people do."""
    profile = script_profiles()[script]
    return frozenset((*profile.verbs, *profile.did, *profile.fell, *profile.ands, *profile.cues_after, *THAT))

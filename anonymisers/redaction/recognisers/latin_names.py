"""Names in Latin letters: announced by a title, capitalised where none is due, or in no dictionary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anonymisers.redaction.profiles import allowed
from anonymisers.redaction.recognisers.latin_capitals import capitalised
from anonymisers.redaction.recognisers.latin_patronymics import patronymics
from anonymisers.redaction.recognisers.latin_small import small_names
from anonymisers.redaction.recognisers.latin_surnames import birth_order, small_surnames
from anonymisers.redaction.recognisers.latin_text import JOINS, LatinText
from anonymisers.redaction.recognisers.latin_titles import announced
from anonymisers.redaction.recognisers.latin_unknown import unknown_small
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.tokens import TITLE


@dataclass(frozen=True)
class Names:
    """The names found, and the sentences in which a language model may still find a name."""

    spans: list[Span]
    undecided: list[tuple[int, int]]


def names(text: LatinText) -> Names:
    """The names in a text."""
    sure = [False] * len(text)
    named = [False] * len(text)
    for i in announced(text):
        sure[i] = named[i] = True
    for i in capitalised(text):
        named[i] = True
    for i in patronymics(text):
        named[i] = True
    for i in (*small_surnames(text), *birth_order(text), *small_names(text)):
        named[i] = True
    if text.dictionary is not None:
        for i in unknown_small(text):
            named[i] = True
    return Names(list(_joined(text, named, sure)), list(_undecided(text, named)))


def _joined(text: LatinText, named: Sequence[bool], sure: Sequence[bool]) -> Iterator[Span]:
    i = 0
    while i < len(text):
        if not named[i]:
            i += 1
            continue
        j = i
        while _goes_on(text, j + 1, named):
            j += 1
        evidence = Evidence.CUE if any(sure[i : j + 1]) else Evidence.GUESS
        yield Span(text.words[i].start, text.words[j].end, Kind.PERSON, evidence)
        i = j + 1


def _goes_on(text: LatinText, i: int, named: Sequence[bool]) -> bool:
    """Whether a name goes on with word i, also over 'bin' or 'de'."""
    if i >= len(text) or text.words[i].gap not in JOINS:
        return False
    if named[i]:
        return True
    following = text.after(i)
    linked = text.is_particle(i) and not text.words[i].begins
    return linked and following is not None and named[i + 1] and following.gap == " "


def _undecided(text: LatinText, named: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Return the sentences with a capitalised word that is also English, so that only context can decide."""
    if text.dictionary is None:
        return
    first, doubtful = 0, False
    for i, word in enumerate(text.words):
        if word.begins and i > first:
            if doubtful:
                yield text.words[first].start, text.words[i - 1].end
            first, doubtful = i, False
        doubtful = doubtful or (not named[i] and _is_doubtful(text, i))
    if doubtful:
        yield text.words[first].start, text.words[-1].end


def _is_doubtful(text: LatinText, i: int) -> bool:
    word = text.words[i]
    if word.case != TITLE or text.taken[i] or text.allowed[i]:
        return False
    settled = word.lower in text.profile.common or text.is_title(i) or word.folded in text.profile.person_cues
    return not settled and word.folded not in allowed().capitalised

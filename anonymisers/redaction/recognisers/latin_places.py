"""Villages and districts in Latin letters, by a place word on either side."""

from collections.abc import Iterator

from anonymisers.redaction.profiles import allowed, latin_words
from anonymisers.redaction.recognisers.latin_text import LatinText
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.tokens import FIGURE, LOWER, UPPER

MOST_WORDS = 5
MOST_SMALL = 4
"""So many words in small letters make a place at most."""
LONGEST_NUMBER = 3
"""Digits: 'Moo 7', 'hamlet 12'."""


def villages(text: LatinText) -> Iterator[Span]:
    """Villages, hamlets, communes and districts."""
    for i, word in enumerate(text.words):
        measure = word.case == LOWER and i > 0 and text.words[i - 1].case == FIGURE and word.gap in (" ", "")
        # "Kampong Thom" and "Lang Son" are provinces that begin like villages
        kept = text.allowed[i] or (word.folded in text.profile.province_before and _is_province(text, i + 1))
        if word.lower in text.profile.place_before and not kept and not measure:
            yield from _after(text, i)
        if word.folded in text.profile.place_after:
            yield from _before(text, i)


def _is_province(text: LatinText, i: int) -> bool:
    """Return whether the allow-list contains the name after 'munisípiu'."""
    return i < len(text) and text.allowed[i] and text.words[i].gap == " "


def _after(text: LatinText, i: int) -> Iterator[Span]:
    """'Ban Nong Chan', 'Brgy. Kauran', 'kampung sungai lalang'."""
    j, small = i + 1, 0
    while j < len(text) and j - i <= MOST_WORDS and _touches(text, j) and not text.taken[j]:
        word = text.words[j]
        if word.case == FIGURE:
            if len(word.folded) > LONGEST_NUMBER:
                break
        elif word.case == LOWER and not _links(text, i, j):
            if small >= MOST_SMALL or not _small_part(text, i, j):
                break
            small += 1
        elif word.folded in text.profile.place_after and word.case != UPPER:
            break
        j += 1
    cue, words = text.words[i], text.words[i + 1 : j]
    spoken = [word for word in words if word.case != FIGURE]
    if not words or (not spoken and cue.case == LOWER):
        return
    if words[0].case == LOWER and all(word.lower in text.profile.common for word in spoken):
        return
    yield Span(cue.start, words[-1].end, Kind.VILLAGE, Evidence.CUE)


def _small_part(text: LatinText, cue: int, j: int) -> bool:
    """Whether a word in small letters is part of the place: 'ban done khio', not 'village chief'."""
    words = text.words
    if words[cue + 1].case != LOWER:
        return False
    place = words[j].lower in text.profile.place_before
    if text.is_no_word(j) and (place or words[j].lower not in text.profile.common):
        return True
    following = text.after(j)
    bridges = j == cue + 1 and following is not None and following.gap == " " and following.case == LOWER
    return bridges and text.is_no_word(j + 1)


def _links(text: LatinText, cue: int, j: int) -> bool:
    """'na' in 'Barangay Tuka na Lipao': a small link between two capitals."""
    following = text.after(j)
    between = (
        text.words[j - 1].capital and following is not None and following.capital and following.gap == " "
    )
    return j > cue + 1 and between and text.words[j].folded in latin_words("place_links")


def _touches(text: LatinText, j: int) -> bool:
    """Whether word j goes on with a place: a space, an abbreviation's dot, or ', Moo 7'."""
    word, before = text.words[j], text.words[j - 1].lower
    if word.gap in (" ", "-", "'"):
        return True
    if word.gap in (". ", "."):
        return before in latin_words("place_abbreviations")
    return word.gap == ", " and word.lower in text.profile.place_before and word.capital


def _before(text: LatinText, i: int) -> Iterator[Span]:
    """'Anlong Vil village', 'Hai Le hamlet 3', 'Ywa Ma village tract'."""
    first = i
    while first > 0 and i - first < MOST_WORDS and text.words[first].gap in (" ", "-"):
        if not _precedes(text, first - 1):
            break
        first -= 1
    if first == i:
        return
    if _is_half_known(text, first, i):
        first -= 1
    end = i
    following = text.after(end)
    while following is not None and following.gap == " " and following.folded in text.profile.place_after:
        end, following = end + 1, text.after(end + 1)
    if following is not None and following.gap == " " and following.case == FIGURE:
        end += len(following.folded) <= LONGEST_NUMBER
    yield Span(text.words[first].start, text.words[end].end, Kind.VILLAGE, Evidence.CUE)


def _precedes(text: LatinText, j: int) -> bool:
    word = text.words[j]
    if word.case == FIGURE:
        return not (j > 0 and word.gap == " ")
    if word.case == LOWER or text.shouted[j]:
        return text.is_no_word(j)
    month_or_people = word.folded in allowed().capitalised and len(word.folded) > MOST_SMALL
    return not month_or_people and not (word.begins and not text.is_no_word(j))


def _is_half_known(text: LatinText, first: int, end: int) -> bool:
    """Handle 'stung kach village': the first word is also English, but the following word is not."""
    if first < 2 or text.words[first].case != LOWER or text.words[first].gap != " ":
        return False
    return text.words[first - 1].lower not in text.profile.short and any(
        map(text.is_no_word, range(first, end))
    )

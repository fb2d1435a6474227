"""Names announced by a title or a word such as "named", in small letters, too."""

from collections.abc import Iterator

from anonymisers.redaction.profiles import allowed, latin_words
from anonymisers.redaction.recognisers.latin_text import JOINS, LatinText
from anonymisers.redaction.tokens import FIGURE, LOWER, TITLE, UPPER

FARTHEST_KNOWN = 6
"""Words between "known" and "as": "known to all of us as"."""

MOST_SMALL = 4
"""So many words in small letters make a name at most."""


def announced(text: LatinText) -> Iterator[int]:
    """The words of announced names."""
    i = 0
    while i < len(text):
        marker = text.words[i].lower in text.profile.markers and not text.taken[i]
        called = _is_called(text, i) or _is_relative(text, i)
        if marker or called or _is_used_as_title(text, i):
            reached = _name_after(text, i + 1 if called and _is_pronoun(text, i + 1) else i)
            yield from range(_first_of_name(text, i, reached), reached)
            i = max(i + 1, reached)
        else:
            i += 1


def _is_called(text: LatinText, i: int) -> bool:
    """'everybody calls Lucky', 'they call me Uncle Peter', 'known in the valley as Red'."""
    word, after = text.words[i], text.after(i)
    if after is None or text.taken[i] or word.case != LOWER:
        return False
    if word.lower == "as":
        before = {one.lower for one in text.words[max(0, i - FARTHEST_KNOWN) : i]}
        return after.capital and not before.isdisjoint(latin_words("known_as"))
    name = text.after(i + 1) if _is_pronoun(text, i + 1) else after
    follows = name is not None and name.case == TITLE and name.gap == " "  # what is quoted is found by itself
    return word.lower in latin_words("calls") and follows


def _is_relative(text: LatinText, i: int) -> bool:
    """'her sister-in-law Navy': whatever has a capital right after a relative is a name."""
    word, after = text.words[i], text.after(i)
    relative = word.lower.removesuffix("-in-law") in latin_words("kin_en") and word.case == LOWER
    if not relative or after is None or text.profile.language != "en":
        return False
    return after.case == TITLE and after.gap == " " and after.folded not in allowed().capitalised


def _is_pronoun(text: LatinText, i: int) -> bool:
    return i < len(text) and text.words[i].lower in latin_words("objects")


def _is_used_as_title(text: LatinText, i: int) -> bool:
    word, following = text.words[i], text.after(i)
    if not text.is_title(i) or text.taken[i] or following is None or following.gap not in (" ", ". ", "."):
        return False
    short = text.profile.language == "vi" and word.lower in latin_words("titles_in_capitals_vi")
    # BAC and MAT are acronyms, Bac and Mat titles.
    if word.case == UPPER and not text.shouted[i] and not short:
        return False
    if text.allowed[i] and text.allowed[i + 1]:  # Mae Hong Son
        return False
    return word.capital and (following.capital or len(word.folded) > 2)


def _first_of_name(text: LatinText, i: int, reached: int) -> int:
    """Include Saw, Naw, Datu and Khun, which are titles and parts of names at once."""
    word = text.words[i]
    kin = word.lower in text.profile.markers and word.lower not in text.profile.titles
    part_of_it = word.capital and not kin and word.folded not in text.profile.plain_titles
    return i if part_of_it and reached > i + 1 else i + 1


def _name_after(text: LatinText, i: int) -> int:
    """Return the index behind the name announced by word i."""
    first = i + 1
    while first < len(text) and _near(text, first) and (_is_title_here(text, first) or _is_role(text, first)):
        first += 1
    in_small_letters = first < len(text) and text.words[first].case == LOWER
    j, small = first, 0
    while j < len(text) and _near(text, j) and not text.taken[j] and text.words[j].case != FIGURE:
        word = text.words[j]
        if word.case == LOWER and not text.is_particle(j):
            ordinary = text.is_common(word) and not text.is_ambiguous(word)
            if not in_small_letters or ordinary or small >= MOST_SMALL:
                break
            small += 1
        elif word.capital and (
            (_is_other(text, j) and not _is_day_as_name(text, i, j)) or (in_small_letters and small)
        ):
            break
        j += 1
    while j - 1 > i + 1 and text.is_particle(j - 1):
        j -= 1
    return j


def _is_title_here(text: LatinText, i: int) -> bool:
    return text.is_title(i) and text.words[i].capital


def _is_role(text: LatinText, i: int) -> bool:
    """'pak rt slamet': a role between the title and the name, all in small letters."""
    return text.words[i].lower in latin_words("roles_small") and text.words[i].case == LOWER


def _is_day_as_name(text: LatinText, marker: int, j: int) -> bool:
    """'suaminya Jumat': a day or month right after a relative, and no date behind it."""
    after = text.after(j)
    dated = after is not None and after.gap == " " and after.case == FIGURE
    relative = text.words[marker].lower.endswith("nya") or text.words[marker].lower in latin_words("kin_en")
    return j == marker + 1 and relative and not dated and not text.allowed[j]


def _near(text: LatinText, j: int) -> bool:
    """Return whether word j continues the preceding words; the dot of 'Mr.' ends no sentence."""
    word = text.words[j]
    ends = word.begins and word.gap.strip() == "." and not text.is_title(j - 1)
    return word.gap in JOINS and not ends


def _is_other(text: LatinText, j: int) -> bool:
    """Whether a capitalised word after a name begins something else: a month, an organisation."""
    other = text.words[j].folded in allowed().capitalised or text.allowed[j]
    return other and not text.is_title(j - 1)

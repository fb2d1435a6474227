"""Capitalised runs: each run is the name of a person or place unless all its words are known to be
otherwise."""

from collections.abc import Iterator

from anonymisers.redaction.profiles import allowed, latin_words
from anonymisers.redaction.recognisers.latin_text import JOINS, SHORT, LatinText
from anonymisers.redaction.tokens import FIGURE, TITLE, UPPER, Token

LONGEST_ACRONYM = 5


def capitalised(text: LatinText) -> Iterator[int]:
    """The words of capitalised names."""
    i = 0
    while i < len(text):
        if not _may_be_name(text, i):
            i += 1
            continue
        j = i
        while j + 1 < len(text) and _continues(text, i, j + 1):
            j += 1
        while j > i and not text.words[j].capital:
            j -= 1
        yield from _name_in(text, i, j)
        i = j + 1


def _may_be_name(text: LatinText, i: int) -> bool:
    if text.shouted[i] and text.is_common(text.words[i]) and not _is_doubled(text, i):
        return False
    return text.words[i].capital and not text.taken[i] and not text.allowed[i]


def _is_doubled(text: LatinText, i: int) -> bool:
    """'Mar-mar', 'JUN-JUN': English says no word twice; nicknames of the region do."""
    first, _, second = text.words[i].folded.partition("-")
    return first == second and text.profile.language == "en"


def _continues(text: LatinText, first: int, i: int) -> bool:
    word = text.words[i]
    if word.gap not in JOINS or text.taken[i] or (word.begins and word.gap == ". "):
        return False
    after_acronym = text.words[first].case == UPPER and word.case == TITLE
    if after_acronym and len(text.words[i - 1].folded) > 1:
        return word.lower not in text.profile.common
    if _may_be_name(text, i):
        return True
    following = text.after(i)
    linked = text.is_particle(i) and word.gap == " " and following is not None and following.gap == " "
    return linked and _may_be_name(text, i + 1)


def _name_in(text: LatinText, first: int, last: int) -> range:
    """Return the part of a run that is a name."""
    if first == last and _acts(text, first):
        return range(first, last + 1)
    while first <= last and _only_leads(text, first):
        first += 1
    while last >= first and _only_trails(text, last):
        last -= 1
    run = range(first, last + 1)
    if first == last and text.words[first].begins and text.profile.names_marked:
        return range(0)
    if all(_is_plain(text, i) for i in run) and not _acts_like_people(text, first, last):
        return range(0)
    return run


def _acts(text: LatinText, i: int) -> bool:
    """Return whether the first word of a sentence is the subject of a person's action: 'An said', 'May now
    lives'."""
    after = text.after(i)
    near = after is not None and after.gap == " "
    acting = near and after is not None and after.lower in latin_words("people_only")
    if near and after is not None and text.profile.language == "vi" and not text.shouted[i]:
        # "Thương" is a wound as well: it is somebody who walks, and no wound does
        given = text.words[i].lower in latin_words("given_vi")
        if given and after.lower in latin_words("people_verbs_vi"):
            return text.words[i].begins or text.words[i].gap == ", "
    return text.words[i].begins and acting and text.words[i].lower not in latin_words("pronouns")


def _only_leads(text: LatinText, i: int) -> bool:
    """Return the words at the head of a run outside the name: 'The', 'Survivor', 'According'."""
    word = text.words[i]
    if word.folded in allowed().capitalised:
        before = text.words[i - 1].lower if i and not word.begins else ""
        return before in latin_words("before_dates") or len(word.folded) > SHORT
    titled = text.is_title(i) and word.folded in text.profile.plain_titles
    if titled or word.folded in text.profile.person_cues:
        return True
    if text.is_ambiguous(word):
        return False
    if word.begins and not text.shouted[i]:
        return _only_begins(text, i)
    if text.shouted[i]:
        return text.is_common(word) and not _is_doubled(text, i)
    return text.dictionary is not None and word.lower in latin_words("only_articles") and word.case != UPPER


def _only_begins(text: LatinText, i: int) -> bool:
    """Return whether a word has its capital from the sentence alone; before an unknown name the word may be a
    name."""
    word, following = text.words[i], text.after(i)
    if word.lower in text.profile.function:
        return True
    named = following is not None and _may_be_name(text, i + 1) and text.is_no_word(i + 1)
    return word.lower in text.profile.common and not named


def _only_trails(text: LatinText, i: int) -> bool:
    word = text.words[i]
    if word.folded in allowed().capitalised:
        return len(word.folded) > SHORT
    return text.shouted[i] and text.is_common(word) and not _is_doubled(text, i)


def _is_plain(text: LatinText, i: int) -> bool:
    """Return whether a capitalised word by itself names nobody."""
    word = text.words[i]
    if len(word.folded) == 1 or word.folded in latin_words("numerals"):
        return True
    if word.folded in allowed().acronyms and (word.case == UPPER or len(word.folded) >= SHORT):
        return True
    if (
        text.is_ambiguous(word)
        or _is_doubled(text, i)
        or _joined_to_name(text, i)
        or _stands_as_name(text, i)
    ):
        return False
    if word.case == UPPER and len(word.folded) <= LONGEST_ACRONYM and not text.shouted[i] and _alone(text, i):
        return True
    if len(word.folded) <= SHORT and not word.begins:
        return word.lower in text.profile.short
    return text.is_common(word)


def _joined_to_name(text: LatinText, i: int) -> bool:
    """Return whether a capital within a sentence follows 'Kha and': 'Lượm' is a name there, and no verb."""
    word = text.words[i]
    if word.begins or text.dictionary is not None or i < 1 or word.case != TITLE:
        return False
    link, before = text.words[i - 1], text.words[max(0, i - 2)]
    linked = link.lower in latin_words("ands") and word.gap == " " and link.gap == " "
    initial = link.lower in {"a", "y"} and link.capital and word.gap == " " and text.profile.language == "vi"
    return (linked and before.capital and text.words[i].lower not in text.profile.place_before) or initial


def _stands_as_name(text: LatinText, i: int) -> bool:
    """Return whether a short word alone has a capital for no other reason than being a name.

    'They called Saw', 'Nhà của Lượm': not after an article, at the beginning or before a number.
    """
    word, after = text.words[i], text.after(i)
    if text.profile.language not in ("en", "vi") or word.begins or word.case != TITLE or text.shouted[i]:
        return False
    if i == 0 or len(word.folded) > SHORT + 1 or len(word.folded) < 2 or not _alone(text, i):
        return False
    before = text.words[i - 1]
    if (
        text.allowed[i - 1]
        or before.lower in latin_words("before_common")
        or word.gap not in (" ", ", ")
        or before.capital
        or before.case == FIGURE
    ):
        return False
    if after is not None and after.gap == " " and after.case == FIGURE:
        return False
    known = (*text.profile.place_before, *text.profile.street_words, *text.profile.province_before)
    heads = word.folded in allowed().organisation_heads or (word.folded,) in allowed().leading_heads
    return word.lower not in known and not heads and word.lower not in latin_words("capital_words")


def _alone(text: LatinText, i: int) -> bool:
    """Return whether no other capitalised word touches the word."""

    def touches(word: Token | None, gap: str) -> bool:
        return word is not None and gap == " " and word.capital

    after = text.after(i) if i + 1 < len(text) and not text.allowed[i + 1] else None  # 'PTVN EOD Team 2'
    before = text.words[i - 1] if i else None
    return not touches(after, after.gap if after else "") and not touches(before, text.words[i].gap)


def _acts_like_people(text: LatinText, first: int, last: int) -> bool:
    """Return whether one or two ambiguous words are the subject of a person's action: 'Hope was', 'May Long
    went'."""
    after = text.after(last)
    if last - first > 1 or after is None or after.gap not in (" ", ", "):
        return False
    ambiguous = all(text.is_ambiguous(word) for word in text.words[first : last + 1])
    return ambiguous and after.folded in latin_words("people_too")

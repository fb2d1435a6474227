"""The allow-list: devices, units, organisations and provinces stay, by reviewed lists and by their form.

"Mae Sot General Hospital", "CMAC Demining Unit 5", "PMN-2" and "Battambang" name no person. An organisation
ends with a word such as Hospital or Authority, a unit with Team, Battalion and a number; a device is a few
letters with a few digits. Names of these forms stay even if no list contains the name.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from anonymisers.redaction.profiles import Allowed, LatinProfile, allowed, data, latin_profiles, latin_words
from anonymisers.redaction.spans import Stretch
from anonymisers.redaction.text_reading import is_latin
from anonymisers.redaction.tokens import FIGURE, LOWER, UPPER, Token, shouted

DEVICE = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:[A-Z][A-Za-z]{0,4}-?|[A-Z]{2,5} )\d{1,3}(?:\.\d)?(?:[A-Z]{1,2}\d{0,2})?(?:[-/][A-Z0-9]{1,3})*"
    r"|(?:Type|Model|Mark|Mk|type)\s?\d{1,3}[A-Z]?"
    r"|[a-z]{1,5}-\d{1,3}[a-z]?"  # typed without capitals
    r"|\d{2,3}(?:\.\d)?\s?-?mm"
    r")(?![A-Za-z0-9])"
)
LONGEST_ACRONYM = 5
FEWEST_OF_ACRONYM = 3
_VOWELS = frozenset("aeiouy")
MOST_BEFORE_HEAD = 4
"""Words before 'Hospital' in a text in capitals."""
MOST_DESIGNATIONS = 2
"""Acronyms and figures behind 'Pasukan': 'Pasukan UPB PDRM'."""
ORDINAL = frozenset({"st", "nd", "rd", "th"})
REFERENCE = re.compile(
    r"\b(?:Annex|Appendix|Article|Chapter|Section|Sector|Protocol|Resolution|Route|Highway|Task|Lane|Box|Grid|Level|"
    r"Phase|Table|Figure|Form|Shift|Zone|Version|IMAS|ISO|NMAS|SOP|Step|Stage|Class|Category|Grade|Day|Round|Option|"
    r"Part)s?"
    r"\s(?:\d[\w.:-]*|[A-Z](?:-?\d+)?|[IVX]{1,4})(?![\w])"
)
"""Counted or cited items: "Annex C", "Route 13", "IMAS 07.11"."""


def allowed_stretches(plain: str, words: Sequence[Token], profile: LatinProfile) -> list[Stretch]:
    """Return the stretches allowed to stay, in order."""
    patterns = (DEVICE, REFERENCE, _references())
    found = [Stretch(*match.span()) for pattern in patterns for match in pattern.finditer(plain)]
    found += _device_words(words)
    found += _listed(words, profile)
    in_capitals = shouted(words)
    found += _acronyms(words, in_capitals)
    for first, last in _capital_runs(words):
        if in_capitals[first]:
            found += _in_capitals(words, first, last, profile)
        else:
            found += _by_head(words, first, last, leading=profile.language != "en")
    return sorted(found, key=lambda s: (s.start, s.end))


@cache
def _references() -> re.Pattern[str]:
    """Articles of law and the like in every language: "Pasal 9", "Điều 12", "มาตรา 44"."""
    words = data("allowed")["references"]
    latin = "|".join(re.escape(word) for word in words if is_latin(word[0]))
    other = "|".join(re.escape(word) for word in words if not is_latin(word[0]))
    number = r"(?:\d{1,4}(?![\d-])|[IVX]{1,4}\b)"
    return re.compile(
        rf"(?<![^\W\d_])(?:{latin})\s(?:số |no\.? ){{0,1}}{number}|(?:{other})\s?\d{{1,4}}", re.IGNORECASE
    )


@cache
def _phrases(which: str) -> dict[str, list[tuple[str, ...]]]:
    """Return phrases by their first word, the longest first."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(getattr(allowed(), which), key=len, reverse=True):
        by_first.setdefault(phrase[0], []).append(phrase)
    return by_first


def matched(words: Sequence[Token], i: int, which: str) -> int:
    """How many words from word i on are a phrase of the list; 0 when none is."""
    for phrase in _phrases(which).get(words[i].folded.split("-")[0], ()):
        taken = _takes(words, i, phrase)
        if taken:
            return taken
    return 0


def _takes(words: Sequence[Token], i: int, phrase: tuple[str, ...]) -> int:
    have: list[str] = []
    j = i
    while j < len(words) and len(have) < len(phrase):
        if j > i and words[j].gap not in (" ", "-", " & ", " - ", "'"):
            return 0
        have += ["&"] * (words[j].gap == " & " and j > i)
        have += words[j].folded.split("-")
        j += 1
    return j - i if tuple(have) == phrase else 0


def _device_words(words: Sequence[Token]) -> Iterator[Stretch]:
    nouns = allowed().device_nouns
    for i, word in enumerate(words):
        count = matched(words, i, "device_names")
        if count and word.capital:
            yield Stretch(word.start, words[i + count - 1].end)
        if word.folded in nouns:
            yield Stretch(word.start, word.end)


def _acronyms(words: Sequence[Token], in_capitals: Sequence[bool]) -> Iterator[Stretch]:
    """Offices by their acronyms, as 'PNTL' before a town's name. In a text in capitals nothing tells them.

    One with a vowel may be a family name in capitals: 'CHA Sokha'.
    """
    for word, loud in zip(words, in_capitals, strict=True):
        listed = word.folded in allowed().acronyms and word.case == UPPER and not loud
        if listed and len(word.folded) >= FEWEST_OF_ACRONYM and _VOWELS.isdisjoint(word.folded):
            yield Stretch(word.start, word.end)


def _listed(words: Sequence[Token], profile: LatinProfile) -> Iterator[Stretch]:
    i = 0
    while i < len(words):
        organisation = matched(words, i, "phrases")
        province = 0 if organisation else matched(words, i, "provinces")
        if organisation:
            yield Stretch(words[i].start, words[i + organisation - 1].end)
        elif province and not _part_of_a_name(words, i, i + province, profile):
            end = i + province
            province_word = end < len(words) and words[end].folded in latin_words("province_words")
            if province_word and words[end].gap == " ":
                end += 1
            yield Stretch(words[i].start, words[end - 1].end)
        i += max(1, organisation, province)


def _part_of_a_name(words: Sequence[Token], first: int, end: int, profile: LatinProfile) -> bool:
    """Return whether a province's name is here part of a person's name or the name of a village."""
    before = words[first - 1] if first else None
    after = words[end] if end < len(words) else None
    if before and words[first].gap in (" ", ". "):
        if before.lower in profile.place_before and before.folded not in {"district", "township"}:
            return before.folded not in profile.province_before
        if before.capital and not _stays(before, profile):
            return True
        if before.folded in profile.titles and before.capital:
            return True
    if after and after.gap == " ":
        if after.folded in profile.place_after:
            return True
        linked = after.folded in profile.particles and end + 1 < len(words)  # Aurora da Silva
        following = words[end + 1] if linked else after
        return following.capital and not _stays(following, profile)
    return False


def _stays(word: Token, profile: LatinProfile) -> bool:
    rules = allowed()
    return (
        word.folded in rules.capitalised
        or word.folded in rules.organisation_heads
        or word.folded in rules.acronyms
        or (word.lower in profile.common and _is_ordinary_here(word, profile))
        or word.folded in profile.province_before
        or word.folded in latin_words("province_words")
        or word.folded in {"north", "south", "east", "west"}
    )


def _is_ordinary_here(word: Token, profile: LatinProfile) -> bool:
    """Whether an everyday word beside a province is one: 'Ha Thanh Hoa' and 'Ngô Quốc Trang' are people.

    English headings have capitals; elsewhere a capital within a sentence makes a name.
    """
    if profile.language != "en":
        return word.begins or not word.capital
    return word.folded not in latin_profiles()["vi"].ambiguous or word.lower in profile.function


def _capital_runs(words: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words and figures, with small links inside: first and last index."""
    i = 0
    while i < len(words):
        if not words[i].capital:
            i += 1
            continue
        j = i + max(1, matched(words, i, "leading_heads")) - 1  # 'Bệnh viện Hướng Hóa'
        while j + 1 < len(words) and words[j + 1].gap in (" ", "-", " & ", "/", ". ", "'"):
            if words[j + 1].gap == ". " and words[j + 1].begins:
                break
            following = words[j + 1]
            if following.capital or following.case == FIGURE:
                j += 1
            elif following.folded in latin_words("links") and j + 2 < len(words) and words[j + 2].capital:
                j += 2
            else:
                break
        yield i, j
        i = j + 1


def _by_head(words: Sequence[Token], first: int, last: int, *, leading: bool) -> Iterator[Stretch]:
    """`leading`: whether the language puts the head first: 'Hospital Tawau', 'Rumah Sakit Umum'."""
    rules = allowed()
    first = _after_links(words, first, last, rules)
    if leading and matched(words, first, "leading_heads"):
        yield Stretch(words[first].start, words[last].end)
        return
    for i in range(last, first - 1, -1):
        if leading and i < last and matched(words, i, "leading_heads"):  # 'Hospital Queen Elizabeth'
            yield Stretch(words[i].start, words[last].end)
            return
        if words[i].folded in rules.organisation_heads and words[i].case != LOWER:
            end = _through_links(words, i, last)
            yield Stretch(words[first].start, words[end].end)
            return
        if (
            words[i].case != LOWER
            and matched(words, i, "unit_heads")
            and _is_unit(words, first, i, last, rules)
        ):
            end = i + matched(words, i, "unit_heads") - 1
            most = end + MOST_DESIGNATIONS
            while end < min(last, most) and _is_designation(words[end + 1]):
                end += 1
            yield Stretch(words[_unit_begins(words, first, i, rules)].start, words[end].end)
            return
        if matched(words, i, "leading_heads"):
            yield Stretch(words[i].start, words[last].end)
            return


def _in_capitals(words: Sequence[Token], first: int, last: int, profile: LatinProfile) -> Iterator[Stretch]:
    """Within text in capitals, allow only a head and the words that surely belong to the head, never words
    before it."""
    rules = allowed()
    for i in range(first, last + 1):
        count = matched(words, i, "unit_heads")
        if words[i].folded in rules.organisation_heads:
            yield Stretch(words[_introduced(words, first, i, profile)].start, words[i].end)
        elif count:
            begin, end = i, i + count - 1
            while begin > first and (
                words[begin - 1].folded in rules.unit_words | rules.acronyms or _phrase_ends(words, begin)
            ):
                begin -= 1
            end += end < last and words[end + 1].case == FIGURE
            if begin < i or words[end].case == FIGURE:
                yield Stretch(words[begin].start, words[end].end)


def _introduced(words: Sequence[Token], first: int, head: int, profile: LatinProfile) -> int:
    """Go back from 'HOSPITAL' to a word such as 'AT', over the words naming the organisation."""
    i = head
    while i > first and head - i < MOST_BEFORE_HEAD and words[i - 1].lower not in profile.common:
        i -= 1
    return i if i > first and words[i - 1].lower in latin_words("introductions") else head


def _after_links(words: Sequence[Token], first: int, last: int, rules: Allowed) -> int:
    """The start of an organisation's own name: what stands before 'of' or 'and' may be a person's.

    "Sok Dara of Cambodian Red Cross" keeps the last three words, "Ministry of Health" all.
    """
    start, headed = first, False
    for i in range(first, last):
        headed = headed or _is_head(words[i], rules)
        goes_on = i > first and words[i - 1].folded in rules.unit_words  # 'Regional and Medical Center'
        if not (headed or goes_on) and words[i].folded in latin_words("links") and words[i].case == LOWER:
            start = i + 1
    return start


def _is_head(word: Token, rules: Allowed) -> bool:
    head = word.folded in rules.organisation_heads or (word.folded,) in rules.unit_heads
    return head and word.case != LOWER


def _through_links(words: Sequence[Token], head: int, last: int) -> int:
    """'Ministry' is followed by 'of Health', 'Hospital' by a number at most."""
    if head < last and words[head + 1].folded in latin_words("links"):
        return last
    if head < last and words[head + 1].case == FIGURE:
        return head + 1
    return head


def _unit_begins(words: Sequence[Token], first: int, head: int, rules: Allowed) -> int:
    """Go back from 'Team' over words of unit names, so as not to swallow a village without a full stop."""
    i = head
    while i > first:
        word = words[i - 1]
        acronym = word.case == UPPER and len(word.folded) <= LONGEST_ACRONYM
        listed = acronym or word.folded in rules.unit_words | rules.acronyms | rules.capitalised
        headed = any(matched(words, i - 1, which) for which in ("unit_heads", "phrases"))
        if not (listed or headed or _phrase_ends(words, i)):
            break
        i -= 1
    return i


def _phrase_ends(words: Sequence[Token], end: int) -> bool:
    """Whether an organisation's listed name of two words ends before word `end`: 'UXO Lao'."""
    return end >= 2 and matched(words, end - 2, "phrases") == 2


def _is_designation(word: Token) -> bool:
    return word.case == FIGURE or (len(word.folded) <= 2 and word.case != LOWER) or word.case == UPPER


def _is_unit(words: Sequence[Token], first: int, head: int, last: int, rules: Allowed) -> bool:
    numbered = head < last and any(_is_designation(w) for w in words[head + 1 : min(last, head + 2) + 1])
    named = any(w.case == UPPER and w.folded in rules.acronyms for w in words[first:head])
    counted = first > 1 and words[first - 2].case == FIGURE and words[first - 1].folded in ORDINAL  # 52nd
    return numbered or named or counted

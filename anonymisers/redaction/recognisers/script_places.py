"""Villages, quarters and addresses in Khmer, Lao, Thai and Burmese."""

import re
from collections.abc import Iterator
from functools import cache

from anonymisers.redaction.profiles import ScriptProfile
from anonymisers.redaction.recognisers.script_patterns import FARTHEST, LEAST_NAME, Patterns, is_ordinary
from anonymisers.redaction.spans import Evidence, Kind, Span

LONGEST_PART = 8
"""Characters of a word that makes one word with the place word after it."""
_NUMBER_BEFORE = re.compile(r"(?:(?:លេខ|ເລກທີ|เลขที่) ?)?(?<![\d/.,-])\d{1,4}(?:/\d{1,4})? ?$")
"""A house number before the word for its street."""
_BURMESE_HOUSE = re.compile(
    "(?:အိမ်|တိုက်|ခြံ)?အမှတ် ?\\(?\\d{1,4}[^\\s၊။]{0,4}(?=၊ ?[^။]{1,40}?(?:လမ်း|ရပ်ကွက်|ရွာ))"
    "|(?:အမှတ် ?)?\\(?\\d{1,3}\\)? ?(?:ရပ်ကွက်|လမ်း)"
)
"""'No. 12, Mill Road, Ward 5': the numbers of house and ward."""
_NUMBER_AFTER = re.compile(r" ?(?:(?:លេខ|ເລກທີ|เลขที่) ?)?\d{1,3}[A-Za-z]?\b")
"""The number after the name of a street or village."""
_HOUSE_BEFORE = re.compile(r"(?<![\d/.,-])\d{1,4}/\d{1,4} ?$")
"""A number that only a house has, before the name of its street or village: 99/1."""

_COUNTED = re.compile(" ?(?:หลัง(?!วัด|โรง|ตลาด|บ้าน|ศาลา|สถานี)|ຫຼັງ(?!ວັດ|ໂຮງ|ຕະຫຼາດ|ບ້ານ)|ຫລັງ|ខ្នង|လုံး)")
"""What is counted after a number is no address: "three houses"; "behind the pagoda" begins alike."""


@cache
def _house_number(patterns: Patterns) -> re.Pattern[str]:
    """A number with the letter after it, and the side of the road: 47 B, 13 South."""
    letters = patterns.letters.pattern.partition("{")[0]
    return re.compile(rf"\d{{1,4}}(?:/\d{{1,4}})?(?:{letters}{{1,2}}(?!{letters}))?(?: ?(?:ໃຕ້|ເໜືອ))?")


def _named_place(plain: str, at: int, profile: ScriptProfile, patterns: Patterns) -> bool:
    """Return whether a place's name follows "villager" or "village head", and not what they did."""
    chunk = patterns.letters.match(plain, at + plain.startswith(" ", at))
    if chunk is None or chunk.group().startswith(profile.verbs):
        return False
    return not is_ordinary(chunk.group(), profile, patterns)


def places_before(
    plain: str, profile: ScriptProfile, patterns: Patterns, provinces: list[tuple[int, int]]
) -> Iterator[Span]:
    """Return the places whose kind stands before their name, and numbered houses and quarters."""
    for match in patterns.place_before.finditer(plain):
        if patterns.place_not.match(plain, match.start()):
            continue
        part = patterns.place_part.search(plain, max(0, match.start() - LONGEST_PART), match.start())
        if part and not _named_place(plain, match.end(), profile, patterns):
            continue
        at = match.end() + (plain[match.end() : match.end() + 1] == " ")
        figure = _house_number(patterns).match(plain, at)
        chunk = patterns.letters.match(plain, at)
        if figure and _COUNTED.match(plain, figure.end()):
            continue
        if figure:
            number = _NUMBER_BEFORE.search(plain, max(0, match.start() - 10), match.start())  # 044 หมู่ที่ 7
            yield Span(number.start() if number else match.start(), figure.end(), Kind.ADDRESS, Evidence.CUE)
        elif chunk:
            if any(start <= at < end for start, end in provinces):
                continue
            if at > match.end() and patterns.opening.match(plain, at):  # "three pieces in the province"
                continue
            stop = patterns.place_stop.search(plain, at + LEAST_NAME, chunk.end())
            # A place word at the end is part of the name: Ban Na Muang.
            end = stop.start() if stop and stop.end() < chunk.end() else chunk.end()
            tail = _NUMBER_AFTER.match(plain, end)
            house = _HOUSE_BEFORE.search(plain, max(0, match.start() - 10), match.start())
            if house:
                yield Span(house.start(), match.start(), Kind.ADDRESS, Evidence.CUE)
            yield Span(match.start(), tail.end() if tail else end, Kind.VILLAGE, Evidence.CUE)


def places_after(plain: str, profile: ScriptProfile, patterns: Patterns) -> Iterator[Span]:
    """Return the places whose kind stands behind their name, and the numbers of Burmese houses."""
    yield from (Span(*m.span(), Kind.ADDRESS, Evidence.CUE) for m in _BURMESE_HOUSE.finditer(plain))
    for match in patterns.place_labelled.finditer(plain):
        if not is_ordinary(match.group("name"), profile, patterns):
            yield Span(*match.span("name"), Kind.VILLAGE, Evidence.CUE)
    for match in patterns.place_after.finditer(plain):
        if match.start() and not patterns.place_not.match(plain, max(0, match.start() - 2)):
            chunk_start = match.start()
            nearest = max(0, match.start() - FARTHEST)
            while chunk_start > nearest and patterns.letters.match(plain[chunk_start - 1]):
                chunk_start -= 1
            if match.start() - chunk_start >= LEAST_NAME:
                yield Span(chunk_start, match.end(), Kind.VILLAGE, Evidence.CUE)

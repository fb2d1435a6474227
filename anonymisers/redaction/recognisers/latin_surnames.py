"""Vietnamese names typed without capitals: a family name, "văn" or "thị", and one or two given names.

Every syllable of such a name is an ordinary word as well ("nguyễn" excepted). The row of them is none.
"""

from collections.abc import Iterator

from anonymisers.redaction.profiles import latin_words
from anonymisers.redaction.recognisers.latin_text import LatinText
from anonymisers.redaction.tokens import FIGURE, TITLE

MOST_GIVEN = 2


def small_surnames(text: LatinText) -> Iterator[int]:
    """The words of names such as 'trần văn lực' and 'nguyen thi lan'."""
    for i in range(len(text) - 2):
        middle = text.words[i + 1]
        if text.words[i].lower not in latin_words("surnames_vi") or middle.gap != " ":
            continue
        if middle.lower not in latin_words("middles_vi"):
            continue
        last = i + 1
        while (
            last + 1 < len(text)
            and last - i - 1 < MOST_GIVEN
            and _is_given(text, last + 1, first=last == i + 1)
        ):
            last += 1
        if last > i + 1:
            yield from range(i, last + 1)


def birth_order(text: LatinText) -> Iterator[int]:
    """The words of Vietnamese nicknames such as 'Mười Lửa' and 'Sáu Đực': a number and a word in capitals."""
    if text.profile.language != "vi":
        return
    for i, word in enumerate(text.words[:-1]):
        after = text.words[i + 1]
        pair = word.case == TITLE and after.case == TITLE and after.gap == " " and not text.shouted[i]
        if pair and word.lower in latin_words("birth_order_vi") and not text.allowed[i]:
            yield from (i, i + 1)


def _is_given(text: LatinText, j: int, *, first: bool) -> bool:
    """Whether word j is a given name: the first is, the second where it is no ordinary word."""
    if j >= len(text):
        return False
    word = text.words[j]
    if word.gap != " " or word.case == FIGURE or text.taken[j]:
        return False
    return first or word.capital or word.lower not in text.profile.common or text.is_ambiguous(word)

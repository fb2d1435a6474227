"""Words in Latin letters, with their case, and whether each begins a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from anonymisers.redaction.text_reading import fold

_LETTER = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_WORD = re.compile(rf"[aAsSdD]/[lLpPoO]\b|[{_LETTER}]+(?:['\-][{_LETTER}]+)*|\d+")
_ENDS_SENTENCE = re.compile(r"[.!?\n\u2022\u17d4\u17d5\u104b]")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:mr|mrs|ms|dr|drs|drg|prof|st|sto|sta|sr|sra|no|nos|jl|jln|jr|kg|kp|kel|kec|kab|brgy|bgy|sdr|sdri|bpk|ave|rd|blk|"
    r"sgt|lt|col|capt|gen|maj|cpl|pvt|gng|atty|engr|rev|fr|ven|hj|h|ny|tn|pdt|tel|ref|reg|dist|prov|vill|approx|[a-z])\.$",
    re.IGNORECASE,
)

LOWER, TITLE, UPPER, MIXED, FIGURE = "lower", "title", "upper", "mixed", "figure"
LEAST_SHOUTED = 5
SHOUTED_SHARE = 0.7


@dataclass(slots=True)
class Token:
    """One word or figure; `gap` is the text between the preceding word and this word."""

    start: int
    end: int
    lower: str
    """In small letters, with accents."""
    folded: str
    """In small letters, without accents."""
    case: str
    gap: str
    begins: bool
    """Whether a sentence begins here, so that a capital has no meaning."""

    @property
    def capital(self) -> bool:
        return self.case in (TITLE, UPPER, MIXED)


def tokens(plain: str) -> list[Token]:
    """The Latin words and the figures of a text, in order."""
    found: list[Token] = []
    last = 0
    for match in _WORD.finditer(plain):
        word, start = match.group(), match.start()
        gap = plain[last:start]
        found.append(
            Token(start, match.end(), word.lower(), fold(word), _case(word), gap, _begins(plain, last, gap))
        )
        last = match.end()
    return found


def _case(word: str) -> str:
    if word[0].isdigit():
        return FIGURE
    if word.islower():
        return LOWER
    if word.isupper():
        return UPPER if len(word) > 1 else TITLE
    return TITLE if word[0].isupper() else MIXED


def _begins(plain: str, last: int, gap: str) -> bool:
    if last == 0:
        return True
    if not _ENDS_SENTENCE.search(gap):
        return False
    if "\n" in gap or not gap.startswith("."):
        return True
    return not _ABBREVIATION.search(plain[max(0, last - 9) : last] + ".")


def shouted(words: Sequence[Token]) -> list[bool]:
    """Mark the words of sentences written in capitals throughout, where capitals have no meaning."""
    flags = [False] * len(words)
    start = 0
    for i in range(1, len(words) + 1):
        if i == len(words) or words[i].begins:
            sentence = [word for word in words[start:i] if word.case != FIGURE]
            capitals = sum(word.case == UPPER for word in sentence)
            if len(sentence) >= LEAST_SHOUTED and capitals >= SHOUTED_SHARE * len(sentence):
                flags[start:i] = [True] * (i - start)
            start = i
    return flags

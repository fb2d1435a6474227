"""A text's Latin words with all properties used by the recognisers of names and places."""

import re
from collections.abc import Sequence

from anonymisers.redaction.profiles import LatinProfile, allowed
from anonymisers.redaction.spans import Stretch
from anonymisers.redaction.tokens import Token, shouted
from anonymisers.redaction.word_list import Dictionary

SHORT = 4
"""English words up to this length are too often names to be cleared by the dictionary alone."""
JOINS = (" ", "-", ". ", "'", ".")
"""Allowed separators between two words of one name."""


_DERIVED = re.compile(
    r"(?:pem|pen|per|ke|ber|mem|men)[a-z]{3,}(?:an|kan|nya)|(?:peng|peny|meng|meny|pemb|pemp|memb|memp)[a-z]{3,}"
)
"""Indonesian and Malay words that a prefix, or one with an ending, makes: 'Pembayaran', 'Mengadu'."""


class LatinText:
    """`taken` marks the words of numbers and dates, `allowed` the words of the allow-list."""

    def __init__(
        self,
        words: Sequence[Token],
        profile: LatinProfile,
        dictionary: Dictionary | None,
        *,
        allowed_here: Sequence[Stretch],
        taken: Sequence[tuple[int, int]],
    ) -> None:
        self.words = words
        self.profile = profile
        self.dictionary = dictionary
        self.allowed = _covered(words, [(s.start, s.end) for s in allowed_here])
        self.taken = _covered(words, taken)
        self.shouted = shouted(words)

    def __len__(self) -> int:
        return len(self.words)

    def after(self, i: int) -> Token | None:
        """Return the word after word i, if any."""
        return self.words[i + 1] if i + 1 < len(self.words) else None

    def is_title(self, i: int) -> bool:
        """Whether word i is spelt like a title."""
        return self.words[i].lower in self.profile.titles

    def is_particle(self, i: int) -> bool:
        """Whether word i is 'bin', 'de' or the like."""
        return self.words[i].folded in self.profile.particles

    def is_common(self, word: Token) -> bool:
        """Return whether the word is ordinary, by the profile's list or the English dictionary."""
        if word.lower in self.profile.common:
            return True
        if self.profile.language == "id" and _DERIVED.fullmatch(word.lower):
            return True
        if self.dictionary is None:
            return False
        bare = word.folded.removesuffix("'s").replace("'", "")
        return all(part in self.profile.common or self.dictionary.knows(part) for part in bare.split("-"))

    def is_ambiguous(self, word: Token) -> bool:
        """Return whether the word is also a name."""
        if self.profile.ambiguous_spelt and word.lower != word.folded:
            return word.lower in self.profile.ambiguous_spelt
        return word.folded in self.profile.ambiguous

    def is_rare_short(self, word: Token) -> bool:
        """Return whether the word is short and unusual: perhaps English, but rather a name."""
        return len(word.folded) <= SHORT and word.lower not in self.profile.short

    def is_unknown(self, word: Token) -> bool:
        """Return whether no list has the word."""
        rules, folded = allowed(), word.folded
        if folded in rules.acronyms or folded in rules.device_nouns or folded in rules.capitalised:
            return False
        if folded in self.profile.particles or folded in rules.organisation_heads:
            return False
        return not self.is_common(word)

    def is_no_word(self, i: int) -> bool:
        """Whether word i cannot be an ordinary word of the language."""
        word = self.words[i]
        if self.dictionary is None:
            return word.lower not in self.profile.common
        return self.is_rare_short(word) or self.is_unknown(word)


def _covered(words: Sequence[Token], stretches: Sequence[tuple[int, int]]) -> list[bool]:
    """Mark the words inside a stretch."""
    flags = [False] * len(words)
    starts = {word.start: i for i, word in enumerate(words)}
    for start, end in stretches:
        i = next((starts[at] for at in range(start, end) if at in starts), len(words))
        while i < len(words) and words[i].end <= end:
            flags[i] = True
            i += 1
    return flags

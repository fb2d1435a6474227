"""Whether a word is English: a list of base forms, and the regular endings."""

from functools import lru_cache

_ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"),
    ("er", ""), ("er", "e"), ("est", ""), ("est", "e"), ("ly", ""),
)  # fmt: skip
"""A regular ending, and its replacement in the base form."""
LEAST_STEM = 3


class Dictionary:
    """Answers for folded words: small letters, no accents."""

    def __init__(self, base_forms: frozenset[str]) -> None:
        self._base_forms = base_forms
        self.knows = lru_cache(maxsize=65_536)(self._knows)

    def _knows(self, word: str) -> bool:
        """Whether the word is in the list, with or without a regular ending."""
        if word in self._base_forms:
            return True
        for ending, instead in _ENDINGS:
            stem = word[: len(word) - len(ending)]
            if word.endswith(ending) and len(stem) >= LEAST_STEM and stem + instead in self._base_forms:
                return True
        return self._doubled(word, "ing") or self._doubled(word, "ed")

    def _doubled(self, word: str, ending: str) -> bool:
        """'stepped' from 'step'."""
        stem = word.removesuffix(ending)
        return (
            stem != word and len(stem) > LEAST_STEM and stem[-1] == stem[-2] and stem[:-1] in self._base_forms
        )

"""Errors for words that the regional dictionary does not know."""

import difflib
from collections.abc import Iterable

from gateway.errors import SafelaneError

_SHOWN = 40


class DictionaryError(SafelaneError):
    """An unknown dimension, level, code, measure or purpose; the message names the nearest known word."""


def unknown(kind: str, word: str, known: Iterable[str]) -> DictionaryError:
    """Return the error for `word`, which is not among the `known` words of this `kind`."""
    words = sorted(known)
    asked = repr(str(word)[:_SHOWN])
    near = _nearest(str(word)[:_SHOWN], words)
    if near:
        hint = "Did you mean " + " or ".join(f"'{n}'" for n in near) + "?"
    else:
        more = ", ..." if len(words) > 12 else ""
        hint = "Known: " + ", ".join(words[:12]) + more + "."
    message = f"There is no {kind} {asked}. {hint}"
    return DictionaryError(
        message, remedy=f"Use a {kind} of the regional dictionary (docs/reference/dictionary.md)."
    )


def _nearest(word: str, words: list[str]) -> list[str]:
    folded = {w.casefold().replace("-", "_"): w for w in words}
    found = difflib.get_close_matches(word.casefold().replace("-", "_"), folded, n=2, cutoff=0.6)
    return [folded[f] for f in found]

"""Repetitions: names recognised once are removed everywhere in the text."""

import re
from collections.abc import Iterable

from anonymisers.redaction.profiles import RANGES, latin_profiles
from anonymisers.redaction.spans import Evidence, Kind, Span
from anonymisers.redaction.text_reading import fold
from anonymisers.redaction.vocabulary import vocabulary

LEAST_LATIN = 3
LEAST_OTHER = 4
FARTHEST = 40
"""Characters beside a name that are read, when it is written as one with them."""
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0e31-\u0eff\u102b-\u109f\u17b4-\u17dd'-])*")


def repeated(plain: str, spans: Iterable[Span]) -> list[Span]:
    """Return further occurrences of the words of found names; the allow-list overrules them."""
    named = [s for s in spans if s.kind in (Kind.PERSON, Kind.VILLAGE)]
    latin: dict[str, Kind] = {}
    other: dict[str, Kind] = {}
    alone: dict[str, Kind] = {}
    for span in named:
        for word in _WORD.findall(plain, span.start, span.end):
            if word[0] <= "\u024f" or "\u1e00" <= word[0] <= "\u1eff":
                folded = fold(word)
                if len(folded) >= LEAST_LATIN and not _ordinary(folded):
                    latin.setdefault(folded, span.kind)
            elif len(word) >= LEAST_OTHER and span.kind == Kind.PERSON and span.evidence >= Evidence.CUE:
                other.setdefault(word, span.kind)
            elif len(word) >= LEAST_OTHER and span.kind == Kind.PERSON:
                alone.setdefault(word, span.kind)
    found = []
    if latin:
        for match in _WORD.finditer(plain):
            kind = latin.get(fold(match.group()).removesuffix("'s"))
            if kind and not match.group().islower():
                found.append(Span(*match.span(), kind, Evidence.GUESS))
    if other:
        pattern = re.compile("|".join(map(re.escape, sorted(other, key=len, reverse=True))))
        found += [Span(*m.span(), other[m.group()], Evidence.CUE) for m in pattern.finditer(plain)]
    if alone:  # a guess holds for the same word between spaces, not for a part of another word
        found += [
            Span(*m.span(), alone[m.group()], Evidence.GUESS)
            for m in _WORD.finditer(plain)
            if m.group() in alone
        ]
        found += _glued(plain, alone)
    return found


def _glued(plain: str, alone: dict[str, Kind]) -> list[Span]:
    """Return guessed names where they are written as one with others, if what is beside them are words."""
    found = []
    for name, kind in alone.items():
        script = next((script for script in RANGES if re.match(f"[{RANGES[script]}]", name)), None)
        if script is None or plain.count(name) < 2 or vocabulary(script).is_only_word(name):
            continue
        for match in re.finditer(re.escape(name), plain):
            before = re.search(
                f"[{RANGES[script]}]*$", plain[max(0, match.start() - FARTHEST) : match.start()]
            )
            after = re.match(f"[{RANGES[script]}]*", plain[match.end() : match.end() + FARTHEST])
            beside = [part.group() for part in (before, after) if part and part.group()]
            if all(vocabulary(script).explains(part) for part in beside):
                found.append(Span(*match.span(), kind, Evidence.GUESS))
    return found


def _ordinary(folded: str) -> bool:
    return any(
        folded in p.common or folded in p.titles or folded in p.place_before
        for p in latin_profiles().values()
    )

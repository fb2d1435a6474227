"""Finds entries by typed words: all of them, in any order, at the beginning of a word or within. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from gateway.web.analyst.finding.entries import Entry, Kind
from gateway.web.shared.plain_words import plain

LONGEST = 200
"""Characters of a search that are read."""
MOST_WORDS = 8
"""Words of a search that are looked for: like words of a hundred typed ones would take a second."""
MOST = 12
"""Entries of one kind that are listed."""
NEAR = 0.75
"""How like a word must be to a typed one to be proposed instead (ratio of difflib)."""
MOST_NEAR = 3
_WORD = re.compile(r"[^\s,;:()/\"']+")


@dataclass(frozen=True)
class Found:
    """The entries of each kind, the best first; `more`: how many are not listed; `near`: words like those."""

    entries: dict[Kind, tuple[Entry, ...]]
    more: dict[Kind, int]
    near: tuple[str, ...]


def find(typed: str, every: Sequence[Entry]) -> Found:
    """The entries in whose names every typed word is found; like words where there are none."""
    wanted = _WORD.findall(plain(typed[:LONGEST]))[:MOST_WORDS]
    ranked = [(rank, one) for one in every if (rank := _rank(wanted, one)) is not None] if wanted else []
    ranked.sort(key=lambda pair: pair[0])
    by_kind = {kind: [one for _, one in ranked if one.kind is kind] for kind in Kind}
    return Found(
        entries={kind: tuple(several[:MOST]) for kind, several in by_kind.items() if several},
        more={kind: len(several) - MOST for kind, several in by_kind.items() if len(several) > MOST},
        near=() if ranked else _near(wanted, every),
    )


def _rank(wanted: Sequence[str], entry: Entry) -> tuple[int, int] | None:
    """How well an entry fits: the whole name, its beginning, the beginning of words, or anything within."""
    best = None
    for name in map(plain, entry.names):
        if not all(word in name for word in wanted):
            continue
        whole = " ".join(wanted)
        words = _WORD.findall(name)
        begins = all(any(one.startswith(word) for one in words) for word in wanted)
        fit = 0 if name == whole else 1 if name.startswith(whole) else 2 if begins else 3
        best = min(best or (9, 0), (fit, len(name)))
    return best


def _near(wanted: Iterable[str], every: Sequence[Entry]) -> tuple[str, ...]:
    known = {word for entry in every for name in entry.names for word in _WORD.findall(plain(name))}
    proposed = (get_close_matches(word, known, MOST_NEAR, NEAR) for word in wanted)
    return tuple(dict.fromkeys(near for several in proposed for near in several))[:MOST_NEAR]

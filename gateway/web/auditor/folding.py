"""Everyday entries that follow each other in a list are one line of it. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

EVERYDAY = frozenset({"signed-in", "sessions-ended", "token-made", "release-read", "log-read"})
"""Kinds of entries of every working day, with which no finding begins: failed sign-ins are none of them."""
FEWEST = 3
"""Entries of everyday kinds side by side from which on they are folded."""


@dataclass(frozen=True)
class Row:
    """One entry of a list."""

    number: int
    at: datetime
    kind: str
    says: str
    actor: str | None
    doer: str
    question: str | None


@dataclass(frozen=True)
class Fold:
    """`count` everyday entries from number `first` to `last`, with the times of these, by kind."""

    first: int
    last: int
    count: int
    began: datetime
    ended: datetime
    kinds: tuple[tuple[str, int], ...]


def folded(rows: Iterable[Row]) -> tuple[Row | Fold, ...]:
    """A list, newest first, with runs of everyday entries as one line each."""
    found: list[Row | Fold] = []
    for everyday, several in groupby(rows, key=lambda row: row.kind in EVERYDAY):
        run = list(several)
        if everyday and len(run) >= FEWEST:
            found.append(_fold(run))
        else:
            found += run
    return tuple(found)


def _fold(run: list[Row]) -> Fold:
    newest, oldest = run[0], run[-1]
    kinds = tuple(Counter(row.kind for row in run).most_common())
    return Fold(oldest.number, newest.number, len(run), oldest.at, newest.at, kinds)

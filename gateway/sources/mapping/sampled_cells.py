"""A sample of the cells of a column, and how many of them something holds of; for `map suggest` only."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gateway.sources.model.words import plain

SPLIT = re.compile(r"\s*[;/,|+]\s*")
"""Separators between several codes in a cell."""


@dataclass(frozen=True)
class Cells:
    """A sample of one column."""

    values: Sequence[str]

    @cached_property
    def words(self) -> list[str]:
        """The cells that are not blank, as plain words."""
        known = {value: plain(value) for value in set(self.values)}
        return [word for value in self.values if (word := known[value])]

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(self.words)

    @property
    def filled(self) -> float:
        return len(self.words) / len(self.values) if self.values else 0.0

    @property
    def distinct(self) -> float:
        """Share of distinct values among the cells."""
        return len(self.counts) / len(self.words) if self.words else 0.0

    @cached_property
    def numbers(self) -> float:
        """Share of the cells that are whole numbers."""
        return self.share_of(str.isdigit)

    def share(self, fits: "re.Pattern[str]") -> float:
        """Share of the cells that match a pattern completely."""
        return self.share_of(lambda word: fits.fullmatch(word) is not None)

    def share_of(self, fits: Callable[[str], bool]) -> float:
        """Share of the cells of which something holds: it is asked once of cells that are the same."""
        return share(sum(n for word, n in self.counts.items() if fits(word)), len(self.words))


def coded_share(cells: Cells, known: Mapping[str, str], unknown: frozenset[str]) -> float:
    """Share of known words among the cells, without the cells for "unknown"."""
    meaningful = {word: n for word, n in cells.counts.items() if word not in unknown}
    coded = sum(n for word, n in meaningful.items() if word in known or word.replace("_", " ") in known)
    return share(coded, sum(meaningful.values()))


def parts_of(cells: Cells, known: Mapping[str, str]) -> tuple[str, list[str]]:
    """The separator in cells with several codes, and the parts: a sign, or a blank as surveys write them."""
    signs = [sign for value in cells.values for sign in re.findall("[;/,|+]", value)]
    apart = [part for value in cells.values for part in SPLIT.split(value)]
    if signs:
        return max(set(signs), key=signs.count), apart
    blanks = [part for value in cells.values for part in plain(value).split()]
    nothing: frozenset[str] = frozenset()
    whole, split = coded_share(Cells(apart), known, nothing), coded_share(Cells(blanks), known, nothing)
    return (" ", blanks) if split > whole + 0.1 else ("", apart)


def share(part: int, whole: int) -> float:
    """The part of a whole, from 0 to 1; 0 of nothing."""
    return part / whole if whole else 0.0

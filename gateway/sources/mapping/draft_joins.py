"""How the tables of a source belong together: what the source says, else what the values show.

For `map suggest` only. A row number is never taken for a key because another table has row numbers too: that
is how 283 victims were once counted as 180.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.sources.mapping.column_evidence import numbers_rows
from gateway.sources.mapping.column_guesses import Structure
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.draft_structure import Link, is_yes_or_no
from gateway.sources.mapping.lexicon import heading_words, likeness
from gateway.sources.mapping.sampled_cells import Cells

_LIKELY, _SURE = 0.5, 0.9
_ALL_DIFFERENT = 0.999


@dataclass(frozen=True)
class Join:
    """A heading whose values are those of a heading of the first table.

    `unclaimed`: rows that no row of the first table names, though the source itself says how they belong.
    """

    here: str
    there: str
    sure: bool
    unclaimed: int = 0


@dataclass(frozen=True)
class Joins:
    """The joins between the tables of a source."""

    columns: Sequence[Column]
    structure: Structure
    _keys_of: dict[str, list[Column]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def joined(self, table: str) -> bool:
        """Whether rows of a table can be found from the rows of the root: no other table has its targets."""
        root = self.structure.root
        return table == root or any(
            self.join(table, root, several=several) is not None for several in (False, True)
        )

    def join(self, name: str, first: str, *, several: bool = False) -> Join | None:
        """The join of a table with the first table; with `several`, many rows may join one row."""
        for link in self.structure.links:
            if (found := self._by_link(link, name, first, several=several)) is not None:
                return found
        return self._by_values(name, first, several=several)

    def _by_link(self, link: Link, name: str, first: str, *, several: bool) -> Join | None:
        if (link.table, link.parent) == (first, name) and not several:
            above, below = self._of(name, link.parent_heading), self._of(first, link.heading)
            claimed = set(below.written.words)
            unclaimed = sum(word not in claimed for word in above.written.words)
            return Join(link.parent_heading, link.heading, sure=True, unclaimed=unclaimed)
        if (link.table, link.parent) == (name, first):
            here = self._of(name, link.heading)
            if several or here.written.distinct > _ALL_DIFFERENT:
                return Join(link.heading, link.parent_heading, sure=True)
        return None

    def _of(self, table: str, heading: str) -> Column:
        return next(c for c in self.columns if (c.table, c.heading) == (table, heading))

    def _by_values(self, name: str, first: str, *, several: bool) -> Join | None:
        best: tuple[float, str, str, bool] = (0.0, "", "", False)
        for here in self._keys(name):
            if not several and here.written.distinct <= _ALL_DIFFERENT:
                continue
            for there in self._keys(first):
                if several and there.written.distinct <= _ALL_DIFFERENT:
                    continue
                mine, theirs = here.written, there.written
                row_numbers = numbers_rows(mine.words) and numbers_rows(theirs.words)
                if row_numbers and (several or mine.counts.keys() != theirs.counts.keys()):
                    continue  # row 7 here need not belong to row 7 there, unless both have the same rows
                alike = likeness(heading_words(here.name), (heading_words(there.name),))
                if several and numbers_rows(theirs.words) and alike < _LIKELY:
                    continue  # any small number is the number of some row
                inside = _inside(theirs, mine) if not several else _inside(mine, theirs)
                best = max(best, (inside + 0.2 * alike, here.heading, there.heading, row_numbers))
        return Join(best[1], best[2], best[0] > _SURE and not best[3]) if best[0] > _LIKELY else None

    def _keys(self, table: str) -> list[Column]:
        """The columns that can join tables: what a tool numbers is joined as the tool says, or not at all."""
        if table not in self._keys_of:
            self._keys_of[table] = [
                c
                for c in self.columns
                if c.table == table
                and c.written.words
                and (c.table, c.heading) not in self.structure.tool
                and not is_yes_or_no(c.written.words)
                and _identifies(c.written)
            ]
        return self._keys_of[table]


def _identifies(cells: Cells) -> bool:
    """Whether most cells have a digit: a name, of a province for one, tells no rows of a register apart."""
    return sum(n for word, n in cells.counts.items() if any(c.isdigit() for c in word)) > len(cells.words) / 2


def _inside(inner: Cells, outer: Cells) -> float:
    own = outer.counts.keys()
    return sum(n for word, n in inner.counts.items() if word in own) / len(inner.words)

"""How a reader arranges a table: which levels run down and across, in which order, and what its cells say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gateway.dictionary import Dictionary
from gateway.picturing.layout import best_across
from gateway.picturing.turning.rates import has_rates
from gateway.wire.release import Release

BY_NAME = "~name"
"""Sorts rows by their names. No code begins with this sign, so that no column has this name."""
ONLY_COLUMN = "~number"
"""The column of a table without levels across."""


class Show(StrEnum):
    """What a cell says."""

    NUMBERS = "numbers"
    OF_ROW = "share-row"  # the share of the row's total
    OF_COLUMN = "share-column"  # the share of the column's total
    PER_MILLION = "per-million"  # for each million people who live in the countries counted


@dataclass(frozen=True)
class Arrangement:
    """`down` and `across` name every level once, the outermost first. `sort` names a column, or is empty.

    `rising`: the least number first. `ranges`: a withheld number has its possible values beside its sign.
    `rated`: the table's numbers can be set beside those of people who live in its countries.
    """

    down: tuple[str, ...]
    across: tuple[str, ...]
    show: Show = Show.NUMBERS
    sort: str = ""
    rising: bool = False
    ranges: bool = True
    rated: bool = False

    def shows(self) -> tuple[Show, ...]:
        """What the cells of this arrangement can say: a row of one number has no shares."""
        of_row = (Show.OF_ROW,) if self.across else ()
        of_column = (Show.OF_COLUMN,) if self.down else ()
        return (Show.NUMBERS, *of_row, *of_column, *((Show.PER_MILLION,) if self.rated else ()))

    def placed(self, down: Sequence[str], across: Sequence[str]) -> "Arrangement":
        """The same with the levels elsewhere. Another order of columns has other columns to sort by."""
        kept = tuple(across) == self.across or self.sort == BY_NAME
        sort, rising = (self.sort, self.rising) if kept else ("", False)
        moved = replace(self, down=tuple(down), across=tuple(across), sort=sort, rising=rising)
        return moved if moved.show in moved.shows() else replace(moved, show=Show.NUMBERS)

    def sorted_by(self, column: str) -> "Arrangement":
        """The next order by a column: the most first, then the least first, then the table's own order.

        Names begin with the first letter of the alphabet.
        """
        first = column == BY_NAME
        if self.sort != column:
            return replace(self, sort=column, rising=first)
        if self.rising == first:
            return replace(self, rising=not first)
        return replace(self, sort="", rising=False)


def arrangement(
    release: Release,
    dictionary: Dictionary,
    down: Sequence[str] | None = None,
    across: Sequence[str] | None = None,
) -> Arrangement:
    """The arrangement with these levels down and across. Levels that the table does not have are left out.

    A level that is named nowhere runs down, or across where only levels down are named; where none is named,
    the most readable levels run across.
    """
    made = _sides(release, dictionary, down, across)
    return Arrangement(*made, rated=has_rates(release, dictionary))


def _sides(
    release: Release, dictionary: Dictionary, down: Sequence[str] | None, across: Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    levels = [axis.level for axis in release.axes]
    if down is None and across is None:
        chosen = [levels[i] for i in best_across(release.axes, dictionary)]
        return tuple(level for level in levels if level not in chosen), tuple(chosen)
    first = tuple(dict.fromkeys(level for level in across or () if level in levels))
    second = tuple(dict.fromkeys(level for level in down or () if level in levels and level not in first))
    rest = tuple(level for level in levels if level not in (*first, *second))
    return (second, (*first, *rest)) if across is None else ((*second, *rest), first)

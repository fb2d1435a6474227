"""The rate of a number: so many per million people who live in the countries that the number counts. Pure.

The rate of a withheld number is a range: arithmetic on what the table shows. A number of several countries is
divided by the people of those among them that it includes. Of a province nobody's number of people is known
here, so that tables about places have no rates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from gateway.dictionary import CALENDARS, COUNTRY, PLACES, Dictionary
from gateway.dictionary.populations import populations
from gateway.picturing.turning.shares import possible
from gateway.wire.cells import TOTAL, Axis, Cell
from gateway.wire.release import Release

MILLION = 1_000_000
_MEASURES = frozenset({"casualties", "accidents", "clients"})


class NoRate(Enum):
    """Why there is no rate of a number."""

    SEVERAL_YEARS = "several-years"  # a sum over the years or months of the table
    NOISE = "noise"  # the number holds unbounded noise
    NOBODY_INCLUDED = "nobody-included"  # no country is known to be in the number


@dataclass(frozen=True)
class Rate:
    """Between `least` and `most` for each million people; `most` is None where there is no greatest."""

    least: Fraction
    most: Fraction | None

    @property
    def certain(self) -> bool:
        return self.least == self.most


def has_rates(release: Release, dictionary: Dictionary) -> bool:
    """Whether the numbers of a table can be set beside those of people who live in its countries."""
    filters = release.question.get("where", {})
    levels = [*(axis.level for axis in release.axes), *filters]
    dimensions = {_dimension(level, dictionary) for level in levels}
    return (
        release.question.get("measure") in _MEASURES
        and not dimensions & {*PLACES, ""}
        and all(member in populations() for member in _members(release))
    )


class Rates:
    """The rates of one table, which has them (`has_rates`). `groups`: the codes behind each of its groups."""

    def __init__(
        self, release: Release, dictionary: Dictionary, groups: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._groups = groups or {}
        self._members = _members(release)
        self._country = next((i for i, a in enumerate(release.axes) if a.level == COUNTRY), None)
        self._times = [i for i, a in enumerate(release.axes) if _several_times(a, dictionary)]

    def rate(self, cell: Cell) -> Rate | NoRate:
        """The rate of a shown or withheld number with its bounds, of one period of the table."""
        if any(cell.key[i] == TOTAL or cell.key[i] in self._groups for i in self._times):
            return NoRate.SEVERAL_YEARS
        return self.over_all_years(cell)

    def over_all_years(self, cell: Cell) -> Rate | NoRate:
        """The same, of all periods together where the number is their sum."""
        if cell.standard_deviation:
            return NoRate.NOISE
        living = self._living(cell)
        if not living:
            return NoRate.NOBODY_INCLUDED
        least, most = possible(cell)
        return Rate(
            Fraction(MILLION * least, living), None if most is None else Fraction(MILLION * most, living)
        )

    def _living(self, cell: Cell) -> int:
        code = TOTAL if self._country is None else cell.key[self._country]
        included = self._members if code == TOTAL else self._groups.get(code, (code,))
        return sum(populations()[member] for member in included if member not in cell.missing_members)


def _members(release: Release) -> Sequence[str]:
    return [coverage.member for coverage in release.coverage]


def _several_times(axis: Axis, dictionary: Dictionary) -> bool:
    return _dimension(axis.level, dictionary) in CALENDARS and len(axis.codes) > 2  # one of them is the total


def _dimension(level: str, dictionary: Dictionary) -> str:
    """The dimension of a level, "" of a level that only a newer dictionary has."""
    if level == COUNTRY:
        return COUNTRY
    if level in dictionary.derived:
        return level
    known = dictionary.levels.get(level)
    return "" if known is None else known.dimension

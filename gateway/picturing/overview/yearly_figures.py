"""The numbers of the newest year of a release by country and year, beside those of the year before. Pure.

A withheld number is the range that the shown numbers leave, and so is every difference in which it stands:
a sentence about such numbers holds for every value of the range, or is not said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from gateway.question import COUNTRY
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.release import Release

YEAR = "year"


@dataclass(frozen=True)
class Figure:
    """A number between `least` and `most`; None: no greatest number follows."""

    least: int
    most: int | None

    @property
    def certain(self) -> bool:
        return self.least == self.most

    def minus(self, other: "Figure") -> "Figure | None":
        """The difference, None where it has no bound on one side. It may be below 0."""
        if self.most is None or other.most is None:
            return None
        return Figure(self.least - other.most, self.most - other.least)


@dataclass(frozen=True)
class CountryFigures:
    """One country in both years; None: not shown, and without a range."""

    member: str
    now: Figure | None
    before: Figure | None

    @property
    def change(self) -> Figure | None:
        return None if self.now is None or self.before is None else self.now.minus(self.before)


@dataclass(frozen=True)
class CodeFigure:
    """The region's number for one code of a level, and the members that withhold their own."""

    code: str
    figure: Figure | None
    withheld_by: tuple[str, ...]


@dataclass(frozen=True)
class YearlyFigures:
    """The newest year that the most members cover, and these members.

    `since` is the first of the years up to this one that all of them cover. `before` is the year before it,
    None where other members cover that year: then nothing is compared. `countries` begin with the largest.
    `parts` are the codes of the release's third level.
    """

    year: str
    since: str
    before: str | None
    members: tuple[str, ...]
    region: Figure | None
    region_before: Figure | None
    countries: tuple[CountryFigures, ...]
    parts: tuple[CodeFigure, ...]

    @property
    def change(self) -> Figure | None:
        """What the region's number changed by since the year before."""
        both = self.region, self.region_before
        return None if both[0] is None or both[1] is None else both[0].minus(both[1])

    @property
    def largest_share(self) -> tuple[str, Fraction] | None:
        """The country with the most people, and the least share that it can have of the region's number.

        None where no range says which country that is.
        """
        if self.region is None or not self.region.most or not self.countries:
            return None
        first, *others = self.countries
        if first.now is None or any(one.now is None or one.now.most is None for one in others):
            return None
        if any((one.now.most or 0) >= first.now.least for one in others if one.now is not None):
            return None
        return first.member, Fraction(first.now.least, self.region.most)


def yearly_figures(release: Release) -> YearlyFigures | None:
    """The figures of a release by country, year and perhaps a third level; None without a covered year.

    The release has the bounds of its withheld cells beside them, as `with_bounds` puts them there.
    """
    levels = [axis.level for axis in release.axes]
    if COUNTRY not in levels or YEAR not in levels:
        return None
    table = _Table(release)
    covered = {year: table.covering(year) for year in table.codes(YEAR) if year.isdigit()}
    most = max(map(len, covered.values()), default=0)
    if not most:
        return None
    year = max(year for year, members in covered.items() if len(members) == most)
    members, former = covered[year], str(int(year) - 1)
    before = former if covered.get(former) == members else None
    third = next((level for level in levels if level not in (COUNTRY, YEAR)), None)
    return YearlyFigures(
        year=year,
        since=_since(year, covered),
        before=before,
        members=members,
        region=table.figure({YEAR: year}),
        region_before=None if before is None else table.figure({YEAR: before}),
        countries=tuple(sorted(table.countries(year, before, members), key=_largest_first)),
        parts=() if third is None else tuple(table.parts(third, year, members)),
    )


def _since(year: str, covered: Mapping[str, tuple[str, ...]]) -> str:
    """The beginning of the years in a row up to `year` that the same members cover."""
    first = int(year)
    while set(covered.get(str(first - 1), ())) >= set(covered[year]):
        first -= 1
    return str(first)


class _Table:
    """The cells of a release by the codes of some levels, the other levels at their totals."""

    def __init__(self, release: Release) -> None:
        self._axes = release.axes
        self._cells = {cell.key: cell for cell in release.cells}

    def codes(self, level: str) -> tuple[str, ...]:
        return next(axis.codes for axis in self._axes if axis.level == level)

    def at(self, codes: Mapping[str, str]) -> Cell | None:
        return self._cells.get(tuple(codes.get(axis.level, TOTAL) for axis in self._axes))

    def figure(self, codes: Mapping[str, str]) -> Figure | None:
        return _figure(self.at(codes))

    def covering(self, year: str) -> tuple[str, ...]:
        """The members whose number for the year is shown or withheld."""
        members = (code for code in self.codes(COUNTRY) if code != TOTAL)
        return tuple(m for m in members if _counted(self.at({COUNTRY: m, YEAR: year})))

    def countries(self, year: str, before: str | None, members: tuple[str, ...]) -> Iterator[CountryFigures]:
        for member in members:
            former = None if before is None else self.figure({COUNTRY: member, YEAR: before})
            yield CountryFigures(member, self.figure({COUNTRY: member, YEAR: year}), former)

    def parts(self, level: str, year: str, members: tuple[str, ...]) -> Iterator[CodeFigure]:
        for code in self.codes(level):
            if code == TOTAL:
                continue
            own = {m: self.at({COUNTRY: m, YEAR: year, level: code}) for m in members}
            withheld = (m for m, cell in own.items() if cell is not None and cell.status is Status.WITHHELD)
            yield CodeFigure(code, self.figure({YEAR: year, level: code}), tuple(withheld))


def _counted(cell: Cell | None) -> bool:
    return cell is not None and cell.status in (Status.VALUE, Status.WITHHELD)


def _figure(cell: Cell | None) -> Figure | None:
    """The range of a cell. Noise has no largest difference, so that nothing follows from such a number."""
    if cell is None or cell.standard_deviation:
        return None
    if cell.value is not None:
        return Figure(max(0, cell.value - cell.largest_deviation), cell.value + cell.largest_deviation)
    if cell.status is not Status.WITHHELD or (cell.at_most is None and not cell.at_least):
        return None
    return Figure(cell.at_least or 0, cell.at_most)


def _largest_first(one: CountryFigures) -> tuple[int, str]:
    return (1 if one.now is None else -one.now.least, one.member)

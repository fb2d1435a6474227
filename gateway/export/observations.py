"""A release as observations for programs: a number or none, its status, and the range of a withheld number.

Whoever adds up all cells of a table counts each person once for each total that the person is in. So a
selection of cells is chosen: those within the totals (unless another is asked for), the totals, or all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import getitem

from gateway.dictionary import Dictionary
from gateway.export.year_axis import year_axis
from gateway.picturing import ENGLISH, Words, with_bounds
from gateway.picturing.labels import Labels
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release


class Selection(StrEnum):
    """Which cells of a table: `INNER` has no total of any axis, `TOTALS` only cells that are totals."""

    INNER = "inner"
    TOTALS = "totals"
    ALL = "all"

    def has(self, key: Sequence[str]) -> bool:
        """Whether a cell with this key is selected."""
        return self is Selection.ALL or (self is Selection.TOTALS) == (TOTAL in key)


@dataclass(frozen=True)
class Observations:
    """Selected cells of a release, in the order of its codes, with labels in one language.

    `axes` have the codes of selected cells only. `cells` lack combinations of codes that are none, such as a
    province of another country. `bounded`: the release with the range of each withheld cell, totals included.
    """

    release: Release
    bounded: Release
    dictionary: Dictionary
    selection: Selection
    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    labels: Labels

    @classmethod
    def of(
        cls,
        release: Release,
        dictionary: Dictionary,
        selection: Selection = Selection.INNER,
        words: Words = ENGLISH,
    ) -> "Observations":
        """The observations of a release; each withheld cell has the range that follows from the table."""
        places = [{code: place for place, code in enumerate(axis.codes)} for axis in release.axes]
        bounded = with_bounds(release, dictionary)
        cells = [_from_zero(cell) for cell in bounded.cells if selection.has(cell.key)]
        cells.sort(key=lambda cell: [*map(getitem, places, cell.key)])
        axes = tuple(
            Axis(axis.level, tuple(c for c in axis.codes if c != TOTAL))
            if selection is Selection.INNER
            else axis
            for axis in release.axes
        )
        labels = Labels(dictionary, words.remembered())
        return cls(release, bounded, dictionary, selection, axes, tuple(cells), labels)

    @property
    def one_year(self) -> tuple[Axis, ...]:
        """The year of service as an axis, for formats that are read row by row; none for other tables."""
        return year_axis(self.release, self.dictionary)


def _from_zero(cell: Cell) -> Cell:
    """A withheld number is at least 0 where nothing more is known: no end of its range is left to guess."""
    unknown = cell.status is Status.WITHHELD and cell.at_least is None
    return cell.within(0, cell.at_most) if unknown else cell


def totals_over(axes: Sequence[Axis], cell: Cell) -> list[str]:
    """The levels over which a cell is a total."""
    return [axis.level for axis, code in zip(axes, cell.key, strict=True) if code == TOTAL]


REASONS = {
    Status.VALUE: 0,
    Status.WITHHELD: 1,
    Status.NOT_SHARED: 2,
    Status.NO_ANSWER: 3,
    Status.NOT_COLLECTED: 4,
}
"""The status of a cell as a number, for formats whose readers keep nothing but numbers."""

"""A small chart for each country over the years, each on its own scale: small multiples."""

from collections.abc import Collection
from dataclasses import replace

from gateway.dictionary import Dictionary
from gateway.picturing.choosing import LINES
from gateway.picturing.errors import NothingToDrawError
from gateway.picturing.labels import Labels
from gateway.picturing.lines import lines
from gateway.picturing.overview.yearly_figures import YEAR
from gateway.picturing.sheet import NARROW, WIDE, Picture, assemble, pen
from gateway.picturing.views import Key, View, view
from gateway.picturing.words import Words
from gateway.question import COUNTRY
from gateway.wire.cells import TOTAL, Axis, Cell
from gateway.wire.release import Release


def country_panels(
    release: Release, dictionary: Dictionary, words: Words, members: Collection[str], since: str
) -> Picture:
    """The totals of `members` in the years from `since` on, of a release with its bounds.

    A line of one kind distinguishes countries of like size only; a panel each shows the course of all.
    Raises NothingToDrawError where no number and no range is left.
    """
    every = view(release, (YEAR, COUNTRY))
    years = Axis(YEAR, tuple(code for code in every.axes[0].codes if code >= since))
    countries = Axis(COUNTRY, tuple(code for code in every.axes[1].codes if code in members))
    one_line = Axis("", (TOTAL,))
    cells: dict[Key, Cell] = {
        (year, TOTAL, country): cell
        for (year, country), cell in every.cells.items()
        if year in years.codes and country in countries.codes
    }
    shown = View((years, one_line, countries), cells, every.left)
    if not shown.drawable:
        raise NothingToDrawError(
            "No country has a number in these years.", remedy="Open the table instead of the picture."
        )
    labels = Labels(dictionary, words)
    title = labels.caption(release, (years, countries))

    def drawn(wide: float) -> Picture:
        drawing_pen = pen(release, labels, "panels", wide)
        return assemble(drawing_pen, LINES, lines(drawing_pen, shown, title), standalone=False)

    return replace(drawn(WIDE), narrow=drawn(NARROW).svg)

"""A registered figure: a number of people in a cell, as published elsewhere by the country. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from anonymisers.tables.registered_figures import Figure
from gateway.dictionary import Dictionary, DictionaryError
from gateway.member.errors import FigureRefusedError

TIME = "date"
TIMES = ("year", "quarter", "month")
"""Levels of dates within a year: the releases of each year are protected by themselves."""


@dataclass(frozen=True)
class PublishedFigure:
    """The published fact: the number of people in a cell (dimension -> code), with source and date of
    publication.
    """

    cell: Mapping[str, str]
    value: int
    source: str
    published: date

    @property
    def year(self) -> int:
        return int(self.cell[TIME][:4])

    def known(self) -> str:
        """The known fact in canonical form: equal figures have equal words."""
        return json.dumps({"cell": dict(sorted(self.cell.items())), "value": self.value}, sort_keys=True)


@dataclass(frozen=True)
class RegisteredFigure:
    """A figure in the register of figures. `index`: the entry that registered the figure; `withdrawn`: the
    time of withdrawal.
    """

    index: int
    figure: PublishedFigure
    by: str
    at: datetime
    withdrawn: datetime | None = None


def known_figure(text: str) -> Figure:
    """The figure that `PublishedFigure.known` wrote, in the form of disclosure control."""
    body = json.loads(text)
    name = " ".join(f"{dimension}={code}" for dimension, code in body["cell"].items())
    return Figure(name, {dimension: (code,) for dimension, code in body["cell"].items()}, body["value"])


def levels_of(dictionary: Dictionary, member: str, cell: Mapping[str, str]) -> dict[str, str]:
    """The level of each code of a cell. Raises FigureRefusedError for a code that the dictionary does not
    have.
    """
    year = _year(cell)
    return {dimension: _level(dictionary, member, dimension, code, year) for dimension, code in cell.items()}


def counting(registered: Iterable[RegisteredFigure]) -> tuple[str, ...]:
    """The facts known from all valid figures, without repetition, in order."""
    return tuple(sorted({one.figure.known() for one in registered if one.withdrawn is None}))


def _year(cell: Mapping[str, str]) -> int:
    code = cell.get(TIME, "")
    if not (code[:4].isascii() and code[:4].isdecimal() and len(code) >= len("2000")):
        raise FigureRefusedError(
            "A figure is about a year, or a part of one.", remedy="Name it: 2023, 2023-Q2 or 2023-05."
        )
    return int(code[:4])


def _level(dictionary: Dictionary, member: str, dimension: str, code: str, year: int) -> str:
    """The coarsest level with this code. Dates are of a year, or within a year."""
    try:
        names = dictionary.dimension(dimension).level_names(member)
        trees = {
            level: dictionary.hierarchy(dimension, level, member, years=[year]).codes[1:] for level in names
        }
        found = next((level for level in reversed(names) if code in trees[level]), None)
    except DictionaryError as error:
        raise FigureRefusedError(error.message, remedy=error.remedy) from None
    if found is not None and (dimension != TIME or found in TIMES):
        return found
    raise FigureRefusedError(
        f"{code!r} is no code of {dimension}.", remedy="docs/reference/dictionary.md lists the codes."
    )

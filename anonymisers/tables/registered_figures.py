"""Registered figures: sums over people that anybody has published already.

A figure need not be a cell of any table ("deminers, 2010 to 2017"). Tables are protected against intruders
who know every figure. A figure that contradicts the data is reported to the data controller; its cell then
counts as known with the number of the data, since nobody knows which number an intruder believes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from anonymisers.errors import TableError
from anonymisers.tables.count_table import Table, Where, population
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release

MOST = 10_000
"""The largest number of figures in a list."""


@dataclass(frozen=True)
class Figure:
    """A published number of people. In each dimension of `where`, each person has any of the codes given."""

    name: str
    where: Mapping[str, tuple[str, ...]]
    value: int

    def release(self, dims: Iterable[Hierarchy], where: Where | None = None) -> Release:
        """The figure as a release over these dimensions, beside a table about the people of `where`.

        A dimension with one code becomes part of the cell's name, a dimension with several codes part of the
        population. Raises TableError for unknown dimensions and codes.
        """
        dims, about = tuple(dims), where or {}
        for name in self.where:
            if name not in {d.name for d in dims}:
                message = f"the figure {self.name!r}: there is no dimension {name!r}"
                raise TableError(message, remedy="Leave it out, or add the dimension to the table.")
        single = {
            name: codes[0]
            for name, codes in self.where.items()
            if len(codes) == 1 and set(codes) != _codes(about.get(name, ()))
        }
        several = {name: codes for name, codes in self.where.items() if name not in single}
        cell = tuple(single.get(d.name, ROOT) for d in dims)
        return Release.of(dims, {cell: self.value}, where=several)


def parse_figures(document: object) -> tuple[Figure, ...]:
    """Read `{"figures": [{"name": ..., "where": {dim: code | [codes]}, "value": n}, ...]}`, strictly.

    Raises TableError, naming the place.
    """
    if not isinstance(document, dict) or set(document) != {"figures"}:
        raise TableError("this is no list of figures", remedy='It is {"figures": [...]} and nothing else.')
    entries = document["figures"]
    if not isinstance(entries, list) or len(entries) > MOST:
        message = f"'figures' is not a list of at most {MOST:,} figures"
        raise TableError(message)
    figures = tuple(_figure(entry, number) for number, entry in enumerate(entries, 1))
    names = [figure.name for figure in figures]
    for name in names:
        if names.count(name) > 1:
            message = f"the figure {name!r} is listed twice"
            raise TableError(message)
    return figures


def known_figures(figures: Iterable[Figure], table: Table) -> tuple[list[Release], list[Figure]]:
    """The figures as releases beside a table, and the figures that the table contradicts."""
    releases, contradicted = [], []
    for figure in figures:
        release, true = figure.release(table.dims, table.where), people_of(figure, table)
        if true != figure.value:
            contradicted.append(figure)
            release = Figure(figure.name, figure.where, true).release(table.dims, table.where)
        releases.append(release)
    return releases, contradicted


def people_of(figure: Figure, table: Table) -> int:
    """The number of people of the figure in the table, people outside the population included."""
    masks = population(table.dims, figure.where)
    pieces = [(table.coords, table.counts), *([table.beyond] if table.beyond is not None else [])]
    total = 0
    for coords, counts in pieces:
        inside = np.ones(len(coords), dtype=np.bool_)
        for axis, mask in enumerate(masks):
            inside &= mask[coords[:, axis]]
        total += int(counts[inside].sum())
    return total


def _figure(entry: Any, number: int) -> Figure:
    if not isinstance(entry, dict) or set(entry) != {"name", "where", "value"}:
        message = f"figure number {number} has not exactly a 'name', a 'where' and a 'value'"
        raise TableError(message)
    name, where, value = entry["name"], entry["where"], entry["value"]
    if not isinstance(name, str) or not name:
        message = f"figure number {number} has no name"
        raise TableError(message)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        message = f"the value of the figure {name!r} is not a number of people"
        raise TableError(message)
    if not isinstance(where, dict) or not all(_codes(codes) for codes in where.values()):
        message = f"the figure {name!r}: 'where' is not an object of dimensions with codes"
        raise TableError(message)
    return Figure(name, {n: (c,) if isinstance(c, str) else tuple(c) for n, c in where.items()}, value)


def _codes(value: Any) -> set[str]:
    """One code or several as a set; an empty set for any other value."""
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list | tuple) or not all(isinstance(c, str) and c for c in several):
        return set()
    return set(several)

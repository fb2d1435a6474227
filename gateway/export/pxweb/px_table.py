"""A release as a table of PxWeb: its metadata and its data, JSON-stat 2.0 with PxWeb's extensions.

Every variable can be left out of a query: then its total is taken, as it stands in the release. Nothing is
added up here, so that no total appears that the release does not have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.export.json_stat import CONTENTS, FACTS, dataset
from gateway.export.observations import Observations
from gateway.export.pxweb.px_selection import SelectionError, selected
from gateway.export.text import coverage_lines, terms_lines
from gateway.wire.cells import TOTAL, Axis

Query = Mapping[str, Sequence[str]]
"""The expressions of each variable."""


def metadata(observations: Observations) -> dict[str, Any]:
    """Return the variables of a table and all their codes, with no values."""
    described = _with_extensions(observations, dataset(observations))
    described.pop("status", None)
    return {**described, "value": None}


def data(observations: Observations, query: Query | None) -> dict[str, Any]:
    """Return what a query selects; without one every cell that is no total. `observations` has all cells.

    A variable without expressions is taken at its total, `contents` whole, so that no reason of a blank is
    lost. Raises SelectionError for a variable or an expression that the table does not have.
    """
    codes = selection(observations, query)
    axes = tuple(Axis(axis.level, codes[axis.level]) for axis in observations.axes)
    contents = codes[CONTENTS]
    wanted = [set(axis.codes) for axis in axes]
    cells = tuple(
        cell
        for cell in observations.cells
        if all(code in codes for code, codes in zip(cell.key, wanted, strict=True))
    )
    part = replace(observations, axes=axes, cells=cells)
    return _with_extensions(observations, dataset(part, contents))


def selection(observations: Observations, query: Query | None) -> dict[str, tuple[str, ...]]:
    """Return the codes of each variable that `data` takes for a query. Raises SelectionError as it does."""
    if query is None:
        query = {axis.level: _inner(axis) for axis in observations.axes}
    known = [*(axis.level for axis in observations.axes), CONTENTS]
    if unknown := sorted(set(query) - set(known)):
        raise SelectionError(
            f"The table has no variable {', '.join(unknown)}.", remedy=f"It has {', '.join(known)}."
        )
    codes = {axis.level: _codes(axis, query) for axis in observations.axes}
    return {**codes, CONTENTS: selected(CONTENTS, FACTS, query.get(CONTENTS, FACTS))}


def _inner(axis: Axis) -> Sequence[str]:
    return tuple(code for code in axis.codes if code != TOTAL)


def _codes(axis: Axis, query: Query) -> tuple[str, ...]:
    if axis.level in query:
        return selected(axis.level, axis.codes, query[axis.level])
    if TOTAL not in axis.codes:
        raise SelectionError(f"The variable {axis.level} has no total.", remedy="Select codes of it.")
    return (TOTAL,)


def _with_extensions(observations: Observations, made: dict[str, Any]) -> dict[str, Any]:
    """The dataset with an index by code, as clients of PxWeb expect, and with what may be left out."""
    totals = {axis.level for axis in observations.axes if TOTAL in axis.codes}
    for level, dimension in made["dimension"].items():
        category = dimension["category"]
        category["index"] = {code: place for place, code in enumerate(category["index"])}
        dimension["extension"] = {"elimination": level in totals, "show": "value"}
        if level in totals:
            dimension["extension"]["eliminationValueCode"] = TOTAL
    release = observations.release
    return {**made, "note": [*made.get("note", ()), *coverage_lines(release), *terms_lines(release)]}

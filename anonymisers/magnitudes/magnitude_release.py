"""A released magnitude table, and its written form."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TextIO

from anonymisers.errors import TableError
from anonymisers.magnitudes.contributions import MOST_PLACES, parse_amount
from anonymisers.tables.count_table import Cell
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.strict_json import fields_of
from anonymisers.tables.table_reading import dimensions_from_json


@dataclass(frozen=True, eq=False)
class MagnitudeRelease:
    """Amounts of a variable by cell, None where withheld."""

    name: str
    dims: tuple[Hierarchy, ...]
    cells: dict[Cell, Decimal | None]

    @classmethod
    def from_json(cls, document: object) -> "MagnitudeRelease":
        """Read the written form of `write_magnitudes`. Raises TableError, naming the place."""
        body = fields_of(document, "the release", required={"dims", "magnitude", "cells"}, optional={"where"})
        if not isinstance(body["magnitude"], str) or not isinstance(body["cells"], list):
            raise TableError("'magnitude' is not a name, or 'cells' is not a list")
        dims = dimensions_from_json(body["dims"])
        cells: dict[Cell, Decimal | None] = {}
        for number, entry in enumerate(body["cells"], 1):
            what = f"cell number {number}"
            cell = fields_of(entry, what, required={"key", "value"}, optional=set())
            if not isinstance(cell["key"], dict) or set(cell["key"]) - {d.name for d in dims}:
                raise TableError(f"{what}: 'key' is not an object of its dimensions")
            key = tuple(cell["key"].get(d.name, ROOT) for d in dims)
            for dim, code in zip(dims, key, strict=True):
                dim.position(code)
            if key in cells:
                raise TableError(f"{what} is listed twice in the release")
            value = None if cell["value"] is None else parse_amount(cell["value"])
            if value is not None and not (value.is_finite() and value >= 0 and _places(value) <= MOST_PLACES):
                raise TableError(f"{what}: its value is no amount of 0 or more")
            cells[key] = value
        return cls(body["magnitude"], dims, cells)

    def rows(self) -> Iterator[list[str | Decimal | None]]:
        """For each cell a row of codes, amount, and `value` or `withheld`."""
        for key, value in self.cells.items():
            yield [*key, value, "withheld" if value is None else "value"]


def write_magnitudes(release: MagnitudeRelease, stream: TextIO) -> None:
    """Write a release as JSON, one cell a line."""
    dims = {d.name: {"codes": list(d.codes), "parent": dict(d.parent)} for d in release.dims}
    head = {"dims": dims, "magnitude": release.name}
    stream.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "cells": [\n')
    lines = []
    for key, value in release.cells.items():
        named = {d.name: code for d, code in zip(release.dims, key, strict=True) if code != ROOT}
        number = "null" if value is None else f"{value:f}"
        lines.append(f'{{"key": {json.dumps(named, ensure_ascii=False)}, "value": {number}}}')
    stream.write(",\n".join(lines) + "\n]}\n")


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))

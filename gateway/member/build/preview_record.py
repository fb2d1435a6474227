"""What is told of a cube that is looked at, and the text in which a node keeps it beside the cube.

It tells of people who are withheld, as the cube's certificate does: it is for the controller, and stays in
the state. It is kept under a name that follows from the cube's digest (see `gateway.member.build.preview`).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from anonymisers.records.reidentification_risk import Diversity, Risk
from gateway.member.cube.cube_measures import Exposure, NarrowCell, SharedValue, TableShown
from gateway.member.cube.usefulness import Score

CellKey = frozenset[tuple[str, str]]
"""Dimension and code of a cell; a dimension that is not there is at its total."""
Cells = Mapping[CellKey, int | None]
"""Values of cells as questions read them, None where withheld."""


def cell_of(key: Mapping[str, str]) -> CellKey:
    return frozenset(key.items())


@dataclass(frozen=True)
class Preview:
    """What the controller sees. It tells of people who are withheld and is for nobody else."""

    tables: tuple[TableShown, ...]
    refused: tuple[tuple[tuple[str, int], ...], ...]
    people: int
    to_accept: tuple[SharedValue, ...]
    narrow: tuple[NarrowCell, ...]
    scores: Mapping[str, Score]
    exposure: Exposure
    records: Risk | None

    @property
    def score(self) -> Score:
        return sum(self.scores.values(), start=Score(0.0, 0.0))

    @property
    def cells(self) -> int:
        return sum(table.cells for table in self.tables)

    @property
    def withheld(self) -> int:
        return sum(table.withheld for table in self.tables)


@dataclass(frozen=True)
class Findings:
    """What is told of a cube, and the `cells` of it that the canonical questions read."""

    preview: Preview
    cells: Cells

    def to_json(self) -> str:
        cells = sorted((sorted(key), value) for key, value in self.cells.items())
        return json.dumps({"preview": asdict(self.preview), "cells": cells}, ensure_ascii=False)


def findings_from_json(text: str) -> Findings:
    """What `Findings.to_json` wrote."""
    body: dict[str, Any] = json.loads(text)
    told = body["preview"]
    cells = {frozenset((d, code) for d, code in key): value for key, value in body["cells"]}
    return Findings(
        Preview(
            tables=tuple(TableShown(**{**one, "dims": tuple(one["dims"])}) for one in told["tables"]),
            refused=tuple(tuple((d, depth) for d, depth in level) for level in told["refused"]),
            people=told["people"],
            to_accept=tuple(
                SharedValue(**{**one, "group": tuple((d, code) for d, code in one["group"])})
                for one in told["to_accept"]
            ),
            narrow=tuple(
                NarrowCell(tuple(one["years"]), tuple((d, code) for d, code in one["cell"]))
                for one in told.get("narrow", ())
            ),
            scores={name: Score(**score) for name, score in told["scores"].items()},
            exposure=Exposure(**told["exposure"]),
            records=None if told["records"] is None else _risk(told["records"]),
        ),
        cells,
    )


def _risk(body: Mapping[str, Any]) -> Risk:
    diversity = {name: Diversity(**each) for name, each in body["diversity"].items()}
    return Risk(**{**body, "diversity": diversity})

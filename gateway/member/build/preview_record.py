"""The findings on a previewed cube, and their stored text.

Findings reveal facts about people who are withheld, as the cube's certificate does: they are for the
controller, and stay in the country. Findings are kept under a name that follows from the cube's digest (see
`gateway.member.build.preview`).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from anonymisers.records.reidentification_risk import Diversity, Risk
from gateway.member.cube.cube_measures import Exposure, InsufficientlyProtected, SharedValue, TableShown
from gateway.member.cube.table_shares import ReadTable, TableShare
from gateway.member.cube.usefulness import Score

CellKey = frozenset[tuple[str, str]]
"""Dimension and code of a cell; a missing dimension is at its total."""
Cells = Mapping[CellKey, int | None]
"""Values of cells as questions read them, None where withheld."""


def cell_of(key: Mapping[str, str]) -> CellKey:
    return frozenset(key.items())


@dataclass(frozen=True)
class Preview:
    """The controller's view of a cube, with facts about people who are withheld: for nobody else."""

    tables: tuple[TableShown, ...]
    refused: tuple[tuple[tuple[str, int], ...], ...]
    people: int
    to_accept: tuple[SharedValue, ...]
    insufficiently_protected: tuple[InsufficientlyProtected, ...]
    scores: Mapping[str, Score]
    shares: tuple[TableShare, ...]
    """The share of every readable table, the worst first."""
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
    """The preview of a cube, and the `cells` read by the canonical questions."""

    preview: Preview
    cells: Cells

    def to_json(self) -> str:
        cells = sorted((sorted(key), value) for key, value in self.cells.items())
        return json.dumps({"preview": asdict(self.preview), "cells": cells}, ensure_ascii=False)


def findings_from_json(text: str) -> Findings:
    """Read what `Findings.to_json` wrote."""
    body: dict[str, Any] = json.loads(text)
    stored = body["preview"]
    cells = {frozenset((d, code) for d, code in key): value for key, value in body["cells"]}
    return Findings(
        Preview(
            tables=tuple(TableShown(**{**one, "dims": tuple(one["dims"])}) for one in stored["tables"]),
            refused=tuple(tuple((d, depth) for d, depth in level) for level in stored["refused"]),
            people=stored["people"],
            to_accept=tuple(
                SharedValue(**{**one, "group": tuple((d, code) for d, code in one["group"])})
                for one in stored["to_accept"]
            ),
            insufficiently_protected=tuple(
                InsufficientlyProtected(tuple(one["years"]), tuple((d, code) for d, code in one["cell"]))
                for one in stored.get("insufficiently_protected", ())
            ),
            scores={name: Score(**score) for name, score in stored["scores"].items()},
            shares=tuple(_share(one) for one in stored["shares"]),
            exposure=Exposure(**stored["exposure"]),
            records=None if stored["records"] is None else _risk(stored["records"]),
        ),
        cells,
    )


def _share(body: Mapping[str, Any]) -> TableShare:
    table = body["table"]
    levels = tuple((dimension, level) for dimension, level in table["levels"])
    return TableShare(**{**body, "table": ReadTable(**{**table, "levels": levels})})


def _risk(body: Mapping[str, Any]) -> Risk:
    diversity = {name: Diversity(**each) for name, each in body["diversity"].items()}
    return Risk(**{**body, "diversity": diversity})

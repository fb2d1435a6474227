"""The true table behind everything shown: for what the only person of a cell could compute about others."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from anonymisers.history.everything_shown import vintages_of
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.vintages import Vintage, vintage_code
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from gateway.member.build.everything_shown import consents_of, finest_of
from gateway.member.build.known_figures import described_by, figures_about
from gateway.member.cube.cube_inputs import TIME, CubeInputs
from gateway.member.model.snapshot import Snapshot
from gateway.member.register.person_counts import placed
from gateway.member.register.population import released_snapshots, tokens


def everybody(inputs: CubeInputs, history: ReleaseHistory) -> Table:
    """All people that any release part has counted, by every dimension of a release, vintage and consent.

    A person counts as often as in the tables. The consent is that of today, as extracts are made by it; of
    people who left, it is the last one known.
    """
    parts = history.parts
    years = sorted({int(year) for part in parts if part.kind != "left" for year in part.period})
    levels = {TIME: inputs.plan.finest.get(TIME, "year"), **finest_of(inputs, parts)}
    finest = described_by(inputs, figures_about(inputs, years), levels)
    vintages, consents = vintages_of(parts), consents_of(inputs.plan)
    today = dict(
        zip(
            tokens(inputs.dictionary, inputs.plan, inputs.snapshot),
            inputs.snapshot.consent.values(),
            strict=True,
        )
    )
    pieces: list[NDArray[np.int32]] = []
    dims: tuple[Hierarchy, ...] = ()
    for vintage, rows in _counted(history):
        all_rows = np.ones(len(rows), dtype=np.bool_)
        dims, coords, inside = placed(rows, inputs.dictionary, finest, all_rows, years)
        given = _consents(inputs, vintage, rows, today)
        own = np.array([consents.index[code] for code in given], dtype=np.int32)[inside]
        came = np.full(len(coords), vintages.index[vintage_code(vintage)], dtype=np.int32)
        pieces.append(np.column_stack((coords, came, own)))
    cells, counts = np.unique(np.concatenate(pieces), axis=0, return_counts=True)
    everything = (*dims, vintages, consents)
    return Table(
        everything, tuple(d.name for d in everything), {}, cells.astype(np.int32), counts.astype(np.int64)
    )


def _counted(history: ReleaseHistory) -> Iterator[tuple[Vintage, Snapshot]]:
    for vintage, rows in released_snapshots(history).items():
        if history.parts[vintage[0]].cubes:
            yield vintage, rows


def _consents(
    inputs: CubeInputs, vintage: Vintage, rows: Snapshot, today: dict[tuple[bytes, ...], str]
) -> list[str]:
    """The consent of each row; another one than the last known where the row is gone and waits to leave."""
    known = rows.consent.values()
    if vintage[1] is None:
        found = tokens(inputs.dictionary, inputs.plan, rows)
        known = [today.get(token, _other(inputs, code)) for token, code in zip(found, known, strict=True)]
    consents = inputs.plan.consent
    return [code if code in consents else _other(inputs, code) for code in known]


def _other(inputs: CubeInputs, code: str) -> str:
    return next((each for each in inputs.plan.consent if each != code), inputs.plan.consent[0])

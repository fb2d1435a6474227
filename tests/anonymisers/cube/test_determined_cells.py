"""A cell of a refused table that follows from shown cells is shown; a small one must not follow."""

import numpy as np
import pytest

from anonymisers.cube.determined_cells import with_determined_cells
from anonymisers.errors import ProtectionError
from anonymisers.tables.count_table import Cell
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules

PLACE = Hierarchy("place", (ROOT, "N", "S"), {"N": ROOT, "S": ROOT})
# A group of one type: the cell of the type stands under the group's name too.
DEVICE = Hierarchy(
    "device", (ROOT, "CMR", "mine", "cmr", "apm", "avm"),
    {"CMR": ROOT, "mine": ROOT, "cmr": "CMR", "apm": "mine", "avm": "mine"},
)  # fmt: skip


def released(margins: dict[Cell, int]) -> tuple[Release, np.ndarray]:
    """These cells are shown and settled; everything below them is refused."""
    cells: dict[Cell, int | None] = {(p, d): None for p in PLACE.codes for d in DEVICE.codes}
    cells |= margins
    release = Release.of((PLACE, DEVICE), cells)
    return release, ~release.withheld


EVERYBODY_IN_THE_NORTH: dict[Cell, int] = {
    (ROOT, ROOT): 30,
    ("N", ROOT): 30,
    ("S", ROOT): 0,
    (ROOT, "CMR"): 8,
    (ROOT, "mine"): 22,
    (ROOT, "cmr"): 8,
    (ROOT, "apm"): 10,
    (ROOT, "avm"): 12,
}


def test_a_determined_cell_is_shown_under_every_name() -> None:
    release, settled = released(EVERYBODY_IN_THE_NORTH)

    shown = with_determined_cells(release, Rules(), settled=settled, public=np.zeros_like(settled)).cells

    assert shown["N", "cmr"] == shown["N", "CMR"] == 8
    assert shown["N", "mine"] == 22
    assert shown["S", "apm"] == 0
    assert None not in shown.values()


def test_a_cell_that_is_not_determined_stays_withheld() -> None:
    release, settled = released({**EVERYBODY_IN_THE_NORTH, ("N", ROOT): 18, ("S", ROOT): 12})

    shown = with_determined_cells(release, Rules(), settled=settled, public=np.zeros_like(settled)).cells

    assert shown["N", "apm"] is None
    assert shown[ROOT, "apm"] == 10


def test_a_determined_small_cell_stops_everything() -> None:
    margins = {**EVERYBODY_IN_THE_NORTH, (ROOT, "apm"): 19, (ROOT, "avm"): 3}
    release, settled = released(margins)

    with pytest.raises(ProtectionError, match="follows"):
        with_determined_cells(release, Rules(), settled=settled, public=np.zeros_like(settled))


def test_a_determined_protected_cell_stops_everything() -> None:
    release, settled = released(EVERYBODY_IN_THE_NORTH)

    with pytest.raises(ProtectionError, match="follows"):
        with_determined_cells(release, Rules(), settled=np.ones_like(settled), public=np.zeros_like(settled))

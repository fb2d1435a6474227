"""Protection of a magnitude table: from contributions to a release, attacked before it is returned."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from anonymisers.attack.magnitude_attack import MagnitudeAttacker
from anonymisers.errors import ProtectionError
from anonymisers.magnitudes.contributions import Contributions
from anonymisers.magnitudes.magnitude_cells import MagnitudeCells, MagnitudeRules
from anonymisers.magnitudes.magnitude_release import MagnitudeRelease
from anonymisers.magnitudes.magnitude_suppression import MagnitudeSuppression
from anonymisers.tables.arrays import Bools
from anonymisers.tables.count_table import Cell


@dataclass(frozen=True, eq=False)
class ProtectedMagnitudes:
    """A release and, for the data controller only, its cells with a mask of withheld cells (size,)."""

    release: MagnitudeRelease
    cells: MagnitudeCells
    withheld: Bools


def protect_magnitudes(
    contributions: Contributions, rules: MagnitudeRules, key: bytes
) -> ProtectedMagnitudes:
    """Withhold sensitive cells, and further cells until every withheld cell is protected.

    The feasibility interval of each withheld cell is at least as wide as the cell's k largest personal
    contributions together, and the only person of a withheld cell cannot compute a sensitive cell. Raises
    ProtectionError if there is no such pattern, LatticeTooLargeError for too many cells.
    """
    cells = MagnitudeCells.of(contributions, rules)
    withheld = MagnitudeSuppression.of(cells, rules, key).run()[: cells.lattice.size]
    names = [
        tuple(d.codes[p] for d, p in zip(contributions.dims, row, strict=True))
        for row in cells.lattice.keys().tolist()
    ]
    amounts = [Decimal(int(n)).scaleb(-contributions.places) for n in cells.sums[: len(names)]]
    shown = {c: None if h else a for c, a, h in zip(names, amounts, withheld.tolist(), strict=True)}
    _withstand(contributions, cells, withheld, names)
    return ProtectedMagnitudes(
        MagnitudeRelease(contributions.name, contributions.dims, shown), cells, withheld
    )


def _withstand(
    contributions: Contributions, cells: MagnitudeCells, withheld: Bools, names: list[Cell]
) -> None:
    """Raise ProtectionError if the attacker finds a narrow interval or a cell that a singleton computes."""
    rows = [*np.flatnonzero(withheld).tolist(), *np.flatnonzero(cells.beyond & cells.sensitive).tolist()]
    of = {row: names[row] if row < len(names) else cells.inner_name(row) for row in rows}
    attacker = MagnitudeAttacker(
        contributions.dims,
        {c: float(n) for c, n, h in zip(names, cells.sums, withheld, strict=False) if not h},
        list(of.values()),
    )
    for interval in attacker.insufficiently_protected(
        {name: float(cells.needed[row]) for row, name in of.items()}
    ):
        _broken(interval.cell)
    few = [row for row in rows if cells.sensitive[row] and cells.people[row]]
    for own in np.flatnonzero(withheld & (cells.single[: len(withheld)] >= 0)).tolist():
        others = [of[row] for row in few if cells.single[row] != cells.single[own]]
        for found in attacker.computable_by(names[own], float(cells.sums[own]), others):
            _broken(found)


def _broken(cell: Cell) -> None:
    message = f"the attacker broke the pattern, first at: {', '.join(cell)}"
    raise ProtectionError(message, remedy="Release nothing of this; report it as a fault of the program.")

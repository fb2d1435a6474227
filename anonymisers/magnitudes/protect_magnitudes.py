"""Protection of a magnitude table: from contributions to a release, attacked before it is returned.

Where no safe release of all tables is found, more is withheld: zeros as partners of other cells, tables of
many dimensions, then of fewer, everything but the total, and at last everything. A check that fails never
leads to a release that the check has not passed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from anonymisers.attack.magnitude_attack import MagnitudeAttacker
from anonymisers.errors import FEWER_TABLES, ProtectionError, TableError
from anonymisers.magnitudes.contributions import Contributions
from anonymisers.magnitudes.magnitude_cells import MagnitudeCells
from anonymisers.magnitudes.magnitude_release import MagnitudeRelease
from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.magnitudes.magnitude_suppression import MagnitudeSuppression
from anonymisers.tables.arrays import Bools
from anonymisers.tables.count_table import Cell
from anonymisers.tables.remainder import Remainder


@dataclass(frozen=True, eq=False)
class ProtectedMagnitudes:
    """A release and, for the data controller only, its cells with a mask of withheld cells (size,).

    `remainder` is None for a release of all tables that the rules ask for; else it says what is left of them,
    and `reason` why.
    """

    release: MagnitudeRelease
    cells: MagnitudeCells
    withheld: Bools
    remainder: Remainder | None = None
    reason: str = ""


def protect_magnitudes(
    contributions: Contributions, rules: MagnitudeRules, key: bytes
) -> ProtectedMagnitudes:
    """Withhold sensitive cells, and further cells until every withheld cell is protected.

    The feasibility interval of each withheld cell is at least as wide as the cell's k largest personal
    contributions together, and the only person of a withheld cell cannot compute a sensitive cell. Tables for
    which there is no such pattern are withheld whole; their sensitive cells are protected as well. Raises
    LatticeTooLargeError for too many cells.
    """
    cells = MagnitudeCells.of(contributions, rules)
    reason = ""
    for remainder, fewer in _steps(contributions, rules):
        try:
            withheld = _searched(contributions, cells, fewer, key)
        except ProtectionError as error:
            reason = reason or error.message
            continue
        return _protected(contributions, cells, withheld, remainder, reason)
    everything = np.ones(cells.lattice.size, dtype=np.bool_)
    return _protected(contributions, cells, everything, Remainder(0, rules.publish_zeros), reason)


def _steps(
    contributions: Contributions, rules: MagnitudeRules
) -> Iterator[tuple[Remainder | None, MagnitudeRules]]:
    """Yield rules that ask for less and less, with what is left of the first."""
    yield None, rules
    partner = replace(rules, publish_zeros=False)
    if rules.publish_zeros:
        yield Remainder(None, zeros_withheld=True), partner
    widest = len(contributions.dims)
    for dims in range(min(widest, rules.max_dims or widest) - 1, -1, -1):
        yield Remainder(dims, rules.publish_zeros), replace(partner, max_dims=dims)


def _searched(
    contributions: Contributions, cells: MagnitudeCells, fewer: MagnitudeRules, key: bytes
) -> Bools:
    """Return the mask of withheld cells (size,), with every cell of a table that `fewer` does not ask for.

    Raises ProtectionError if there is no safe pattern, or if the attacker breaks the pattern.
    """
    some = MagnitudeCells.of(contributions, fewer)
    found = MagnitudeSuppression.of(some, fewer, key).run()[: some.lattice.size]
    asked = cells.lattice.cells(some.lattice.keys())
    settled = np.zeros(cells.lattice.size, dtype=np.bool_)
    settled[asked] = True
    withheld = ~settled
    withheld[asked] = found
    _withstand(contributions, cells, withheld, settled)
    return withheld


def _protected(
    contributions: Contributions,
    cells: MagnitudeCells,
    withheld: Bools,
    remainder: Remainder | None,
    reason: str,
) -> ProtectedMagnitudes:
    amounts = [Decimal(int(n)).scaleb(-contributions.places) for n in cells.sums[: cells.lattice.size]]
    names = _names(contributions, cells)
    shown = {c: None if h else a for c, a, h in zip(names, amounts, withheld.tolist(), strict=True)}
    release = MagnitudeRelease(contributions.name, contributions.dims, shown)
    return ProtectedMagnitudes(release, cells, withheld, remainder, "" if remainder is None else reason)


def _names(contributions: Contributions, cells: MagnitudeCells) -> list[Cell]:
    keys = cells.lattice.keys().tolist()
    return [tuple(d.codes[p] for d, p in zip(contributions.dims, row, strict=True)) for row in keys]


def _withstand(contributions: Contributions, cells: MagnitudeCells, withheld: Bools, settled: Bools) -> None:
    """Raise ProtectionError if the attacker finds a narrow interval or a cell that a singleton computes.

    Of tables that are not `settled`, and withheld whole, sensitive cells have to be protected, and no others.
    """
    names = _names(contributions, cells)
    asked = np.flatnonzero(withheld & (settled | cells.sensitive[: len(names)])).tolist()
    rows = [*asked, *np.flatnonzero(cells.beyond & cells.sensitive).tolist()]
    of = {row: names[row] if row < len(names) else cells.inner_name(row) for row in rows}
    attacker = MagnitudeAttacker(
        contributions.dims,
        {c: float(n) for c, n, h in zip(names, cells.sums, withheld, strict=False) if not h},
        list(of.values()),
    )
    try:
        narrow = attacker.insufficiently_protected(
            {name: float(cells.needed[row]) for row, name in of.items()}
        )
        for interval in narrow:
            _broken(interval.cell)
        few = [row for row in rows if cells.sensitive[row] and cells.people[row]]
        for own in np.flatnonzero(withheld & (cells.single[: len(withheld)] >= 0)).tolist():
            others = [of[row] for row in few if cells.single[row] != cells.single[own]]
            for found in attacker.computable_by(names[own], float(cells.sums[own]), others):
                _broken(found)
    except TableError as error:  # a program that could not tell shows nothing to be safe
        raise ProtectionError(error.message, remedy=FEWER_TABLES) from error


def _broken(cell: Cell) -> None:
    message = f"the attacker broke the pattern, first at: {', '.join(cell)}"
    raise ProtectionError(message, remedy=FEWER_TABLES)

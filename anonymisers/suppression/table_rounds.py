"""The rounds in which further tables are tried, and how much is tried for each of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import Rules, TableOf

WHATEVER = 1_000_000_000
"""The cap with which a cell of any size is suppressed."""


@dataclass(frozen=True)
class Effort:
    """How much is tried for one table.

    `steps`: steps of the solver. `caps`: largest cells that are suppressed for moves that are found once
    more: the second where the first fails. `steps_each_cell`: steps for one cell. `least_share`: the share of
    the people of cells that are not small, below which a table is refused though it could be certified: what
    it withholds would be in the way of others.
    """

    steps: int
    caps: tuple[int, ...]
    steps_each_cell: int | None = None
    least_share: float = 0.0


@dataclass(frozen=True)
class TableRoundsTuning:
    """How much work is spent on further tables. Bounds are steps of the solver, not seconds, so that the same
    input and key give the same pattern on any machine; about 6,000 steps are a CPU second."""

    named_steps: int = 120_000
    """Steps for all named tables, tried before all others."""
    named: Effort = Effort(30_000, (22, 60))
    steps: int = 60_000
    """Steps for all tables not named by the rules."""
    pairs: tuple[Effort, ...] = (
        Effort(600, (22,), 300, 0.9),
        Effort(6_000, (22, 60), 6_000, 0.5),
        Effort(1_500, (WHATEVER,), 300, 0.25),
    )
    """For each table of two dimensions not named by the rules, in each round. Some need no steps, and one
    that is refused after many would leave none for them. Most cells take fewer steps than a cell may, and one
    that takes more mostly has no move. In the last round whatever has to go along is suppressed."""
    coarser: Effort = Effort(600, (60,), 300, 0.5)
    """For each table of two dimensions that was refused in all rounds, one level coarser."""
    steps_of_coarser: int = 6_000
    """Steps for all of these, beside those of the rounds before."""
    larger: Effort = Effort(1_500, (22,), 300)
    """For each table of more dimensions, which are tried last."""
    steps_of_larger: int = 6_000
    """Steps for all of these: hardly any is found where many tables of two dimensions are shown."""


TUNING = TableRoundsTuning()


def rounds(full: Lattice, rules: Rules) -> list[tuple[list[TableOf], Effort]]:
    """Return the tables to try in each round, and the effort for each of them: first those named by the
    rules.

    Of these the largest come first: exchanges correct moves for a table of two dimensions only, and what they
    find is in the way of larger ones.
    """
    pairs = [table for table in unnamed(full) if len(table.dims) == 2]
    larger = [table for table in unnamed(full) if len(table.dims) > 2]
    return [
        (sorted(rules.finer or (), key=lambda table: -len(table.dims)), TUNING.named),
        *((pairs, effort) for effort in TUNING.pairs),
        ([one for table in pairs if (one := coarser(full, table)) is not None], TUNING.coarser),
        (larger, TUNING.larger),
    ]


def unnamed(full: Lattice) -> Iterator[TableOf]:
    """Yield all tables of two or more dimensions, of few dimensions first."""
    for axes in full.tables:
        if len(axes) > 1:
            yield TableOf(frozenset(full.dims[a].name for a in axes))


def coarser(full: Lattice, table: TableOf) -> TableOf | None:
    """Return a table one level coarser in each dimension that has levels between; None where none has."""
    deepest = {dim.name: int(dim.depth.max()) for dim in full.dims if dim.name in table.dims}
    levels = frozenset((name, depth - 1) for name, depth in deepest.items() if depth > 1)
    return TableOf(table.dims, levels) if levels else None

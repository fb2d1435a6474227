"""Covering of open cells by Markov moves, and more room for cells that cannot be covered."""

from dataclasses import dataclass

import numpy as np

from anonymisers.errors import ProtectionError
from anonymisers.suppression.accepted_cells import accept, without_accepted
from anonymisers.suppression.group_disclosure import GroupDisclosure, implied_zeros
from anonymisers.suppression.strategies.move_search import MoveSearch
from anonymisers.suppression.strategies.suppression_pattern import SuppressionPattern
from anonymisers.suppression.strategies.task import Task, cells_to_protect
from anonymisers.tables.arrays import Bools
from anonymisers.tables.progress import Progress


@dataclass(frozen=True)
class CellCoveringTuning:
    """How long one pattern is repaired."""

    rounds: int = 40
    """Rounds in which cells that cannot be covered are given more room."""


TUNING = CellCoveringTuning()


def cover_all(
    search: MoveSearch, task: Task, group_disclosure: GroupDisclosure, progress: Progress | None
) -> None:
    """Cover every open cell; the cells above a cell that cannot be covered are suppressed to make room."""
    pattern = search.pattern
    for _ in range(TUNING.rounds):
        failed = without_accepted(search, task, cover_possible(search, task, group_disclosure, progress))
        if not failed:
            return
        try:
            pattern.suppress(cells_above(pattern, failed))
        except ProtectionError:
            if not task.always.any():
                raise
            accept(search, task, failed)
    raise ProtectionError("no safe pattern was found", remedy=_remedy(search.pattern))


def cover_possible(
    search: MoveSearch, task: Task, group_disclosure: GroupDisclosure, progress: Progress | None
) -> list[int]:
    """Cover every open cell that can be covered, and return the others."""
    pattern = search.pattern
    failed: set[int] = set()
    dims = np.concatenate(
        [np.array([len(t) for t in b.lattice.tables])[b.lattice.table_of()] for b in pattern.system.blocks]
    )
    while True:
        _hold(pattern, task)
        closed = group_disclosure.closed(pattern.suppressed) & ~(pattern.fixed & ~task.revocable)
        if (closed & ~pattern.suppressed).any():
            pattern.suppress(closed)
        pattern.to_protect[:] = cells_to_protect(pattern, task)
        open_cells = pattern.open_cells().tolist()
        todo = [c for c in open_cells if c not in failed]
        if not todo:
            return sorted(failed.intersection(open_cells))
        small = pattern.rules.is_sensitive(pattern.values)
        todo.sort(key=lambda c: (dims[c], -pattern.values[c] if small[c] else 0, pattern.tie[c]))
        todo, together = search.next_cells(todo)
        if together:
            for done in search.cover_together(todo):
                if progress is not None:
                    progress("searching", done)
            continue
        for number, cell in enumerate(todo):
            if not (search.cover(cell) or _revoked_for(search, task, cell)):
                failed.add(cell)
            if progress is not None and number % 64 == 0:
                progress("searching", number / len(todo))


def _hold(pattern: SuppressionPattern, task: Task) -> None:
    """Fix the published revocable cells."""
    pattern.fixed[task.revocable] = ~pattern.suppressed[task.revocable]


def _revoked_for(search: MoveSearch, task: Task, cell: int) -> bool:
    """Cover a cell with revocable cells suppressed for it, and return whether that is possible."""
    pattern = search.pattern
    if not (pattern.fixed & task.revocable).any():
        return False
    pattern.fixed[task.revocable] = False
    covered = search.cover(cell)
    _hold(pattern, task)
    return covered


def cells_above(pattern: SuppressionPattern, cells: list[int]) -> Bools:
    """Return the cells of block 0 containing an uncovered cell, except the total.

    Where all of them are suppressed already, whole tables are returned, the fewest first.
    """
    lattice = pattern.system.blocks[0].lattice
    suppressed = np.zeros(pattern.system.size, dtype=np.bool_)
    for cell in cells:
        key = pattern.system.target(cell).key
        frontier = {tuple(key.tolist())}
        while frontier:
            at = np.array(sorted(frontier), dtype=np.int32)
            numbers = lattice.cells(at)
            suppressed[numbers[numbers >= 0]] = True
            frontier = {
                tuple(np.where(np.arange(len(row)) == a, d.parents[row[a]], row).tolist())
                for row in at
                for a, d in enumerate(pattern.system.dims)
                if row[a] != d.root
            }
    total = lattice.cells(np.array([[d.root for d in pattern.system.dims]], dtype=np.int32))
    suppressed[total] = False
    for wider in (suppressed, *_whole_tables(pattern, cells), np.ones_like(suppressed)):
        wanted = wider & ~pattern.fixed
        wanted[total] = False
        wanted &= ~_implied_zeros(pattern, wanted)
        if (wanted & ~pattern.suppressed).any():
            return wanted
    names = ", ".join(d.name for d in lattice.dims)
    message = f"no safe pattern was found for the table over {names}"
    raise ProtectionError(message, remedy=_remedy(pattern))


def _implied_zeros(pattern: SuppressionPattern, wanted: Bools) -> Bools:
    """Return zeros implied by a zero that stays published: suppressing them too would be of no use."""
    size = pattern.system.blocks[0].lattice.size
    known = np.zeros(pattern.system.size, dtype=np.bool_)
    suppressed = (pattern.suppressed | wanted)[:size]
    known[:size] = implied_zeros(
        pattern.system.blocks[0].lattice.parents(), pattern.values[:size] == 0, suppressed
    )
    return known


def _remedy(pattern: SuppressionPattern) -> str:
    """Return advice for the case that no pattern is found."""
    remedy = "Drop a level or a table, allow fewer dimensions in one table, or let fewer figures stay fixed."
    published = pattern.rules.zeros == "publish"
    return (
        f"{remedy} Or treat zeros as partner: a zero that is shown leaves less room." if published else remedy
    )


def _whole_tables(pattern: SuppressionPattern, cells: list[int]) -> tuple[Bools, Bools]:
    """Return the tables of block 0 holding some of the cells, and those tables with all their margins."""
    lattice = pattern.system.blocks[0].lattice
    of = lattice.table_of()
    tables = set(of[[c for c in cells if c < lattice.size]].tolist())
    axes = [set(lattice.tables[t]) for t in tables]
    margins = {t for t, own in enumerate(lattice.tables) if any(set(own) <= other for other in axes)}
    masks = []
    for chosen in (tables, margins):
        mask = np.zeros(pattern.system.size, dtype=np.bool_)
        mask[: lattice.size] = np.isin(of, sorted(chosen))
        masks.append(mask)
    return masks[0], masks[1]

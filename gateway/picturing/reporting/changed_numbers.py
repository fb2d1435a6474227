"""Which numbers of a table differ from those of a former release of the same table, marked in its layout."""

from collections.abc import Set
from dataclasses import replace

from gateway.picturing.layout import Layout
from gateway.picturing.notes import Note
from gateway.wire.release import Release

CHANGED = "†"
Key = tuple[str, ...]


def changed(before: Release, now: Release) -> frozenset[Key]:
    """The keys of cells that both releases have, with another status, number or range.

    None where the tables have other levels. What is new is no change.
    """
    if [axis.level for axis in before.axes] != [axis.level for axis in now.axes]:
        return frozenset()
    former = {cell.key: (cell.status, cell.value, cell.at_least, cell.at_most) for cell in before.cells}
    return frozenset(
        cell.key
        for cell in now.cells
        if cell.key in former and former[cell.key] != (cell.status, cell.value, cell.at_least, cell.at_most)
    )


def marked(made: Layout, keys: Set[Key], meaning: str) -> Layout:
    """The layout with a sign beside the cells of `keys`, and the meaning of the sign in its legend."""
    if not keys:
        return made
    rows = tuple(
        replace(
            row,
            cells=tuple(
                cell._replace(marks=cell.marks + CHANGED) if cell.key in keys else cell for cell in row.cells
            ),
        )
        for row in made.rows
    )
    return replace(made, rows=rows, notes=(*made.notes, Note(CHANGED, meaning, "changed")))

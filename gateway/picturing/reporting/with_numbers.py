"""A part of a release without the countries that have no number in it, which a report names instead."""

from dataclasses import replace

from gateway.dictionary import COUNTRY
from gateway.wire.cells import TOTAL, Axis, Status
from gateway.wire.release import Release


def has_numbers(part: Release) -> bool:
    """Whether any cell has a number, or withholds one."""
    return any(cell.status in (Status.VALUE, Status.WITHHELD) for cell in part.cells)


def with_numbers(part: Release) -> tuple[Release, tuple[str, ...]]:
    """The part without these countries' rows, and the countries. Totals name them as lacking, as before."""
    at = next((i for i, axis in enumerate(part.axes) if axis.level == COUNTRY), None)
    if at is None:
        return part, ()
    shown = {cell.key[at] for cell in part.cells if cell.status in (Status.VALUE, Status.WITHHELD)}
    without = tuple(code for code in part.axes[at].codes if code not in {*shown, TOTAL})
    if not without:
        return part, ()
    kept = Axis(COUNTRY, tuple(code for code in part.axes[at].codes if code not in without))
    axes = (*part.axes[:at], kept, *part.axes[at + 1 :])
    cells = tuple(cell for cell in part.cells if cell.key[at] not in without)
    return replace(part, axes=axes, cells=cells), without

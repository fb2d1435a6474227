"""Cells that follow from a published total: hiding such cells would hide nothing, so they are shown. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.dictionary import Dictionary
from gateway.question import COUNTRY
from gateway.wire.cells import TOTAL, Axis, Cell, Status


def with_following(dictionary: Dictionary, axes: Sequence[Axis], cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The table with every regional total that is a published total plus or minus shown totals.

    Only along lines with cells about the same members, and with secure sums among the cells.
    """
    found = {cell.key: cell for cell in cells}
    changed = True
    while changed:
        changed = False
        for number, axis in enumerate(axes):
            if axis.level == COUNTRY or dictionary.level(axis.level).dimension == "place":
                continue
            for key in [k for k in found if k[number] == TOTAL and _regional(axes, k)]:
                line = [(*key[:number], code, *key[number + 1 :]) for code in axis.codes]
                derived = _derived([found[k] for k in line]) if all(k in found for k in line) else None
                if derived is not None:
                    found[derived.key] = derived
                    changed = True
    return tuple(found[cell.key] for cell in cells)


def _regional(axes: Sequence[Axis], key: Sequence[str]) -> bool:
    return all(code == TOTAL for axis, code in zip(axes, key, strict=True) if axis.level == COUNTRY)


def _derived(line: Sequence[Cell]) -> Cell | None:
    """The only withheld cell of a line, from the others; the last cell is the sum of all before."""
    unknown = [n for n, cell in enumerate(line) if cell.value is None]
    masked = sorted({m for cell in line for m in cell.masked_members})
    changed = any(cell.perturbed for cell in line)  # nothing follows exactly from a number that was changed
    if len(unknown) != 1 or not masked or changed or len({cell.missing_members for cell in line}) > 1:
        return None
    cell = line[unknown[0]]
    if cell.status is not Status.WITHHELD:
        return None
    *parts, whole = (c.value or 0 for c in line)
    value = sum(parts) if unknown[0] == len(line) - 1 else whole - sum(parts)
    if not (cell.at_least or 0) <= value <= (value if cell.at_most is None else cell.at_most):
        return None
    return replace(
        cell, status=Status.VALUE, value=value, at_least=None, at_most=None, masked_members=tuple(masked)
    )

"""The part of a release that a picture shows: some of its levels, the others at their totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release

Key = tuple[str, ...]


@dataclass(frozen=True)
class View:
    """`axes` have no total; `cells` are by the codes of these axes; `left` are levels summed over."""

    axes: tuple[Axis, ...]
    cells: Mapping[Key, Cell]
    left: tuple[str, ...]

    def at(self, *key: str) -> Cell | None:
        """The cell, None where such a cell cannot be."""
        return self.cells.get(key)

    @property
    def drawable(self) -> bool:
        """Whether there is any number, or any range, to draw."""
        return any(c.value is not None or c.at_most is not None for c in self.cells.values())


def view(release: Release, levels: Sequence[str], *, whole: str | None = None) -> View:
    """The cells of some levels of a release, in the order given; codes without a cell are left out.

    The level `whole` keeps its total.
    """
    names = [axis.level for axis in release.axes]
    where = [names.index(level) for level in levels]
    cells: dict[Key, Cell] = {}
    for cell in release.cells:
        if all(code == TOTAL for i, code in enumerate(cell.key) if i not in where):
            key = tuple(cell.key[i] for i in where)
            if not any(c == TOTAL and level != whole for c, level in zip(key, levels, strict=True)):
                cells[key] = cell
    there = [{key[n] for key in cells} for n in range(len(levels))]
    axes = tuple(
        Axis(level, tuple(code for code in release.axes[i].codes if code in there[n]))
        for n, (level, i) in enumerate(zip(levels, where, strict=True))
    )
    return View(axes, cells, tuple(name for i, name in enumerate(names) if i not in where))


def top(cells: Sequence[Cell | None]) -> int:
    """The greatest number that needs room."""
    return max((pictured(c.value or c.at_most or c.at_least) for c in cells if c is not None), default=0)


def pictured(value: int | None) -> int:
    """The value as drawn: a number below 0 because of noise is drawn at 0, with the number beside the
    mark.
    """
    return max(0, value or 0)


def is_range(cell: Cell) -> bool:
    """A withheld cell with a lower and an upper bound."""
    return cell.status is Status.WITHHELD and cell.at_most is not None

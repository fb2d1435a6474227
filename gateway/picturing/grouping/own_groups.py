"""Own groups: codes of one level that a reader puts together under a name, summed from what a table shows.

A group takes the place of its codes. Its number is the sum of their numbers. Where one of them is withheld,
the group is withheld too, and its range is the sum of the ranges of its codes: arithmetic on what the reader
has been shown, never narrower. Nobody is asked anew, and nothing is told that the table does not tell.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import ceil, sqrt

from gateway.dictionary import Dictionary
from gateway.picturing.implied_bounds import owners_of
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release

Key = tuple[str, ...]
Owners = Callable[[Key], frozenset[str]]
OPENS, CLOSES = "[", "]"
"""Around the name of a group where a code stands: no code has these signs."""
COUNTED = (Status.VALUE, Status.WITHHELD)


@dataclass(frozen=True)
class Group:
    """`codes` of the level `level` under the name `name`."""

    name: str
    level: str
    codes: tuple[str, ...]

    @property
    def code(self) -> str:
        """What stands in a table in place of a code."""
        return f"{OPENS}{self.name}{CLOSES}"


def is_group(code: str) -> bool:
    """Whether a code of a grouped table is a group."""
    return code.startswith(OPENS)


def put_together(release: Release, group: Group) -> tuple[str, ...]:
    """The codes of a group that this table has, in the order of the table."""
    axis = next((axis for axis in release.axes if axis.level == group.level), None)
    return () if axis is None else tuple(c for c in axis.codes if c in group.codes and c != TOTAL)


def grouped(release: Release, dictionary: Dictionary, groups: Sequence[Group]) -> Release:
    """The table with groups in place of their codes. Groups without a code in the table are left out.

    `release`: with the bounds of its withheld cells (`with_bounds`). Codes may stand in several groups, so
    that rows of groups need not add up to the total, which stays as it is.
    """
    for number, axis in enumerate(release.axes):
        chosen = [group for group in groups if put_together(release, group) and group.level == axis.level]
        if chosen:
            release = _along(release, dictionary, number, chosen)
    return release


def _along(release: Release, dictionary: Dictionary, number: int, groups: Sequence[Group]) -> Release:
    owners = owners_of(release.axes, dictionary)
    axis = release.axes[number]
    by_member = _belongs_to_members(axis, owners, number, len(release.axes))
    lines: dict[Key, dict[str, Cell]] = {}
    for cell in release.cells:
        lines.setdefault((*cell.key[:number], *cell.key[number + 1 :]), {})[cell.key[number]] = cell
    hidden = {code for group in groups for code in group.codes} - {TOTAL}
    made: dict[Key, Cell] = {}
    for rest, line in lines.items():
        for code, cell in line.items():
            if code not in hidden:
                made[cell.key] = cell
        for group in groups:
            parts = [line[code] for code in put_together(release, group) if code in line]
            if parts:
                key = (*rest[:number], group.code, *rest[number:])
                made[key] = _sum(key, parts, owners if by_member else None)
    axes = (*release.axes[:number], _axis(axis, groups, hidden), *release.axes[number + 1 :])
    ordered = (made.get(key) for key in product(*(one.codes for one in axes)))
    return replace(release, axes=axes, cells=tuple(cell for cell in ordered if cell is not None))


def _axis(axis: Axis, groups: Sequence[Group], hidden: set[str]) -> Axis:
    """Each group stands where the first of its codes stood."""
    first = {group.code: next(c for c in axis.codes if c in group.codes and c != TOTAL) for group in groups}
    codes: list[str] = []
    for code in axis.codes:
        codes += [name for name, begins in first.items() if begins == code]
        codes += [] if code in hidden else [code]
    return Axis(axis.level, tuple(codes))


def _belongs_to_members(axis: Axis, owners: Owners, number: int, size: int) -> bool:
    """Whether each code of the axis belongs to one member, as countries and places do."""

    def alone(code: str) -> Key:
        return tuple(code if i == number else TOTAL for i in range(size))

    return all(owners(alone(code)) for code in axis.codes if code != TOTAL and not is_group(code))


def _sum(key: Key, parts: Sequence[Cell], owners: Owners | None) -> Cell:
    """`owners`: to whom a cell belongs, along an axis of members; who gave nothing is missing in the sum.

    Along other axes a part that nobody gave makes the sum unknown.
    """
    counted = [cell for cell in parts if cell.status in COUNTED]
    absent = [cell for cell in parts if cell.status not in COUNTED]
    if not counted or (absent and owners is None):
        return Cell(key, absent[0].status)
    missing = {member for cell in counted for member in cell.missing_members}
    if owners is not None:
        missing |= {member for cell in absent for member in owners(cell.key)}
    lacking, masked = _sorted(missing), _sorted(m for cell in counted for m in cell.masked_members)
    noise = ceil(sqrt(sum(cell.standard_deviation**2 for cell in counted)))
    if all(cell.status is Status.VALUE for cell in counted):
        return Cell(
            key,
            Status.VALUE,
            sum(cell.value or 0 for cell in counted),
            missing_members=lacking,
            masked_members=masked,
            largest_deviation=0 if noise else sum(cell.largest_deviation for cell in counted),
            standard_deviation=noise,
        )
    least, most = (None, None) if noise else _ends(counted)
    return Cell(key, Status.WITHHELD, None, least or None, lacking, most, masked)


def _ends(cells: Iterable[Cell]) -> tuple[int, int | None]:
    """The sums of the least and of the greatest numbers that the cells can have; None: no greatest."""
    least, most = 0, 0
    bounded = True
    for cell in cells:
        if cell.value is None:
            least += cell.at_least or 0
            bounded = bounded and cell.at_most is not None
            most += cell.at_most or 0
        else:
            least += max(0, cell.value - cell.largest_deviation)
            most += cell.value + cell.largest_deviation
    return least, most if bounded else None


def _sorted(members: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(members)))

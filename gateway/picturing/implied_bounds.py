"""Bounds of a withheld cell implied by a release, and the nearest number with the same people. Pure.

Everything is arithmetic on the published numbers of the release, so nothing is disclosed that the reader
could not work out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from gateway.dictionary import Dictionary
from gateway.question import COUNTRY
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release

Key = tuple[str, ...]


@dataclass(frozen=True)
class Bounds:
    """A withheld number is at least `least` and at most `most`; None: no upper bound."""

    least: int
    most: int | None


def bounds(release: Release, dictionary: Dictionary, key: Sequence[str]) -> Bounds | None:
    """The bounds of a withheld cell from its own bounds, its row, its columns and the totals above, of which
    those that are withheld have bounds too.

    None for trivial bounds: at least 0, without an upper bound. A perturbed number stands for every count
    that could have been perturbed to that number; under unbounded noise the number stands for any count, and
    bounds nothing. Numbers that contradict each other bound nothing either.
    """
    return _Reader(release, dictionary).bounds(tuple(key))


def with_bounds(release: Release, dictionary: Dictionary) -> Release:
    """The release with the bounds of each withheld cell beside the cell, for a reader without the page."""
    reader = _Reader(release, dictionary)
    return replace(release, cells=tuple(map(reader.bounded, release.cells)))


class _Reader:
    """A release read cell by cell, with what the cells of one line share worked out once."""

    def __init__(self, release: Release, dictionary: Dictionary) -> None:
        self._release, self._dictionary = release, dictionary
        self._cells = {cell.key: cell for cell in release.cells}
        self._owned = [axis for axis in release.axes if _by_member(axis, dictionary)]
        self._along: dict[int, dict[Key, list[Cell]]] = {}
        self._lines: dict[tuple[int, Key], _Line] = {}
        self._known: dict[Key, Bounds | None] = {}

    def bounded(self, cell: Cell) -> Cell:
        """The cell with its bounds, where it is withheld and has any."""
        found = self.bounds(cell.key) if cell.status is Status.WITHHELD else None
        return cell if found is None else cell.within(found.least or None, found.most)

    def bounds(self, key: Key) -> Bounds | None:
        """See `bounds`."""
        if key not in self._known:
            self._known[key] = self._bounds(key)
        return self._known[key]

    def _bounds(self, key: Key) -> Bounds | None:
        cell = self._cells[key]
        least, most = cell.at_least or 0, [] if cell.at_most is None else [cell.at_most]
        for number in range(len(key)):
            line = self._line(number, key)
            whole = line.whole
            if whole is None or not line.same_members(cell):
                continue
            if cell is whole:
                least = max(least, line.seen)
            elif whole.value is not None and not _noisy(whole):
                most.append(whole.value + whole.largest_deviation - line.seen)
        # With all totals above, shown or withheld. A table may have thousands of such cells.
        around = product(*((code,) if code == TOTAL else (code, TOTAL) for code in key))
        held = [c for c in map(self._cells.get, around) if c is not None and c is not cell and not _noisy(c)]
        if any(c.missing_members for c in held):
            members = _members(self._release.axes, self._owned, self._dictionary, key)
            held = [c for c in held if not c.missing_members or _holds(c, cell, members)]
        most += [above for c in held if (above := self._most(c)) is not None]
        top = min(most, default=None)
        if top is not None and top <= least:  # never disclose a withheld number, nor state nonsense
            return None if cell.at_most is None else Bounds(cell.at_least or 0, cell.at_most)
        return Bounds(least, top) if least or top is not None else None

    def _most(self, cell: Cell) -> int | None:
        """The most that a cell can be; None where nothing bounds the number."""
        if cell.value is not None:
            return cell.value + cell.largest_deviation
        found = self.bounds(cell.key) if cell.status is Status.WITHHELD else None
        return None if found is None else found.most

    def _line(self, number: int, key: Key) -> "_Line":
        rest = key[:number] + key[number + 1 :]
        if (number, rest) not in self._lines:
            cells = self._all_along(number)[rest]
            whole = next((c for c in cells if c.key[number] == TOTAL), None)
            by_member = self._release.axes[number] in self._owned
            self._lines[number, rest] = _Line.of(cells, whole, by_member=by_member)
        return self._lines[number, rest]

    def _all_along(self, number: int) -> dict[Key, list[Cell]]:
        """The cells of every line along an axis: those whose other codes are the same."""
        if number not in self._along:
            found: dict[Key, list[Cell]] = {}
            for key, cell in self._cells.items():
                found.setdefault(key[:number] + key[number + 1 :], []).append(cell)
            self._along[number] = found
        return self._along[number]


@dataclass(frozen=True)
class _Line:
    """The cells that differ in one code only. `seen`: the least that the shown parts add up to.

    `members`: the sets of members that the shown cells and the whole lack; None along countries and places,
    where a missing member is a missing part, and is missing from the whole too.
    """

    whole: Cell | None
    seen: int
    members: frozenset[tuple[str, ...]] | None

    @classmethod
    def of(cls, cells: Sequence[Cell], whole: Cell | None, *, by_member: bool) -> "_Line":
        shown = [c for c in cells if c.value is not None]
        parts = (c for c in shown if c is not whole and not _noisy(c))
        used = shown if whole is None else [*shown, whole]
        return cls(
            whole,
            sum(max(0, (c.value or 0) - c.largest_deviation) for c in parts),
            None if by_member else frozenset(c.missing_members for c in used),
        )

    def same_members(self, cell: Cell) -> bool:
        """Whether the parts, `cell` among them, add up to the whole although a member may be missing."""
        return self.members is None or len(self.members | {cell.missing_members}) <= 1


def _noisy(cell: Cell) -> bool:
    return cell.standard_deviation > 0


def nearest_ancestor(release: Release, dictionary: Dictionary, key: Sequence[str]) -> Cell | None:
    """The visible cell around the cell of `key` with the fewest levels left out, then the smallest.

    None where not even the total is shown, or where the total lacks the cell's member.
    """
    cells = {cell.key: cell for cell in release.cells}
    owned = [axis for axis in release.axes if _by_member(axis, dictionary)]
    members = _members(release.axes, owned, dictionary, tuple(key))
    for keys in _above(tuple(key)):
        found = [cells[k] for k in keys if visible(cells, k) and _holds(cells[k], cells[tuple(key)], members)]
        if found:
            return min(found, key=lambda cell: (cell.value or 0, cell.key))
    return None


def _members(axes: Sequence[Axis], owned: Sequence[Axis], dictionary: Dictionary, key: Key) -> set[str]:
    """The members to which the codes of a cell belong; none for a cell of the whole region."""
    return {
        code if axis.level == COUNTRY else dictionary.places.owner.get(code, "")
        for axis, code in zip(axes, key, strict=True)
        if code != TOTAL and axis in owned
    }


def owners_of(axes: Sequence[Axis], dictionary: Dictionary) -> Callable[[Key], frozenset[str]]:
    """A function from the key of a cell to the members to which its codes belong."""
    owned = [axis for axis in axes if _by_member(axis, dictionary)]
    return lambda key: frozenset(_members(axes, owned, dictionary, key) - {""})


def _holds(above: Cell, cell: Cell, members: set[str]) -> bool:
    """Whether a total includes every member with people in the cell below."""
    return not (
        members & set(above.missing_members)
        if members
        else set(above.missing_members) - set(cell.missing_members)
    )


def _by_member(axis: Axis, dictionary: Dictionary) -> bool:
    """Whether a code of the axis belongs to one member.

    A code of a level that only a newer dictionary has counts as one of several members: the less follows.
    """
    known = dictionary.levels.get(axis.level)
    return axis.level == COUNTRY or (known is not None and known.dimension == "place")


def _above(key: Key) -> Iterator[list[Key]]:
    """Keys of the cells that contain a cell: first with one level left out, then with two, and so on."""
    named = [i for i, code in enumerate(key) if code != TOTAL]
    for count in range(1, len(named) + 1):
        yield [
            tuple(TOTAL if i in left else code for i, code in enumerate(key))
            for left in combinations(named, count)
        ]


def visible(cells: Mapping[Key, Cell], key: Key) -> bool:
    """Whether the table shows a number there."""
    return key in cells and cells[key].value is not None

"""The search for numbers of accidents to show beside a certified cube, with a small integer program a world.

Each world of the certificate is first tried with a few simple extensions. If no simple extension agrees with
the shown numbers, an integer program seeks whole numbers that contradict as few shown numbers as possible,
and the contradicted numbers are withheld. No number is shown again later, so that extensions stay valid.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from anonymisers.accidents.accident_singletons import exposes_small_cell
from anonymisers.accidents.accident_tables import (
    TRUE_CASUALTIES,
    AccidentContext,
    Accidents,
    AccidentTable,
    Extension,
    InnerCell,
    allowed,
    cells_to_protect,
    check_accidents,
    may_show,
)
from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.errors import ProtectionError
from anonymisers.proof.world import World
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.keyed_random import KEY_BYTES, random_fractions
from anonymisers.tables.lattice import Lattice

if TYPE_CHECKING:
    from anonymisers.accidents.accident_program import AccidentProgram

MOST_INNER_CELLS = 200
"""Further inner cells that may have other accidents, beside the changed inner cells."""

TIER = 100.0
"""The cost of a total as a multiple of the cost of its parts."""

Change = dict[InnerCell, int]
Range = tuple[int, int]


def protect_accidents(
    cube: CertifiedCube, accidents: Accidents, key: bytes, first: str | None = None
) -> AccidentTable:
    """The numbers of accidents to show beside a cube of the same people, checked.

    Detail is withheld before totals, and totals by the dimension `first` are withheld last. `key`: 32 secret
    bytes of the member, which decide among equally costly choices. Raises ProtectionError if a world of the
    certificate has no accidents at all, and CertificateError if the accidents are of other people than the
    cube.
    """
    context = AccidentContext.of(cube, accidents)
    if exposes_small_cell(cube, accidents, context):
        raise ProtectionError("somebody who knows how many were in his accident could compute a small cell")
    search = _Search.over(context, may_show(cube, context), key, first)
    for number, moved in enumerate(search.context.worlds):
        if moved:
            search.extend(number, moved)
    search.vary(np.flatnonzero(cells_to_protect(cube, search.context)).tolist())
    dims = len(search.context.lattice.dims)
    table = AccidentTable(
        tuple(sorted(accidents.names)),
        search.context.lattice,
        np.where(search.shown, search.true, -1),
        tuple(Extension(number, _world(change, dims)) for number, change in search.found),
    )
    check_accidents(table, cube, accidents)
    return table


def extensions_exist(
    table: AccidentTable,
    cube: CertifiedCube,
    later: CertifiedCube,
    accidents: Accidents,
    among: Mapping[str, Collection[str]],
) -> bool:
    """Whether the worlds of a later release have extensions that agree with a table released before.

    `later`: a release about the people of `cube`, or about some of them, those of `among` (dimension ->
    codes).
    """
    context = AccidentContext.of(cube, accidents, later, among)
    search = _Search.over(context, table.values >= 0, bytes(KEY_BYTES), None)
    before = search.shown.copy()
    for number, moved in enumerate(context.worlds):
        if moved:
            search.extend(number, moved)
        if (search.shown != before).any():
            return False
    return True


def _world(change: Change, dims: int) -> World:
    coords = np.array(list(change), dtype=np.int32).reshape(len(change), dims)
    return World.of(coords, np.array(list(change.values()), dtype=np.int64))


@dataclass(eq=False)
class _Search:
    """The search: `shown` (size,) only loses cells; `found` are extensions, each after its world's number."""

    context: AccidentContext
    true: Ints
    shown: Bools
    cost: Floats
    inner_cells: list[InnerCell]
    above: dict[InnerCell, list[int]]
    below: dict[int, Ints]
    program: "AccidentProgram"
    found: list[tuple[int, Change]] = field(default_factory=list)
    varied: set[int] = field(default_factory=set)
    possible: dict[InnerCell, tuple[Range, ...]] = field(default_factory=dict)

    @classmethod
    def over(cls, context: AccidentContext, shown: Bools, key: bytes, first: str | None) -> "_Search":
        # Imported here: a node that only answers starts sooner and takes less memory without the solver.
        from anonymisers.accidents.accident_program import AccidentProgram  # noqa: PLC0415

        true, people = context.sums(context.accidents), context.sums(context.casualties)
        inner_cells = sorted(context.casualties)
        order = np.argsort(
            random_fractions(key, "accidents by leaf", len(inner_cells)), kind="stable"
        ).tolist()
        inner_cells = [inner_cells[n] for n in order]
        moving = sorted({inner for world in context.worlds for inner in world} | set(inner_cells))
        above = dict(zip(moving, context.cells(moving), strict=True))
        below: dict[int, list[int]] = {}
        for number, inner in enumerate(inner_cells):
            for cell in above[inner]:
                below.setdefault(cell, []).append(number)
        draws = 1.0 + random_fractions(key, "accidents by cell", len(true))
        return cls(
            context,
            true,
            shown.copy(),
            np.log2(2.0 + people) * draws * _table_costs(context.lattice, first),
            inner_cells,
            above,
            {cell: np.array(numbers, dtype=np.int64) for cell, numbers in below.items()},
            AccidentProgram(),
        )

    def extend(self, number: int, moved: Mapping[InnerCell, int]) -> None:
        """Find extensions of a world for every casualty; withhold contradicted numbers."""
        people = {inner: self.context.casualties.get(inner, 0) + n for inner, n in moved.items()}
        ranges = {inner: self.context.possible(inner, n) for inner, n in people.items()}
        for turn in range(max(len(each) for each in ranges.values())):
            chosen = {inner: each[min(turn, len(each) - 1)] for inner, each in ranges.items()}
            change = self._simple(moved, chosen)
            self._keep(number, self._sought(chosen, people) if change is None else change)

    def vary(self, cells: Sequence[int]) -> None:
        """Find, for each of these withheld cells, an extension with another number of accidents."""
        for cell in cells:
            if cell in self.varied:
                continue
            for number, moved in self._changing(cell):
                people = {inner: self.context.casualties.get(inner, 0) + n for inner, n in moved.items()}
                chosen = {inner: self.context.possible(inner, n)[0] for inner, n in people.items()}
                change = self._try(chosen, people, cell)
                if change is not None:
                    self._keep(number, change)
                    break
            else:
                raise ProtectionError("a withheld number of accidents has only one possible value")

    def _changing(self, cell: int) -> Iterator[tuple[int, Mapping[InnerCell, int]]]:
        """Worlds to vary a cell by: the true casualties first, then worlds with changes in the cell."""
        yield TRUE_CASUALTIES, {}
        for number, moved in enumerate(self.context.worlds):
            if any(cell in self.above[inner] for inner in moved):
                yield number, moved

    def _keep(self, number: int, change: Change) -> None:
        sums: dict[int, int] = {}
        for inner, n in change.items():
            for cell in self.above[inner]:
                sums[cell] = sums.get(cell, 0) + n
        differs = [cell for cell, n in sums.items() if n]
        self.shown[differs] = False
        self.varied.update(differs)
        self.found.append((number, change))

    def _simple(self, moved: Mapping[InnerCell, int], chosen: Mapping[InnerCell, Range]) -> Change | None:
        """An extension in which moved casualties have accidents of their own, or join others; else None."""
        for change in (dict(moved), {}):
            numbers = {inner: self.context.accidents.get(inner, 0) + change.get(inner, 0) for inner in chosen}
            if all(low <= numbers[inner] <= high for inner, (low, high) in chosen.items()):
                return change
        return None

    def _sought(self, chosen: Mapping[InnerCell, Range], people: Mapping[InnerCell, int]) -> Change:
        change = self._try(chosen, people, None)
        if change is None:
            raise ProtectionError("a world of the certificate has no accidents")
        return change

    def _try(
        self, chosen: Mapping[InnerCell, Range], people: Mapping[InnerCell, int], cell: int | None
    ) -> Change | None:
        """The change of accidents that contradicts the least, with a change in `cell` if given.

        None if there is no such change.
        """
        free = {inner: self._steps(inner, ends) for inner, ends in chosen.items()}
        for inner in self._near([*free, *self._some_of(cell)]):
            if inner not in free:
                (ends,) = self._own(inner)
                free[inner] = self._steps(inner, ends)
        least = {inner: ends for inner, ends in free.items() if ends != (0, 0)}
        for amount in (None,) if cell is None else (1, -1):
            change = self._solved(least, cell, amount)
            if change is not None and allowed(self.context, self._moved(people), change):
                return change
        return None

    def _moved(self, people: Mapping[InnerCell, int]) -> Change:
        return {inner: n - self.context.casualties.get(inner, 0) for inner, n in people.items()}

    def _steps(self, inner: InnerCell, ends: Range) -> Range:
        number = self.context.accidents.get(inner, 0)
        return ends[0] - number, ends[1] - number

    def _some_of(self, cell: int | None) -> list[InnerCell]:
        if cell is None or cell not in self.below:
            return []
        return [self.inner_cells[n] for n in self.below[cell][:MOST_INNER_CELLS].tolist()]

    def _near(self, inner_cells: Sequence[InnerCell]) -> list[InnerCell]:
        """Inner cells with variable numbers of accidents, the most cells in common first."""
        cells = {cell for inner in inner_cells for cell in self.above[inner]} & self.below.keys()
        wide = [c for c in cells if self.shown[c] or len(self.below[c]) <= MOST_INNER_CELLS]
        numbers = np.concatenate([np.zeros(0, dtype=np.int64), *(self.below[c] for c in wide)])
        shared = np.bincount(numbers, minlength=len(self.inner_cells))
        best = np.argsort(-shared, kind="stable")[: np.count_nonzero(shared)].tolist()
        free = (self.inner_cells[n] for n in best if self._is_free(self.inner_cells[n]))
        return [inner for inner, _ in zip(free, range(MOST_INNER_CELLS), strict=False)]

    def _is_free(self, inner: InnerCell) -> bool:
        low, high = self._own(inner)[0]
        return low < high

    def _own(self, inner: InnerCell) -> tuple[Range, ...]:
        """The possible numbers of accidents of an inner cell whose casualties stay as they are."""
        if inner not in self.possible:
            self.possible[inner] = self.context.possible(inner, self.context.casualties[inner])
        return self.possible[inner]

    def _solved(self, free: Mapping[InnerCell, Range], cell: int | None, amount: int | None) -> Change | None:
        """Whole numbers within ranges (`free`) at least cost; each unit of a shown cell costs `cost`."""
        inner_cells = list(free)
        rows = sorted({c for inner in inner_cells for c in self.above[inner] if self.shown[c]} - {cell})
        costs = self.cost[rows]
        place = {c: n for n, c in enumerate(rows)}
        if cell is not None:
            place[cell], costs = len(rows), np.append(costs, 0.0)
        rows_of = [[place[c] for c in self.above[inner] if c in place] for inner in inner_cells]
        if not any(rows_of) and cell is not None:
            return None
        if not any(rows_of):  # no shown cell counts these inner cells
            return {inner: n for inner, (low, high) in free.items() if (n := min(max(0, low), high))}
        required = {} if cell is None or amount is None else {place[cell]: amount}
        steps = self.program.solve(list(free.values()), rows_of, costs, required)
        if steps is None:
            return None
        return {inner: n for inner, n in zip(inner_cells, steps.tolist(), strict=True) if n}


def _table_costs(lattice: Lattice, first: str | None) -> Floats:
    """The cost (size,) of withholding each cell by table: the fewer dimensions, the higher."""
    keys = lattice.keys()
    named = keys != np.array([d.root for d in lattice.dims], dtype=np.int32)
    number = named.sum(axis=1)
    own = np.array([d.name == first for d in lattice.dims])
    return np.asarray(TIER ** (2.0 - np.minimum(number, 2) + (named <= own).all(axis=1)))

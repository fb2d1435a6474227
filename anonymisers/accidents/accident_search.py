"""Which numbers of accidents can be shown beside a certified cube: the search, with a small program a world.

Each world of the certificate is tried with a few simple answers first; where none agrees with what is shown,
whole numbers are sought that contradict as little as can be, and what they contradict is withheld. Nothing is
taken back later, so that what was found stays good.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from anonymisers.accidents.accident_singletons import unproved
from anonymisers.accidents.accident_tables import (
    TRUE_CASUALTIES,
    AccidentContext,
    Accidents,
    AccidentTable,
    Extension,
    InnerCell,
    allowed,
    asked,
    check_accidents,
    may_show,
)
from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.errors import ProtectionError
from anonymisers.proof.world import World
from anonymisers.tables.arrays import Bools, Floats, Ints
from anonymisers.tables.keyed_random import KEY_BYTES, random_fractions
from anonymisers.tables.lattice import Lattice

MOST_LEAVES = 200
"""Leaves beside the changed ones whose accidents may be others too."""
MAX_NODES = 500
"""Nodes of the search for whole numbers: a bound in steps, so that every machine finds the same."""

TIER = 100.0
"""How much dearer a total is than its parts."""

Change = dict[InnerCell, int]
Range = tuple[int, int]


def protect_accidents(
    cube: CertifiedCube, accidents: Accidents, key: bytes, first: str | None = None
) -> AccidentTable:
    """The numbers of accidents that can be shown beside a cube of the same people, checked.

    Where numbers must give way, detail does before totals, and of totals last those by the dimension
    `first`. `key`: the member's 32 secret bytes: which of equals give way follows from it. Raises
    ProtectionError where a world of the certificate has no accidents at all, and CertificateError where the
    accidents are not those of the cube's people.
    """
    context = AccidentContext.of(cube, accidents)
    if unproved(cube, accidents, context):
        raise ProtectionError("somebody who knows how many were in his accident could compute a small cell")
    search = _Search.over(context, may_show(cube, context), key, first)
    for number, moved in enumerate(search.context.worlds):
        if moved:
            search.extend(number, moved)
    search.vary(np.flatnonzero(asked(cube, search.context)).tolist())
    dims = len(search.context.lattice.dims)
    table = AccidentTable(
        tuple(sorted(accidents.names)),
        search.context.lattice,
        np.where(search.shown, search.true, -1),
        tuple(Extension(number, _world(change, dims)) for number, change in search.found),
    )
    check_accidents(table, cube, accidents)
    return table


def go_on(
    table: AccidentTable,
    cube: CertifiedCube,
    later: CertifiedCube,
    accidents: Accidents,
    among: Mapping[str, Collection[str]],
) -> bool:
    """Whether the worlds of a later release go on to accidents that agree with a table given out before.

    `later`: about the people of `cube`, or of some of them, those of `among` (dimension -> codes).
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
    """`shown` shrinks as the search goes on; `found` are the extensions, with the worlds that they are of."""

    context: AccidentContext
    true: Ints
    shown: Bools
    price: Floats
    leaves: list[InnerCell]
    above: dict[InnerCell, list[int]]
    below: dict[int, list[int]]
    found: list[tuple[int, Change]] = field(default_factory=list)
    varied: set[int] = field(default_factory=set)

    @classmethod
    def over(cls, context: AccidentContext, shown: Bools, key: bytes, first: str | None) -> "_Search":
        true, people = context.sums(context.accidents), context.sums(context.casualties)
        leaves = sorted(context.casualties)
        order = np.argsort(random_fractions(key, "accidents by leaf", len(leaves)), kind="stable").tolist()
        leaves = [leaves[n] for n in order]
        moving = sorted({leaf for world in context.worlds for leaf in world} | set(leaves))
        above = dict(zip(moving, context.cells(moving), strict=True))
        below: dict[int, list[int]] = {}
        for number, leaf in enumerate(leaves):
            for cell in above[leaf]:
                below.setdefault(cell, []).append(number)
        draws = 1.0 + random_fractions(key, "accidents by cell", len(true))
        return cls(
            context,
            true,
            shown.copy(),
            np.log2(2.0 + people) * draws * _dearness(context.lattice, first),
            leaves,
            above,
            below,
        )

    def extend(self, number: int, moved: Mapping[InnerCell, int]) -> None:
        """Extensions of a world for everybody who was in an accident; withholds what stands in the way."""
        people = {leaf: self.context.casualties.get(leaf, 0) + n for leaf, n in moved.items()}
        ranges = {leaf: self.context.possible(leaf, n) for leaf, n in people.items()}
        for turn in range(max(len(each) for each in ranges.values())):
            chosen = {leaf: each[min(turn, len(each) - 1)] for leaf, each in ranges.items()}
            change = self._simple(moved, chosen)
            self._keep(number, self._sought(chosen, people) if change is None else change)

    def vary(self, cells: Sequence[int]) -> None:
        """See to it that each of these withheld cells has another number of accidents in some extension."""
        for cell in cells:
            if cell in self.varied:
                continue
            for number, moved in self._changing(cell):
                people = {leaf: self.context.casualties.get(leaf, 0) + n for leaf, n in moved.items()}
                chosen = {leaf: self.context.possible(leaf, n)[0] for leaf, n in people.items()}
                change = self._try(chosen, people, cell)
                if change is not None:
                    self._keep(number, change)
                    break
            else:
                raise ProtectionError("a withheld number of accidents has only one possible value")

    def _changing(self, cell: int) -> Iterator[tuple[int, Mapping[InnerCell, int]]]:
        """Other accidents of the same casualties first, then the worlds that touch a cell."""
        yield TRUE_CASUALTIES, {}
        for number, moved in enumerate(self.context.worlds):
            if any(cell in self.above[leaf] for leaf in moved):
                yield number, moved

    def _keep(self, number: int, change: Change) -> None:
        sums: dict[int, int] = {}
        for leaf, n in change.items():
            for cell in self.above[leaf]:
                sums[cell] = sums.get(cell, 0) + n
        differs = [cell for cell, n in sums.items() if n]
        self.shown[differs] = False
        self.varied.update(differs)
        self.found.append((number, change))

    def _simple(self, moved: Mapping[InnerCell, int], chosen: Mapping[InnerCell, Range]) -> Change | None:
        """Who moves is an accident of his own, or joins one: the sums of shown cells stay by themselves."""
        for change in (dict(moved), {}):
            numbers = {leaf: self.context.accidents.get(leaf, 0) + change.get(leaf, 0) for leaf in chosen}
            if all(low <= numbers[leaf] <= high for leaf, (low, high) in chosen.items()):
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
        """The change of accidents that contradicts least; with `cell`, one that changes its number.

        None where there is none.
        """
        free = {leaf: self._steps(leaf, ends) for leaf, ends in chosen.items()}
        for leaf in self._near([*free, *self._some_of(cell)]):
            if leaf not in free:
                (ends,) = self.context.possible(leaf, self.context.casualties[leaf])
                free[leaf] = self._steps(leaf, ends)
        least = {leaf: ends for leaf, ends in free.items() if ends != (0, 0)}
        for amount in (None,) if cell is None else (1, -1):
            change = self._solved(least, cell, amount)
            if change is not None and allowed(self.context, self._moved(people), change):
                return change
        return None

    def _moved(self, people: Mapping[InnerCell, int]) -> Change:
        return {leaf: n - self.context.casualties.get(leaf, 0) for leaf, n in people.items()}

    def _steps(self, leaf: InnerCell, ends: Range) -> Range:
        number = self.context.accidents.get(leaf, 0)
        return ends[0] - number, ends[1] - number

    def _some_of(self, cell: int | None) -> list[InnerCell]:
        return [] if cell is None else [self.leaves[n] for n in self.below.get(cell, [])[:MOST_LEAVES]]

    def _near(self, leaves: Sequence[InnerCell]) -> list[InnerCell]:
        """Leaves that can have other numbers of accidents, those first that share most cells with these."""
        shared: dict[int, int] = {}
        for cell in {cell for leaf in leaves for cell in self.above[leaf]}:
            if self.shown[cell] or len(self.below.get(cell, ())) <= MOST_LEAVES:
                for number in self.below.get(cell, ()):
                    shared[number] = shared.get(number, 0) + 1
        best = sorted(shared, key=lambda n: (-shared[n], n))
        free = (self.leaves[n] for n in best if self._is_free(self.leaves[n]))
        return [leaf for leaf, _ in zip(free, range(MOST_LEAVES), strict=False)]

    def _is_free(self, leaf: InnerCell) -> bool:
        low, high = self.context.possible(leaf, self.context.casualties[leaf])[0]
        return low < high

    def _solved(self, free: Mapping[InnerCell, Range], cell: int | None, amount: int | None) -> Change | None:
        """Whole numbers within `free`; contradicting a shown cell costs its price for every unit."""
        leaves = list(free)
        rows = sorted({c for leaf in leaves for c in self.above[leaf] if self.shown[c]} - {cell})
        place = {c: n for n, c in enumerate(rows)}
        size, wide = len(leaves), len(leaves) + 2 * len(rows)
        entries = [
            (place[c], n, 1.0) for n, leaf in enumerate(leaves) for c in self.above[leaf] if c in place
        ]
        for n in range(len(rows)):
            entries += [(n, size + n, -1.0), (n, size + len(rows) + n, 1.0)]
        ends = np.zeros(len(rows) + (cell is not None))
        if cell is not None:
            entries += [(len(rows), n, 1.0) for n, leaf in enumerate(leaves) if cell in self.above[leaf]]
            ends[-1] = amount
        if not entries and cell is not None:
            return None
        if not entries:  # nothing shown is above these leaves
            return {leaf: n for leaf, (low, high) in free.items() if (n := min(max(0, low), high))}
        prices = self.price[rows]
        steps = _program(entries, ends, wide, np.concatenate([np.zeros(size), prices, prices]), free)
        if steps is None:
            return None
        return {leaf: int(n) for leaf, n in zip(leaves, np.rint(steps[:size]).tolist(), strict=True) if n}


def _dearness(lattice: Lattice, first: str | None) -> Floats:
    """What withholding a cell costs, by its table: the dearer the fewer dimensions it names."""
    keys = lattice.keys()
    named = keys != np.array([d.root for d in lattice.dims], dtype=np.int32)
    number = named.sum(axis=1)
    own = np.array([d.name == first for d in lattice.dims])
    return np.asarray(TIER ** (2.0 - np.minimum(number, 2) + (named <= own).all(axis=1)))


def _program(
    entries: Sequence[tuple[int, int, float]],
    ends: Floats,
    wide: int,
    cost: Floats,
    free: Mapping[InnerCell, Range],
) -> Floats | None:
    # Here, because a node that only answers starts sooner and stays smaller without it.
    from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]  # noqa: PLC0415
    from scipy.sparse import coo_matrix, csr_matrix  # type: ignore[import-untyped]  # noqa: PLC0415

    size = len(free)
    row, column, value = zip(*entries, strict=True)
    matrix = csr_matrix(coo_matrix((value, (row, column)), shape=(len(ends), wide)))
    low, high = np.zeros(wide), np.full(wide, np.inf)
    low[:size], high[:size] = np.array(list(free.values()), dtype=np.float64).reshape(size, 2).T
    result = milp(
        cost,
        integrality=np.r_[np.ones(size), np.zeros(wide - size)],
        bounds=Bounds(low, high),
        constraints=LinearConstraint(matrix, ends, ends),
        options={"node_limit": MAX_NODES},
    )
    return None if result.x is None else np.asarray(result.x)

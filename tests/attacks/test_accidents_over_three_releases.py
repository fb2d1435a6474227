"""Attack: numbers of accidents beside casualties, over three releases of a register.

Two years are released, then a third one, then a revision in which people leave. The intruder has every number
of casualties that each release showed, and every number of accidents; he knows that an accident has one
casualty or more, at one place and time, and that whoever leaves was there. He looks for a withheld number of
casualties, or of accidents, that has one possible value only, or fewer than the rules promise.

`python tests/attacks/test_accidents_over_three_releases.py` prints the figures of
`docs/explanation/attacks.md`.
"""

import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from federation import policy_text
from given_out import give_out
from lone_node import lone_node
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from signing import put_in_force

from anonymisers.accidents.accident_tables import AccidentTable
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.vintages import NAME, releases
from anonymisers.perturbation.perturbed_cube import PerturbedCube
from anonymisers.tables.count_table import population
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release
from gateway.member.build.cube_building import build
from gateway.member.cube.accident_counts import ACCIDENTS
from gateway.member.cube.cube_cache import CubeCache, ReadyCube
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.register.snapshot_loading import keep_snapshot

SHARED = (
    policy_text("KH")
    .replace("[casualties]", "[casualties, accidents]")
    .replace("sex: sex, ", "sex: sex, place: province, ")
)
PLACES = ("KH-1", "KH-2", "KH-3", "KH-4")
MOST = 1000
"""More than there are people."""


@dataclass
class Register:
    """Invented casualties of accidents of one to three people."""

    dice: np.random.Generator
    rows: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)
    read_on: date = date(2020, 1, 15)

    def add(self, year: int, accidents: int = 45) -> None:
        self.read_on = date(year + 2, 1, 15)
        for number in range(accidents):
            place, month = self.dice.choice(PLACES, p=[0.5, 0.3, 0.15, 0.05]), self.dice.integers(1, 13)
            for _ in range(self.dice.choice([1, 2, 3], p=[0.6, 0.25, 0.15])):
                sex = self.dice.choice(["M", "F"], p=[0.8, 0.2])
                outcome = self.dice.choice(["I", "K"], p=[0.8, 0.2])
                row = (f"{year}-{month:02d}", str(place), str(sex), str(outcome), "AGG", f"{year}-{number}")
                self.rows.append(row)

    def withdraw(self, people: int) -> None:
        """So many of the first year agree no more."""
        first = [n for n, row in enumerate(self.rows) if row[0] < "2023"]
        for n in self.dice.permutation(first)[:people].tolist():
            self.rows[n] = (*self.rows[n][:4], "N", self.rows[n][5])

    def snapshot(self) -> Snapshot:
        names = ("date", "place", "sex", "outcome")
        cases = np.array([f"{n:05d}".encode() for n in range(len(self.rows))])
        accidents = np.array([row[5].encode() for row in self.rows])
        columns = {name: Column.of([row[n] for row in self.rows]) for n, name in enumerate(names)}
        return Snapshot.of(
            member="KH",
            dictionary="2026.1",
            created=self.read_on,
            columns={**columns, "victim_type": Column.constant("DIR", len(self.rows))},
            consent=Column.of([row[4] for row in self.rows]),
            links={"person": cases.copy(), "case": cases, "accident": accidents},
        )


def three_releases(place: Path, seed: int, policy: str = SHARED) -> list[ReadyCube]:
    """What a node answers with after two years, a third one, and a revision."""
    register, found = Register(np.random.default_rng(seed)), []
    with lone_node(place / "KH") as (node, clock):
        clock.move(days=200)
        put_in_force(node, policy)
        cache = CubeCache(node.dictionary, node.member, node.store)
        register.add(2022)
        register.add(2023)
        for step in range(3):
            if step == 1:
                register.add(2024)
            if step == 2:
                register.withdraw(20)
            keep_snapshot(node, register.snapshot())
            give_out(node, build(node).index)
            ready = cache.refresh()
            assert ready is not None
            found.append(ready)
    return found


@dataclass(frozen=True)
class Sum:
    """A number of people or accidents: the variables that it counts, and the number if it was shown."""

    counted: np.ndarray
    value: int | None
    accidents: bool


class Intruder:
    """People by vintage and inner cell, and accidents by release part, place and time, as whole numbers."""

    def __init__(self, history: ReleaseHistory) -> None:
        found = releases(history.parts)
        self.dims = found[0].dims
        self.people = self._possible(found)
        self.leaves: list[tuple[int, tuple[int, ...]]] = []
        """The release part, and the place and time, of each number of accidents."""
        self.places: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        """Of a release part whose accidents are counted: who came with it, and everybody's place and time."""
        accident_sums = []
        for number, part in enumerate(history.parts):
            if part.accidents is not None:
                accident_sums += self._accidents(number, part.accidents)
        size = len(self.people)
        self.sums = [
            Sum(np.flatnonzero(self._counted(release, row)), None if hidden else int(value), accidents=False)
            for release in found
            for row, value, hidden in zip(release.coords, release.values, release.withheld, strict=True)
        ] + [Sum(cells + size, value, accidents=True) for cells, value in accident_sums]

    def _accidents(self, number: int, table: AccidentTable) -> list[tuple[np.ndarray, int | None]]:
        """The numbers of accidents of a release part, each with the leaves that it counts."""
        dims = table.lattice.dims
        inside = np.isin(self.people[:, self._axis(NAME)], self._came(number))
        rows = np.stack([self._positions(dim) for dim in dims], axis=1)
        own = np.unique(rows[inside & (rows >= 0).all(axis=1)], axis=0)
        first = len(self.leaves)
        self.leaves += [(number, tuple(row)) for row in own.tolist()]
        self.places[number] = inside, rows
        found = []
        for key, value in zip(table.lattice.keys().tolist(), table.values.tolist(), strict=True):
            pairs = enumerate(zip(dims, key, strict=True))
            covered = np.all([dim.covered_leaves(place)[own[:, n]] for n, (dim, place) in pairs], axis=0)
            found.append((np.flatnonzero(covered) + first, None if value < 0 else value))
        return found

    def _positions(self, dim: Hierarchy) -> np.ndarray:
        """Everybody's position in a hierarchy of accidents, -1 for a code that it has not."""
        axis = self._axis(dim.name)
        codes = self.dims[axis].codes
        return np.array([dim.index.get(codes[place], -1) for place in self.people[:, axis].tolist()])

    def _axis(self, name: str) -> int:
        return [dim.name for dim in self.dims].index(name)

    def _came(self, number: int) -> list[int]:
        vintages = self.dims[self._axis(NAME)]
        return [n for n, code in enumerate(vintages.codes) if code.partition(" ")[0] == str(number)]

    def _possible(self, found: list[Release]) -> np.ndarray:
        """Inner cells that no shown zero, and no structural one, rules out."""
        grid = np.meshgrid(*(dim.leaves for dim in self.dims), indexing="ij")
        cells = np.stack([each.ravel() for each in grid], axis=1).astype(np.int32)
        holding = np.zeros(len(cells), dtype=np.bool_)
        kept = np.ones(len(cells), dtype=np.bool_)
        for release in found:
            inside = self._within(release, cells)
            holding |= inside
            for row, value, hidden in zip(release.coords, release.values, release.withheld, strict=True):
                if not hidden and value == 0:
                    kept &= ~(inside & self._below(row, cells))
        return cells[kept & holding]

    def _within(self, release: Release, cells: np.ndarray) -> np.ndarray:
        masks = population(release.dims, release.where)
        return np.all([mask[cells[:, axis]] for axis, mask in enumerate(masks)], axis=0)

    def _below(self, row: np.ndarray, cells: np.ndarray) -> np.ndarray:
        pairs = enumerate(zip(self.dims, row.tolist(), strict=True))
        return np.all([dim.covered_leaves(place)[cells[:, axis]] for axis, (dim, place) in pairs], axis=0)

    def _counted(self, release: Release, row: np.ndarray) -> np.ndarray:
        return self._within(release, self.people) & self._below(row, self.people)

    def program(self, *, with_accidents: bool) -> tuple[csr_array, np.ndarray, np.ndarray]:
        """Everything known, as ranges of sums: people, then accidents, then whether a leaf has anybody."""
        size, leaves = len(self.people), len(self.leaves)
        rows: list[tuple[dict[int, float], float, float]] = [
            (dict.fromkeys(each.counted.tolist(), 1.0), each.value, each.value)
            for each in self.sums
            if each.value is not None and (with_accidents or not each.accidents)
        ]
        for leaf, (number, place) in enumerate(self.leaves):
            inside, cells = self.places[number]
            here = np.flatnonzero(inside & (cells == np.array(place)).all(axis=1)).tolist()
            people = dict.fromkeys(here, 1.0)
            accidents, anybody = size + leaf, size + leaves + leaf
            rows.append(({**people, accidents: -1.0}, 0, np.inf))
            rows.append(({**people, anybody: -float(MOST)}, -np.inf, 0))
            rows.append(({accidents: 1.0, anybody: -1.0}, 0, np.inf))
        entries = [(n, at, by) for n, (line, _, _) in enumerate(rows) for at, by in line.items()]
        number_of, at, by = zip(*entries, strict=True)
        matrix = csr_array((by, (number_of, at)), shape=(len(rows), size + 2 * leaves))
        return matrix, np.array([row[1] for row in rows]), np.array([row[2] for row in rows])

    def interval(self, program: tuple[csr_array, np.ndarray, np.ndarray], asked: Sum) -> tuple[int, int]:
        matrix, low, high = program
        width = matrix.shape[1]
        most = np.full(width, float(MOST))
        most[len(self.people) + len(self.leaves) :] = 1
        goal = np.zeros(width)
        goal[asked.counted] = 1
        ends = []
        for sign in (1, -1):
            found = milp(
                sign * goal,
                integrality=np.ones(width),
                bounds=Bounds(np.zeros(width), most),
                constraints=LinearConstraint(matrix, low, high),
            )
            assert found.x is not None
            ends.append(round(float(goal @ found.x)))
        return ends[0], ends[1]


@dataclass(frozen=True)
class Found:
    """Withheld numbers of casualties and of accidents; those with one value, those with too few, by the
    numbers of accidents; release parts.
    """

    casualties: int
    accidents: int
    known: int
    narrowed: int
    parts: int


def attacked(released: list[ReadyCube]) -> Found:
    history = released[-1].cube
    assert isinstance(history, ReleaseHistory)
    intruder, k = Intruder(history), history.rules.threshold
    whole, alone = (intruder.program(with_accidents=each) for each in (True, False))
    withheld = [each for each in intruder.sums if each.value is None and len(each.counted)]
    known = narrowed = 0
    for each in withheld:
        low, high = intruder.interval(whole, each)
        if low > k - 1 or high < 1:
            continue  # never small
        known += low == high
        if not each.accidents and (low > 0 or high < k - 1) and high - low < k:
            before = intruder.interval(alone, each)
            narrowed += (before[0] == 0 and before[1] >= k - 1) or before[1] - before[0] >= k
    casualties = sum(not each.accidents for each in withheld)
    return Found(casualties, len(withheld) - casualties, known, narrowed, len(history.parts))


def test_three_releases_with_accidents_give_no_small_number_away(tmp_path: Path) -> None:
    found = attacked(three_releases(tmp_path, 2))

    assert found.parts == 3, "two years, a third one, and who left"
    assert found.casualties > 10
    assert (found.known, found.narrowed) == (0, 0)


@pytest.mark.parametrize("mechanism", ["cell-key", "{kind: controlled-rounding, base: 5}"])
def test_beside_perturbed_numbers_no_release_has_accidents(tmp_path: Path, mechanism: str) -> None:
    """Each would be exact, and there are as many as people where everybody was alone in an accident."""
    policy = f"{SHARED.replace(', outcome: yes', '')}mechanism: {mechanism}\n"

    for ready in three_releases(tmp_path, 2, policy):
        assert isinstance(ready.cube, PerturbedCube)
        assert ready.counting(ACCIDENTS) is None


def main() -> None:
    for seed in range(1, 7):
        with tempfile.TemporaryDirectory() as place:
            print(seed, attacked(three_releases(Path(place), seed)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()

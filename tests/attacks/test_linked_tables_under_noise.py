"""Attacks on all tables of perturbed counts together: how often a small count is read off, and how surely.

No cell is certain under cell keys and controlled rounding (that is proved before each release). What remains
is guessing, by two attackers who know the mechanism, its parameters and every number, and no key:

- the linear attacker takes the counts of people that agree best with all numbers, by least squares;
- the sampling attacker walks at random among tables of people that agree with every number, as often as the
  mechanism gives these numbers, and takes for each cell the count that he meets most.

Of rounded numbers the sampling attacker is given more than a node gives: the rounded inner cells themselves,
of which every number is a sum. Of differential privacy he has every draw.

`python tests/attacks/test_linked_tables_under_noise.py` prints the figures of
`docs/explanation/perturbed-counts.md`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from random import Random

import numpy as np
import pytest
from scipy.optimize import nnls

from anonymisers.perturbation.cell_key_cube import CellKeyMechanism
from anonymisers.perturbation.noise_draws import NoiseSpace, draw_noise
from anonymisers.perturbation.noisy_cube import PlannedTable, noisy_cube
from anonymisers.perturbation.perturbed_counts import CountedPeople
from anonymisers.perturbation.privacy_parameters import Privacy
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.perturbation.rounding_cube import RoundingMechanism
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice

NOISE = Noise(6, 3.0, 2, 0.0)
BASE = 5
PRIVACY = Privacy("1.5", "0.25", 2000)
"""Six tables of 0.25: every table of two of the four dimensions."""
SIZES = {"place": 6, "year": 3, "age": 3, "sex": 2}
SHARES = {
    "place": (30, 25, 20, 12, 8, 5),
    "year": (40, 35, 25),
    "age": (55, 40, 5),
    "sex": (82, 18),
}
MOST = 1100
"""No count in these tables comes near it."""
NEVER = -1e6
"""Instead of the logarithm of no chance."""


def flat(name: str, size: int) -> Hierarchy:
    codes = [f"{name}{n}" for n in range(size)]
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


DIMS = tuple(flat(name, size) for name, size in SIZES.items())
LATTICE = Lattice.of(DIMS, list(SIZES), 2)
INNER = np.stack(np.meshgrid(*(np.arange(1, s + 1) for s in SIZES.values()), indexing="ij"), -1).reshape(
    -1, len(SIZES)
)
"""The inner cells, each as its codes: none of them is shown."""
PLACE = {tuple(cell): n for n, cell in enumerate(INNER.tolist())}


def above() -> list[list[int]]:
    """For each inner cell the shown cells that it is counted in."""
    found = []
    for coords in INNER.astype(np.int32):
        inside = (
            np.array([[c if axis in table else 0 for axis, c in enumerate(coords)]], dtype=np.int32)
            for table in LATTICE.tables
        )
        found.append(sorted({int(LATTICE.cells(cell)[0]) for cell in inside}))
    return found


ABOVE = above()
COUNTED = np.zeros((LATTICE.size, len(INNER)))
"""Which shown cells (rows) count which inner cells."""
for _inner, _cells in enumerate(ABOVE):
    COUNTED[_cells, _inner] = 1
IN_PAIRS = sorted({cell for cells in ABOVE for cell in cells if (LATTICE.keys()[cell] > 0).sum() == 2})
"""The cells of tables of two dimensions."""


@dataclass(frozen=True)
class Published:
    """What a mechanism publishes of people, and how likely it does so.

    `numbers`: of each shown cell. `counted` (k, inner cells) and `drawn` (k,): the sums that were drawn, and
    as what; `chances` (k, MOST): the logarithm of the chance of that for each count. `start`: a table of
    people to walk from, where not any will do.
    """

    numbers: np.ndarray
    counted: np.ndarray
    drawn: np.ndarray
    chances: np.ndarray
    start: np.ndarray | None = None


@dataclass(frozen=True)
class People:
    """Invented people: the inner cell of each, and a key for the mechanism."""

    coords: np.ndarray
    seed: int

    @classmethod
    def of(cls, people: int, seed: int, draw: Random) -> "People":
        rows = [
            [draw.choices(range(1, s + 1), SHARES[n])[0] for n, s in SIZES.items()] for _ in range(people)
        ]
        return cls(np.array(rows, dtype=np.int32), seed)

    @property
    def key(self) -> bytes:
        return bytes([self.seed]) * 32

    @property
    def counted(self) -> CountedPeople:
        persons = [f"{self.seed}-{n}".encode() for n in range(len(self.coords))]
        return CountedPeople(LATTICE, self.coords, persons)

    @property
    def inner(self) -> np.ndarray:
        places = [PLACE[tuple(row)] for row in self.coords.tolist()]
        return np.bincount(places, minlength=len(INNER))


def by_cell_keys(people: People) -> Published:
    shown = CellKeyMechanism(NOISE).perturb(people.counted, people.key).values
    ptable, chance = PTable.of(NOISE), np.full((MOST, MOST + NOISE.most), -40.0)
    for count in range(MOST):
        row = min(count, NOISE.rows)
        chance[count, count + ptable.changes[row]] = np.log(np.maximum(ptable.chances[row], 1e-15))
    return Published(shown, COUNTED, shown, chance[:, shown].T)


def by_rounding(people: People) -> Published:
    """The draws of inner cells that a sum out of bounds has changed count as if nothing had changed them."""
    shown = RoundingMechanism(BASE).perturb(people.counted, people.key)
    assert shown.inner is not None
    rounded = np.zeros(len(INNER), dtype=int)
    for cell, high in zip(shown.inner.coords.tolist(), shown.inner.high.tolist(), strict=True):
        rounded[PLACE[tuple(cell)]] = high - BASE + 1
    counts = np.arange(MOST)
    off = np.abs(counts[None, :] - rounded[:, None])
    with np.errstate(divide="ignore"):
        own = np.where(off < BASE, np.log(np.maximum(1 - off / BASE, 1e-15)), NEVER)
    far = np.abs(counts[None, :] - shown.values[:, None]) > 2 * BASE
    sums = np.where(far, NEVER, 0.0)
    return Published(
        shown.values,
        np.concatenate([np.eye(len(INNER)), COUNTED]),
        np.concatenate([rounded, shown.values]),
        np.concatenate([own, sums]),
        start=rounded,
    )


def by_noise(people: People) -> Published:
    """Every table of two dimensions, drawn; a number is read off where it is the sum of the fewest draws."""
    planned, drawn = [], np.zeros(LATTICE.size, dtype=int)
    for axes in combinations(range(len(DIMS)), 2):
        dims = [DIMS[axis] for axis in axes]
        names = [dim.name for dim in dims]
        space = NoiseSpace.of(dims, {})
        noise = draw_noise(space, dims, people.coords[:, axes], PRIVACY.epsilon, (people.key, names))
        planned.append(PlannedTable(tuple(dims), (noise,)))
        coords = np.zeros((space.size, len(DIMS)), dtype=np.int32)
        coords[:, axes] = space.places(dims)
        drawn[LATTICE.cells(coords)] = noise.values
    cube = noisy_cube(DIMS, planned, PRIVACY)
    numbers = cube.values[cube.lattice.cells(LATTICE.keys())]
    far = np.abs(np.arange(MOST)[None, :] - drawn[IN_PAIRS][:, None])
    return Published(numbers, COUNTED[IN_PAIRS], drawn[IN_PAIRS], -float(PRIVACY.epsilon) * far)


MECHANISMS: dict[str, Callable[[People], Published]] = {
    "cell key": by_cell_keys,
    "controlled rounding": by_rounding,
    "differential privacy": by_noise,
}


@dataclass(frozen=True)
class Reading:
    """Of small shown cells: how many there are, and the share that is read rightly, by the number alone, by
    either attacker; how many the sampling attacker holds for 95 % certain, and the share of these that is
    right. `hidden`: the share of small inner cells, shown in no table, that he reads rightly.
    """

    small: int
    plain: float
    linear: float
    sampled: float
    sure: int
    sure_right: float
    hidden: float


def attacked(mechanism: str, number: int, seed: int, moves: int) -> Reading:
    """Invented people, what is published of them, and both attacks."""
    draw = Random(seed)
    people = People.of(number, seed, draw)
    published, inner = MECHANISMS[mechanism](people), people.inner
    truth = (COUNTED @ inner).astype(int)
    small = np.flatnonzero((truth > 0) & (truth < 5))
    fitted = nnls(published.counted, published.drawn.astype(float))[0]
    linear = np.rint(COUNTED @ fitted).astype(int)
    start = np.rint(fitted).astype(int) if published.start is None else published.start
    tables, cells = _walk(published, start, draw, moves)
    modes, often = tables.argmax(axis=1), tables.max(axis=1) / tables.sum(axis=1)
    sure = small[often[small] >= 0.95]
    few = np.flatnonzero((inner > 0) & (inner < 5))
    return Reading(
        small=len(small),
        plain=float((published.numbers == truth)[small].mean()),
        linear=float((linear == truth)[small].mean()),
        sampled=float((modes == truth)[small].mean()),
        sure=len(sure),
        sure_right=float((modes == truth)[sure].mean()) if len(sure) else math.nan,
        hidden=float((cells.argmax(axis=1) == inner)[few].mean()),
    )


def _walk(published: Published, start: np.ndarray, draw: Random, moves: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each shown cell (first) and each inner cell (second) had each count on the walk.

    Moves add a person, take one away, or put one elsewhere; a table of people counts as often as the
    mechanism gives what is published for it.
    """
    inner, sums = start.tolist(), (published.counted @ start).astype(int).tolist()
    above = [np.flatnonzero(column).tolist() for column in published.counted.T]
    chances = published.chances
    tables, cells = np.zeros((LATTICE.size, 60)), np.zeros((len(INNER), 60))
    for move in range(moves):
        changes: dict[int, int] = {}
        one, other = draw.randrange(len(inner)), draw.randrange(len(inner))
        steps = [(one, draw.choice((1, -1)))] if move % 2 else [(one, 1), (other, -1)]
        for cell, by in steps:
            for at in above[cell]:
                changes[at] = changes.get(at, 0) + by
        gain = 0.0
        if all(inner[cell] + by >= 0 for cell, by in steps):
            for at, by in changes.items():
                if by:
                    gain += chances[at, sums[at] + by] - chances[at, sums[at]]
            if math.log(draw.random()) < gain:
                for cell, by in steps:
                    inner[cell] += by
                for at, by in changes.items():
                    sums[at] += by
        if move > moves // 5 and move % 50 == 0:
            counts = np.array(inner)
            shown = (COUNTED @ counts).astype(int)
            tables[np.arange(LATTICE.size), np.minimum(shown, 59)] += 1
            cells[np.arange(len(INNER)), np.minimum(counts, 59)] += 1
    return tables, cells


@pytest.mark.parametrize(
    ("mechanism", "people"),
    [
        *(("cell key", 8), ("controlled rounding", 8)),  # newcomers: the difference of two releases
        *(("cell key", 60), ("cell key", 250), ("controlled rounding", 60), ("differential privacy", 60)),
    ],
)
def test_small_counts_are_guessed_and_most_guesses_are_wrong(mechanism: str, people: int) -> None:
    found = attacked(mechanism, people, 1, 40_000)

    assert found.small >= 10
    assert max(found.plain, found.linear, found.sampled) < 0.6
    assert found.sure <= found.small / 10
    assert found.hidden < 0.6


def main() -> None:
    print("mechanism  people  small  plain  linear  sampled  95 % sure (right)  hidden")  # noqa: T201
    for mechanism in MECHANISMS:
        for people in (60, 250, 1000):
            found = [attacked(mechanism, people, seed, 200_000) for seed in range(1, 4)]
            small, sure = sum(f.small for f in found), sum(f.sure for f in found)
            shares = [
                100 * sum(getattr(f, name) * f.small for f in found) / small
                for name in ("plain", "linear", "sampled")
            ]
            right = sum(f.sure * f.sure_right for f in found if f.sure) / max(1, sure)
            hidden = 100 * sum(f.hidden for f in found) / len(found)
            said = "  ".join(f"{share:.0f} %" for share in shares)
            print(  # noqa: T201
                f"{mechanism}  {people}  {small}  {said}  {sure} ({100 * right:.0f} %)  {hidden:.0f} %",
                flush=True,
            )


if __name__ == "__main__":
    main()

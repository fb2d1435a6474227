"""Attacks on all tables of perturbed counts together: how often a small count is read off, and how surely.

No cell is certain (that is proved before each release). What remains is guessing, by two attackers who know
the method, its parameters and every number, and no key:

- the linear attacker takes the counts of people that agree best with all numbers, by least squares;
- the sampling attacker walks at random among tables of people that agree with every number, as often as the
  method gives these numbers, and takes for each cell the count that he meets most.

`python tests/attacks/test_linked_tables_under_noise.py` prints the figures of
`docs/explanation/perturbed-counts.md`.
"""

import math
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest
from scipy.optimize import nnls

from anonymisers.perturbation.cell_key_cube import CellKeyMechanism
from anonymisers.perturbation.perturbed_counts import CountedPeople
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice

NOISE = Noise(6, 3.0, 2, 0.0)
SIZES = {"place": 6, "year": 3, "age": 3, "sex": 2}
SHARES = {
    "place": (30, 25, 20, 12, 8, 5),
    "year": (40, 35, 25),
    "age": (55, 40, 5),
    "sex": (82, 18),
}
MOST = 1100
"""No count in these tables comes near it."""


def flat(name: str, size: int) -> Hierarchy:
    codes = [f"{name}{n}" for n in range(size)]
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


LATTICE = Lattice.of([flat(name, size) for name, size in SIZES.items()], list(SIZES), 2)
INNER = np.stack(np.meshgrid(*(np.arange(1, s + 1) for s in SIZES.values()), indexing="ij"), -1).reshape(
    -1, len(SIZES)
)
"""The inner cells, each as its codes: none of them is shown."""


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


def chances() -> np.ndarray:
    """The logarithm of the chance of each shown number (columns) for each count (rows)."""
    ptable, chance = PTable.of(NOISE), np.full((MOST, MOST + NOISE.most), -40.0)
    for count in range(MOST):
        row = min(count, NOISE.rows)
        chance[count, count + ptable.changes[row]] = np.log(np.maximum(ptable.chances[row], 1e-15))
    return chance


CHANCES = chances()


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


def attacked(people: int, seed: int, moves: int) -> Reading:
    """Invented people, their perturbed tables, and both attacks."""
    draw = Random(seed)
    rows = [[draw.choices(range(1, s + 1), SHARES[n])[0] for n, s in SIZES.items()] for _ in range(people)]
    coords = np.array(rows, dtype=np.int32)
    persons = [f"{seed}-{n}".encode() for n in range(people)]
    shown = (
        CellKeyMechanism(NOISE).perturb(CountedPeople(LATTICE, coords, persons), bytes([seed]) * 32).values
    )
    place = {tuple(cell): n for n, cell in enumerate(INNER.tolist())}
    inner = np.bincount([place[tuple(row)] for row in rows], minlength=len(INNER))
    truth = _summed(inner)
    small = np.flatnonzero((truth > 0) & (truth < 5))
    lines = np.zeros((LATTICE.size, len(INNER)))
    for cell, places in enumerate(ABOVE):
        lines[places, cell] = 1
    fitted = nnls(lines, shown.astype(float))[0]
    linear = np.rint(lines @ fitted).astype(int)
    tables, cells = _walk(shown, np.rint(fitted).astype(int), draw, moves)
    modes, often = tables.argmax(axis=1), tables.max(axis=1) / tables.sum(axis=1)
    sure = small[often[small] >= 0.95]
    few = np.flatnonzero((inner > 0) & (inner < 5))
    return Reading(
        small=len(small),
        plain=float((shown == truth)[small].mean()),
        linear=float((linear == truth)[small].mean()),
        sampled=float((modes == truth)[small].mean()),
        sure=len(sure),
        sure_right=float((modes == truth)[sure].mean()) if len(sure) else math.nan,
        hidden=float((cells.argmax(axis=1) == inner)[few].mean()),
    )


def _summed(inner: np.ndarray) -> np.ndarray:
    found = np.zeros(LATTICE.size, dtype=int)
    for cell, places in enumerate(ABOVE):
        found[places] += inner[cell]
    return found


def _walk(shown: np.ndarray, start: np.ndarray, draw: Random, moves: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each shown cell (first) and each inner cell (second) had each count on the walk.

    Moves add a person, take one away, or put one elsewhere; a table of people counts as often as the method
    gives these numbers for it.
    """
    inner, sums, numbers = start.tolist(), _summed(start).tolist(), shown.tolist()
    tables, cells = np.zeros((LATTICE.size, 40)), np.zeros((len(INNER), 40))
    for move in range(moves):
        changes: dict[int, int] = {}
        one, other = draw.randrange(len(inner)), draw.randrange(len(inner))
        steps = [(one, draw.choice((1, -1)))] if move % 2 else [(one, 1), (other, -1)]
        for cell, by in steps:
            for at in ABOVE[cell]:
                changes[at] = changes.get(at, 0) + by
        gain = 0.0
        for at, by in changes.items():
            if by:
                gain += CHANCES[sums[at] + by, numbers[at]] - CHANCES[sums[at], numbers[at]]
        if all(inner[cell] + by >= 0 for cell, by in steps) and math.log(draw.random()) < gain:
            for cell, by in steps:
                inner[cell] += by
            for at, by in changes.items():
                sums[at] += by
        if move > moves // 5 and move % 50 == 0:
            tables[np.arange(LATTICE.size), np.minimum(sums, 39)] += 1
            cells[np.arange(len(INNER)), np.minimum(inner, 39)] += 1
    return tables, cells


@pytest.mark.parametrize("people", [60, 250])
def test_small_counts_are_guessed_and_most_guesses_are_wrong(people: int) -> None:
    found = attacked(people, 1, 40_000)

    assert found.small >= 10
    assert max(found.plain, found.linear, found.sampled) < 0.6
    assert found.sure <= found.small / 10
    assert found.hidden < 0.6


def main() -> None:
    print("people  small  plain  linear  sampled  95 % sure (right)  hidden, sampled")  # noqa: T201
    for people in (60, 250, 1000):
        found = [attacked(people, seed, 200_000) for seed in range(1, 4)]
        small, sure = sum(f.small for f in found), sum(f.sure for f in found)
        shares = [
            100 * sum(getattr(f, name) * f.small for f in found) / small
            for name in ("plain", "linear", "sampled")
        ]
        right = sum(f.sure * f.sure_right for f in found if f.sure) / max(1, sure)
        hidden = 100 * sum(f.hidden for f in found) / len(found)
        said = "  ".join(f"{share:.0f} %" for share in shares)
        print(f"{people}  {small}  {said}  {sure} ({100 * right:.0f} %)  {hidden:.0f} %")  # noqa: T201


if __name__ == "__main__":
    main()

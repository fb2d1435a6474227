"""Attack: three releases of perturbed numbers, and what must hold between their people.

Each release part is proved by itself. The intruder knows more: whoever leaves was there before, so that of
no group can more have left than came. He has all numbers of the three releases, what each can stand for, and
looks for a cell with one possible count only; also where he is alone in a cell himself.

`python tests/attacks/test_perturbed_numbers_over_three_releases.py` prints the figures of
`docs/explanation/attacks.md`.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from anonymisers.errors import ProtectionError
from anonymisers.perturbation.cell_key_cube import CellKeyMechanism
from anonymisers.perturbation.perturbed_counts import CountedPeople, PerturbativeMechanism
from anonymisers.perturbation.perturbed_cube import PerturbedPart, Rows, perturbed_cube
from anonymisers.perturbation.ptable import Noise
from anonymisers.perturbation.rounding_cube import RoundingMechanism
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

RULES = Rules(threshold=5, max_dims=2)
MECHANISMS = {
    "cell key": CellKeyMechanism(Noise(6, 3.0, 2, 0.0)),
    "controlled rounding": RoundingMechanism(5),
}
DIMS = tuple(
    Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))
    for name, codes in (("place", ["p", "q", "r"]), ("age", ["young", "old"]), ("sex", ["F", "M"]))
)
NAMES = tuple(dim.name for dim in DIMS)
LATTICE = Lattice.of(DIMS, NAMES, 2)
INNER = np.array(list(product(*(dim.leaves.tolist() for dim in DIMS))), dtype=np.int32)
SYSTEM = LinkedTables(DIMS, (TableBlock.whole(LATTICE),))
COUNTED = np.stack([SYSTEM.sums(INNER[[n]], np.ones(1, dtype=np.int64)) for n in range(len(INNER))], axis=1)
SIGNS = (1, 1, -1)


@dataclass(frozen=True)
class Releases:
    """The people of three release parts by inner cell: who was there, who came later, who left."""

    seed: int

    @property
    def counts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        dice = np.random.default_rng(self.seed)
        stood, came = dice.poisson(2.0, len(INNER)), dice.poisson(0.7, len(INNER))
        left = np.minimum(dice.poisson(0.9, len(INNER)), stood + came)
        return stood, came, left

    def rows(self, part: int) -> Rows:
        coords = np.repeat(INNER, self.counts[part], axis=0)
        return Rows(DIMS, NAMES, coords, [f"{self.seed} {part} {n}".encode() for n in range(len(coords))])


def known(releases: Releases, mechanism: PerturbativeMechanism) -> list[tuple[np.ndarray, np.ndarray]] | None:
    """Of each part the least and the largest count of every shown cell; None where the node shows nothing."""
    key = bytes([releases.seed]) * 32
    rows = [releases.rows(part) for part in range(3)]
    if min(len(each.coords) for each in rows) < RULES.threshold:
        return None
    try:
        perturbed_cube(
            [(PerturbedPart(sign, frozenset(), b""), own) for sign, own in zip(SIGNS, rows, strict=True)],
            RULES,
            mechanism,
            key,
        )
    except ProtectionError:
        return None
    found, values = [], np.zeros(LATTICE.size, dtype=np.int64)
    for sign, own in zip(SIGNS, rows, strict=True):
        counted = CountedPeople(LATTICE, own.coords, own.persons)
        shown = mechanism.perturb(counted, key, ceiling=values if sign < 0 else None)
        found.append((shown.low, shown.high))
        values = values + sign * shown.values
    return found


def interval(parts: list[tuple[np.ndarray, np.ndarray]], part: int, cell: int) -> tuple[int, int]:
    """What the count of a cell can be, given everything shown of the three parts."""
    size, none = len(INNER), np.zeros_like(COUNTED)
    lines = [np.concatenate([COUNTED if n == m else none for m in range(3)], axis=1) for n in range(3)]
    there = np.concatenate([np.eye(size), np.eye(size), -np.eye(size)], axis=1)
    low = np.concatenate([*(each[0] for each in parts), np.zeros(size)])
    high = np.concatenate([*(each[1] for each in parts), np.full(size, np.inf)])
    asked = lines[part][cell]
    ends = []
    for sign in (1, -1):
        found = milp(
            sign * asked,
            integrality=np.ones(3 * size),
            bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(np.concatenate([*lines, there]), low, high),
        )
        assert found.x is not None
        ends.append(round(float(asked @ found.x)))
    return ends[0], ends[1]


@dataclass(frozen=True)
class Found:
    """Small cells that were attacked, those with one possible count, and the narrowest range."""

    attacked: int
    known: int
    narrowest: int


def attacked(mechanism: str, seeds: range) -> Found:
    cells = disclosed = 0
    narrowest = 99
    for seed in seeds:
        releases = Releases(seed)
        parts = known(releases, MECHANISMS[mechanism])
        if parts is None:
            continue
        for part, counts in enumerate(releases.counts):
            truth = COUNTED @ counts
            for cell in np.flatnonzero((truth > 0) & (truth < RULES.threshold)).tolist():
                low, high = interval(parts, part, cell)
                assert low <= truth[cell] <= high
                least = max(low, 1) if truth[cell] == 1 else low
                cells += 1
                disclosed += least == high
                narrowest = min(narrowest, high - low + 1)
    return Found(cells, disclosed, narrowest)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_nobody_is_found_by_who_came_and_who_left(mechanism: str) -> None:
    found = attacked(mechanism, range(3))

    assert found.attacked > 50
    assert found.known == 0
    assert found.narrowest >= RULES.threshold


def main() -> None:
    for mechanism in MECHANISMS:
        print(mechanism, attacked(mechanism, range(40)))  # noqa: T201


if __name__ == "__main__":
    main()

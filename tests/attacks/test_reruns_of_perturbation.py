"""Attack: the public program perturbs every table that agrees with what is shown, under keys of one's own.

The intruder knows the program, its parameters and every number, but no key. He excludes the tables of people
of which the program never shows these numbers. He needs no luck with keys: what a key makes of a table is a
choice for each inner cell, and he makes that choice himself.

`python tests/attacks/test_reruns_of_perturbation.py` prints the figures of `docs/explanation/attacks.md`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest

from anonymisers.errors import ProtectionError
from anonymisers.perturbation.cell_key_cube import CellKeyMechanism
from anonymisers.perturbation.controlled_rounding import controlled_rounding
from anonymisers.perturbation.perturbed_counts import CountedPeople
from anonymisers.perturbation.perturbed_cube import PerturbedPart, Rows, perturbed_cube
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.perturbation.rounding_cube import RoundingMechanism
from anonymisers.perturbation.stored_rounding import StoredRounding
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

BASE = 5
THRESHOLD = 5


@dataclass(frozen=True)
class Tables:
    """Tables of up to `most` of a few flat dimensions, of so many codes each."""

    sizes: tuple[int, ...]
    most: int

    @property
    def dims(self) -> tuple[Hierarchy, ...]:
        return tuple(
            Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))
            for name, codes in (
                ("abcd"[n], [f"{'abcd'[n]}{c}" for c in range(size)]) for n, size in enumerate(self.sizes)
            )
        )

    @property
    def inner(self) -> np.ndarray:
        return np.array(list(product(*(dim.leaves.tolist() for dim in self.dims))), dtype=np.int32)

    @property
    def system(self) -> LinkedTables:
        lattice = Lattice.of(self.dims, [dim.name for dim in self.dims], self.most)
        return LinkedTables(self.dims, (TableBlock.whole(lattice),))

    def rows(self, counts: np.ndarray) -> Rows:
        coords = np.repeat(self.inner, counts, axis=0)
        persons = [f"person {n}".encode() for n in range(len(coords))]
        return Rows(self.dims, tuple(dim.name for dim in self.dims), coords, persons)

    def gives(self, counts: np.ndarray, shown: np.ndarray) -> bool:
        """Whether the program shows these numbers of a table of people, under a key that draws them."""
        kept = StoredRounding.of(self.dims, self.inner, shown // BASE).to_bytes()
        part = PerturbedPart(1, frozenset(), b"", kept)
        rules = Rules(threshold=THRESHOLD, max_dims=self.most)
        try:
            perturbed_cube([(part, self.rows(counts))], rules, RoundingMechanism(BASE), bytes(32))
        except ProtectionError:
            return False
        return True


def candidates(tables: Tables, shown: np.ndarray, number: int, seed: int) -> Iterator[np.ndarray]:
    """So many tables of people that agree with rounded inner cells, those at the limits among them."""
    dice, system = np.random.default_rng(seed), tables.system
    ranges = [np.arange(max(0, n - BASE + 1), n + BASE) for n in shown.tolist()]
    ranges = [each[(each % BASE != 0) | (each == n)] for each, n in zip(ranges, shown.tolist(), strict=True)]
    found = 0
    while found < number:
        lean = dice.choice([-1, 0, 1])
        counts = np.array([
            each[0] if lean < 0 and dice.random() < 0.7
            else each[-1] if lean > 0 and dice.random() < 0.7
            else dice.choice(each)
            for each in ranges
        ])  # fmt: skip
        if (np.abs(system.sums(tables.inner, counts - shown)) <= 2 * BASE).all():
            found += 1
            yield counts


SMALL = [Tables((2, 2), 2), Tables((3, 2), 2), Tables((2, 2, 2), 2), Tables((3, 2, 2), 2)]


def shown_numbers(tables: Tables, number: int, seed: int) -> Iterator[np.ndarray]:
    dice = np.random.default_rng(seed)
    for _ in range(number):
        yield BASE * dice.choice([0, 1, 2], len(tables.inner), p=[0.6, 0.3, 0.1])


def excluded(tables: Tables, numbers: int, each: int) -> tuple[int, int]:
    """Of candidate tables how many are tried, and how many never give what is shown."""
    tried = lost = 0
    for seed, shown in enumerate(shown_numbers(tables, numbers, 1)):
        for counts in candidates(tables, shown, each, seed):
            tried += 1
            lost += not tables.gives(counts, shown)
    return tried, lost


@pytest.mark.parametrize("tables", SMALL, ids=str)
def test_no_table_of_people_is_excluded_by_running_the_rounding_on_it(tables: Tables) -> None:
    assert excluded(tables, 6, 8) == (48, 0)


@pytest.mark.parametrize("tables", SMALL, ids=str)
def test_each_small_count_has_a_table_that_gives_these_very_numbers_with_a_chance_of_a_fifth(
    tables: Tables,
) -> None:
    """The numbers themselves are a table of people that gives them under every key; with up to four people
    more, or fewer, in one inner cell the draw of that cell alone decides.
    """
    for shown in shown_numbers(tables, 3, 2):
        for cell, number in enumerate(shown.tolist()):
            for by in range(-min(number, BASE - 1), BASE):
                counts = shown.copy()
                counts[cell] += by
                assert tables.gives(counts, shown)


def test_one_person_more_does_not_round_everybody_anew() -> None:
    """A file has no memory of what was rounded; the mean of two roundings is nearer to the count."""
    dims, dice = Tables((12, 2), 2).dims, np.random.default_rng(3)
    same = changed = 0
    for _ in range(20):
        counts = dice.integers(1, 9, 24)
        counts[0] = 0
        rounded = []
        for first in (0, 1):
            counts[0] = first
            cells = [
                ((dims[0].codes[1 + n // 2], dims[1].codes[1 + n % 2]), count)
                for n, count in enumerate(counts.tolist())
                if count
            ]
            rounded.append(controlled_rounding(Table.of(dims, cells), BASE, bytes(range(32))))
        before, after = rounded
        loose = (before.lattice.keys() > 0).all(axis=1) & (before.truth % BASE > 0)
        loose &= before.truth == after.truth
        same += int(loose.sum())
        changed += int((before.values != after.values)[loose].sum())

    assert same > 300
    assert changed < same / 20, "only where a sum would leave its two multiples"


NOISE = Noise(6, 3.0, 2, 0.0)
PTABLE = PTable.of(NOISE)
MOST = 120
"""No count in these tables comes near it."""


def comes() -> np.ndarray:
    """Whether the method shows a count (rows) as a number (columns), under some key."""
    found = np.zeros((MOST, MOST), dtype=np.bool_)
    found[0, 0] = True
    for count in range(1, MOST - NOISE.most):
        row = min(count, NOISE.rows)
        found[count, count + PTABLE.changes[row][PTABLE.chances[row] > 0]] = True
    return found


COMES = comes()


class Square:
    """A table of two dimensions of two codes each, with all margins, under cell keys."""

    COUNTED = np.array([
        [all(code in (0, own) for code, own in zip(cell, inner, strict=True))
         for inner in product((1, 2), repeat=2)]
        for cell in product((0, 1, 2), repeat=2)
    ], dtype=int)  # fmt: skip
    INNER = (4, 5, 7, 8)

    def candidates(self, shown: np.ndarray) -> np.ndarray:
        """Every table of people of which each number can come."""
        ranges = [np.flatnonzero(COMES[:, shown[cell]]) for cell in self.INNER]
        tables = np.stack([grid.ravel() for grid in np.meshgrid(*ranges, indexing="ij")], axis=1)
        return tables[COMES[tables @ self.COUNTED.T, shown].all(axis=1)]

    def gives(self, counts: np.ndarray, shown: np.ndarray) -> bool:
        """With keys of cells that tell nothing of each other: unless the same people have two numbers."""
        numbers: dict[bytes, set[int]] = {}
        for cell, number in zip(self.COUNTED, shown.tolist(), strict=True):
            numbers.setdefault(((counts > 0) & (cell > 0)).tobytes(), set()).add(number)
        return all(len(each) == 1 for each in numbers.values())

    def read(self, counts: np.ndarray, shown: np.ndarray) -> "Reruns":
        """What reruns leave of the small cells of a table of people."""
        possible = self.candidates(shown)
        left = np.array([self.gives(table, shown) or (table == counts).all() for table in possible])
        sums, truth = possible @ self.COUNTED.T, self.COUNTED @ counts
        small = np.flatnonzero((truth > 0) & (truth < THRESHOLD)).tolist()
        values = [set(sums[left, cell].tolist()) for cell in small]
        return Reruns(
            len(small),
            sum(len(each) == 1 or (truth[cell] == 1 and len(each - {0}) == 1)
                for cell, each in zip(small, values, strict=True)),
            sum(0 in sums[:, cell] and 0 not in each for cell, each in zip(small, values, strict=True)),
            len(possible),
            int((~left).sum()),
        )  # fmt: skip


@dataclass(frozen=True)
class Reruns:
    """Small cells, those with one count left (also for who is alone in one), those that cannot be 0 any more;
    tables of people that agree with the numbers, and those excluded.
    """

    small: int
    known: int
    somebody: int
    tables: int
    excluded: int

    def __add__(self, other: "Reruns") -> "Reruns":
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Reruns(*(one + two for one, two in pairs))


def squares(number: int, mean: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Tables of a few people, and what the node's mechanism shows of them."""
    tables, dice = Tables((2, 2), 2), np.random.default_rng(7)
    lattice = tables.system.blocks[0].lattice
    order = np.lexsort(lattice.keys().T[::-1])
    for seed in range(number):
        counts = dice.poisson(mean, 4)
        coords = np.repeat(tables.inner, counts, axis=0)
        persons = [f"{seed} {n}".encode() for n in range(len(coords))]
        key = seed.to_bytes(32, "big")
        yield (
            counts,
            CellKeyMechanism(NOISE).perturb(CountedPeople(lattice, coords, persons), key).values[order],
        )


def test_numbers_of_a_group_and_of_its_parts_come_in_every_combination() -> None:
    """Were the key of a group the sum of its parts' keys, most combinations of their numbers never came."""
    tables, keys = Tables((2,), 1), 2500
    lattice = tables.system.blocks[0].lattice
    coords = np.repeat(tables.inner, [3, 4], axis=0)
    counted = CountedPeople(lattice, coords, [bytes([n]) for n in range(7)])
    came = Counter(
        tuple(CellKeyMechanism(NOISE).perturb(counted, n.to_bytes(32, "big")).values.tolist())
        for n in range(keys)
    )
    counts = tables.system.sums(coords, np.ones(7, dtype=np.int64)).tolist()
    single = [
        dict(zip((PTABLE.changes[n] + n).tolist(), PTABLE.chances[n].tolist(), strict=True)) for n in counts
    ]
    likely = {
        numbers: chance
        for numbers in product(*single)
        if (chance := float(np.prod([one[n] for one, n in zip(single, numbers, strict=True)]))) > 0.004
    }

    assert len(likely) > 20
    assert set(likely) <= set(came)
    assert all(came[numbers] < 3 * keys * chance for numbers, chance in likely.items())


def test_no_small_count_is_found_by_running_cell_keys_on_every_table_of_people() -> None:
    square = Square()
    found = [square.read(*each) for mean in (1.2, 2.5) for each in squares(14, mean)]
    total = sum(found[1:], found[0])

    assert total.small > 100
    assert total.known == 0
    assert total.excluded < total.tables / 5


def main() -> None:
    for tables in SMALL:
        tried, lost = excluded(tables, 25, 40)
        print(f"rounding, {tables.sizes} up to {tables.most}: {tried} tables, {lost} excluded")  # noqa: T201
    for mean in (1.2, 2.5):
        square = Square()
        found = [square.read(*each) for each in squares(40, mean)]
        print(f"cell keys, {mean} people a cell: {sum(found[1:], found[0])}")  # noqa: T201


if __name__ == "__main__":
    main()

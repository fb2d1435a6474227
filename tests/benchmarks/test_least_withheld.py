"""The bound on what must be withheld is below every safe pattern, by listing all patterns of small tables."""

import sys
from collections.abc import Collection, Iterable
from itertools import product
from pathlib import Path

import numpy as np

from anonymisers.cube.released_cells import Key, ReleasedCells
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import Level

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "node"))
from least_withheld import least_withheld

K = 3
ROWS, COLUMNS = 2, 3


class Cells(ReleasedCells):
    """A table whose margins are shown."""

    refused: frozenset[Level] = frozenset()
    certificate_digest = b""

    def read(self, key: Key) -> None: ...


def flat(name: str, size: int) -> Hierarchy:
    codes = [f"{name}{number}" for number in range(size)]
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


def margins(tables: np.ndarray) -> np.ndarray:
    return np.concatenate([tables.sum(axis=1), tables.sum(axis=2)], axis=1)


def safe(table: np.ndarray, withheld: np.ndarray, worlds: np.ndarray) -> bool:
    """Whether each small cell is withheld and can be 0 to K-1, or is K wide, beside all margins."""
    small = (table > 0) & (table < K)
    if (small & ~withheld).any():
        return False
    same = worlds[(worlds[:, ~withheld] == table[~withheld]).all(axis=1)]
    least, most = same.min(axis=0), same.max(axis=0)
    return bool((((least == 0) & (most >= K - 1)) | (most - least >= K))[small].all())


def test_no_safe_pattern_withholds_fewer_people() -> None:
    every = np.array(list(product(range(7), repeat=ROWS * COLUMNS)), dtype=np.int8).reshape(-1, ROWS, COLUMNS)
    of_every, tried = margins(every), 0
    for seed in range(8):
        table = np.random.default_rng(seed).choice([0, 1, 1, 2, 3, 4], (ROWS, COLUMNS))
        bound = least(table)
        worlds = every[(of_every == margins(table[None])).all(axis=1)]
        patterns = (np.array(bits, bool).reshape(table.shape) for bits in product((0, 1), repeat=table.size))
        large = np.where(table >= K, table, 0)
        found = [int(large[withheld].sum()) for withheld in patterns if safe(table, withheld, worlds)]

        assert all(people >= bound for people in found)
        tried += bound > 0 and len(found) > 0

    assert tried > 1


def test_a_small_group_is_withheld_with_room_for_the_zeros_of_its_breakdown() -> None:
    one, two = np.array([[2, 3, 7], [0, 6, 9]]), np.array([[2, 2, 7], [0, 0, 9]])

    assert least(one, ["b0"]) == least(two, ["b0", "b1"]) == 0, "where the rows are not sensitive"
    assert least(one, ["b0"], {"a"}) == 6 + 3, "the least that gives room, and what would follow from it"
    assert least(two, ["b0", "b1"], {"a"}) == 9 + 7


def least(table: np.ndarray, groups: Iterable[str] = (), sensitive: Collection[str] = ()) -> int:
    dims = (flat("a", ROWS), flat("b", COLUMNS))
    lattice = Lattice.of(dims, ["a", "b"], None)
    sums = (table.sum(), *table.sum(axis=1), *table.sum(axis=0), *table.ravel())
    withheld = np.zeros(lattice.size, bool)
    for code in groups:
        withheld[lattice.cells(np.array([[dims[0].root, dims[1].index[code]]], dtype=np.int32))] = True
    cells = Cells(dims, {}, lattice, withheld, np.array(sums, np.int64))
    inner = np.array([(a + 1, b + 1) for a, b in product(range(ROWS), range(COLUMNS))], dtype=np.int32)
    people = table.ravel().astype(np.int64)
    codes = {dim.name: tuple(dim.codes[1:]) for dim in dims}
    return least_withheld(cells, codes, inner[people > 0], people[people > 0], K, sensitive)


def test_codes_may_end_at_different_depths() -> None:
    """Five and one people in a group, four beside it, and a threshold of three: the one must be covered."""
    place = Hierarchy(
        "place", ("Total", "G", "a", "b", "c"), {"G": "Total", "a": "G", "b": "G", "c": "Total"}
    )
    lattice, inner = Lattice.of((place,), ["place"], None), np.array([[2], [3], [4]], dtype=np.int32)
    people, codes = np.array([5, 1, 4]), {"place": ("a", "b", "c")}
    found = []
    for withheld in ([0, 0, 0, 1, 0], [0, 1, 0, 1, 0]):
        cells = Cells((place,), {}, lattice, np.array(withheld, bool), np.array([10, 6, 5, 1, 4]))
        found.append(least_withheld(cells, codes, inner, people, K))

    assert found == [5, 4], "with the group shown, and with the group withheld"

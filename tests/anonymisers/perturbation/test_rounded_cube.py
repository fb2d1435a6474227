"""A cube of rounded numbers: tables add up, what was given out stays as it was, and nobody is found."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.cube.released_cells import Value
from anonymisers.errors import CertificateError, ProtectionError, RulesError
from anonymisers.perturbation import rounding_repair
from anonymisers.perturbation.bounded_attack import attack_bounded
from anonymisers.perturbation.mechanisms import mechanism_of
from anonymisers.perturbation.perturbed_counts import CountedPeople
from anonymisers.perturbation.perturbed_cube import PerturbedCube, PerturbedPart, Rows, perturbed_cube
from anonymisers.perturbation.rounding_cube import RoundingMechanism
from anonymisers.perturbation.rounding_repair import Sums, repaired
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules

KEY = bytes(range(32))
BASE = 5
CHANGE = RoundingMechanism(BASE)
RULES = Rules(threshold=5)
PLACES = Hierarchy(
    "place", ("Total", "N", "S", "N1", "N2"), {"N": "Total", "S": "Total", "N1": "N", "N2": "N"}
)
SEXES = Hierarchy("sex", ("Total", "F", "M"), {"F": "Total", "M": "Total"})
DIMS = (PLACES, SEXES)
INNER = list(product(("N1", "N2", "S"), ("F", "M")))
COUNTS = st.lists(st.integers(0, 12), min_size=6, max_size=6)


def rows(counts: list[int], first: int = 0) -> Rows:
    """So many people in each inner cell; who it is follows from the cell and the number there."""
    listed = [
        (place, sex, n)
        for (place, sex), count in zip(INNER, counts, strict=True)
        for n in range(first, first + count)
    ]
    coords = [[PLACES.index[place], SEXES.index[sex]] for place, sex, _ in listed]
    return Rows(
        DIMS,
        ("place", "sex"),
        np.array(coords, dtype=np.int32).reshape(len(listed), 2),
        [f"{place} {sex} {n}".encode() for place, sex, n in listed],
    )


def cube_of(*parts: Rows, signs: tuple[int, ...] = (1, 1, 1), key: bytes = KEY) -> PerturbedCube:
    made = [(PerturbedPart(sign, frozenset(), b""), rows) for rows, sign in zip(parts, signs, strict=False)]
    return perturbed_cube(made, RULES, CHANGE, key)


def numbers(cube: PerturbedCube) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for codes in product(*(dim.codes for dim in cube.dims)):
        answer = cube.lookup({dim.name: code for dim, code in zip(cube.dims, codes, strict=True)})
        assert isinstance(answer, Value)
        found[codes] = answer.count
    return found


def truth_of(cube: PerturbedCube, people: Rows) -> np.ndarray:
    system = LinkedTables(cube.dims, (TableBlock.whole(cube.lattice),))
    return system.sums(people.coords, np.ones(len(people.coords), dtype=np.int64))


def adds_up(cube: PerturbedCube) -> bool:
    for dim, (parts, above) in zip(cube.dims, cube.lattice.parents(), strict=True):
        named = cube.lattice.keys()[parts][:, cube.dims.index(dim)]
        for depth in range(1, int(dim.depth.max()) + 1):
            here = dim.depth[named] == depth
            sums = np.zeros(cube.lattice.size, dtype=np.int64)
            np.add.at(sums, above[here], cube.values[parts[here]])
            upper = np.unique(above[here])
            if (sums[upper] != cube.values[upper]).any():
                return False
    return True


@settings(max_examples=15, deadline=None)
@given(COUNTS, st.integers(0, 10**6))
def test_numbers_are_multiples_near_their_counts_and_every_table_adds_up(
    counts: list[int], first: int
) -> None:
    people = rows(counts, first)
    try:
        cube = cube_of(people)
    except ProtectionError:
        return
    off = np.abs(cube.values - truth_of(cube, people))
    inner = cube.lattice.cells(np.unique(people.coords, axis=0).astype(np.int32))

    assert (cube.values % BASE == 0).all()
    assert adds_up(cube)
    assert off.max() <= CHANGE.largest_change == 2 * BASE
    assert off[inner].max(initial=0) < BASE
    assert (cube.values[truth_of(cube, people) == 0] == 0).all(), "nobody is never shown as somebody"


@settings(max_examples=15, deadline=None)
@given(COUNTS, st.integers(0, 10**6))
def test_what_is_proved_is_never_found_by_the_attacker(counts: list[int], first: int) -> None:
    """He knows the base, how far a sum can be off, and that an inner cell is nearer than one base."""
    people = rows(counts, first)
    try:
        cube = cube_of(people)
    except ProtectionError:
        return
    truth = truth_of(cube, people)
    low, high = np.maximum(cube.values - 2 * BASE, 0), cube.values + 2 * BASE
    inner = cube.lattice.grid((0, 1), [dim.leaves for dim in DIMS])
    assert inner is not None
    low[inner], high[inner] = np.maximum(cube.values[inner] - 4, 0), cube.values[inner] + 4
    small = np.flatnonzero((truth > 0) & (truth < RULES.threshold))

    learnt = attack_bounded(cube.lattice, (low, high), small, seconds=60)

    assert not len(learnt.disclosed)
    assert (learnt.low <= truth[small]).all()
    assert (truth[small] <= learnt.high).all()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 7), min_size=4, max_size=4), st.integers(0, 10**6))
def test_whoever_reruns_the_program_on_every_table_of_people_finds_nobody(
    counts: list[int], first: int
) -> None:
    """All tables that some draw of theirs turns into exactly these inner numbers, and so into all numbers.

    Of every cell of few people they have another count; and one with somebody in it, where an insider knows
    that there is himself.
    """
    people = rows([counts[0], counts[1], 0, 0, counts[2], counts[3]], first)
    try:
        cube = cube_of(people)
    except ProtectionError:
        return
    inner = cube.lattice.grid((0, 1), [dim.leaves for dim in DIMS])
    assert inner is not None
    coords = cube.lattice.keys()[inner]
    system = LinkedTables(DIMS, (TableBlock.whole(cube.lattice),))
    shown, truth = cube.values, truth_of(cube, people)
    ranges = [
        [n for n in range(max(0, s - 4), s + 5) if n == s or n % BASE] if s or t else [0]
        for s, t in zip(shown[inner].tolist(), truth[inner].tolist(), strict=True)
    ]

    counted = np.stack([system.sums(coords[[n]], np.ones(1, dtype=np.int64)) for n in range(len(coords))])
    worlds = np.array(list(product(*ranges))) @ counted
    possible = worlds[(np.abs(worlds - shown) <= 2 * BASE).all(axis=1)]

    for cell in np.flatnonzero((truth > 0) & (truth < RULES.threshold)).tolist():
        others = set(possible[:, cell].tolist()) - {truth[cell]}
        assert others - {0}, cube.lattice.keys()[cell]


def test_what_was_given_out_stays_as_it_was_rounded() -> None:
    """Not because the same program runs again, but because the choice is kept with the people."""
    stood, came = rows([7, 3, 1, 14, 8, 2]), rows([0, 0, 2, 3, 6, 0], first=500)
    before, alone = cube_of(stood), cube_of(came)
    kept = PerturbedCube.from_bytes(before.to_bytes()).parts[0]

    after = perturbed_cube(
        [(kept, stood), (PerturbedPart(1, frozenset(), b""), came)], RULES, CHANGE, bytes(32)
    )  # as if the secret, and so every draw, were another
    again = perturbed_cube([(after.parts[0], stood)], RULES, CHANGE, bytes(32))

    assert numbers(again) == numbers(before)
    assert adds_up(after)
    assert after.largest_deviation({}) == 2 * before.largest_deviation({})
    assert numbers(cube_of(stood, came)) == {
        cell: number + numbers(alone)[cell] for cell, number in numbers(before).items()
    }


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_who_leaves_takes_no_number_below_0(first: int) -> None:
    """Tables must go on adding up, so that nothing may be cut off."""
    stood, left = rows([7, 3, 1, 14, 8, 2], first), rows([2, 3, 0, 1, 1, 0], first)
    try:
        cube = cube_of(stood, left, signs=(1, -1))
    except ProtectionError:
        return

    assert min(numbers(cube).values()) >= 0
    assert adds_up(cube)


@pytest.mark.parametrize("first", [0, 30])
def test_later_tables_may_be_coarser_and_never_finer(first: int) -> None:
    people = rows([7, 3, 1, 14, 8, 2], first)
    given_out = cube_of(people)
    halves = Hierarchy("place", ("Total", "N", "S"), {"N": "Total", "S": "Total"})
    up = np.array([halves.index[{"N1": "N", "N2": "N"}.get(code, code)] for code in PLACES.codes])
    coarse = people.coords.copy()
    coarse[:, 0] = up[coarse[:, 0]]

    coarser = perturbed_cube(
        [(given_out.parts[0], replace(people, dims=(halves, SEXES), coords=coarse))], RULES, CHANGE, KEY
    )

    counted = CountedPeople(coarser.lattice, coarse, people.persons)
    known = CHANGE.perturb(counted, KEY, kept=given_out.parts[0].kept)
    truth = truth_of(coarser, replace(people, coords=coarse))
    assert (known.low <= truth).all(), "a cell is several of then, and each of these was off by itself"
    assert (truth <= known.high).all()
    shown = numbers(given_out)
    assert numbers(coarser) == {cell: shown[cell] for cell in numbers(coarser)}
    by_halves = perturbed_cube(
        [(PerturbedPart(1, frozenset(), b""), replace(people, dims=(halves, SEXES), coords=coarse))],
        RULES,
        CHANGE,
        KEY,
    )
    with pytest.raises(ProtectionError, match="less finely"):
        perturbed_cube([(by_halves.parts[0], people)], RULES, CHANGE, KEY)
    only = perturbed_cube(
        [(PerturbedPart(1, frozenset(), b""), replace(people, by=("sex",)))], RULES, CHANGE, KEY
    )
    with pytest.raises(ProtectionError, match="without 'place'"):
        perturbed_cube([(only.parts[0], people)], RULES, CHANGE, KEY)


def test_a_draw_within_the_bounds_stays_and_any_other_is_brought_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So every choice within the bounds can come about, and who reruns the program can exclude none."""
    dims = tuple(
        Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))
        for name, codes in (("a", "123456"), ("b", "1234"), ("c", "123"), ("d", "12"))
    )
    lattice = Lattice.of(dims, [dim.name for dim in dims], 2)
    cells = np.stack(
        [grid.ravel() for grid in np.meshgrid(*(dim.leaves for dim in dims), indexing="ij")], axis=1
    )
    system = LinkedTables(dims, (TableBlock.whole(lattice),))
    counts = np.full(len(cells), 2, dtype=np.int64)
    truth, rows = system.sums(cells, counts), system.above(cells)

    def sums(up: np.ndarray) -> Sums:
        value = system.sums(cells, up.astype(np.int64) * BASE)
        return Sums(rows, value, truth, truth - 10, truth + 10, (truth - 9, truth + 9))

    everybody = np.ones(len(cells), dtype=np.bool_)
    found = repaired(sums(everybody), everybody, BASE)
    off = np.abs(sums(found).value - truth)

    assert off.max() < 2 * BASE
    assert (repaired(sums(found), found, BASE) == found).all()
    monkeypatch.setattr(rounding_repair, "ROUNDS", 20)
    with pytest.raises(ProtectionError, match="no rounding was found"):
        repaired(replace(sums(everybody), high=truth - 1, near=(truth, truth - 1)), everybody, BASE)


def test_tables_that_are_linked_by_many_people_are_rounded_together() -> None:
    """400 people in all tables of up to 3 of 4 dimensions: most draws break some bound there."""
    dims = tuple(
        Hierarchy(name, ("Total", *map(str, range(n))), dict.fromkeys(map(str, range(n)), "Total"))
        for name, n in (("a", 12), ("b", 6), ("c", 4), ("d", 3))
    )
    drawn = np.random.default_rng(7)
    coords = np.stack([drawn.choice(dim.leaves, 400) for dim in dims], axis=1).astype(np.int32)
    counted = CountedPeople(Lattice.of(dims, "abcd", 3), coords, [str(n).encode() for n in range(400)])

    made = CHANGE.perturb(counted, KEY)

    truth = counted.system.sums(coords, np.ones(400, dtype=np.int64))
    assert np.abs(made.values - truth).max() <= CHANGE.largest_change
    assert (CHANGE.perturb(counted, KEY).values == made.values).all(), "the same on every machine"


def test_a_cube_is_kept_with_what_was_chosen() -> None:
    made = cube_of(rows([7, 3, 1, 14, 8, 2]), rows([0, 0, 2, 3, 6, 0], first=500))

    again = PerturbedCube.from_bytes(made.to_bytes())

    assert again.to_bytes() == made.to_bytes()
    assert again.parts == made.parts
    assert again.certificate_digest == made.certificate_digest
    with pytest.raises(ProtectionError, match="stand in other cells"):
        perturbed_cube([(made.parts[0], rows([0, 3, 1, 14, 8, 2]))], RULES, CHANGE, KEY)
    with pytest.raises(CertificateError):
        perturbed_cube([(replace(made.parts[0], kept=b"{}"), rows([1] * 6))], RULES, CHANGE, KEY)


def test_a_way_to_round_is_read_as_it_was_written() -> None:
    assert mechanism_of(CHANGE.words) == CHANGE
    for words in ('{"controlled-rounding": 1}', '{"controlled-rounding": "5"}', '{"rounding": 5}'):
        with pytest.raises(RulesError):
            mechanism_of(words)

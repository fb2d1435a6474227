"""A cube of perturbed counts: the same people have the same number, and nobody is found from all of them."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.cube.released_cells import OutsideLattice, Value, Withheld
from anonymisers.errors import CertificateError, ProtectionError, RulesError
from anonymisers.perturbation.bounded_attack import attack_bounded
from anonymisers.perturbation.cell_key_cube import CellKeyMechanism
from anonymisers.perturbation.feasible_tables import FeasibleTables
from anonymisers.perturbation.mechanisms import mechanism_of
from anonymisers.perturbation.perturbed_cube import PerturbedCube, PerturbedPart, Rows, perturbed_cube
from anonymisers.perturbation.ptable import Noise
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.registered_figures import Figure
from anonymisers.tables.rules import Rules

KEY = bytes(range(32))
PLACES = Hierarchy(
    "place", ("Total", "N", "S", "N1", "N2"), {"N": "Total", "S": "Total", "N1": "N", "N2": "N"}
)
SEXES = Hierarchy("sex", ("Total", "F", "M"), {"F": "Total", "M": "Total"})
DIMS = (PLACES, SEXES)
INNER = list(product(("N1", "N2", "S"), ("F", "M")))
CHANGE = CellKeyMechanism(Noise(6, 3.0, 2))
RULES = Rules(threshold=5)


def rows(counts: dict[tuple[str, str], int], first: int = 0) -> Rows:
    """So many people in each inner cell; who it is follows from the cell and the number there."""
    listed = [(place, sex, n) for (place, sex), count in counts.items() for n in range(first, first + count)]
    coords = [[PLACES.index[place], SEXES.index[sex]] for place, sex, _ in listed]
    return Rows(
        DIMS,
        ("place", "sex"),
        np.array(coords, dtype=np.int32).reshape(len(listed), 2),
        [f"{place} {sex} {n}".encode() for place, sex, n in listed],
    )


def cube_of(*parts: Rows, signs: tuple[int, ...] = (1, 1, 1)) -> PerturbedCube:
    made = [(PerturbedPart(sign, frozenset(), b""), rows) for rows, sign in zip(parts, signs, strict=False)]
    return perturbed_cube(made, RULES, CHANGE, KEY)


def numbers(cube: PerturbedCube) -> dict[tuple[str, str], int]:
    found = {}
    for place, sex in product(PLACES.codes, SEXES.codes):
        answer = cube.lookup({"place": place, "sex": sex})
        assert isinstance(answer, Value)
        found[place, sex] = answer.count
    return found


def counted(people: Rows) -> dict[tuple[str, str], int]:
    found = dict.fromkeys(product(PLACES.codes, SEXES.codes), 0)
    for place, sex in people.coords.tolist():
        for above in product(PLACES.ancestors(place), SEXES.ancestors(sex)):
            found[PLACES.codes[above[0]], SEXES.codes[above[1]]] += 1
    return found


def test_numbers_are_changed_by_at_most_d_and_few_people_are_never_shown_as_they_are() -> None:
    people = rows(dict(zip(INNER, [1, 2, 3, 40, 0, 600], strict=True)))

    shown, truth = numbers(cube_of(people)), counted(people)

    assert all(abs(shown[cell] - truth[cell]) <= CHANGE.largest_change for cell in truth)
    assert not {1, 2} & set(shown.values()), "js"
    assert shown["S", "F"] == 0, "nobody is never shown as somebody"
    assert shown != truth


def test_the_same_people_have_the_same_number_whatever_else_changed() -> None:
    before = numbers(cube_of(rows(dict(zip(INNER, [9, 8, 7, 40, 30, 60], strict=True)))))
    after = numbers(cube_of(rows(dict(zip(INNER, [9, 8, 7, 40, 30, 75], strict=True)))))

    touched = {(place, sex) for place in ("S", "Total") for sex in ("M", "Total")}
    assert {cell for cell in before if before[cell] != after[cell]} <= touched
    assert before["S", "M"] != after["S", "M"]


def test_what_a_release_changes_is_changed_like_any_other_number() -> None:
    """Whoever subtracts two releases reads the numbers of those who came or left, each off by at most D."""
    stood = rows(dict.fromkeys(INNER, 20))
    came = rows(dict(zip(INNER, [0, 0, 0, 1, 2, 9], strict=True)), first=500)
    left = rows(dict(zip(INNER, [7, 0, 0, 0, 0, 0], strict=True)))

    before, after = cube_of(stood), cube_of(stood, came)
    less = cube_of(stood, came, left, signs=(1, 1, -1))

    alone, gone = numbers(cube_of(came)), numbers(cube_of(left))
    for cell, number in numbers(before).items():
        assert numbers(after)[cell] == number + alone[cell]
        assert numbers(less)[cell] == max(0, number + alone[cell] - gone[cell])
    assert (before.largest_deviation({}), after.largest_deviation({}), less.largest_deviation({})) == (
        6,
        12,
        18,
    )


def test_a_cell_is_off_by_as_much_as_the_parts_that_can_have_people_of_it() -> None:
    north = replace(rows({("N1", "F"): 9, ("N2", "M"): 8}), within={"place": frozenset({"N1", "N2"})})
    south = replace(rows({("S", "F"): 30}), within={"place": frozenset({"S"})})

    cube, waits = cube_of(north, south), cube_of(north)

    assert [cube.largest_deviation({"place": place}) for place in ("Total", "N", "S")] == [12, 6, 6]
    assert isinstance(waits.lookup({"place": "S"}), Withheld), "nobody is counted there yet"
    assert isinstance(waits.lookup({"place": "N", "sex": "F"}), Value)


def test_other_people_have_another_number() -> None:
    counts = dict.fromkeys(INNER, 20)

    one, other = (numbers(cube_of(rows(counts, first))) for first in (0, 1000))

    assert sum(one[cell] != other[cell] for cell in one) > len(one) // 3


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=6, max_size=6), st.integers(0, 10**6))
def test_what_is_proved_is_never_found_by_the_attacker(counts: list[int], first: int) -> None:
    """The attacker works by linear programs and shares nothing with the proof."""
    people = rows(dict(zip(INNER, counts, strict=True)), first)
    try:
        cube = cube_of(people)
    except ProtectionError:
        return
    truth = LinkedTables(DIMS, (TableBlock.whole(cube.lattice),)).sums(
        people.coords, np.ones(len(people.coords), np.int64)
    )
    small = np.flatnonzero((truth > 0) & (truth < RULES.threshold))

    learnt = attack_bounded(cube.lattice, CHANGE.bounds(cube.values), small, seconds=60)

    assert len(learnt.cells) == len(small)
    assert not len(learnt.disclosed)
    assert (learnt.low <= truth[small]).all()
    assert (truth[small] <= learnt.high).all()


def test_a_cell_that_its_sums_hold_fast_is_found_by_the_proof() -> None:
    """Three people of a group are in one of two cells; the group and the other cell are known exactly."""
    above = np.array([[0, 1], [0, 2]])
    coords = np.array([[1], [2]], dtype=np.int32)

    def held(low: list[int], high: list[int]) -> list[int]:
        leaves = (np.array([1, 2], dtype=np.int32),)
        bounds = np.array(low), np.array(high)
        counts = np.array([3, 9])
        return (
            FeasibleTables.of(leaves, (coords, counts), lambda at: above[at[:, 0] - 1], bounds)
            .without_alternative(5)
            .tolist()
        )

    assert held([12, 0, 9], [12, 8, 9]) == [1, 3]
    assert held([12, 0, 8], [12, 8, 9]) == []
    assert held([12, 3, 8], [12, 3, 9]) == [1, 3]


def test_a_public_figure_is_known_as_it_is() -> None:
    """It is no fault of the cube that a figure shows what it shows; but nothing more may follow from it."""
    people = rows(dict(zip(INNER, [9, 1, 7, 40, 30, 60], strict=True)))
    whole = Figure("everybody", {}, 147)
    few = Figure("N1 M", {"place": ("N1",), "sex": ("M",)}, 1)

    for figures in ([whole], [few], [whole, few]):
        cube = cube_of(replace(people, figures=figures))
        assert abs(numbers(cube)["N1", "M"] - 1) <= CHANGE.largest_change


def test_a_cube_is_kept_to_its_last_byte() -> None:
    people = rows(dict.fromkeys(INNER, 12))
    part = PerturbedPart(1, frozenset({"2023", "2022"}), b"whom it counts")
    made = perturbed_cube([(part, people)], RULES, CHANGE, KEY)

    again = PerturbedCube.from_bytes(made.to_bytes())

    assert again.to_bytes() == made.to_bytes()
    assert (again.parts, again.perturbation) == (made.parts, made.perturbation)
    assert numbers(again) == numbers(made)
    assert again.certificate_digest == made.certificate_digest
    assert isinstance(again.lookup({"religion": "any"}), OutsideLattice)
    for place in (0, 30, len(made.to_bytes()) - 1):
        damaged = bytearray(made.to_bytes())
        damaged[place] ^= 1
        with pytest.raises(CertificateError):
            PerturbedCube.from_bytes(bytes(damaged))


def test_a_way_to_change_is_read_as_it_was_written() -> None:
    assert mechanism_of(CHANGE.words) == CHANGE
    for words in ("{}", '{"cell-key": [0, 3.0, 2, 0.0]}', '{"cell-key":[6,3.0,2,0.0]}', "none"):
        with pytest.raises(RulesError):
            mechanism_of(words)

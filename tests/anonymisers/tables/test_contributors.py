"""Five casualties of four people are as small as four people."""

from collections import defaultdict
from itertools import combinations, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.tables.contributors import misleading_rows
from anonymisers.tables.hierarchy import ROOT, Hierarchy

PLACE = Hierarchy(
    "place",
    (ROOT, "N", "S", "n1", "n2", "s1"),
    {"N": ROOT, "S": ROOT, "n1": "N", "n2": "N", "s1": "S"},
)
SEX = Hierarchy("sex", (ROOT, "F", "M"), {"F": ROOT, "M": ROOT})
DIMS = (PLACE, SEX)


def rows(*reported: tuple[str, str, int]) -> tuple[np.ndarray, np.ndarray]:
    coords = [[PLACE.position(place), SEX.position(sex)] for place, sex, _ in reported]
    return np.array(coords, dtype=np.int32), np.array([person for *_, person in reported], dtype=np.int64)


def left_out(*reported: tuple[str, str, int], threshold: int = 3) -> list[bool]:
    coords, people = rows(*reported)
    return misleading_rows(DIMS, coords, people, max_dims=2, threshold=threshold).tolist()


def test_nobody_is_counted_twice() -> None:
    assert left_out(("n1", "F", 1), ("n1", "F", 2), ("n1", "F", 3)) == [False, False, False]


def test_two_people_do_not_pass_for_three() -> None:
    assert left_out(("n1", "F", 1), ("n1", "F", 2), ("n1", "F", 1)) == [False, False, True]


def test_a_group_that_is_large_enough_keeps_its_second_accident() -> None:
    reported = [("n1", "F", person) for person in (1, 2, 3)]

    assert left_out(*reported, ("n1", "F", 1)) == [False, False, False, False]


def test_a_misleading_row_is_found_at_a_higher_level() -> None:
    # Two accidents of person 1 in two provinces: only their region, and women as a whole, look like three.
    assert left_out(("n1", "F", 1), ("n2", "F", 2), ("n2", "F", 1)) == [False, False, True]


def test_leaving_one_row_out_can_make_another_row_mislead() -> None:
    reported = (
        ("n1", "F", 1),
        ("n1", "F", 2),
        ("n1", "F", 1),
        ("n1", "M", 2),
        ("n1", "M", 3),
        ("n1", "M", 3),
    )
    coords, people = rows(*reported)

    out = misleading_rows(DIMS, coords, people, max_dims=2, threshold=3)

    assert violations(coords[~out], people[~out], 3) == []


def violations(coords: np.ndarray, people: np.ndarray, threshold: int) -> list[tuple[object, ...]]:
    """Counted plainly: every cell of every table that holds `threshold` rows of fewer people."""
    inside: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row, person in zip(coords.tolist(), people.tolist(), strict=True):
        lines = [dim.ancestors(position) for dim, position in zip(DIMS, row, strict=True)]
        for size in range(len(DIMS) + 1):
            for axes in combinations(range(len(DIMS)), size):
                for codes in product(*(lines[a][:-1] for a in axes)):
                    inside[axes, codes].append(person)
    return [c for c, who in inside.items() if len(who) >= threshold > len(set(who))]


ROWS = st.lists(
    st.tuples(st.sampled_from(["n1", "n2", "s1"]), st.sampled_from(["F", "M"]), st.integers(0, 5)),
    min_size=1,
    max_size=14,
)


@given(ROWS, st.integers(2, 5))
def test_no_cell_is_left_that_looks_larger_than_its_people(
    reported: list[tuple[str, str, int]], threshold: int
) -> None:
    coords, people = rows(*reported)

    out = misleading_rows(DIMS, coords, people, max_dims=2, threshold=threshold)

    assert violations(coords[~out], people[~out], threshold) == []
    assert set(people[~out].tolist()) == set(people.tolist())
    if not violations(coords, people, threshold):
        assert not out.any()

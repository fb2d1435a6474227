"""What every cell of a cube can be, by all releases of its data set."""

import gc
import weakref
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

from anonymisers.cube.certified_cube import build_cube
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules
from gateway.dictionary import Tree
from gateway.member.answer.withheld_bounds import feasible_ranges
from gateway.member.cube.cube_cache import ReadyCube
from gateway.member.model.loaded_snapshot import LoadedSnapshot

KEY = b"0123456789abcdef0123456789abcdef"
RULES = Rules(threshold=3)


def flat(name: str, *codes: str) -> Hierarchy:
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


OUTCOME = flat("outcome", "K", "I")


def period(years: Sequence[str], counts: Sequence[int]) -> ReleasePart:
    time = flat("year", *years)
    table = Table.of([OUTCOME, time], zip(product(OUTCOME.codes[1:], years), counts, strict=True))
    return ReleasePart("period", frozenset(years), time, (build_cube(table, RULES, KEY),))


def answering(cube: ReleaseHistory) -> ReadyCube:
    trees = {d.name: tree(d) for d in cube.lattice.dims}
    return ReadyCube(
        cube, trees, LoadedSnapshot("s-1", datetime(2026, 1, 1, tzinfo=UTC), date(2025, 12, 31), 0), 1, 0
    )


def tree(dim: Hierarchy) -> Tree:
    codes = dim.codes[1:]
    return Tree(dim.name, (dim.name,), dim.codes, dict.fromkeys(codes, "Total"), {dim.name: codes})


def test_a_policy_that_shows_zeros_does_not_say_that_former_withheld_cells_hold_somebody() -> None:
    """The former release withheld a zero; the policy in force would have shown it."""
    counts, years = [4, 0, 2, 1], ["2020", "2021"]
    part = period(years, counts)
    cube = ReleaseHistory.of([OUTCOME, flat("year", *years)], replace(RULES, zeros="publish"), [part])
    table = Table.of(
        [OUTCOME, flat("year", *years)], zip(product(OUTCOME.codes[1:], years), counts, strict=True)
    )
    truth = cube.true_values(table)
    assert (cube.withheld & (truth == 0)).any()

    found = feasible_ranges(answering(cube))

    assert (found.low <= truth).all()
    assert (truth <= found.high).all()


def test_what_was_computed_of_a_cube_is_forgotten_with_it() -> None:
    """A node that runs for years has had many cubes, and does not look for what holds itself."""
    part = period(["2020"], [1, 4])
    cube = answering(ReleaseHistory.of([OUTCOME, flat("year", "2020")], RULES, (part,)))
    feasible_ranges(cube)
    former = weakref.ref(cube.cube)

    gc.disable()
    try:
        del cube
        assert former() is None
    finally:
        gc.enable()

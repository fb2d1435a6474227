"""Which cells a member offers for totals, once some of them have entered one and the data set has gone on."""

import gc
import weakref
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import SecureSumError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.secure_sum.overlap import basis
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules
from gateway.dictionary import Tree
from gateway.member.cube.cube_cache import ReadyCube
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.secure_sum.member_sums import SummedCell
from gateway.secure_sum.recipient_view import RecipientView
from gateway.secure_sum.withheld_cells import (
    EarlierDisclosures,
    Withheld,
    check_safe,
    feasible_ranges,
    offered,
)

KEY = b"0123456789abcdef0123456789abcdef"
RULES = Rules(threshold=3)
PARTICIPANTS = b"c" * 32


def flat(name: str, *codes: str) -> Hierarchy:
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


OUTCOME = flat("outcome", "K", "I")


def period(years: Sequence[str], counts: Sequence[int]) -> ReleasePart:
    time = flat("year", *years)
    table = Table.of([OUTCOME, time], zip(product(OUTCOME.codes[1:], years), counts, strict=True))
    return ReleasePart("period", frozenset(years), time, (build_cube(table, RULES, KEY),))


def ready(*parts: ReleasePart) -> ReadyCube:
    years = sorted({year for part in parts for year in part.period})
    return answering(ReleaseHistory.of([OUTCOME, flat("year", *years)], RULES, parts))


def answering(cube: ReleaseHistory) -> ReadyCube:
    trees = {d.name: tree(d) for d in cube.lattice.dims}
    return ReadyCube(
        cube, trees, LoadedSnapshot("s-1", datetime(2026, 1, 1, tzinfo=UTC), date(2025, 12, 31), 0), 1, 0
    )


def tree(dim: Hierarchy) -> Tree:
    codes = dim.codes[1:]
    return Tree(dim.name, (dim.name,), dim.codes, dict.fromkeys(codes, "Total"), {dim.name: codes})


def view(cube: ReadyCube, *dimensions: str) -> RecipientView:
    """The view of a recipient of all tables of these dimensions."""
    named = [(name, name) for name in dimensions]
    tables = {frozenset(t) for n in range(len(named) + 1) for t in combinations(named, n)}
    return RecipientView(cube.withholding, cube.trees, frozenset(tables))


def all_of(cube: ReadyCube) -> RecipientView:
    return view(cube, "outcome", "year")


def withheld(cube: ReadyCube, outcome: str, year: str) -> Withheld:
    place = feasible_ranges(cube).at({"outcome": outcome, "year": year})
    people = f'[["outcome",["{outcome}"]],["year",["{year}"]]]'
    return Withheld((year, outcome), people, place, 0, 12)


def entered(cube: ReadyCube, cell: Withheld) -> SummedCell:
    assert cell.place is not None
    return SummedCell(cell.people, PARTICIPANTS, basis(cube.cube, cell.place))


FIRST, LATER = [1, 4, 4, 4], [1, 4]


@pytest.fixture(scope="module")
def before() -> ReadyCube:
    return ready(period(["2020"], FIRST[:1] + FIRST[2:3]))


@pytest.fixture(scope="module")
def after(before: ReadyCube) -> ReadyCube:
    return ready(*before.cube.parts, period(["2022"], LATER))


def test_the_same_cell_may_enter_again_and_what_hangs_together_with_it_may_not(
    before: ReadyCube, after: ReadyCube
) -> None:
    killed, injured, later = (withheld(after, o, y) for o, y in (("K", "2020"), ("I", "2020"), ("K", "2022")))
    one = entered(before, withheld(before, "K", "2020"))

    assert offered(after, [killed, injured, later], EarlierDisclosures([one]), all_of(after)).keys() == {
        killed.codes,
        later.codes,
    }
    check_safe(after, [killed, later], [killed.codes, later.codes], EarlierDisclosures([one]))
    with pytest.raises(SecureSumError, match="more than one total"):
        check_safe(after, [injured], [injured.codes], EarlierDisclosures([one]))


def test_a_cell_that_entered_and_stands_nowhere_any_more_ends_the_totals_of_its_people(
    after: ReadyCube,
) -> None:
    """Nobody can say what hangs together with it: a policy has dropped the table that it was in."""
    killed, later = withheld(after, "K", "2020"), withheld(after, "K", "2022")
    gone = SummedCell('[["device",["LM"]],["year",["2020"]]]', PARTICIPANTS, b"b" * 32)

    assert offered(after, [killed, later], EarlierDisclosures([gone]), all_of(after)) == {}
    with pytest.raises(SecureSumError, match="everything shown"):
        check_safe(after, [killed], [killed.codes], EarlierDisclosures([gone]))


def test_a_year_that_a_public_figure_is_about_enters_no_total(after: ReadyCube) -> None:
    killed, later = withheld(after, "K", "2020"), withheld(after, "K", "2022")

    assert offered(after, [killed, later], EarlierDisclosures(public={"2020"}), all_of(after)).keys() == {
        later.codes
    }
    with pytest.raises(SecureSumError, match="everything shown"):
        check_safe(after, [killed], [killed.codes], EarlierDisclosures(public={"2020"}))


def test_cells_of_parts_that_share_nobody_never_hang_together(after: ReadyCube) -> None:
    killed, later = withheld(after, "K", "2020"), withheld(after, "K", "2022")

    found = offered(after, [killed, later], EarlierDisclosures(), all_of(after))

    assert len({cell.component for cell in found.values()}) == 2


pairs = st.lists(st.sampled_from([(1, 2), (2, 1), (1, 3), (3, 1), (4, 4), (0, 5)]), min_size=2, max_size=2)


@given(pairs)
@settings(max_examples=8, deadline=None)
def test_what_a_member_offers_and_refuses_follows_from_what_it_shows(years: list[tuple[int, int]]) -> None:
    """All that the hub hears of a round beside masked numbers: the same whatever the withheld cells hold."""
    both = (years, [(injured, killed) for killed, injured in years])
    one, other = (
        ready(period(["2020", "2021"], [n for side in zip(*v, strict=True) for n in side])) for v in both
    )
    assume(one.cube.release().cells == other.cube.release().cells and both[0] != both[1])

    found = []
    for cube in (one, other):
        cells = [withheld(cube, o, y) for o, y in product("KI", ("2020", "2021"))]
        suppressed = [c for c in cells if cube.cube.withheld[c.place]]
        refusals = []
        for cell in suppressed:
            try:
                check_safe(cube, suppressed, [cell.codes], EarlierDisclosures())
            except SecureSumError as error:
                refusals.append((cell.codes, error.message))
        feasible = feasible_ranges(cube)
        found.append(
            (
                offered(cube, suppressed, EarlierDisclosures(), all_of(cube)),
                refusals,
                feasible.low.tolist(),
                feasible.high.tolist(),
            )
        )

    assert found[0] == found[1]


def test_a_cell_whose_range_follows_from_tables_of_others_enters_no_total(after: ReadyCube) -> None:
    """The hub hears the range, and whether the total is published tells of it."""
    killed = withheld(after, "K", "2020")

    assert offered(after, [killed], EarlierDisclosures(), all_of(after)).keys() == {killed.codes}
    assert offered(after, [killed], EarlierDisclosures(), view(after, "outcome")) == {}


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
    assert found.true_values(table).tolist() == truth.tolist()


def test_what_was_computed_of_a_cube_is_forgotten_with_it() -> None:
    """A node that runs for years has had many cubes, and does not look for what holds itself."""
    cube = ready(period(["2020"], [1, 4]))
    offered(cube, [withheld(cube, "K", "2020")], EarlierDisclosures(), all_of(cube))
    former = weakref.ref(cube.cube)

    gc.disable()
    try:
        del cube
        assert former() is None
    finally:
        gc.enable()

"""What a cell can be is judged by everything that was ever shown of its people, not by today's tables."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import AnonymiserError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.secure_sum.cell_freedom import feasible_range
from anonymisers.secure_sum.feasible_range import FeasibleRanges
from anonymisers.secure_sum.home_cells import HomeParts
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules

KEY = b"0123456789abcdef0123456789abcdef"
RULES = Rules(threshold=3)


def flat(name: str, *codes: str) -> Hierarchy:
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


OUTCOME = flat("outcome", "K", "I")


def period(
    years: Sequence[str], counts: Sequence[int], rules: Rules = RULES, kind: str = "period"
) -> ReleasePart:
    """The people of some years, released once: killed of every year, then injured of every year."""
    time = flat("year", *years)
    inner = product(OUTCOME.codes[1:], years)
    table = Table.of([OUTCOME, time], zip(inner, counts, strict=True))
    return ReleasePart(kind, frozenset(years), time, (build_cube(table, rules, KEY),))


def data(*parts: ReleasePart, rules: Rules = RULES) -> ReleaseHistory:
    years = sorted({year for part in parts for year in part.period})
    return ReleaseHistory.of([OUTCOME, flat("year", *years)], rules, parts)


def cell_at(cube: ReleaseHistory, **codes: str) -> int:
    return FeasibleRanges.of(cube, cube.rules).at(codes)


def worlds(part: ReleasePart) -> list[dict[tuple[str, str], int]]:
    """Every way to fill in two outcomes over two years that agrees with all that the part's release shows."""
    cube = part.cubes[0]
    shown = {key: value for key, value in cube.release().cells.items() if value is not None}
    years = sorted(part.period)
    places = list(product(OUTCOME.codes[1:], years))
    top = shown.get(("Total", "Total"), 12)
    found = []
    for filled in product(range(top + 1), repeat=len(places)):
        world = dict(zip(places, filled, strict=True))
        if all(
            value
            == sum(n for (o, y), n in world.items() if key[0] in ("Total", o) and key[1] in ("Total", y))
            for key, value in shown.items()
        ):
            found.append(world)
    return found


few = st.lists(st.integers(0, 4), min_size=4, max_size=4)


@given(few, st.lists(st.integers(0, 4), min_size=2, max_size=2))
@settings(max_examples=12, deadline=None)
def test_a_range_is_what_all_releases_together_leave(first: list[int], later: list[int]) -> None:
    """The sum over the years of the first release stays known when a further year joins them."""
    try:
        parts = [period(["2020", "2021"], first), period(["2022"], later)]
    except AnonymiserError:
        return
    cube = data(*parts)
    home_parts = HomeParts(cube)
    every = worlds(parts[0])

    for outcome, year in product(OUTCOME.codes[1:], ("2020", "2021")):
        place = home_parts.home_cell(cell_at(cube, outcome=outcome, year=year))
        assert place is not None
        found = feasible_range(home_parts.feasible(0).cells([place.cell]), place.cell)
        if found is not None:
            values = [w[outcome, year] for w in every]
            assert (found.low, found.high) == (min(values), max(values))


def test_the_newest_tables_alone_would_make_a_range_too_wide() -> None:
    """Seven killed in two years: shown once, and not among the sums of today's tables."""
    rules = Rules(threshold=5)
    cube = data(period(["2020", "2021"], [3, 4, 11, 6], rules), period(["2022"], [10, 3], rules), rules=rules)
    cell = cell_at(cube, outcome="K", year="2020")
    place = HomeParts(cube).home_cell(cell)
    assert place is not None

    newest = feasible_range(FeasibleRanges.of(cube, rules).cells([cell]), cell)
    everything = feasible_range(HomeParts(cube).feasible(place.part).cells([place.cell]), place.cell)

    assert newest is not None
    assert everything is not None
    assert (newest.low, newest.high) == (0, 14)
    assert (everything.low, everything.high) == (0, 7)


FIRST, LATER = [1, 4, 4, 4], [4, 1]


def test_a_cell_over_several_parts_enters_no_total() -> None:
    cube = data(period(["2020", "2021"], FIRST), period(["2022"], LATER))
    home_parts = HomeParts(cube)

    assert home_parts.home_cell(cell_at(cube, outcome="K")) is None
    assert home_parts.home_cell(cell_at(cube, outcome="K", year="2022")) is not None


def waiting(years: Sequence[str]) -> ReleasePart:
    return ReleasePart("added", frozenset(years), flat("year", *years), ())


@pytest.mark.parametrize(
    "more",
    [
        waiting(["2020", "2021"]),
        period(["2020", "2021"], [4, 4, 4, 4], kind="added"),
        ReleasePart("left", frozenset(["2020", "2021"]), flat("year", "2020", "2021"), (), (0,)),
    ],
    ids=["some wait", "some joined", "some left"],
)
def test_a_cell_that_is_revised_enters_no_total(more: ReleasePart) -> None:
    cube = data(period(["2020", "2021"], FIRST), period(["2022"], LATER), more)
    home_parts = HomeParts(cube)

    assert home_parts.home_cell(cell_at(cube, outcome="K", year="2020")) is None
    assert home_parts.home_cell(cell_at(cube, outcome="K", year="2022")) is not None


def test_a_part_that_showed_more_than_it_does_enters_no_total() -> None:
    """Under a looser policy a table was shown that the newest release does not have."""
    full = period(["2020", "2021"], FIRST)
    time = flat("year", "2020", "2021")
    by_year = Table.of([time], [(("2020",), FIRST[0] + FIRST[2]), (("2021",), FIRST[1] + FIRST[3])])
    less = ReleasePart("period", full.period, time, (full.cubes[0], build_cube(by_year, RULES, KEY)))
    more = ReleasePart("period", full.period, time, less.cubes[::-1])

    assert HomeParts(data(less)).parts == ()
    assert HomeParts(data(less)).home_cell(0) is None
    assert HomeParts(data(more)).parts == (0,)


def test_a_part_that_was_made_beside_a_public_figure_enters_no_total() -> None:
    plain = period(["2020", "2021"], FIRST)
    time = plain.time
    assert time is not None
    table = Table.of([OUTCOME, time], zip(product(OUTCOME.codes[1:], time.codes[1:]), FIRST, strict=True))
    known = [Release.of([OUTCOME, time], {("K", "2020"): FIRST[0]})]
    beside = ReleasePart("period", plain.period, time, (build_cube(table, RULES, KEY, known=known),))

    assert HomeParts(data(plain)).parts == (0,)
    assert HomeParts(data(beside)).parts == ()


def test_the_larger_threshold_counts() -> None:
    cube = data(period(["2020", "2021"], FIRST), rules=Rules(threshold=7))
    place = HomeParts(cube).home_cell(cell_at(cube, outcome="K", year="2020"))

    assert place is not None
    assert HomeParts(cube).feasible(place.part).rules.threshold == 7
    loose = data(period(["2020", "2021"], FIRST), rules=Rules(threshold=2))
    assert HomeParts(loose).feasible(0).rules.threshold == RULES.threshold


def test_whom_a_former_cell_may_be_about_follows_from_its_time() -> None:
    home_parts = HomeParts(data(period(["2020", "2021"], FIRST), period(["2022"], LATER)))

    assert home_parts.concerns(0, {"outcome": "K", "year": "2020"})
    assert not home_parts.concerns(1, {"outcome": "K", "year": "2020"})
    assert home_parts.concerns(1, {"outcome": "K"})
    assert home_parts.concerns(
        1, {"province": "KH-1"}
    )  # a table that there is no more: it may be about anybody
    assert home_parts.within(0, {"province": "KH-1"}) is None

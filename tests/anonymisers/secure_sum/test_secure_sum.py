"""Whoever hears a regional total, or that there is none, and knows one contributor, narrows no cell too far.

The attacker here tries everything: he writes down every world of every member, the sums that the others could
have, and reruns the public decision on each.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from anonymisers.errors import SecureSumError
from anonymisers.secure_sum.cell_choice import ChosenSum, MemberOffer, OfferedRange, SumCandidate, choose
from anonymisers.secure_sum.cell_freedom import feasible_range, leaves_others_safe
from anonymisers.secure_sum.offered_cells import UNBOUNDED, LinkedCells, along_axes
from anonymisers.secure_sum.period_window import FeasibleRange, PublicationWindow, publication_window

K = 2
World = tuple[int, ...]


def grid(
    sizes: tuple[int, ...], values: Sequence[int], suppressed: Sequence[bool], k: int = K
) -> LinkedCells:
    """What is seen of a table: bounds of withheld cells are the widest that its shown cells allow singly."""
    numbers, withheld = np.array(values, dtype=np.int64), np.array(suppressed)
    top = int(numbers.max(initial=0)) + 2
    high = np.where(withheld, top, numbers)
    sums = along_axes(sizes)
    for parts, above in sums:
        for part, whole in zip(parts.tolist(), above.tolist(), strict=True):
            if withheld[part] and not withheld[whole]:
                high[part] = min(high[part], numbers[whole])
    return LinkedCells(withheld, np.where(withheld, 0, numbers), high, sums, k)


def offer(table: LinkedCells, contributors: int = 4) -> MemberOffer:
    """What a node offers: withheld cells that leave the others safe, by their numbers as codes."""
    found = {}
    for cell in np.flatnonzero(table.withheld).tolist():
        within = feasible_range(table, cell)
        if within is not None and leaves_others_safe(table, cell, within):
            found[(str(cell),)] = OfferedRange(within, int(table.components[cell]))
    return MemberOffer(contributors, found)


def worlds(table: LinkedCells) -> list[World]:
    """Every way to fill in the withheld cells."""
    found, filled = table.low[np.newaxis].copy(), ~table.withheld
    found = found[adds_up(table, found, filled)]
    for cell in np.flatnonzero(table.withheld).tolist():
        values = np.arange(int(table.low[cell]), int(table.high[cell]) + 1)
        former, found = len(found), np.repeat(found, len(values), axis=0)
        found[:, cell] = np.tile(values, former)
        filled[cell] = True
        found = found[adds_up(table, found, filled)]
    return [tuple(world) for world in found.tolist()]


def adds_up(table: LinkedCells, found: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """Which of these worlds agree with every sum that is filled in."""
    right = np.ones(len(found), dtype=bool)
    for parts, above in table.sums:
        for whole in np.unique(above).tolist():
            inside = parts[above == whole]
            if filled[whole] and filled[inside].all():
                right &= found[:, inside].sum(axis=1) == found[:, whole]
    return right


def with_margins(inner: np.ndarray) -> np.ndarray:
    for axis in range(inner.ndim):
        inner = np.concatenate((inner, inner.sum(axis=axis, keepdims=True)), axis=axis)
    return inner


@st.composite
def members(draw) -> dict[str, LinkedCells]:
    """Four or five members with the same small table, each with cells withheld that hang together somehow."""
    shape = draw(st.sampled_from([(2,), (2,), (3,), (2, 2)]))
    found = {}
    for name in "ABCDE"[: draw(st.integers(4, 5))]:
        inner = np.array(draw(st.lists(st.integers(1, 4), min_size=int(np.prod(shape)), max_size=9))[:9])
        table = with_margins(np.resize(inner, shape)).ravel()
        sizes = tuple(n + 1 for n in shape)
        suppressed = np.zeros(sizes, dtype=bool)
        suppressed[tuple(slice(0, n) for n in shape)] = draw(st.sampled_from([True] * 7 + [False]))
        if len(shape) == 2 and draw(st.booleans()):
            suppressed[draw(st.integers(0, 1)), -1] = suppressed[-1, -1] = suppressed.any()
        found[name] = grid(sizes, table.tolist(), suppressed.ravel().tolist())
    return found


def candidates(tables: dict[str, LinkedCells]) -> Iterator[SumCandidate]:
    for cell in range(len(next(iter(tables.values())).withheld)):
        holding = tuple(m for m, t in tables.items() if t.withheld[cell])
        if holding:
            yield SumCandidate((str(cell),), holding)


def outcome(chosen: Sequence[ChosenSum], everything: dict[str, World]) -> tuple[int | None, ...]:
    """What the public program says in this world."""
    sums = [sum(everything[m][int(c.candidate.cell[0])] for m in c.candidate.members) for c in chosen]
    return tuple(s if s in c.window else None for s, c in zip(sums, chosen, strict=True))


def possible(
    chosen: Sequence[ChosenSum],
    every: dict[str, list[World]],
    said: tuple[int | None, ...],
    target: str,
    known: dict[str, World],
) -> list[World]:
    """The worlds of `target` that agree with what was said and with what is known of the others."""

    def part(member: str, world: World) -> tuple[int, ...]:
        return tuple(world[int(c.candidate.cell[0])] if member in c.candidate.members else 0 for c in chosen)

    reachable = {(0,) * len(chosen)}
    for member, choices in every.items():
        if member != target:
            parts = {part(member, w) for w in ([known[member]] if member in known else choices)}
            reachable = {tuple(map(sum, zip(r, p, strict=True))) for r in reachable for p in parts}

    def agrees(sums: tuple[int, ...]) -> bool:
        return all(
            (total == s if s is not None else total not in c.window)
            for total, s, c in zip(sums, said, chosen, strict=True)
        )

    return [
        world
        for world in every[target]
        if any(agrees(tuple(map(sum, zip(r, part(target, world), strict=True)))) for r in reachable)
    ]


def interval(found: Sequence[World], cell: int) -> tuple[int, int]:
    return min(w[cell] for w in found), max(w[cell] for w in found)


def honest(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Rule 2, or as it was before there was any total."""
    low, high = after
    small = low < K and high >= 1
    return after == before or not small or (low <= 0 and high >= K - 1) or high - low >= K


@given(members(), st.data())
@settings(max_examples=15, deadline=None)
def test_no_sum_narrows_a_cell_too_far_whatever_one_contributor_tells(tables, data) -> None:
    every = {m: worlds(t) for m, t in tables.items()}
    offers = {m: offer(t) for m, t in tables.items()}
    chosen = choose(list(candidates(tables)), offers)
    truth = {m: data.draw(st.sampled_from(w)) for m, w in every.items()}
    said = outcome(chosen, truth)
    event(f"{len(chosen)} chosen, {sum(s is not None for s in said)} published")

    for target, table in tables.items():
        for spy in [None, *(m for m in tables if m != target)]:
            known = {} if spy is None else {spy: truth[spy]}
            left = possible(chosen, every, said, target, known)
            for cell in np.flatnonzero(table.withheld).tolist():
                assert honest(interval(every[target], cell), interval(left, cell)), (said, target, spy, cell)


@pytest.mark.parametrize("seed", range(3))
def test_two_totals_of_one_table_stay_apart(seed: int) -> None:
    """Two squares of withheld cells in a table share no sum, so that each may enter a total of its own."""
    dice = np.random.default_rng(seed)
    suppressed = np.zeros((5, 5), dtype=bool)
    suppressed[:2, :2] = suppressed[2:4, 2:4] = True
    tables = {
        m: grid(
            (5, 5), with_margins(dice.integers(1, 5, (4, 4))).ravel().tolist(), suppressed.ravel().tolist()
        )
        for m in "ABCD"
    }
    # The square's cells differ by one number: worlds can be written down without trying every filling.
    every = {m: list(_square_worlds(t)) for m, t in tables.items()}
    offers = {m: offer(t) for m, t in tables.items()}

    chosen = choose(list(candidates(tables)), offers)

    assert len(chosen) <= 2
    truth = {m: w[int(dice.integers(len(w)))] for m, w in every.items()}
    said = outcome(chosen, truth)
    for target, table in tables.items():
        for spy in [None, *(m for m in tables if m != target)]:
            left = possible(chosen, every, said, target, {} if spy is None else {spy: truth[spy]})
            for cell in np.flatnonzero(table.withheld).tolist():
                assert honest(interval(every[target], cell), interval(left, cell))


def _square_worlds(table: LinkedCells) -> Iterator[World]:
    places = np.arange(25).reshape(5, 5)
    squares = [places[:2, :2].ravel(), places[2:4, 2:4].ravel()]
    start = table.low.copy()
    for square in squares:
        rows, columns = _margins(table, square)
        first = min(rows[0], columns[0])
        start[square] = [first, rows[0] - first, columns[0] - first, rows[1] - columns[0] + first]
    for one, other in product(range(-9, 10), repeat=2):
        cells = start.copy()
        cells[squares[0]] += np.array([1, -1, -1, 1]) * one
        cells[squares[1]] += np.array([1, -1, -1, 1]) * other
        if (cells >= 0).all():
            yield tuple(cells.tolist())


def _margins(table: LinkedCells, square: np.ndarray) -> tuple[list[int], list[int]]:
    """What is left for the square of the sums of its rows and of its columns."""
    cells = np.where(table.withheld, 0, table.low).reshape(5, 5)
    rows = sorted({int(c) // 5 for c in square})
    columns = sorted({int(c) % 5 for c in square})
    return (
        [int(cells[r, 4] - cells[r, :4].sum()) for r in rows],
        [int(cells[4, c] - cells[:4, c].sum()) for c in columns],
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 7)), min_size=4, max_size=5), st.data())
@settings(max_examples=30, deadline=None)
def test_one_cell_each_and_every_sum_that_there_can_be(reported, data) -> None:
    """Without tables behind them: all ranges, all values of two spies, all sums."""
    ranges = [FeasibleRange(low, low + wide, K) for low, wide in reported]
    spies = data.draw(st.sampled_from([1, 2])) if len(reported) == 5 else 1
    between = publication_window(ranges, spies)
    event("window" if between else "none")
    if between is None:
        return
    holders = range(len(ranges))
    spying = set(range(spies))
    for held in product(*(range(ranges[s].low, ranges[s].high + 1) for s in spying)):
        rest = [h for h in holders if h not in spying]
        sums: dict[int | None, list[tuple[int, ...]]] = {}
        for values in product(*(range(ranges[h].low, ranges[h].high + 1) for h in rest)):
            total = sum(held) + sum(values)
            sums.setdefault(total if total in between else None, []).append(values)
        for left in sums.values():
            for place, holder in enumerate(rest):
                low, high = min(v[place] for v in left), max(v[place] for v in left)
                whole = (ranges[holder].low, ranges[holder].high)
                assert (low, high) == whole or high - low >= K


def test_a_sum_that_would_leave_a_contributor_little_room_is_not_published() -> None:
    between = publication_window([FeasibleRange(0, 9, 5)] * 5)

    assert between == PublicationWindow(9 + 5 + 1, 45 - 9 - 5 - 1)
    assert 0 not in between
    assert 14 not in between
    assert 20 in between


@pytest.mark.parametrize(
    "ranges",
    [
        [FeasibleRange(0, 50, 5)] * 3,  # one of three tells: two are left
        [FeasibleRange(0, 50, 5)] * 3 + [FeasibleRange(0, UNBOUNDED, 5)],  # one may hold all of it
        [FeasibleRange(0, 100, 5)]
        + [FeasibleRange(0, 20, 5)] * 3,  # the largest leaves the others next to nothing
        [FeasibleRange(0, 50, 5)] * 2 + [FeasibleRange(3, 4, 5)] * 4,  # the others have no room
    ],
)
def test_what_could_never_be_published_is_not_even_summed(ranges: list[FeasibleRange]) -> None:
    assert publication_window(ranges) is None


def line(*, contributors: int = 4, apart: int = 0) -> MemberOffer:
    """Killed and injured withheld, their sum shown; or, with `apart`, nothing that links them."""
    ranges = FeasibleRange(0, 30, 5)
    return MemberOffer(
        contributors, {("K",): OfferedRange(ranges, 7), ("I",): OfferedRange(ranges, 7 + apart)}
    )


EVERYBODY = tuple("ABCDE")


def test_a_member_enters_one_total_of_cells_that_hang_together() -> None:
    """Killed and injured of one year: with their sum shown, the one total tells the other."""
    offers = {m: line() for m in EVERYBODY}
    wanted = [SumCandidate((c,), EVERYBODY) for c in "KI"]

    assert [c.candidate.cell for c in choose(wanted, offers)] == [("K",)]


def test_one_member_for_whom_they_hang_together_is_enough() -> None:
    offers = {m: line(apart=0 if m == "C" else 1) for m in EVERYBODY}
    wanted = [SumCandidate((c,), EVERYBODY) for c in "KI"]

    assert [c.candidate.cell for c in choose(wanted, offers)] == [("K",)]
    assert len(choose(wanted, {m: line(apart=1) for m in EVERYBODY})) == 2


def test_a_member_may_ask_for_more_contributors_than_the_rule() -> None:
    offers = {m: line(contributors=6 if m == "B" else 4) for m in EVERYBODY}

    assert choose([SumCandidate(("K",), EVERYBODY)], offers) == ()


def test_a_total_needs_every_member_that_withholds_the_cell() -> None:
    """One that declines, or is away, leaves the cell withheld."""
    offers = {m: line() for m in "ABCD"}

    assert choose([SumCandidate(("K",), EVERYBODY)], offers) == ()


@given(
    st.lists(st.integers(0, 5), min_size=9, max_size=9), st.sampled_from([(2, 2), (2, 3), (3, 3)]), st.data()
)
@settings(max_examples=12, deadline=None)
def test_wherever_a_sum_leaves_an_interval_of_k_the_neighbours_stay_safe(inner, shape, data) -> None:
    table = with_margins(np.resize(np.array(inner), shape)).ravel()
    sizes = tuple(n + 1 for n in shape)
    suppressed = np.zeros(sizes, dtype=bool)
    suppressed[
        data.draw(st.sampled_from([(slice(0, 2), slice(0, 2)), (slice(0, 2), slice(0, shape[1]))]))
    ] = True
    cells = grid(sizes, table.tolist(), suppressed.ravel().tolist())
    cell = data.draw(st.sampled_from(np.flatnonzero(cells.withheld).tolist()))

    found = feasible_range(cells, cell)

    every = worlds(cells)
    low, high = interval(every, cell)
    cuts = [[w for w in every if a <= w[cell] <= a + K] for a in range(low, max(low, high - K) + 1)]
    others = [c for c in np.flatnonzero(cells.withheld).tolist() if c != cell]
    safe = all(honest(interval(every, o), interval(cut, o)) for cut in cuts for o in others)
    event(f"safe {safe}")
    assert found == FeasibleRange(low, high, K)
    assert leaves_others_safe(cells, cell, found) <= safe


def test_a_cell_without_an_upper_bound_enters_no_total() -> None:
    high = np.array([UNBOUNDED, 4, UNBOUNDED])
    open_line = LinkedCells(np.array([True, True, True]), np.array([0, 0, 0]), high, along_axes([3]), 5)

    assert feasible_range(open_line, 0) is None
    assert feasible_range(open_line, 1) == FeasibleRange(0, 4, 5)


def test_cells_that_contradict_their_bounds_are_refused() -> None:
    with pytest.raises(SecureSumError, match="bounds"):
        LinkedCells(
            np.array([True, True, False]), np.array([4, 0, 3]), np.array([3, 3, 3]), along_axes([3]), 5
        )

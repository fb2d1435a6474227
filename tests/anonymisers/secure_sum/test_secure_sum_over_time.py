"""An attacker over sequences of totals: other participants, newer snapshots, revisions, cells that overlap.

He hears every round, published or not, and knows one contributor's numbers throughout; he writes down every
world of every member over all its snapshots. No cell of anybody may be narrowed beyond what one total may do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from anonymisers.secure_sum.cell_choice import ChosenSum, MemberOffer, OfferedRange, SumCandidate, choose
from anonymisers.secure_sum.cell_freedom import feasible_range, leaves_others_safe
from anonymisers.secure_sum.offered_cells import LinkedCells, along_axes
from anonymisers.secure_sum.overlap import may_enter

K = 2
YEARS, CODES = 2, 2
PER_YEAR = CODES + 1
"""Cells of a year: two outcomes that are withheld, and their sum, which is shown."""

Numbers = tuple[int, ...]
Where = tuple[int, int]
"""A year, and which vintage of it: 0 as it was first released, 1 after a revision."""


@dataclass
class State:
    """A member over time: its true numbers by year and vintage, and what stands in its snapshots."""

    truth: Mapping[Where, Numbers]
    vintages: dict[int, int] = field(default_factory=lambda: {0: 0})
    """The years that its snapshot has, each in which vintage."""
    entered: dict[tuple[int, int], tuple[tuple[str, ...], int]] = field(default_factory=dict)
    """Cells (year, code) that have entered a total: among whom, and of which vintage."""

    def table(self) -> LinkedCells:
        """Its table now: both years, each with its own sums, since parts share nobody."""
        size = YEARS * PER_YEAR
        suppressed, low, high = np.zeros(size, bool), np.zeros(size, np.int64), np.zeros(size, np.int64)
        sums = []
        for year in range(YEARS):
            base = year * PER_YEAR
            if year in self.vintages:
                total = sum(self.truth[year, self.vintages[year]])
                suppressed[base : base + CODES] = True
                high[base : base + CODES] = total
                low[base + CODES] = high[base + CODES] = total
            ((parts, above),) = along_axes((PER_YEAR,))
            sums.append((parts + base, above + base))
        parts, above = (np.concatenate(p) for p in zip(*sums, strict=True))
        return LinkedCells(suppressed, low, high, ((parts, above),), K)

    def offer(self) -> MemberOffer:
        table = self.table()
        former = {
            y * PER_YEAR + c: self.vintages.get(y) == vintage for (y, c), (_, vintage) in self.entered.items()
        }
        found = {}
        for place in np.flatnonzero(table.withheld).tolist():
            within = feasible_range(table, place)
            if within is None or not may_enter(table, former, place):
                continue
            if leaves_others_safe(table, place, within):
                found[(str(place),)] = OfferedRange(within, int(table.components[place]))
        return MemberOffer(4, found)

    def refuses(self, year: int, code: int, members: tuple[str, ...]) -> bool:
        return self.entered.get((year, code), (members, 0))[0] != members


@dataclass(frozen=True)
class Heard:
    """A round: whose cells of which vintage were summed, what was said, and for which sums it would be."""

    parts: Mapping[str, tuple[Where, int]]
    chosen: ChosenSum
    said: int | None


def one_round(states: Mapping[str, State], present: Sequence[str]) -> list[Heard]:
    """Whoever is present answers, the hub chooses, and each node gives or refuses for itself."""
    offers = {m: states[m].offer() for m in present}
    candidates = []
    for year, code in product(range(YEARS), range(CODES)):
        holding = tuple(m for m in present if year in states[m].vintages)
        if holding:
            candidates.append(SumCandidate((str(year * PER_YEAR + code),), holding))
    heard = []
    for chosen in choose(candidates, offers):
        year, code = divmod(int(chosen.candidate.cell[0]), PER_YEAR)
        members = chosen.candidate.members
        if any(states[m].refuses(year, code, members) for m in members):
            continue
        parts = {m: ((year, states[m].vintages[year]), code) for m in members}
        total = sum(states[m].truth[where][code] for m, (where, code) in parts.items())
        for m in members:
            states[m].entered.setdefault((year, code), (members, states[m].vintages[year]))
        heard.append(Heard(parts, chosen, total if total in chosen.window else None))
    return heard


def worlds(state: State) -> list[dict[Where, Numbers]]:
    """Everything that agrees with the sums that the member has ever shown."""
    places = sorted(state.truth)
    each = [[(a, sum(state.truth[w]) - a) for a in range(sum(state.truth[w]) + 1)] for w in places]
    return [dict(zip(places, filled, strict=True)) for filled in product(*each)]


def possible(
    heard: Sequence[Heard], every: Mapping[str, list[dict[Where, Numbers]]], target: str
) -> list[dict[Where, Numbers]]:
    def part(member: str, world: Mapping[Where, Numbers]) -> Numbers:
        found = (h.parts.get(member) for h in heard)
        return tuple(0 if f is None else world[f[0]][f[1]] for f in found)

    reachable = {(0,) * len(heard)}
    for member, choices in every.items():
        if member != target:
            parts = {part(member, w) for w in choices}
            reachable = {tuple(map(sum, zip(r, p, strict=True))) for r in reachable for p in parts}

    def agrees(sums: Numbers) -> bool:
        return all(
            total == h.said if h.said is not None else total not in h.chosen.window
            for total, h in zip(sums, heard, strict=True)
        )

    return [
        world
        for world in every[target]
        if any(agrees(tuple(map(sum, zip(r, part(target, world), strict=True)))) for r in reachable)
    ]


def honest(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Rule 2, or as it was before there was any total."""
    low, high = after
    return after == before or (low <= 0 and high >= K - 1) or high - low >= K or low >= K


def interval(found: Sequence[Mapping[Where, Numbers]], where: Where, code: int) -> tuple[int, int]:
    return min(w[where][code] for w in found), max(w[where][code] for w in found)


numbers = st.tuples(st.integers(1, 3), st.integers(1, 3))


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_no_sequence_of_sums_narrows_a_cell_too_far(data: st.DataObject) -> None:
    names = "ABCDE"[: data.draw(st.integers(4, 5))]
    states = {n: State({w: data.draw(numbers) for w in ((0, 0), (0, 1), (1, 0))}) for n in names}
    heard: list[Heard] = []
    for _ in range(data.draw(st.integers(2, 4))):
        for state in states.values():  # some load a newer snapshot: a further year, or a revision
            change = data.draw(st.sampled_from(["nothing", "nothing", "a year", "a revision"]))
            if change == "a year":
                state.vintages.setdefault(1, 0)
            elif change == "a revision":
                state.vintages[0] = 1
        present = [n for n in names if data.draw(st.integers(0, 4)) > 0]
        heard += one_round(states, present)
    again = len(heard) - len({tuple(h.parts.items()) for h in heard})
    event(f"{sum(h.said is not None for h in heard)} published, {again} of them again")

    every = {n: worlds(s) for n, s in states.items()}
    for target, state in states.items():
        for spy in [None, *(n for n in names if n != target)]:
            known = {n: [dict(states[n].truth)] if n == spy else w for n, w in every.items()}
            left = possible(heard, known, target)
            for where, code in product(sorted(state.truth), range(CODES)):
                before, after = interval(every[target], where, code), interval(left, where, code)
                assert honest(before, after), (target, spy, where, code)


def test_the_rule_is_needed() -> None:
    """Were a cell summed again after a revision, or among others, the difference would tell the change."""
    truth = {(0, 0): (1, 2), (0, 1): (2, 2), (1, 0): (1, 1)}
    states = {n: State(dict(truth)) for n in "ABCDE"}
    heard = one_round(states, "ABCDE")
    states["A"].vintages[0] = 1
    for state in states.values():
        state.entered.clear()  # a node that forgets

    heard += one_round(states, "ABCDE")

    sums = [h.said for h in heard if h.said is not None]
    if len(sums) == 2:
        assert sums[1] - sums[0] == truth[0, 1][0] - truth[0, 0][0]

"""How much of the ready-made regional tables is exact: by adding up what is shown, and with secure sums.

    python benchmarks/region/regional_totals.py safelane-demo [everybody]

With `everybody`, as if every member's policy let its withheld cells into totals of four members.
Reads every member's cube and records in the demo's directory, as only its maker can: a hub sees neither. For
each ready-made question it counts the region's people in cells whose total is exact, totals of whole rows
left out; and those where bounds from shown cells are within a fifth of the truth. Then, in cells: how many
four members or more withhold, how many sums have a window, how many of these lie in theirs; and each window
below its table, with what every contributor's cell can be.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from anonymisers.errors import SecureSumError
from anonymisers.secure_sum.cell_choice import MemberOffer, SumCandidate, choose
from anonymisers.secure_sum.period_window import fewest_contributors
from gateway.bootstrap.setup.open_member import open_member
from gateway.dictionary import regional
from gateway.member.answer.obtainable_tables import Asked
from gateway.member.build.cube_building import counted_table
from gateway.member.cube.cube_cache import CubeCache, ReadyCube
from gateway.member.cube.cube_reading import UnreadableError, read
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import trusted
from gateway.question import ask
from gateway.secure_sum.recipient_view import view_of
from gateway.secure_sum.withheld_cells import (
    EarlierDisclosures,
    asked_cells,
    feasible_ranges,
    offered,
    withheld_of,
)
from gateway.wire.cells import TOTAL

NEAR = 0.2


@dataclass(frozen=True)
class Analyst:
    """A requester of the demo."""

    organisation: str = "ARMAC"
    role: str = "analyst"


REQUESTER = Analyst()


@dataclass(frozen=True)
class Part:
    """One member's part of a table: shown cells, bounds of withheld ones, the truth, and its offer."""

    shown: Mapping[tuple[str, ...], int]
    bounds: Mapping[tuple[str, ...], tuple[int, int | None]]
    truth: Mapping[tuple[str, ...], int]
    offer: MemberOffer
    allowed: bool


def main(directory: str = "safelane-demo", who: str = "") -> None:
    members = {}
    for place in sorted((Path(directory) / "members").iterdir()):
        with open_member(place) as node:
            cube_cache = CubeCache(node.dictionary, node.member, node.store)
            cube = cube_cache.refresh()
            with node.store.reading() as view:
                loaded, stored = view.snapshot(), view.cube()
                policy = (trusted(node, view) or (None, None))[1]
            if cube is None or policy is None or loaded is None or stored is None:
                sys.exit(f"{place} has no cube: build the demo to its end.")
            rules = plan_cube(node.dictionary, policy, loaded[1], datetime.now(UTC).date())[1]
            table = counted_table(node, loaded[1], stored.plan, rules)
            members[node.member] = (cube, feasible_ranges(cube).true_values(table), policy)
    print("question                     people  plain sum  with masks  near  withheld  window  published")
    for question in regional().ready_made.values():
        for table in question.tables:
            if table.measure == "casualties":
                report(table.name, list(table.levels), members, everybody=who == "everybody")


def report(
    name: str, by: list[str], members: Mapping[str, tuple[ReadyCube, object, object]], *, everybody: bool
) -> None:
    parts = {m: found for m, own in members.items() if (found := part_of(by, *own)) is not None}
    cells = {c for part in parts.values() for c in part.truth if TOTAL not in c}
    holders = {c: tuple(m for m, p in sorted(parts.items()) if c in p.bounds) for c in cells}
    candidates = [SumCandidate(c, held) for c, held in sorted(holders.items()) if held]
    offers = {m: p.offer for m, p in parts.items() if everybody or p.allowed}
    sums = {c.candidate.cell: c for c in choose(candidates, offers)}
    people = plain = masked = near = 0
    for cell in cells:
        total = sum(p.truth.get(cell, 0) for p in parts.values())
        withheld = sum(parts[m].truth[cell] for m in holders[cell])
        people += total
        if not holders[cell]:
            plain += total
        elif cell in sums and withheld in sums[cell].window:
            masked += total
        else:
            bounds = [parts[m].bounds[cell] for m in holders[cell]]
            seen = total - withheld
            least, most = seen + sum(b[0] for b in bounds), [b[1] for b in bounds]
            if None not in most and within(total, least, seen + sum(b or 0 for b in most)):
                near += total
    four = sum(len(held) >= fewest_contributors() for held in holders.values())
    inside = sum(
        sum(parts[m].truth[c.candidate.cell] for m in c.candidate.members) in c.window for c in sums.values()
    )
    share = [100 * n / max(people, 1) for n in (plain, plain + masked, plain + masked + near)]
    found = f"{four:8}  {len(sums):6}  {inside:9}"
    print(f"{name:28} {people:6}  {share[0]:8.1f}%  {share[1]:9.1f}%  {share[2]:3.0f}%  {found}", flush=True)
    for cell, chosen in sorted(sums.items()):
        withheld = sum(parts[m].truth[cell] for m in chosen.candidate.members)
        ranges = {m: offers[m].cells[cell].range for m in chosen.candidate.members}
        what = ", ".join(f"{m} {r.low}..{r.high}" for m, r in ranges.items())
        where = "inside" if withheld in chosen.window else "outside"
        print(f"  {cell}: {what}; window {chosen.window.least}..{chosen.window.most}, the sum is {where}")


def within(total: int, least: int, most: int) -> bool:
    """Whether the middle of the bounds is within a fifth of the truth."""
    return abs((least + most) / 2 - total) <= NEAR * total


def part_of(by: list[str], cube: ReadyCube, truth, policy) -> Part | None:  # type: ignore[no-untyped-def]
    dictionary = regional()
    question = ask(dictionary, measure="casualties", by=by, where={}, purpose="regional-reporting")
    try:
        reading = read(dictionary, cube.trees, cube, question)
        view = view_of(dictionary, cube, policy, Asked(REQUESTER, question, datetime.now(UTC)))
        cells = withheld_of(dictionary, cube, question, view.bounds(asked_cells(dictionary, cube, question)))
    except (UnreadableError, SecureSumError):
        return None
    reach = feasible_ranges(cube)
    names = {axis.level: dictionary.level(axis.level).dimension for axis in reading.axes}
    shown, counts = {}, {}
    for codes, value in zip(product(*(a.codes for a in reading.axes)), reading.cells, strict=True):
        key = {names[a.level]: c for a, c in zip(reading.axes, codes, strict=True) if c != TOTAL}
        counts[codes] = int(truth[reach.at(key)])
        if value is not None:
            shown[codes] = value
    terms = policy.regional_totals
    offer = MemberOffer(terms.contributors, offered(cube, cells, EarlierDisclosures(), view))
    bounds = {c.codes: (c.low, c.high) for c in cells}
    return Part(shown, bounds, counts, offer, terms.withheld_cells)


if __name__ == "__main__":
    main(*sys.argv[1:])

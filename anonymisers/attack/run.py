"""The exact attacker: everything that follows from releases, by integer bounds, rank and linear programs.

It shares nothing with the code that protects but the reading of releases, so that it can find that code's
mistakes. What the attacker knows: every shown cell of every release, who their populations are, the
hierarchies, that counts are integers >= 0, which groups are declared to be empty, and that a withheld cell is
at least `lower`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from anonymisers.attack.attack_model import System, build_system
from anonymisers.attack.base_program import CELL_LIMIT, cross_size, is_linked, with_full_cross
from anonymisers.attack.empty_codes import outside, with_declared
from anonymisers.attack.feasibility_intervals import explore, free_columns, parts_of
from anonymisers.attack.findings import Findings, Found
from anonymisers.attack.goals import Extent, Goals
from anonymisers.attack.insights import Insiders
from anonymisers.attack.polytope import Polytope
from anonymisers.attack.reduction import Reduced, reduce_system
from anonymisers.attack.time_limit import ENDLESS, SETUP_GRACE, Clock, OutOfTimeError
from anonymisers.attack.truth_check import Truth
from anonymisers.attack.verdicts import certain, findings_of, with_certain
from anonymisers.attack.worker_pool import Pool
from anonymisers.errors import RulesError
from anonymisers.tables.count_table import Table
from anonymisers.tables.release import Release

Progress = Callable[[str, int, int], None]
"""Called with a phase, how many cells of it are done, and how many there are."""


def attack(
    releases: Sequence[Release],
    *,
    threshold: int,
    lower: int | None = None,
    zeros: str = "partner",
    truth: Table | None = None,
    full_cross: bool = True,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Attack releases of one snapshot together.

    `threshold` is k: cells of 1..k-1 are small (0..k-1 when `zeros` is "protect"). `lower` is what the
    attacker knows of a withheld cell; by default 1 where zeros are published, else 0. With `truth` the cells
    that the only person of another withheld cell can compute are sought too. `full_cross` takes the cells
    behind linked tables as unknowns too, unless they are too many (`unexamined` then says so); without it
    the attacker knows only the sums within and between tables, and his intervals may be too wide.
    `time_limit` is in seconds; what it leaves undecided is in `open` and `interrupted`. Putting the releases
    together may take SETUP_GRACE seconds longer; where that does not suffice, no cell is named.

    Raises RulesError for impossible rules, TableError when the releases contradict each other, the
    truth, or what the attacker is told of withheld cells.
    """
    _check_rules(releases, threshold, lower, zeros)
    lower = (1 if zeros == "publish" else 0) if lower is None else lower
    clock = Clock.of(time_limit)
    setup = clock.later(SETUP_GRACE)
    try:
        system = build_system(with_declared(releases), setup)
    except OutOfTimeError:
        return _unread(releases)
    smallest = 0 if zeros == "protect" else 1
    crossing = _cross(system, reduce_system(system, lower, setup), lower, setup, full_cross=full_cross)
    system, reduced = crossing.system, crossing.reduced
    goals = Goals(reduced, system.withheld[reduced.boxes], lower, smallest, threshold)
    insiders = None if truth is None else Insiders(system, goals, Truth(system, truth))
    extent, interrupted = _explore_all(goals, insiders, clock, progress)
    findings = findings_of(
        system,
        goals,
        extent,
        insider=() if insiders is None else insiders.found(extent),
        interrupted=interrupted,
        unexamined=crossing.unexamined,
    )
    if crossing.bounded is not None:
        beyond, bounds = crossing.bounded
        goals = Goals(bounds, beyond.withheld[bounds.boxes], lower, smallest, threshold)
        findings = with_certain(findings, beyond, goals)
    return replace(findings, unasked=outside(system, releases, findings.unasked))


def certain_cells(
    releases: Sequence[Release], *, threshold: int, zeros: str, lower: int
) -> tuple[Found, ...]:
    """The withheld cells that integer bounds determine, those of the full cross too; no program is solved."""
    _check_rules(releases, threshold, lower, zeros)
    system = build_system(with_declared(releases))
    crossing = _cross(system, reduce_system(system, lower), lower, ENDLESS, full_cross=True)
    systems = [(crossing.system, crossing.reduced), *([crossing.bounded] if crossing.bounded else [])]
    return tuple(dict.fromkeys(found for both in systems for found in certain(*both)))


def _unread(releases: Sequence[Release]) -> Findings:
    """The report where time was up before the sums between the cells stood."""
    return Findings(
        cells=sum(len(r.values) for r in releases),
        withheld=sum(int(r.withheld.sum()) for r in releases),
        interrupted=("the sums between cells were not put together: all withheld cells are open",),
    )


def _check_rules(releases: Sequence[Release], threshold: int, lower: int | None, zeros: str) -> None:
    if not releases:
        raise RulesError("there is no release to attack")
    if threshold < 2:
        raise RulesError("the threshold must be at least 2", remedy="5 is usual.")
    if lower not in (None, 0, 1):
        raise RulesError("'lower' must be 0 or 1")
    if zeros not in ("partner", "publish", "protect"):
        raise RulesError("zeros are 'partner', 'publish' or 'protect'")


@dataclass(frozen=True, eq=False)
class _Crossing:
    """The system to solve. Where the full cross is too large for that, `bounded` is the system with it, of
    which only the bounds are used."""

    system: System
    reduced: Reduced
    bounded: tuple[System, Reduced] | None
    unexamined: tuple[str, ...]


def _cross(system: System, reduced: Reduced, lower: int, clock: Clock, *, full_cross: bool) -> _Crossing:
    """Take in the full cross behind linked tables, where that is wanted and as far as it is possible."""
    unexamined = [] if system.complete else ["differences between releases, which are too many"]
    bounded = None
    if is_linked(system):
        crossed = with_full_cross(system, reduced, clock) if full_cross else None
        within = None if crossed is None else reduce_system(crossed, lower, clock)
        if crossed is not None and within is not None:
            if len(crossed.values) - len(system.values) <= CELL_LIMIT:
                return _Crossing(crossed, within, None, tuple(unexamined))
            bounded = (crossed, within)
        unexamined.append(
            f"the full cross of {cross_size(system):,} cells behind the linked tables"
            f"{', but for what bounds give' if bounded else ''}: "
            "cells in no table, and what only they would add to the intervals"
        )
    return _Crossing(system, reduced, bounded, tuple(unexamined))


def _explore_all(
    goals: Goals, insiders: Insiders | None, clock: Clock, progress: Progress | None
) -> tuple[Extent, tuple[str, ...]]:
    """Settle every part of the system, and ask what insiders can compute in it."""
    reduced = goals.reduced
    extent = Extent.start(reduced)
    free = free_columns(reduced)
    extent.seen_low[free], extent.seen_high[free] = reduced.low[free], reduced.high[free]
    done, total = len(free), len(reduced.low)
    for part in parts_of(reduced):
        polytope = Polytope(part.rows, reduced.low[part.columns], reduced.high[part.columns], clock.left)
        pool = Pool()
        try:
            explore(part, goals, extent, polytope, pool.add if polytope.whole else None)
            if insiders is not None:
                insiders.examine(part, extent, pool, polytope)
        except OutOfTimeError:
            sentences = ["the intervals of the cells named as open"]
            if insiders is not None:
                sentences.append("what insiders can compute")
            return extent, tuple(sentences)
        done += len(part.columns)
        if progress is not None:
            progress("intervals", done, total)
    return extent, ()

"""The exact attacker: everything that follows from releases, by integer bounds, rank and linear programs.

The attacker shares only the reading of releases with the code that protects, so as to find mistakes of that
code. The attacker knows every shown cell of every release, the populations of the releases, the hierarchies,
the groups declared to be empty, that counts are integers >= 0, and that a withheld cell is at least `lower`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from anonymisers.attack.attack_model import AttackModel, build_model
from anonymisers.attack.base_program import CELL_LIMIT, base_table_size, is_linked, with_base_table
from anonymisers.attack.empty_codes import not_declared_empty, with_declared
from anonymisers.attack.feasibility_intervals import explore, free_columns, parts_of
from anonymisers.attack.findings import Findings, Found
from anonymisers.attack.goals import Extent, Goals
from anonymisers.attack.polytope import Polytope
from anonymisers.attack.reduction import Reduced, reduce_model
from anonymisers.attack.singleton_search import SingletonSearch
from anonymisers.attack.sums_between import with_sums_between
from anonymisers.attack.time_limit import ENDLESS, SETUP_GRACE, Clock, OutOfTimeError
from anonymisers.attack.truth_check import Truth
from anonymisers.attack.verdicts import determined, findings_of, with_determined
from anonymisers.attack.world_pool import WorldPool
from anonymisers.errors import RulesError
from anonymisers.tables.count_table import Table
from anonymisers.tables.release import Release

Progress = Callable[[str, int, int], None]
"""Called with a phase, the number of cells done, and the number of cells in all."""


def attack(
    releases: Sequence[Release],
    *,
    threshold: int,
    lower: int | None = None,
    zeros: str = "partner",
    truth: Table | None = None,
    base_table: bool = True,
    between: bool = False,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Attack releases of one snapshot together.

    `threshold` is k: cells of 1..k-1 are small (0..k-1 when `zeros` is "protect"). `lower` is the known lower
    bound of a withheld cell; by default 1 where zeros are published, else 0. With `truth`, cells computable
    for singletons are sought too. `base_table` adds the cells behind linked tables as unknowns, unless there
    are too many (`unexamined` then says so); without those cells the attacker knows only the sums within and
    between tables, and intervals may be too wide. `between` adds the sums of those cells that stand in no
    table: several times as long, and what the checker of a certificate asks as well. `time_limit` is in
    seconds; such cells are in `undecided` and `interrupted`. Joining the releases may take SETUP_GRACE
    seconds longer; where the grace does not suffice, no cell is named.

    Raises RulesError for impossible rules, and TableError when the releases contradict each other, the true
    table, or the known bounds of withheld cells.
    """
    _check_rules(releases, threshold, lower, zeros)
    lower = (1 if zeros == "publish" else 0) if lower is None else lower
    clock = Clock.of(time_limit)
    setup = clock.later(SETUP_GRACE)
    try:
        model = build_model(with_declared(releases), setup)
    except OutOfTimeError:
        return _unread(releases)
    smallest = 0 if zeros == "protect" else 1
    extension = _extend(
        model, reduce_model(model, lower, setup), lower, setup, base_table=base_table, between=between
    )
    model, reduced = extension.model, extension.reduced
    goals = Goals(reduced, model.withheld[reduced.cuboids], lower, smallest, threshold)
    singletons = None if truth is None else SingletonSearch(model, goals, Truth(model, truth))
    extent, interrupted = _explore_all(goals, singletons, clock, progress)
    findings = findings_of(
        model,
        goals,
        extent,
        singletons=() if singletons is None else singletons.found(extent),
        interrupted=interrupted,
        unexamined=extension.unexamined,
    )
    if extension.bounded is not None:
        beyond, bounds = extension.bounded
        goals = Goals(bounds, beyond.withheld[bounds.cuboids], lower, smallest, threshold)
        findings = with_determined(findings, beyond, goals)
    return replace(findings, unlisted=not_declared_empty(model, releases, findings.unlisted))


def determined_cells(
    releases: Sequence[Release], *, threshold: int, zeros: str, lower: int
) -> tuple[tuple[Found, ...], bool]:
    """Return the withheld cells determined by integer bounds, base table included; no program is solved.

    And whether these are all: that the same cells, once they are shown, determine no others. Then every sum
    was looked at until it tightened no bound, also those over the cells of the base table, if there is one.
    """
    _check_rules(releases, threshold, lower, zeros)
    model = build_model(with_declared(releases))
    extension = _extend(model, reduce_model(model, lower), lower, ENDLESS, base_table=True, between=False)
    models = [(extension.model, extension.reduced), *([extension.bounded] if extension.bounded else [])]
    found = tuple(dict.fromkeys(found for both in models for found in determined(*both)))
    looked_at = not is_linked(model) or extension.model.base_sums is not None or extension.bounded is not None
    return found, looked_at and all(reduced.complete for _, reduced in models)


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
class _Extension:
    """The model to solve. Where the base table is too large to solve, `bounded` is the model with the base
    table, of which only the bounds are used."""

    model: AttackModel
    reduced: Reduced
    bounded: tuple[AttackModel, Reduced] | None
    unexamined: tuple[str, ...]


def _extend(
    model: AttackModel, reduced: Reduced, lower: int, clock: Clock, *, base_table: bool, between: bool
) -> _Extension:
    """Add the base table behind linked tables, where wanted and as far as possible."""
    unexamined = [] if model.complete else ["differences between releases, which are too many"]
    bounded = None
    if is_linked(model):
        extended = with_base_table(model, reduced, clock) if base_table else None
        base_cells = 0 if extended is None else len(extended.values) - len(model.values)
        if extended is not None and between:
            extended, all_sums = with_sums_between(extended)
            if not all_sums:
                unexamined.append("small sums in no table, which are too many, but for some of them")
        within = None if extended is None else reduce_model(extended, lower, clock)
        if extended is not None and within is not None:
            if base_cells <= CELL_LIMIT:
                return _Extension(extended, within, None, tuple(unexamined))
            bounded = (extended, within)
        unexamined.append(
            f"the base table of {base_table_size(model):,} cells behind the linked tables"
            f"{', but for what bounds give' if bounded else ''}: "
            "cells in no table, and what only they would add to the intervals"
        )
    return _Extension(model, reduced, bounded, tuple(unexamined))


def _explore_all(
    goals: Goals, singletons: SingletonSearch | None, clock: Clock, progress: Progress | None
) -> tuple[Extent, tuple[str, ...]]:
    """Settle every part of the model, and find the cells computable for singletons."""
    reduced = goals.reduced
    extent = Extent.start(reduced)
    free = free_columns(reduced)
    extent.seen_low[free], extent.seen_high[free] = reduced.low[free], reduced.high[free]
    done, total = len(free), len(reduced.low)
    for part in parts_of(reduced):
        polytope = Polytope(part.rows, reduced.low[part.columns], reduced.high[part.columns], clock.left)
        pool = WorldPool()
        try:
            explore(part, goals, extent, polytope, pool.add if polytope.whole else None)
            if singletons is not None:
                singletons.examine(part, extent, pool, polytope)
        except OutOfTimeError:
            sentences = ["the intervals of the cells named as open"]
            if singletons is not None:
                sentences.append("what singletons can compute")
            return extent, tuple(sentences)
        done += len(part.columns)
        if progress is not None:
            progress("intervals", done, total)
    return extent, ()

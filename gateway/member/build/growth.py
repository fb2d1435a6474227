"""Growth of a data set: new closed periods, revisions, other rules, each beside all earlier releases."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import Vintage, protect_leaving, touched
from anonymisers.tables.cell_status import rules_for
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from gateway.member.build.additional_tables import described, protected_additional
from gateway.member.build.known_figures import (
    TableWithFigures,
    described_by,
    few_of,
    figures_about,
    with_figures,
)
from gateway.member.cube.accident_counts import accidents_of, check_goes_on
from gateway.member.cube.cube_inputs import CubeInputs, Progress, attempt_key, certified_by_retries
from gateway.member.errors import NotProtectedError
from gateway.member.model.snapshot import Snapshot
from gateway.member.register.population import (
    Difference,
    difference,
    joined,
    released_snapshots,
    sealed,
    taken,
    tokens,
)


def grow(inputs: CubeInputs, former: ReleaseHistory | None) -> ReleaseHistory:
    """The cube of the newest snapshot beside all earlier releases.

    New closed years are protected by themselves; revisions enter when enough people are in them and they are
    safe, and wait otherwise; the rules in force decide how the parts are read.

    Raises NotProtectedError when a new year cannot be protected, or released years are not covered any more.
    """
    # A part that waits is the last one: the others keep their numbers without it.
    parts = [] if former is None else [p for p in former.parts if p.cubes]
    released = {int(year) for p in parts if p.kind == "period" for year in p.period}
    if missing := sorted(released - set(inputs.plan.years)):
        raise NotProtectedError(
            f"Years that are released already would not be covered any more: {', '.join(map(str, missing))}.",
            remedy="What was released stays released: load the whole register, or shorten the embargo again.",
        )
    if former is not None:
        # About people of whom something was released, finer tables would have to be safe beside all of that.
        again = replace(inputs, rules=replace(inputs.rules, finer=None))
        parts = protected_additional(again, former, parts)
        parts += _revision(_later(again), former, parts, released)
    if fresh := set(inputs.plan.years) - released:
        parts.append(_period(inputs, fresh, len(parts), first=former is None))
    return ReleaseHistory.of(inputs.hierarchies(inputs.plan.years), inputs.rules, parts)


def _later(inputs: CubeInputs) -> CubeInputs:
    """Settings for revisions: a cell whose revision is withheld keeps its former number, so no revision has
    to be shown.
    """
    return replace(inputs, rules=replace(inputs.rules, always=frozenset()))


def waiting(inputs: CubeInputs, former: ReleaseHistory) -> Difference:
    """The additions, corrections and removals in released periods that are not in the cube yet."""
    now = [
        ("", inputs.counted(map(int, part.period)))
        for part in former.parts
        if part.kind == "period" and part.cubes
    ]
    rows = joined(now)
    if rows is None:
        rows = taken(inputs.snapshot, np.zeros(len(inputs.snapshot), dtype=np.bool_))
    return difference(inputs.dictionary, inputs.plan, released_snapshots(former), rows)


def _period(inputs: CubeInputs, years: set[int], number: int, *, first: bool) -> ReleasePart:
    """A part for new years; a waiting part where the years hold too few people to publish."""
    rows = inputs.counted(years)
    time, period = inputs.time(years), frozenset(map(str, years))
    made = with_figures(inputs, rows, years)
    if not first and 0 < made.table.counts.sum() < inputs.rules.threshold:
        return ReleasePart("period", period, time, ())
    cube = certified_by_retries(inputs, number, _building(made, inputs.progress))
    # Who is counted once for several rows has no one accident; and figures know nothing of accidents.
    simple = not made.known and len(rows) == int(made.table.counts.sum())
    accidents = accidents_of(inputs, rows, cube, attempt_key(inputs.key, number, 0)) if simple else None
    return ReleasePart("period", period, time, (cube,), sealed=sealed(rows), accidents=accidents)


def _revision(
    inputs: CubeInputs, former: ReleaseHistory, parts: list[ReleasePart], released: set[int]
) -> list[ReleasePart]:
    """The parts of a revision; none while it has too few people, or is not safe."""
    found = waiting(inputs, former)
    found = _without_misleading(inputs, found)
    k = inputs.rules.threshold
    enough = all(n == 0 or n >= k for n in (found.people_added, found.people_left))
    if not enough or not found.people or _disclosed_by_figures(inputs, found, released):
        return []
    new: list[ReleasePart] = []
    period, time = frozenset(map(str, released)), inputs.time(released)
    try:
        if found.people_added:
            cube = certified_by_retries(
                inputs, len(parts), _building(with_figures(inputs, found.added, released))
            )
            new.append(ReleasePart("added", period, time, (cube,), sealed=sealed(found.added)))
        if found.people_left:
            new.append(_leaving(inputs, former, [*parts, *new], found.left, (period, time)))
    except NotProtectedError:
        return []
    return new


def _building(made: TableWithFigures, progress: Progress | None = None) -> Callable[[bytes], CertifiedCube]:
    return lambda key: build_cube(made.table, made.rules, key, progress, known=made.known)


def _disclosed_by_figures(inputs: CubeInputs, found: Difference, released: set[int]) -> bool:
    """Whether a figure, with all cells shown before, could disclose few people of a revision.

    Of the people added, nobody or enough may be in a figure's cell; of the people removed, nobody.
    """
    figures = figures_about(inputs, released)
    if not figures:
        return False
    finest = described_by(inputs, figures)
    added = inputs.table(found.added, released, finest)
    gone = [inputs.table(rows, released, finest) for rows in found.left.values()]
    return few_of(figures, added, inputs.rules.threshold) or any(few_of(figures, t, None) for t in gone)


def _without_misleading(inputs: CubeInputs, found: Difference) -> Difference:
    """The difference without rows that would make few people look like many; such rows wait for more
    people.
    """
    rows = joined((str(came), rows) for came, rows in found.left.items())
    left: dict[int, Snapshot] = {}
    if rows is not None:
        kept = inputs.without_misleading(rows)
        came = np.array([int(v) for v in kept.vintage.values()])
        left = {n: taken(kept, came == n) for n in sorted(set(came.tolist()))}
    return Difference(inputs.without_misleading(found.added), left)


def _leaving(
    inputs: CubeInputs,
    former: ReleaseHistory,
    parts: list[ReleasePart],
    left: Mapping[int, Snapshot],
    when: tuple[frozenset[str], Hierarchy],
) -> ReleasePart:
    years = {int(year) for year in when[0]}
    stands = released_snapshots(former)
    finest = described(inputs, parts)
    people: dict[Vintage, Table] = {}
    for came, until in touched(parts, left):
        rows = stands[came, until]
        if until is None:
            leaving = set(tokens(inputs.dictionary, inputs.plan, left[came]))
            stays = [t not in leaving for t in tokens(inputs.dictionary, inputs.plan, rows)]
            rows = taken(rows, np.array(stays, dtype=np.bool_))
            people[came, len(parts)] = inputs.table(left[came], years, finest)
        people[came, until] = inputs.table(rows, years, finest)
    rules = rules_for(inputs.rules, next(iter(people.values())))
    cube = certified_by_retries(
        inputs, len(parts), lambda key: protect_leaving(parts, people, rules, key, inputs.progress)
    )
    for source in sorted(left):
        check_goes_on(inputs, parts[source], source, cube)
    gone = joined((str(came), rows) for came, rows in left.items())
    return ReleasePart("left", when[0], when[1], (cube,), tuple(sorted(left)), sealed(gone))

"""Growth of a data set: new closed periods, revisions, other rules, each beside all earlier releases."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import Vintage, protect_leaving, touched
from anonymisers.tables.a_priori_status import rules_for
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import TOTAL_ALONE, Rules
from gateway.member.build.additional_tables import described, protected_additional
from gateway.member.build.known_figures import (
    TableWithFigures,
    described_by,
    few_of,
    figures_about,
    with_figures,
)
from gateway.member.build.tables_apart import with_tables_apart
from gateway.member.cube.accident_counts import accidents_of, check_goes_on
from gateway.member.cube.cube_inputs import (
    ATTEMPTS,
    CubeInputs,
    attempt_key,
    certified_by_retries,
    certified_with_fewer_tables,
)
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
    safe, and wait otherwise; the rules in force decide how the parts are read. Where releases were lost, what
    is known of them stands, and of the years before nothing else is released.

    Raises NotProtectedError when a new year cannot be protected, or released years are not covered any more.
    """
    parts, released = _released(inputs, former)
    if inputs.lost_before:
        inputs = replace(inputs, closed=inputs.closed | frozenset(range(len(parts))))
    if former is not None:
        _check_whole(inputs, former)
    if former is not None and not inputs.lost_before:
        # About people of whom something was released, finer tables would have to be safe beside all of that.
        again = replace(inputs, rules=replace(inputs.rules, finer=None))
        parts = protected_additional(again, former, parts)
        parts += _revision(_later(again), former, parts)
    tried, new = _tried(former) & set(inputs.plan.years), set(inputs.plan.years) - released
    if lost := {year for year in new if year < inputs.lost_before}:
        parts.append(_withheld_for_good(inputs, lost))
    tried -= lost
    if fresh := new - lost - tried:
        parts.append(_period(inputs, fresh, len(parts)))
    if tried:
        parts.append(_again(inputs, tried, len(parts)))
    made = with_tables_apart(inputs, parts)
    return ReleaseHistory.of(inputs.hierarchies(inputs.plan.years), inputs.rules, made)


def withheld_growth(inputs: CubeInputs, former: ReleaseHistory | None, *, whole: bool) -> ReleaseHistory:
    """The cube that answers where the newest snapshot has no safe cube: its new years are withheld, and with
    `whole` all years.

    A question must not be refused for a reason that lies in the data, so that such a year looks like a small
    one. The years are tried again with the next cube: their part keeps no people.
    """
    parts, released = _released(inputs, former)
    if years := set(inputs.plan.years) - (set() if whole else released):
        parts.append(_withheld(inputs, years))
    return ReleaseHistory.of(inputs.hierarchies(inputs.plan.years), inputs.rules, parts)


def _released(inputs: CubeInputs, former: ReleaseHistory | None) -> tuple[list[ReleasePart], set[int]]:
    """The parts that stay, and their years. A part without cubes and without people is to be tried again.

    Raises NotProtectedError when released years are not covered any more.
    """
    parts = [] if former is None else [p for p in former.parts if p.cubes or p.sealed]
    released = {int(year) for p in parts if p.kind == "period" for year in p.period}
    if missing := sorted(released - set(inputs.plan.years)):
        raise NotProtectedError(
            f"Years that are released already would not be covered any more: {', '.join(map(str, missing))}.",
            remedy="What was released stays released: load the whole register, shorten the embargo again, "
            "name an earlier 'first_year', or wait with a longer 'years_per_release' until the last of its "
            "years is over.",
        )
    return parts, released


def _check_whole(inputs: CubeInputs, former: ReleaseHistory) -> None:
    """Raise NotProtectedError for a register without anybody in a year of which people were released: a file
    that was cut off, rather than people who all left.
    """
    people = [rows for rows in released_snapshots(former).values() if len(rows)]
    if missing := sorted({year for rows in people for year in rows.years} - set(inputs.snapshot.years)):
        raise NotProtectedError(
            f"The register has nobody any more in years that are released: {', '.join(map(str, missing))}.",
            remedy="What was released stays released: load the whole register.",
        )


def _tried(former: ReleaseHistory | None) -> set[int]:
    """The years that are withheld because no safe cube was found, and are to be tried again."""
    parts = () if former is None else former.parts
    return {int(year) for p in parts if not p.cubes and not p.sealed for year in p.period}


def _withheld(inputs: CubeInputs, years: set[int]) -> ReleasePart:
    return ReleasePart("period", frozenset(map(str, years)), inputs.time(years), ())


def _withheld_for_good(inputs: CubeInputs, years: set[int]) -> ReleasePart:
    """Years that a lost cube may have shown: beside it, no table of these people is known to be safe."""
    return replace(_withheld(inputs, years), sealed=sealed(inputs.counted(years)))


def _again(inputs: CubeInputs, years: set[int], number: int) -> ReleasePart:
    """Years without a safe cube, tried once more by themselves: they hold up no other year."""
    try:
        return _period(inputs, years, number)
    except NotProtectedError:
        return _withheld(inputs, years)


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


def _period(inputs: CubeInputs, years: set[int], number: int) -> ReleasePart:
    """A part for new years; a part that is withheld for good where the years hold too few people to publish.

    Nobody among them is too few as well, and the first release is no exception: an empty year, a small one
    and one without a safe pattern look alike. Few people are never pooled with the people of later years: the
    moment at which both together were enough would narrow the numbers of both. Who expects small years has
    them released together by the calendar, said beforehand (`years_per_release`).
    """
    rows = inputs.counted(years)
    time, period = inputs.time(years), frozenset(map(str, years))
    made = with_figures(inputs, rows, years)
    if made.table.counts.sum() < inputs.rules.threshold:
        return ReleasePart("period", period, time, (), sealed=sealed(rows))
    # Years of which nothing could be shown are tried again: with the same key, since odds would multiply.
    part = f"of {', '.join(sorted(period))}" if inputs.rules.withstands_reruns_when_large else number
    cube, left = certified_with_fewer_tables(inputs, part, made.table, made.rules, made.known)
    # Who is counted once for several rows has no one accident; and figures know nothing of accidents.
    simple = not made.known and len(rows) == int(made.table.counts.sum())
    accidents = accidents_of(inputs, rows, cube, attempt_key(inputs.key, number, 0)) if simple else None
    return ReleasePart(
        "period",
        period,
        time,
        (cube,),
        sealed=sealed(rows),
        accidents=accidents,
        remainder=left,
        rerun_odds=cube.rerun_odds,
    )


def _revision(inputs: CubeInputs, former: ReleaseHistory, parts: list[ReleasePart]) -> list[ReleasePart]:
    """The parts of a revision; none while it has too few people, or is not safe.

    Of years that are withheld whole there is nothing to revise.
    """
    released = {int(year) for p in parts if p.kind == "period" and p.cubes for year in p.period}
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
            # Another key is tried where one fails, so that a release comes at most so many times as often.
            odds = None if cube.rerun_odds is None else cube.rerun_odds * ATTEMPTS
            new.append(
                ReleasePart("added", period, time, (cube,), sealed=sealed(found.added), rerun_odds=odds)
            )
        if found.people_left:
            new.append(_leaving(inputs, former, [*parts, *new], found.left, (period, time)))
    except NotProtectedError:
        return []
    return new


def _building(made: TableWithFigures) -> Callable[[bytes], CertifiedCube]:
    return lambda key: build_cube(made.table, made.rules, key, known=made.known)


def _disclosed_by_figures(inputs: CubeInputs, found: Difference, released: set[int]) -> bool:
    """Whether a figure, with all cells shown before, could disclose few people of a revision.

    Of the people added, nobody or enough may be in a figure's cell; of the people removed, nobody.
    """
    figures = figures_about(inputs, released)
    if not figures or inputs.rules.withstands_reruns_when_large:
        # That few people of a revision are in a figure would be told by whether it waits: so each one waits.
        return bool(figures)
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
    rules = rules_for(_of_leaving(inputs.rules.together()), next(iter(people.values())))
    cube = certified_by_retries(
        inputs, len(parts), lambda key: protect_leaving(parts, people, rules, key, inputs.progress)
    )
    for source in sorted(left):
        check_goes_on(inputs, parts[source], source, cube)
    gone = joined((str(came), rows) for came, rows in left.items())
    return ReleasePart("left", when[0], when[1], (cube,), tuple(sorted(left)), sealed(gone))


def _of_leaving(rules: Rules) -> Rules:
    """The rules of people who leave: their total alone where no withheld count may be read, since which of
    their tables are safe beside those that they leave follows from the counts of both."""
    if not rules.withstands_reruns_when_large:
        return rules
    return replace(
        rules,
        priority=(TOTAL_ALONE,),
        finer=None,
        zeros="partner" if rules.zeros == "publish" else rules.zeros,
        withstands_reruns=False,
        withstands_reruns_when_large=False,
    )

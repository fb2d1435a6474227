"""What reruns of the public program tell of each period, in sentences for the controller."""

from collections.abc import Iterable, Iterator

from anonymisers.history.release_history import ReleaseHistory, rerun_odds_of_periods
from audit.reading.messages import message
from gateway.member.cube.clients_history import casualties_of, clients_of
from gateway.member.cube.cube_formats import Released, parse_cube
from gateway.member.model.stored_cube import Plan
from policies import Policy
from policies.model.terms import MechanismKind, Reruns


def rerun_sentences(policy: Policy, plan: Plan, cube: bytes) -> Iterator[str]:
    """Sentences on a stored cube: which periods withstand reruns and how far, and which do not and why.

    No sentence follows from a withheld number; still, they stay with the controller.
    """
    if policy.scope.mechanism.kind is not MechanismKind.SUPPRESSION:
        return
    by_odds: dict[int | None, list[str]] = {}
    for period, odds in rerun_odds_of_periods(casualties_of(cube)):
        by_odds.setdefault(odds, []).extend(period)
    for odds in sorted(n for n in by_odds if n is not None):
        yield message(
            "Whoever repeats the public program on other tables excludes neither end of the range of a small "
            "withheld number of %(years)s: a table at either end gives this very release at least once for "
            "every %(odds)s times that the true table gives it.",
            years=_listed(by_odds[odds]),
            odds=odds,
        )
    if plan.accidents and any(odds is not None for odds in by_odds):
        yield message(
            "This is so for numbers of people. Which numbers of accidents are withheld was chosen by the "
            "withheld numbers too."
        )
    if clients_of(cube) is not None:
        yield message(
            "Which numbers of clients of assistance are withheld was chosen by the withheld numbers too."
        )
    yield from _of_few_tables(policy, cube)
    chosen_by_counts = _listed(by_odds.get(None, []))
    if not chosen_by_counts:
        return
    if policy.scope.reruns is Reruns.ACCEPT:
        yield message(
            "What is withheld of %(years)s was chosen by the withheld numbers too, as the policy accepts "
            "(reruns): whoever repeats the public program on other tables may exclude some values of a "
            "withheld number.",
            years=chosen_by_counts,
        )
        return
    yield message(
        "What is withheld of %(years)s was chosen by the withheld numbers too: the tables are too large to "
        "be protected without reading these, or cells are always shown, or figures or earlier releases "
        "stand beside them. Whoever repeats the public program on other tables may exclude some values of a "
        "withheld number. Fewer dimensions and coarser levels prevent this.",
        years=chosen_by_counts,
    )


def _of_few_tables(policy: Policy, cube: bytes) -> Iterator[str]:
    """What the controller pays for that, and how more is shown."""
    few = few_tables(parse_cube(cube)) if policy.scope.reruns is Reruns.WITHSTAND else {}
    for tables, years in few.items():
        yield message(
            "The tables of %(years)s are too large to be protected together without reading withheld "
            "numbers. So these alone are made: %(tables)s; all others are withheld whole. "
            "With 'reruns: small-tables' others are made as far as they are safe; whoever repeats the "
            "public program on other tables may exclude some values of a withheld number.",
            years=_listed(years),
            tables="; ".join(tables),
        )


def few_tables(cube: Released) -> dict[tuple[str, ...], list[str]]:
    """The tables of each release part that has no others, by their dimensions, and the years of the part."""
    found: dict[tuple[str, ...], list[str]] = {}
    for part in cube.parts if isinstance(cube, ReleaseHistory) else ():
        if part.rerun_odds is None or (part.remainder and part.remainder.dims is not None) or not part.cubes:
            continue
        first = part.cubes[0]
        several = {dim.name for dim in first.lattice.dims if len(dim.leaves) > 1}
        refused = {frozenset(name for name, _ in level) & several for level in first.refused}
        made = {dims & several for dims in first.tables} - refused - {frozenset()}
        largest = sorted(sorted(one) for one in made if not any(one < other for other in made))
        if _share_one_at_most(largest):
            found.setdefault(tuple(", ".join(names) for names in largest), []).extend(part.period)
    return found


def _share_one_at_most(tables: list[list[str]]) -> bool:
    """Whether tables share no dimension but one, as those that a large part is protected as."""
    names = set().union(*tables)
    return len(tables) > 1 and any(
        sum(len(set(one) - {shared}) for one in tables) == len(names - {shared}) for shared in names
    )


def _listed(years: Iterable[str]) -> str:
    return ", ".join(sorted(set(years)))

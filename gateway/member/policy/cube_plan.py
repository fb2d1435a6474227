"""Plans a cube from a policy and a snapshot: the counted people, the contents and the protection. Pure.

Three rules of a policy are carried out more strictly than written (see `stricter`): all tables of a cube are
protected together, so that the strictest threshold holds for each; a table that cannot be protected beside
the priority tables is withheld whole; and the dictionary has no level for a policy's own periods.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

from anonymisers.tables.rules import Rules, TableOf
from audit.reading.messages import Message, message
from gateway.dictionary import CASUALTIES, OF_ACCIDENTS, Dictionary
from gateway.member.cube.accident_counts import ACCIDENTS
from gateway.member.cube.cube_cache import MEASURE
from gateway.member.model.activities import Activities
from gateway.member.model.registered_figure import RegisteredFigure, counting
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.stored_cube import WITH_ACCIDENTS, Plan, together
from gateway.member.policy.a_priori_status import APrioriStatus, a_priori_status_of, words_of_a_priori_status
from gateway.member.policy.clients_plan import plan_clients, stricter_for_clients
from gateway.member.policy.mechanism_choice import largest_deviation, privacy, words_of
from gateway.member.policy.noise_plan import noisy_plan, with_noisy_tables
from policies import Policy
from policies.model.model import Scope
from policies.model.pools import holding
from policies.model.terms import Reruns, Zeros

TIME = "date"
ACCEPTS_RERUNS, WITHSTANDS_RERUNS = " by counts", " never by counts"
"""End the rules of a plan whose policy accepts reruns, or withstands them in large tables too; those of all
other plans stay as they were."""


def plan_cube(
    dictionary: Dictionary,
    policy: Policy,
    snapshot: Snapshot,
    today: date,
    figures: Iterable[RegisteredFigure] = (),
) -> tuple[Plan, Rules]:
    """The dimensions in both policy and source; the policy's years that ended before the embargo.

    Years, dimensions and measures follow from policy, register date and mapping, never from the rows: an
    empty year and a small one look alike, and people who agreed to nothing change nothing.

    Of the registered `figures`, the plan takes the figures about these years and within the source's
    dimensions.
    """
    shown = {d for d, _ in policy.scope_levels}  # a dimension at its root is no dimension
    scope = sorted(policy.scope.dimensions.items())
    own = {d for d, _ in scope if CASUALTIES in dictionary.dimension(d).of}
    finest = {d: level for d, level in scope if d in snapshot.columns and d in shown and d in own}
    if policy.scope.pooled_years is not None and TIME in finest:
        finest = _pooled(policy, finest)
    closed = min(today, snapshot.created) - timedelta(days=policy.embargo_days)
    covered = range(policy.scope.counted_from, closed.year + 1)
    years = tuple(year for year in covered if policy.scope.counts(year, closed))
    status = a_priori_status_of(dictionary, policy, finest, years)
    protection = _rules(dictionary, policy, snapshot.member, finest, status)
    listed = [
        one for one in figures if one.figure.year in years and set(one.figure.cell) <= set(snapshot.columns)
    ]
    described = _together(dictionary, policy, finest).keys()
    inside = all(
        described >= set(one.figure.cell) and len(one.figure.cell) <= (protection.max_dims or 0)
        for one in listed
    )
    if protection.zeros == "publish" and not inside:
        # A figure's own table is protected beside those that are shown, so that not every zero can be.
        protection = replace(protection, zeros="partner")
    plan = Plan(
        finest=finest,
        years=years,
        consent=tuple(sorted(policy.consent)),
        victims=tuple(sorted(policy.population.victims)),
        rules=_words(protection) + (WITH_ACCIDENTS if _accidents(policy, snapshot, finest) else ""),
        known=counting(listed),
        mechanism=words_of(policy.scope.mechanism),
        clients=None
        if snapshot.clients is None
        else plan_clients(dictionary, policy, snapshot.clients, closed),
        operators=policy.scope.operator_p_percent or 0,
    )
    noise = privacy(plan.mechanism)
    if noise is None:
        return plan, protection
    first, most = _priorities(dictionary, policy), policy.scope.max_dims
    return with_noisy_tables(noisy_plan(plan), dictionary, snapshot.member, most, first), protection


def without_operators(plan: Plan, activities: Activities | None) -> Iterator[str]:
    """A sentence for the controller where operators are protected whom the register does not name."""
    if plan.operators and activities is not None and activities.largest is None:
        yield message(
            "All numbers of risk education and marking are withheld: the policy protects who held an "
            "activity (operator_p_percent), and the mapping names no column of operators."
        )


def stricter(policy: Policy, plan: Plan, rules: Rules) -> Iterator[str]:
    """Sentences for the controller: what the cube withholds beyond the words of the policy."""
    scope, words = policy.scope, policy.vocabulary
    yield from stricter_for_clients(policy, plan.clients)
    if plan.mechanism:
        yield _of_change(scope, plan)
        return
    if ACCIDENTS in _measures(policy):
        yield _of_accidents(policy, plan)
    if rules.apart and rules.withstands_reruns_when_large:
        yield message(
            "Injuries are not counted: whether their tables are safe would follow from withheld numbers, and "
            "the policy withstands repeated runs of the program (reruns)."
        )
    elif rules.apart:
        yield message(
            "Injuries are counted in tables of their own, each kind of injury by what it is first asked "
            "with; other tables by an injury are withheld whole. They stay as they are first released, and "
            "are made only where every number by the same without the injury is shown."
        )
    if rules.threshold > scope.threshold:
        yield message(
            "The threshold of %(threshold)s that the policy requires at some level applies to all "
            "tables: all tables are protected together, and the strictest threshold meets every "
            "requirement.",
            threshold=rules.threshold,
        )
    if rules.zeros != scope.zeros.value and rules.never:
        yield message(
            "Zeros beside a withheld number are withheld with it: a number that is never shown may be a zero."
        )
    elif rules.zeros != scope.zeros.value:
        yield message(
            "Zeros beside a withheld number are withheld with it: where some tables have priority, other "
            "tables are withheld whole, so that not every zero can be shown."
        )
    yield from _of_waiting(scope, plan)
    if scope.pooled_years is None or TIME not in scope.dimensions:
        return
    if TIME in plan.finest:
        yield message(
            "Of the pooled years, only completed years are counted; they are shown by %(bands)s, whose "
            "bands contain them whole.",
            bands=Message(words.say(plan.finest[TIME]), {}),
        )
    else:
        yield message(
            "Of the pooled years, only completed years are counted, and only all together: no level of "
            "dates in the region contains them whole, so questions by date are refused."
        )


def _of_waiting(scope: Scope, plan: Plan) -> Iterator[str]:
    """When the next years are released, where years are released together."""
    if scope.years_per_release > 1:
        first = plan.years[-1] + 1 if plan.years else scope.counted_from
        last = first + (-first - 1) % scope.years_per_release
        yield message(
            "The years from %(first)s to %(last)s are released together, once %(last)s and the embargo "
            "are over.",
            first=str(first),
            last=str(last),
        )


def _accidents(policy: Policy, snapshot: Snapshot, finest: Mapping[str, str]) -> bool:
    """Whether accidents are counted: the policy shares accidents, a dimension that accidents have, and no
    single records, the source has accidents, and their numbers may be chosen by withheld ones.

    Nobody has yet shown that numbers of accidents are safe beside single records.
    """
    if policy.scope.reruns is Reruns.WITHSTAND:
        return False
    shared = ACCIDENTS in _measures(policy) and not words_of(policy.scope.mechanism)
    counted = shared and bool(OF_ACCIDENTS & finest.keys())
    return counted and policy.record_level is None and snapshot.has_accidents


def _measures(policy: Policy) -> set[str]:
    return {measure for share in policy.shares for measure in share.measures}


def _of_change(scope: Scope, plan: Plan) -> str:
    if (noise := privacy(plan.mechanism)) is not None:
        return message(
            "No number is withheld: noisy counts of %(tables)s tables are made once for each release "
            "part, at epsilon %(epsilon)s for each table, of a permanent budget of %(budget)s for each "
            "person. Other tables are not shared. Noisy counts never change: people who are reported "
            "late, corrected or removed make no difference to them. Settings for thresholds and zeros "
            "have no effect either.",
            tables=len(plan.tables),
            epsilon=Message(noise.per_table, {}),
            budget=Message(noise.budget, {}),
        )
    if scope.mechanism.base is not None:
        return message(
            "No number is withheld: each is a multiple of %(base)s, at most %(most)s from its count; "
            "cells add up to their totals. An empty cell is shown as 0, and a 0 may stand for up to "
            "%(most)s people. Released numbers stay as they were rounded: later policies can share no "
            "further dimensions and no finer levels. Thresholds decide which cells are proved to be "
            "protected; settings for zeros and for priority tables have no effect.",
            base=scope.mechanism.base,
            most=largest_deviation(plan.mechanism),
        )
    return message(
        "No number is withheld: each is perturbed by at most %(most)s, and the same people always have "
        "the same number. An empty cell is shown as 0, and a 0 may stand for up to %(most)s people. "
        "Thresholds decide which cells are proved to be protected; settings for zeros and for priority "
        "tables have no effect.",
        most=largest_deviation(plan.mechanism),
    )


def _of_accidents(policy: Policy, plan: Plan) -> str:
    if plan.accidents:
        return message(
            "Accidents are counted by place, date, device and use of the land. A number of accidents is "
            "shown only where the number of casualties is shown, and only if it discloses no withheld "
            "number."
        )
    if policy.record_level is not None:
        return message("Accidents are not counted: the policy releases single records.")
    if policy.scope.reruns is Reruns.WITHSTAND:
        return message(
            "Accidents are not counted: which of their numbers are withheld would follow from withheld "
            "numbers, and the policy withstands repeated runs of the program (reruns)."
        )
    return message(
        "Accidents are not counted: the register does not say which casualties belong to the same accident."
    )


def _pooled(policy: Policy, finest: Mapping[str, str]) -> dict[str, str]:
    """Dates by the finest bands of whole pools; without dates where there are no such bands."""
    pools, words = policy.scope.pooled_years, policy.vocabulary
    assert pools is not None  # noqa: S101 - the caller looked
    levels = words.from_level(TIME, finest[TIME])
    bands = [level for level in levels if level in words.bands and holding(pools, words.bands[level])]
    others = {dimension: level for dimension, level in finest.items() if dimension != TIME}
    return {d: bands[0] if d == TIME else others[d] for d in finest} if bands else others


def _strictest(scope: Scope, policy: Policy, finest: Mapping[str, str]) -> int:
    """The largest threshold of any level in the cube: there is a single pattern over all tables."""
    shown = policy.levels_down_to(finest)
    return max([scope.threshold, *(k for level, k in scope.thresholds.items() if level in shown)])


def _rules(
    dictionary: Dictionary, policy: Policy, member: str, finest: Mapping[str, str], status: APrioriStatus
) -> Rules:
    """The policy's protection in the words of disclosure control, for the available dimensions."""
    scope = policy.scope
    sensitive = {d.name for d in dictionary.dimensions.values() if d.sensitive}
    inside = _together(dictionary, policy, finest)
    first = list(_priorities(dictionary, policy))
    tables = (
        _table(dictionary, member, inside, each) for each in [*first, *(status.tables if first else ())]
    )
    priority = tuple(dict.fromkeys(t for t in tables if t is not None and len(t.dims) <= scope.max_dims))
    most = max(1, min(scope.max_dims, len(inside)))  # without any, `cube_building.protected` refuses
    zeros = scope.zeros
    shown = not status.never and _nothing_refused(dictionary, member, inside, priority, most)
    if zeros is Zeros.PUBLISH and not shown:
        zeros = Zeros.PARTNER
    asked = _ready_made(dictionary, member, inside, most, dictionary.ready_made)
    # Those of former names come last: what they show is asked still, by its levels.
    former = _ready_made(dictionary, member, inside, most, dictionary.former_ready_made)
    return Rules(
        threshold=_strictest(scope, policy, finest),
        zeros=zeros.value,
        max_dims=most,
        sensitive=frozenset(sensitive & set(finest)),
        priority=priority,
        always=status.always,
        never=status.never,
        structural=status.structural,
        # A cell that is never shown is looked after in priority tables; any other table might show it.
        finer=None if status.never else tuple(dict.fromkeys((*asked, *former))),
        seldom=frozenset(former).difference(asked),
        apart=tuple(_apart(dictionary, policy, finest, most)),
        withstands_reruns=scope.reruns is not Reruns.ACCEPT,
        withstands_reruns_when_large=scope.reruns is Reruns.WITHSTAND,
    )


def _together(dictionary: Dictionary, policy: Policy, finest: Mapping[str, str]) -> dict[str, str]:
    """The dimensions of the one cube, without those that stand apart."""
    return together(dictionary, finest, words_of(policy.scope.mechanism))


def _apart(
    dictionary: Dictionary, policy: Policy, finest: Mapping[str, str], most: int
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each dimension that stands apart, with those that it is first asked with: by the policy's priorities,
    or else by a ready-made question. Of the others' codes the finest count.
    """
    inside = _together(dictionary, policy, finest)
    ready = (levels for name in dictionary.ready_made for levels in _levels_of(dictionary, name))
    asked = [*_priorities(dictionary, policy), *ready]
    for name in sorted(finest.keys() - inside.keys()):
        tables = [levels.keys() - {name} for levels in asked if name in levels]
        fitting = [dims for dims in tables if dims <= inside.keys() and len(dims) < most]
        yield name, tuple(sorted(fitting[0])) if fitting else ()


def _ready_made(
    dictionary: Dictionary, member: str, finest: Mapping[str, str], most: int, names: Iterable[str]
) -> list[TableOf]:
    """The tables of ready-made questions, each once."""
    every = (levels for name in names for levels in _levels_of(dictionary, name))
    tables = (_table(dictionary, member, finest, levels) for levels in every)
    return list(dict.fromkeys(t for t in tables if t is not None and 1 < len(t.dims) <= most))


def _nothing_refused(
    dictionary: Dictionary, member: str, finest: Mapping[str, str], priority: Sequence[TableOf], most: int
) -> bool:
    """Whether the priority tables are all tables: other tables are withheld whole, zeros included."""
    depths = {}
    for dimension, level in finest.items():
        names = dictionary.dimension(dimension).level_names(member)
        depths[dimension] = len(names) - names.index(level)
    whole = [
        {
            name
            for name, cut in {**dict.fromkeys(t.dims, None), **dict(t.levels)}.items()
            if cut in (None, depths[name])
        }
        for t in priority
    ]
    return not priority or all(any(set(c) <= dims for dims in whole) for c in combinations(finest, most))


def _words(rules: Rules) -> str:
    """Equal rules have equal words: a set is written in order."""
    tables = [(sorted(t.dims), sorted(t.levels)) for t in rules.priority]
    status = words_of_a_priori_status(
        {"always": rules.always, "never": rules.never, "structural": rules.structural}
    )
    status += f" apart {rules.apart!r}" if rules.apart else ""
    reruns = "" if rules.withstands_reruns else ACCEPTS_RERUNS
    reruns += WITHSTANDS_RERUNS if rules.withstands_reruns_when_large else ""
    return (
        repr((rules.threshold, rules.zeros, rules.max_dims, sorted(rules.sensitive), tables))
        + status
        + reruns
    )


def _priorities(dictionary: Dictionary, policy: Policy) -> Iterator[dict[str, str]]:
    """The policy's priority tables, as dimension -> level: ready-made questions and its own list."""
    for entry in policy.scope.priority:
        if not isinstance(entry, str):
            yield dict(entry)
            continue
        yield from _levels_of(dictionary, entry)


def _levels_of(dictionary: Dictionary, name: str) -> Iterator[dict[str, str]]:
    """The tables of a ready-made question or pack, as dimension -> level.

    A number of accidents is shown only where the casualties of the cell are, so their table comes first too.
    A margin of another table is protected with that one.
    """
    tables = [set(t.levels) for t in dictionary.ready_tables(name) if t.measure in (MEASURE, ACCIDENTS)]
    for levels in tables:
        if not any(levels < other for other in tables):
            yield {dictionary.level(level).dimension: level for level in sorted(levels)}


def _table(
    dictionary: Dictionary, member: str, finest: Mapping[str, str], levels: Mapping[str, str]
) -> TableOf | None:
    """The table down to these levels, as far as the cube goes; None if a dimension is missing."""
    cuts: dict[str, int] = {}
    for dimension, level in levels.items():
        if dimension not in finest:
            return None
        names = dictionary.dimension(dimension).level_names(member)
        shown = names[names.index(finest[dimension]) :]
        if level in shown:
            cuts[dimension] = len(shown) - shown.index(level)
    return TableOf.of(levels, **cuts)

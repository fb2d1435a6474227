"""A ministry-wide policy above the policy of a data set: together they permit only what both permit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import lcm

from policies.model.errors import PolicyError
from policies.model.frozen import FrozenMap
from policies.model.model import (
    EVERY_DATA_SET,
    Dominance,
    LevelOf,
    Policy,
    Population,
    RecordLevel,
    Scope,
    Share,
)
from policies.model.pools import Pools
from policies.model.terms import strictest
from policies.model.vocabulary import Vocabulary


def compose(above: Policy, policy: Policy) -> Policy:
    """The most restrictive combination of both, as a policy of the data set, with the data set's version.

    The combination permits a request exactly where both policies permit the request, with the stricter
    obligation of either. Raises PolicyError where the policies belong to different members, where `above` is
    not ministry-wide, where they have no common day, or where they protect the data set in different ways,
    since a data set keeps one mechanism for its life.
    """
    _refuse_mismatch(above, policy)
    words = policy.vocabulary
    scope = _scope(above.scope, policy.scope, words)
    shares = tuple(_shares(above, policy))
    return replace(
        policy,
        valid_from=max(above.valid_from, policy.valid_from),
        valid_until=_earlier(above.valid_until, policy.valid_until),
        legal_basis=policy.legal_basis or above.legal_basis,
        review=strictest(above.review, policy.review),
        shares=shares,
        bans=tuple(dict.fromkeys([*above.bans, *policy.bans])),
        scope=replace(scope, measures=frozenset(m for share in shares for m in share.measures)),
        population=Population(
            consent=above.consent & policy.consent,
            victims=above.population.victims & policy.population.victims,
        ),
        embargo_days=max(above.embargo_days, policy.embargo_days),
        release=strictest(above.release, policy.release),
        appears=strictest(above.appears, policy.appears),
        conditions=above.conditions.join(policy.conditions),
        record_level=_record_level(above.record_level, policy.record_level),
    )


def _refuse_mismatch(above: Policy, policy: Policy) -> None:
    if above.member != policy.member:
        message = f"A policy of {above.member} cannot stand above one of {policy.member}."
        raise PolicyError(message)
    if above.data_set != EVERY_DATA_SET:
        message = (
            f"A policy for {above.data_set!r} stands above no other; give it data_set: {EVERY_DATA_SET}."
        )
        raise PolicyError(message)
    last = _earlier(above.valid_until, policy.valid_until)
    if last is not None and last < max(above.valid_from, policy.valid_from):
        raise PolicyError("The two policies are never in force on the same day.")
    if not above.consent & policy.consent or not above.population.victims & policy.population.victims:
        raise PolicyError("Nobody is counted by both policies: their populations have nothing in common.")
    one, other = above.scope.mechanism, policy.scope.mechanism
    if one != other:
        message = f"A data set has one mechanism for its life; here stand {one.kind} and {other.kind}."
        raise PolicyError(message)
    if _pools(above.scope, policy.scope) is None:
        raise PolicyError("Both policies pool years, and their periods differ.")


def _shares(above: Policy, policy: Policy) -> Iterator[Share]:
    """For each pair of permissions the common part; pairs without a common part are dropped."""
    words = policy.vocabulary
    made: set[Share] = set()
    for one in above.shares:
        for other in policy.shares:
            both = _both(one, other, words)
            if both is not None and both not in made:
                made.add(both)
                yield both


def _both(one: Share, other: Share, words: Vocabulary) -> Share | None:
    recipients = one.recipients & other.recipients
    purposes = one.purposes & other.purposes
    measures = one.measures & other.measures
    roles = one.roles if other.roles is None else other.roles
    if one.roles is not None and other.roles is not None:
        roles = one.roles & other.roles
    if not recipients or not purposes or not measures or roles == frozenset():
        return None
    return Share(
        recipients=recipients,
        purposes=purposes,
        measures=measures,
        finest=_coarsest(one.finest, other.finest, words),
        max_dims=min(one.max_dims, other.max_dims),
        roles=roles,
        ready_made_only=one.ready_made_only or other.ready_made_only,
        conditions=one.conditions.join(other.conditions),
        name=other.name or one.name,
    )


def _scope(above: Scope, scope: Scope, words: Vocabulary) -> Scope:
    threshold = max(above.threshold, scope.threshold)
    at = {*above.thresholds, *scope.thresholds}
    largest = {pair: max(above.threshold_at(*pair), scope.threshold_at(*pair)) for pair in at}
    pools = _pools(above, scope)
    never = {*scope.never_show, *above.never_show}
    return replace(
        scope,
        dimensions=_coarsest(above.dimensions, scope.dimensions, words),
        max_dims=min(above.max_dims, scope.max_dims),
        threshold=threshold,
        thresholds=FrozenMap(sorted((pair, k) for pair, k in largest.items() if k > threshold)),
        zeros=strictest(above.zeros, scope.zeros),
        reruns=strictest(above.reruns, scope.reruns),
        pooled_years=pools or None,
        first_year=_first_year(above, scope),
        # Such a period consists of whole periods of each.
        years_per_release=lcm(above.years_per_release, scope.years_per_release),
        priority=tuple(dict.fromkeys([*scope.priority, *above.priority])),
        keep=tuple(margin for margin in scope.keep if margin in above.keep),
        always_show=tuple(sorted({*scope.always_show} & {*above.always_show} - never)),
        never_show=tuple(sorted(never)),
        structural_zeros=tuple(sorted({*scope.structural_zeros, *above.structural_zeros})),
        dominance=Dominance(
            largest=max(above.dominance.largest, scope.dominance.largest),
            share_percent=min(above.dominance.share_percent, scope.dominance.share_percent),
            p_percent=max(above.dominance.p_percent, scope.dominance.p_percent),
        ),
        operator_p_percent=max(above.operator_p_percent or 0, scope.operator_p_percent or 0) or None,
    )


def _first_year(above: Scope, scope: Scope) -> int | None:
    """The later of both; a ministry-wide policy that names none leaves the data set's."""
    if above.first_year is None:
        return scope.first_year
    return max(above.first_year, scope.counted_from)


def _pools(above: Scope, scope: Scope) -> Pools | None:
    """The pooling that holds for both: () for no pooling, None where both pool differently."""
    one, other = above.pooled_years, scope.pooled_years
    if one is None or other is None or one == other:
        return one or other or ()
    return None


def _coarsest(one: FrozenMap[str, str], other: FrozenMap[str, str], words: Vocabulary) -> FrozenMap[str, str]:
    both: list[LevelOf] = [(d, words.coarser(d, one[d], other[d])) for d in sorted(one) if d in other]
    return FrozenMap(both)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _record_level(one: RecordLevel | None, other: RecordLevel | None) -> RecordLevel | None:
    if one is None or other is None or not one.recipients & other.recipients:
        return None
    return RecordLevel(
        recipients=one.recipients & other.recipients,
        k=max(one.k, other.k),
        l=max(one.l, other.l),
        approval=strictest(one.approval, other.approval),
        consent=other.consent,
    )

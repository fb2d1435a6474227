"""The demands of a policy on its system, beyond deciding and one threshold for all.

A system that ignores a demand releases more, or lets more be done with released data, than the policy
permits. So a system states its abilities, and puts no policy in force that demands more:

    unmet = demands(policy) - ABLE

A permission that a system cannot use (single records, kept margins, secure sums) is no demand: leaving the
permission out releases less.
"""

from collections.abc import Iterator
from enum import StrEnum

from policies.model.model import Policy
from policies.model.terms import Appearance, Approval, MechanismKind, Redistribution, Review


class Demand(StrEnum):
    """Something that a system has to carry out, in the words of the document's keys."""

    LEVEL_THRESHOLDS = "threshold by level"
    POOLED_YEARS = "pooled_years"
    YEARS_PER_RELEASE = "years_per_release"
    CELL_KEY = "mechanism: cell-key"
    NEVER_SHOWN = "never_show"
    STRUCTURAL_ZEROS = "structural_zeros"
    ROUNDING = "mechanism: controlled-rounding"
    DIFFERENTIAL_PRIVACY = "mechanism: differential-privacy"
    VICTIMS = "population: victims"
    RELEASE_SCHEDULE = "release"
    REVIEW = "review"
    APPROVAL = "approval"
    QUOTA = "quota"
    TOTALS_ONLY = "appears: only within regional totals"
    RETENTION = "retention"
    REDISTRIBUTION = "redistribution"
    HUB_CACHE = "hub_cache"


AFTERWARDS = frozenset({Demand.RETENTION, Demand.REDISTRIBUTION, Demand.HUB_CACHE})
"""Demands on recipient and hub once an answer is sent; a member can state, not enforce them."""

_MECHANISM = {
    MechanismKind.CELL_KEY: Demand.CELL_KEY,
    MechanismKind.ROUNDING: Demand.ROUNDING,
    MechanismKind.DIFFERENTIAL_PRIVACY: Demand.DIFFERENTIAL_PRIVACY,
}


def demands(policy: Policy) -> frozenset[Demand]:
    """Every demand of the policy."""
    return frozenset([*_of_data(policy), *_of_answers(policy)])


def _of_data(policy: Policy) -> Iterator[Demand]:
    scope = policy.scope
    yield Demand.RELEASE_SCHEDULE
    if scope.thresholds:
        yield Demand.LEVEL_THRESHOLDS
    if scope.pooled_years is not None:
        yield Demand.POOLED_YEARS
    if scope.years_per_release != 1:
        yield Demand.YEARS_PER_RELEASE
    if scope.never_show:
        yield Demand.NEVER_SHOWN
    if scope.structural_zeros:
        yield Demand.STRUCTURAL_ZEROS
    if scope.mechanism.kind in _MECHANISM:
        yield _MECHANISM[scope.mechanism.kind]
    if policy.population.victims != policy.vocabulary.victims:
        yield Demand.VICTIMS
    if policy.review is Review.SECOND_PERSON:
        yield Demand.REVIEW
    if policy.appears is Appearance.TOTALS:
        yield Demand.TOTALS_ONLY


def _of_answers(policy: Policy) -> Iterator[Demand]:
    for own in [share.conditions for share in policy.shares] or [policy.conditions]:
        terms = policy.conditions.join(own)
        if (terms.approval_ready_made, terms.approval_others) != (Approval.AUTOMATIC, Approval.AUTOMATIC):
            yield Demand.APPROVAL
        if terms.quotas:
            yield Demand.QUOTA
        if terms.retention_days is not None:
            yield Demand.RETENTION
        if terms.redistribution is not Redistribution.YES:
            yield Demand.REDISTRIBUTION
        if terms.hub_cache_days is not None:
            yield Demand.HUB_CACHE

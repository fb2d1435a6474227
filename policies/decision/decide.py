"""The decision: a pure function of a policy, a request and a time.

Deny by default; a prohibition wins over every permission; all reasons are given, not only the first; of all
applicable permissions the strictest obligation holds. The order of rules never matters.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from policies.decision.decision import Code, Decision, Obligations, Reason
from policies.decision.request import Request
from policies.decision.rule_index import index_of, reason
from policies.model.model import LevelOf, Policy
from policies.model.terms import Approval, Conditions, strictest


def decide(policy: Policy, request: Request, at: datetime) -> Decision:
    """Decide `request` by `policy` at the moment `at`.

    Raises ValueError where `at` has no time zone: a decision must not hang on a machine's local time.
    """
    if at.tzinfo is None:
        raise ValueError("the time of a decision needs a time zone")
    rules = index_of(policy)
    asked = rules.asked(request)
    judged = rules.judge(request, asked)
    against = {
        *_out_of_force(policy, request, at),
        *_unknown(policy, request),
        *_beyond_scope(policy, request, asked.levels),
        *_no_records(policy, request),
        *judged.against,
    }
    banned = rules.banned(request, asked)  # no other reason has their code, so none stands twice
    if against or banned or judged.terms is None:
        reasons = tuple(sorted([*banned, *against]))
        return Decision(False, reasons, None, policy.member, policy.version)
    return Decision(
        permit=True,
        reasons=(),
        obligations=_obligations(policy, request, judged.terms),
        member=policy.member,
        version=policy.version,
        by=judged.by,
    )


def _out_of_force(policy: Policy, request: Request, at: datetime) -> Iterator[Reason]:
    if request.member != policy.member:
        yield reason(Code.OTHER_MEMBER, asked=request.member, policy=policy.member)
    today = at.astimezone(UTC).date()
    if today < policy.valid_from:
        yield reason(Code.NOT_YET_VALID, valid_from=policy.valid_from.isoformat())
    if policy.valid_until is not None and today > policy.valid_until:
        yield reason(Code.EXPIRED, valid_until=policy.valid_until.isoformat())


def _unknown(policy: Policy, request: Request) -> Iterator[Reason]:
    words = policy.vocabulary
    if request.recipient not in words.recipients:
        yield reason(Code.UNKNOWN_RECIPIENT, recipient=request.recipient)
    if request.role is not None and request.role not in words.roles:
        yield reason(Code.UNKNOWN_ROLE, role=request.role)
    if request.purpose not in words.purposes:
        yield reason(Code.UNKNOWN_PURPOSE, purpose=request.purpose)
    if request.measure not in words.measures:
        yield reason(Code.UNKNOWN_MEASURE, measure=request.measure)
    if request.ready_made is not None and request.ready_made not in words.ready_made:
        yield reason(Code.UNKNOWN_QUESTION, question=request.ready_made)
    for dimension, level in request.levels - policy.known_levels:
        if dimension not in words.dimensions:
            yield reason(Code.UNKNOWN_DIMENSION, dimension=dimension)
        elif level != words.root(dimension):
            yield reason(Code.UNKNOWN_LEVEL, dimension=dimension, level=level)


def _beyond_scope(policy: Policy, request: Request, asked: frozenset[LevelOf]) -> Iterator[Reason]:
    finest = policy.scope.dimensions
    for dimension, level in asked - policy.scope_levels:
        if (dimension, level) in policy.hidden_levels:
            yield reason(Code.OVERLAPS_POOLS, dimension=dimension, level=level)
        elif dimension in finest:
            yield reason(Code.LEVEL_TOO_FINE, dimension=dimension, level=level, finest=finest[dimension])
        else:
            yield reason(Code.DIMENSION_NOT_SHARED, dimension=dimension)
    counted = _count(asked, policy.vocabulary.of_one_code)
    if not request.record_level and counted > policy.scope.max_dims:
        yield reason(Code.TOO_MANY_DIMENSIONS, asked=counted, most=policy.scope.max_dims)


def _no_records(policy: Policy, request: Request) -> Iterator[Reason]:
    if not request.record_level:
        return
    records = policy.record_level
    if records is None or request.recipient not in records.recipients:
        yield reason(Code.RECORDS_NOT_SHARED, recipient=request.recipient)


def _count(asked: frozenset[LevelOf], besides: frozenset[str]) -> int:
    return len({dimension for dimension, _ in asked} - besides)


def _obligations(policy: Policy, request: Request, terms: Conditions) -> Obligations:
    conditions = policy.conditions.join(terms)
    records = policy.record_level if request.record_level else None
    approval = _approval(conditions, ready_made=request.ready_made is not None)
    return Obligations(
        approval=strictest(approval, records.approval) if records else approval,
        quotas=conditions.quotas,
        embargo_days=policy.embargo_days,
        release=policy.release,
        appears=policy.appears,
        retention_days=conditions.retention_days,
        redistribution=conditions.redistribution,
        hub_cache_days=conditions.hub_cache_days,
        legal_basis=policy.legal_basis,
        k=records.k if records else None,
        l=records.l if records else None,
        consent=records.consent if records else None,
    )


def _approval(conditions: Conditions, *, ready_made: bool) -> Approval:
    return conditions.approval_ready_made if ready_made else conditions.approval_others

"""The decision without an index of rules: each rule looked at in turn, slowly. Only to compare with."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from policies.decision.decision import Code, Decision, Obligations, Reason
from policies.decision.request import Request
from policies.model.model import Ban, LevelOf, Policy, Share
from policies.model.terms import Approval, Conditions, strictest


def decide_slowly(policy: Policy, request: Request, at: datetime) -> Decision:
    """Decide `request` by `policy` at the moment `at`.

    Raises ValueError where `at` has no time zone: a decision must not hang on a machine's local time.
    """
    if at.tzinfo is None:
        raise ValueError("the time of a decision needs a time zone")
    asked = request.levels & policy.known_levels
    against = {
        *_out_of_force(policy, request, at),
        *_unknown(policy, request),
        *_banned(policy, request, asked),
        *_beyond_scope(policy, request, asked),
        *_no_records(policy, request),
    }
    unnamed, candidates = _candidates(policy, request)
    refusals = [set(_refused_by(policy, n, request, asked)) for n in candidates]
    fitting = [policy.shares[n] for n, why in zip(candidates, refusals, strict=True) if not why]
    against |= unnamed
    if not fitting:
        against.update(*refusals)
    if against or not fitting:
        return Decision(False, tuple(sorted(against)), None, policy.member, policy.version)
    return Decision(
        permit=True,
        reasons=(),
        obligations=_obligations(policy, request, fitting),
        member=policy.member,
        version=policy.version,
        by=tuple(sorted({share.label for share in fitting})),
    )


def _reason(code: Code, **details: str | int) -> Reason:
    return Reason(code, tuple((name, str(value)) for name, value in sorted(details.items())))


def _out_of_force(policy: Policy, request: Request, at: datetime) -> Iterator[Reason]:
    if request.member != policy.member:
        yield _reason(Code.OTHER_MEMBER, asked=request.member, policy=policy.member)
    today = at.astimezone(UTC).date()
    if today < policy.valid_from:
        yield _reason(Code.NOT_YET_VALID, valid_from=policy.valid_from.isoformat())
    if policy.valid_until is not None and today > policy.valid_until:
        yield _reason(Code.EXPIRED, valid_until=policy.valid_until.isoformat())


def _unknown(policy: Policy, request: Request) -> Iterator[Reason]:
    words = policy.vocabulary
    if request.recipient not in words.recipients:
        yield _reason(Code.UNKNOWN_RECIPIENT, recipient=request.recipient)
    if request.role is not None and request.role not in words.roles:
        yield _reason(Code.UNKNOWN_ROLE, role=request.role)
    if request.purpose not in words.purposes:
        yield _reason(Code.UNKNOWN_PURPOSE, purpose=request.purpose)
    if request.measure not in words.measures:
        yield _reason(Code.UNKNOWN_MEASURE, measure=request.measure)
    if request.ready_made is not None and request.ready_made not in words.ready_made:
        yield _reason(Code.UNKNOWN_QUESTION, question=request.ready_made)
    for dimension, level in request.levels - policy.known_levels:
        if dimension not in words.dimensions:
            yield _reason(Code.UNKNOWN_DIMENSION, dimension=dimension)
        elif level != words.root(dimension):
            yield _reason(Code.UNKNOWN_LEVEL, dimension=dimension, level=level)


def _banned(policy: Policy, request: Request, asked: frozenset[LevelOf]) -> Iterator[Reason]:
    for ban, (show, together) in zip(policy.bans, policy.ban_levels, strict=True):
        if _names(ban, request) and _touches(ban, show, together, asked):
            yield _reason(Code.BANNED, prohibition=ban.label)


def _names(ban: Ban, request: Request) -> bool:
    return (
        (ban.recipients is None or request.recipient in ban.recipients)
        and (ban.roles is None or request.role in ban.roles)
        and (ban.purposes is None or request.purpose in ban.purposes)
        and (ban.measures is None or request.measure in ban.measures)
    )


def _touches(
    ban: Ban, show: frozenset[LevelOf], together: frozenset[LevelOf], asked: frozenset[LevelOf]
) -> bool:
    if ban.show and not asked & show:
        return False
    return ban.together.keys() <= {dimension for dimension, _ in asked & together}


def _beyond_scope(policy: Policy, request: Request, asked: frozenset[LevelOf]) -> Iterator[Reason]:
    finest = policy.scope.dimensions
    for dimension, level in asked - policy.scope_levels:
        if (dimension, level) in policy.hidden_levels:
            yield _reason(Code.OVERLAPS_POOLS, dimension=dimension, level=level)
        elif dimension in finest:
            yield _reason(Code.LEVEL_TOO_FINE, dimension=dimension, level=level, finest=finest[dimension])
        else:
            yield _reason(Code.DIMENSION_NOT_SHARED, dimension=dimension)
    if not request.record_level and _count(asked) > policy.scope.max_dims:
        yield _reason(Code.TOO_MANY_DIMENSIONS, asked=_count(asked), most=policy.scope.max_dims)


def _no_records(policy: Policy, request: Request) -> Iterator[Reason]:
    if not request.record_level:
        return
    records = policy.record_level
    if records is None or request.recipient not in records.recipients:
        yield _reason(Code.RECORDS_NOT_SHARED, recipient=request.recipient)


def _candidates(policy: Policy, request: Request) -> tuple[set[Reason], list[int]]:
    """The permissions that speak about this request, as positions in `policy.shares`.

    Narrowed by recipient, role and purpose in turn. Where none is left, that is a reason, and all that were
    there before stay, so that what else is in the way is reported too.
    """
    steps: tuple[tuple[Reason, Callable[[Share], bool]], ...] = (
        (
            _reason(Code.RECIPIENT_NOT_PERMITTED, recipient=request.recipient),
            lambda share: request.recipient in share.recipients,
        ),
        (
            _reason(Code.ROLE_NOT_PERMITTED, role=request.role or "none"),
            lambda share: share.roles is None or request.role in share.roles,
        ),
        (
            _reason(Code.PURPOSE_NOT_PERMITTED, purpose=request.purpose),
            lambda share: request.purpose in share.purposes,
        ),
    )
    reasons: set[Reason] = set()
    left = list(range(len(policy.shares)))
    for reason, speaks in steps:
        named = [n for n in left if speaks(policy.shares[n])]
        if not named:
            reasons.add(reason)
        left = named or left
    return reasons, left


def _refused_by(policy: Policy, number: int, request: Request, asked: frozenset[LevelOf]) -> Iterator[Reason]:
    """What one permission lacks, beyond what the data set as a whole lacks."""
    share, levels = policy.shares[number], policy.share_levels[number]
    if request.measure not in share.measures:
        yield _reason(Code.MEASURE_NOT_SHARED, measure=request.measure, permission=share.label)
    if share.ready_made_only and request.ready_made is None:
        yield _reason(Code.READY_MADE_ONLY, permission=share.label)
    for dimension, level in (asked & policy.scope_levels) - levels:
        if dimension in share.finest:
            finest = share.finest[dimension]
            details = {"dimension": dimension, "level": level, "finest": finest, "permission": share.label}
            yield _reason(Code.LEVEL_TOO_FINE, **details)
        else:
            yield _reason(Code.DIMENSION_NOT_SHARED, dimension=dimension, permission=share.label)
    too_many = share.max_dims < _count(asked) <= policy.scope.max_dims
    if too_many and not request.record_level:
        details = {"asked": str(_count(asked)), "most": str(share.max_dims), "permission": share.label}
        yield _reason(Code.TOO_MANY_DIMENSIONS, **details)


def _count(asked: frozenset[LevelOf]) -> int:
    return len({dimension for dimension, _ in asked})


def _obligations(policy: Policy, request: Request, fitting: list[Share]) -> Obligations:
    conditions = policy.conditions
    for share in fitting:
        conditions = conditions.join(share.conditions)
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

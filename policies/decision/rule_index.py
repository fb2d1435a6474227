"""A policy's rules prepared for deciding: found by recipient, role and purpose, with levels compared as bits.

Built once for a policy, so that a decision takes hardly longer with a hundred rules than with a few. The
index changes the speed of a decision, never the result: `policies.decision.decide` states the rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from policies.decision.decision import Code, Reason
from policies.decision.request import Request
from policies.model.model import Ban, LevelOf, Policy, Share
from policies.model.terms import Conditions, joined

_MOST_CACHED = 4096
"""The largest number of cached judgements; a stranger's words must not fill the memory."""
_SLOT = "_rule_index"


@dataclass(frozen=True)
class Judgement:
    """The result of all permissions of a policy for one request.

    `by`: labels of the permissions that cover the whole request; `terms`: the strictest of their terms, None
    where no permission covers the request; `against`: the reasons for a denial.
    """

    by: tuple[str, ...]
    terms: Conditions | None
    against: tuple[Reason, ...]


@dataclass(frozen=True)
class Asked:
    """The levels of a request that are in the dictionary: as pairs, as bits, and the number of dimensions."""

    levels: frozenset[LevelOf]
    bits: int
    dimensions: int


class _Permission(NamedTuple):
    share: Share
    label: str
    bits: int


class _Prohibition(NamedTuple):
    show: int
    together: tuple[int, ...]
    reason: Reason


class RuleIndex:
    """The permissions and prohibitions of one policy. Build an index with `index_of`."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._bit = {pair: 1 << n for n, pair in enumerate(policy.known_levels)}
        self._scope = self._bits(policy.scope_levels)
        self._permissions = [
            _Permission(share, share.label, self._bits(levels))
            for share, levels in zip(policy.shares, policy.share_levels, strict=True)
        ]
        self._named: dict[Any, tuple[tuple[Reason, ...], tuple[_Permission, ...]]] = {}
        self._judged: dict[Any, Judgement] = {}
        self._bans: dict[Any, tuple[_Prohibition, ...]] = {}

    def asked(self, request: Request) -> Asked:
        """The levels of a request as this index compares levels."""
        levels = request.levels & self._policy.known_levels
        named = {dimension for dimension, _ in levels} - self._policy.vocabulary.of_one_code
        return Asked(levels, self._bits(levels), len(named))

    def banned(self, request: Request, asked: Asked) -> tuple[Reason, ...]:
        """A reason for each prohibition that applies, in order; prohibitions of one name give one reason."""
        key = (request.recipient, request.role, request.purpose, request.measure)
        bans = self._bans.get(key)
        if bans is None:
            named = (b for b in enumerate(self._policy.bans) if _names(b[1], request))
            found = sorted((self._prohibition(n, ban) for n, ban in named), key=lambda one: one.reason)
            bans = _cached(self._bans, key, tuple(found))
        bits = asked.bits
        reasons: list[Reason] = []
        for ban in bans:
            applies = (not ban.show or bits & ban.show) and all(bits & level for level in ban.together)
            if applies and reasons[-1:] != [ban.reason]:
                reasons.append(ban.reason)
        return tuple(reasons)

    def judge(self, request: Request, asked: Asked) -> Judgement:
        """The result of the permissions, each taken alone: two permissions never add up to a third."""
        ready_made = request.ready_made is not None
        who = (request.recipient, request.role, request.purpose)
        key = (*who, request.measure, ready_made, request.record_level, asked.bits)
        found = self._judged.get(key)
        if found is None:
            found = _cached(self._judged, key, self._judge(request, asked))
        return found

    def _judge(self, request: Request, asked: Asked) -> Judgement:
        unnamed, speaking = self._applicable(request)
        most = self._policy.scope.max_dims
        counted = 0 if request.record_level or asked.dimensions > most else asked.dimensions
        shared = asked.bits & self._scope
        fitting = [
            each
            for each in speaking
            if request.measure in each.share.measures
            and not (each.share.ready_made_only and request.ready_made is None)
            and not shared & ~each.bits
            and counted <= each.share.max_dims
        ]
        against = set(unnamed)
        if not fitting:
            for each in speaking:
                against.update(self._objections(each, request, asked, counted))
        by = tuple(sorted({each.label for each in fitting}))
        terms = joined(each.share.conditions for each in fitting) if fitting else None
        return Judgement(by, terms, tuple(against))

    def _applicable(self, request: Request) -> tuple[tuple[Reason, ...], tuple[_Permission, ...]]:
        """The permissions that apply to this request.

        Narrowed by recipient, role and purpose in turn. Where no permission is left, the step gives a reason
        and all permissions before the step stay, so that further obstacles are reported too.
        """
        key = (request.recipient, request.role, request.purpose)
        found = self._named.get(key)
        if found is None:
            found = _cached(self._named, key, self._narrowed(request))
        return found

    def _narrowed(self, request: Request) -> tuple[tuple[Reason, ...], tuple[_Permission, ...]]:
        reasons: list[Reason] = []
        left = self._permissions
        named = [each for each in left if request.recipient in each.share.recipients]
        if not named:
            reasons.append(reason(Code.RECIPIENT_NOT_PERMITTED, recipient=request.recipient))
        left = named or left
        named = [each for each in left if each.share.roles is None or request.role in each.share.roles]
        if not named:
            reasons.append(reason(Code.ROLE_NOT_PERMITTED, role=request.role or "none"))
        left = named or left
        named = [each for each in left if request.purpose in each.share.purposes]
        if not named:
            reasons.append(reason(Code.PURPOSE_NOT_PERMITTED, purpose=request.purpose))
        return tuple(reasons), tuple(named or left)

    def _objections(
        self, permission: _Permission, request: Request, asked: Asked, counted: int
    ) -> Iterable[Reason]:
        """The reasons why one permission does not cover a request, beyond the limits of the data set."""
        share, label = permission.share, permission.label
        if request.measure not in share.measures:
            yield reason(Code.MEASURE_NOT_SHARED, measure=request.measure, permission=label)
        if share.ready_made_only and request.ready_made is None:
            yield reason(Code.READY_MADE_ONLY, permission=label)
        for dimension, level in asked.levels & self._policy.scope_levels:
            if self._bit[dimension, level] & permission.bits:
                continue
            if dimension in share.finest:
                finest = share.finest[dimension]
                yield reason(
                    Code.LEVEL_TOO_FINE, dimension=dimension, level=level, finest=finest, permission=label
                )
            else:
                yield reason(Code.DIMENSION_NOT_SHARED, dimension=dimension, permission=label)
        if share.max_dims < counted:
            yield reason(Code.TOO_MANY_DIMENSIONS, asked=counted, most=share.max_dims, permission=label)

    def _prohibition(self, number: int, ban: Ban) -> _Prohibition:
        show, together = self._policy.ban_levels[number]
        each = tuple(
            self._bits(pair for pair in together if pair[0] == dimension) for dimension in ban.together
        )
        return _Prohibition(self._bits(show), each, reason(Code.BANNED, prohibition=ban.label))

    def _bits(self, levels: Iterable[LevelOf]) -> int:
        bits = 0
        for pair in levels:
            bits |= self._bit[pair]
        return bits


def index_of(policy: Policy) -> RuleIndex:
    """The index of a policy, built at the first call and kept with the policy."""
    kept: RuleIndex | None = vars(policy).get(_SLOT)
    if kept is None:
        kept = RuleIndex(policy)
        vars(policy)[_SLOT] = kept
    return kept


def reason(code: Code, **details: str | int) -> Reason:
    """A reason with its details in a fixed order."""
    return Reason(code, tuple((name, str(value)) for name, value in sorted(details.items())))


def _names(ban: Ban, request: Request) -> bool:
    return (
        (ban.recipients is None or request.recipient in ban.recipients)
        and (ban.roles is None or request.role in ban.roles)
        and (ban.purposes is None or request.purpose in ban.purposes)
        and (ban.measures is None or request.measure in ban.measures)
    )


def _cached(kept: dict[Any, Any], key: Any, value: Any) -> Any:
    if len(kept) >= _MOST_CACHED:
        kept.clear()
    kept[key] = value
    return value

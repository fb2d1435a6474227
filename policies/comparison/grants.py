"""The permissions of a policy for each recipient, taken apart so that two policies can be compared.

A *case* is a request without its levels: recipient, role, purpose, measure, ready-made or not, a table or
single records. For each case a policy has *detail limits*: a finest level for each dimension and a largest
number of dimensions. A request of a case is permitted (prohibitions apart) exactly where one of the detail
limits holds the request.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

from policies.model.frozen import FrozenMap
from policies.model.model import Policy, Share
from policies.model.terms import Conditions
from policies.model.vocabulary import Vocabulary


@dataclass(frozen=True)
class Case:
    """A request without its levels. `role` None stands for a requester without a role."""

    recipient: str
    purpose: str
    measure: str
    role: str | None
    ready_made: bool
    records: bool = False

    def order(self) -> tuple[str, str, str, str, bool, bool]:
        """A key to sort by."""
        role = self.role or ""
        return self.recipient, self.purpose, self.measure, role, self.ready_made, self.records


@dataclass(frozen=True)
class DetailLimit:
    """Levels and a number of dimensions. `ranks`: dimension -> how fine, as in `Vocabulary.rank`."""

    finest: FrozenMap[str, str]
    ranks: FrozenMap[str, int]
    max_dims: int

    @property
    def used(self) -> int:
        """The number of dimensions that a table can really have: no more than the limit names."""
        return min(self.max_dims, len(self.ranks))

    def holds(self, other: "DetailLimit") -> bool:
        """Whether every request within `other` is within this limit: no finer level, no more dimensions."""
        return self.max_dims >= other.used and all(
            self.ranks.get(d, 0) >= rank for d, rank in other.ranks.items()
        )


@dataclass(frozen=True)
class Grant:
    """A detail limit and the conditions of its requests."""

    detail: DetailLimit
    conditions: Conditions


def grants(policy: Policy) -> dict[Case, frozenset[Grant]]:
    """Every case in which the policy permits anything, with its grants.

    Cases with the same grants share the same set object, so that work on a set can be done once for all.
    """
    found: dict[Case, list[Grant]] = {}
    records = policy.record_level.recipients if policy.record_level else frozenset()
    for share in policy.shares:
        # Measures have the same dimensions, or are apart from people and have their own.
        kinds = {m: _detail_limit(policy, share, m) for m in sorted(share.measures)}
        made = {detail: Grant(detail, share.conditions) for detail in kinds.values()}
        # an extract of single records shows every dimension at once
        extracts = {
            detail: Grant(replace(detail, max_dims=len(detail.ranks)), share.conditions) for detail in made
        }
        for case in _cases(share, policy.vocabulary):
            detail = kinds[case.measure]
            found.setdefault(case, []).append(made[detail])
            if case.recipient in records and case.measure not in policy.vocabulary.apart:
                found.setdefault(replace(case, records=True), []).append(extracts[detail])
    same: dict[tuple[int, ...], frozenset[Grant]] = {}
    return {c: same.setdefault(tuple(map(id, several)), frozenset(several)) for c, several in found.items()}


def _detail_limit(policy: Policy, share: Share, measure: str) -> DetailLimit:
    words = policy.vocabulary
    scope = policy.scope.dimensions
    finest = {
        d: words.coarser(d, level, scope[d])
        for d, level in share.finest.items()
        if d in scope and words.has(measure, d)
    }
    ranks = FrozenMap({d: words.rank(d, level) for d, level in finest.items()})
    return DetailLimit(FrozenMap(finest), ranks, min(share.max_dims, policy.scope.max_dims))


def _cases(share: Share, words: Vocabulary) -> Iterable[Case]:
    roles = (None, *sorted(words.roles)) if share.roles is None else sorted(share.roles)
    kinds = (True,) if share.ready_made_only else (False, True)
    parts = product(sorted(share.recipients), sorted(share.purposes), sorted(share.measures), roles, kinds)
    return (Case(*part) for part in parts)


def is_covered(detail: DetailLimit, by: frozenset[DetailLimit]) -> bool:
    """Whether each request within `detail` is within one of the limits `by`: exactly, also where no single
    limit of `by` is enough.

    A request escapes all limits where, for each limit, some dimension of the request is too fine.
    """
    too_fine = [
        frozenset(d for d, rank in detail.ranks.items() if other.ranks.get(d, 0) < rank)
        for other in by
        if other.max_dims >= detail.used
    ]
    return not _has_hitting_set(too_fine, detail.used)


def _has_hitting_set(sets: list[frozenset[str]], most: int) -> bool:
    """Whether `most` elements are enough to hit every set (a bounded search for a hitting set)."""
    if not sets:
        return True
    if most == 0:
        return False
    smallest = min(sets, key=len)
    return any(
        _has_hitting_set([one for one in sets if element not in one], most - 1) for element in smallest
    )


def conditions_at(detail: DetailLimit, several: frozenset[Grant], base: Conditions) -> Conditions:
    """The conditions of the finest requests within `detail`: the strictest of the grants for `detail`."""
    joined = base
    for grant in several:
        if grant.detail.holds(detail):
            joined = joined.join(grant.conditions)
    return joined


def meet(one: DetailLimit, other: DetailLimit) -> DetailLimit:
    """The requests that are within both limits."""
    ranks = {d: min(rank, other.ranks[d]) for d, rank in one.ranks.items() if d in other.ranks}
    finest = {d: min(one, other, key=lambda b: b.ranks[d]).finest[d] for d in ranks}
    return DetailLimit(FrozenMap(finest), FrozenMap(ranks), min(one.max_dims, other.max_dims))

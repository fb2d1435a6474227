"""What a policy lets each recipient see, taken apart so that two policies can be compared.

A *case* is everything about a request but its levels: recipient, role, purpose, measure, ready-made or not,
a table or single records.
For each case a policy has *boxes*: a finest level for each dimension and a largest number of dimensions.
A request of a case is permitted (prohibitions apart) exactly where one of its boxes holds it.
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
class Box:
    """Levels and a number of dimensions. `ranks`: dimension -> how fine, as in `Vocabulary.rank`."""

    finest: FrozenMap[str, str]
    ranks: FrozenMap[str, int]
    max_dims: int

    @property
    def used(self) -> int:
        """How many dimensions a table can really have: a box cannot use more than it names."""
        return min(self.max_dims, len(self.ranks))

    def holds(self, other: "Box") -> bool:
        """Whether every request in `other` is in this box: finer in nothing, with no more dimensions."""
        return self.max_dims >= other.used and all(
            self.ranks.get(d, 0) >= rank for d, rank in other.ranks.items()
        )


@dataclass(frozen=True)
class Grant:
    """A box and what goes with it."""

    box: Box
    conditions: Conditions


def grants(policy: Policy) -> dict[Case, frozenset[Grant]]:
    """Every case in which the policy permits anything, with its grants.

    Cases with the same grants have the very same set, so that work on a set can be done once for all.
    """
    found: dict[Case, list[Grant]] = {}
    records = policy.record_level.recipients if policy.record_level else frozenset()
    for share in policy.shares:
        box = _box(policy, share)
        grant = Grant(box, share.conditions)
        # an extract of single records shows every dimension at once
        extract = Grant(replace(box, max_dims=len(box.ranks)), share.conditions)
        for case in _cases(share, policy.vocabulary):
            found.setdefault(case, []).append(grant)
            if case.recipient in records:
                found.setdefault(replace(case, records=True), []).append(extract)
    same: dict[tuple[int, ...], frozenset[Grant]] = {}
    return {c: same.setdefault(tuple(map(id, several)), frozenset(several)) for c, several in found.items()}


def _box(policy: Policy, share: Share) -> Box:
    words = policy.vocabulary
    scope = policy.scope.dimensions
    finest = {d: words.coarser(d, level, scope[d]) for d, level in share.finest.items() if d in scope}
    ranks = FrozenMap({d: words.rank(d, level) for d, level in finest.items()})
    return Box(FrozenMap(finest), ranks, min(share.max_dims, policy.scope.max_dims))


def _cases(share: Share, words: Vocabulary) -> Iterable[Case]:
    roles = (None, *sorted(words.roles)) if share.roles is None else sorted(share.roles)
    kinds = (True,) if share.ready_made_only else (False, True)
    parts = product(sorted(share.recipients), sorted(share.purposes), sorted(share.measures), roles, kinds)
    return (Case(*part) for part in parts)


def held(box: Box, by: frozenset[Box]) -> bool:
    """Whether each request in `box` is in one of the boxes `by`: exactly, not only by a single box.

    A request escapes all of them where it has, for each one, a dimension that is too fine for that box.
    """
    too_fine = [
        frozenset(d for d, rank in box.ranks.items() if other.ranks.get(d, 0) < rank)
        for other in by
        if other.max_dims >= box.used
    ]
    return not _can_hit(too_fine, box.used)


def _can_hit(sets: list[frozenset[str]], most: int) -> bool:
    """Whether `most` elements are enough to have one of each set (a bounded search for a hitting set)."""
    if not sets:
        return True
    if most == 0:
        return False
    smallest = min(sets, key=len)
    return any(_can_hit([one for one in sets if element not in one], most - 1) for element in smallest)


def conditions_at(box: Box, several: frozenset[Grant], base: Conditions) -> Conditions:
    """What goes with the finest requests of `box`: the strictest of all grants that hold it."""
    joined = base
    for grant in several:
        if grant.box.holds(box):
            joined = joined.join(grant.conditions)
    return joined


def meet(one: Box, other: Box) -> Box:
    """The requests that are in both boxes."""
    ranks = {d: min(rank, other.ranks[d]) for d, rank in one.ranks.items() if d in other.ranks}
    finest = {d: min(one, other, key=lambda b: b.ranks[d]).finest[d] for d in ranks}
    return Box(FrozenMap(finest), FrozenMap(ranks), min(one.max_dims, other.max_dims))

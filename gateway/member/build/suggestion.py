"""Suggests other policies to a controller: some thirty coarsenings, merges and thresholds, by score.

Each suggestion makes one or two changes to the level of detail in the given policy, and no others. Pure,
apart from making the cubes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from gateway.member.build.cube_findings import shares
from gateway.member.build.preview import CANONICAL, make, scores
from gateway.member.cube.table_shares import TableShare
from gateway.member.cube.usefulness import Score
from gateway.member.errors import NotProtectedError
from gateway.member.node.context import Node
from policies import Policy, Scope
from policies.model.frozen import FrozenMap
from policies.model.terms import Zeros

MOST = 32
THRESHOLDS = (3, 5, 7, 10)
PACKS: tuple[tuple[str, ...], ...] = ((CANONICAL,), (CANONICAL, "article-7"), ("article-7",))


@dataclass(frozen=True)
class Candidate:
    """A policy and its changed lines, in the words of the document."""

    written: tuple[str, ...]
    policy: Policy


@dataclass(frozen=True)
class Rated:
    """A candidate with the findings on its cube. `scores` are by ready-made question; `shares` are of the
    tables that were to be compared.
    """

    candidate: Candidate
    cells: int
    withheld: int
    scores: Mapping[str, Score]
    shares: tuple[TableShare, ...]

    @property
    def score(self) -> float:
        return sum(self.scores.values(), start=Score(0.0, 0.0)).value


class EnoughError(Exception):
    """Raised by the caller's `check` to end a candidate: its time is up, or the person has stopped the
    search.
    """


def candidates(policy: Policy) -> tuple[Candidate, ...]:
    """The policy itself first, then its variants, at most MOST in all."""
    single = [*_coarser(policy), *_fewer(policy), *_protection(policy)]
    found = [Candidate(("as it is",), policy), *single]
    coarse = [one for one in single if one.written[0].startswith("finest")]
    for one, other in combinations(coarse, 2):
        found.append(_both(policy, one, other))
    by_scope: dict[Scope, Candidate] = {}
    for one in found:
        by_scope.setdefault(one.policy.scope, one)
    return tuple(by_scope.values())[:MOST]


def rate(
    node: Node,
    candidate: Candidate,
    check: Callable[[str, float], None],
    beside: Rated | None = None,
) -> Rated | None:
    """The findings on a candidate; None where no safe cube can be made. `check` may raise EnoughError.

    The shares are of the tables of `beside`, as far as the candidate has them; without it, of the candidate's
    own readable tables.
    """
    try:
        made = make(node, candidate.policy, check)
    except NotProtectedError:
        return None
    withheld = int(made.to_be_read.withheld.sum())
    compared = None if beside is None else [one.table for one in beside.shares]
    return Rated(
        candidate, len(made.cube.withheld), withheld, scores(node, made), shares(node, made, compared)
    )


def ranked(rated: list[Rated]) -> list[Rated]:
    """The best first; among equal scores, fewer withheld cells first."""
    return sorted(rated, key=lambda one: (-round(one.score, 6), one.withheld))


def _coarser(policy: Policy) -> Iterator[Candidate]:
    """Each dimension a level coarser, then each dimension left out."""
    scope, words = policy.scope, policy.vocabulary
    shown = {d for d, _ in policy.scope_levels}
    for dimension, level in sorted(scope.dimensions.items()):
        coarser = words.from_level(dimension, level)[1:2] if dimension in shown else ()
        for name in coarser:
            yield _with(policy, f"finest: {{{dimension}: {name}}}", {**scope.dimensions, dimension: name})
    for dimension in sorted(shown):
        left = {d: level for d, level in scope.dimensions.items() if d != dimension}
        if left:
            yield _with(policy, f"finest: without {dimension}", left)


def _fewer(policy: Policy) -> Iterator[Candidate]:
    for most in range(1, policy.scope.max_dims):
        yield _scoped(policy, f"max_dimensions: {most}", replace(policy.scope, max_dims=most))


def _protection(policy: Policy) -> Iterator[Candidate]:
    scope = policy.scope
    for threshold in THRESHOLDS:
        yield _scoped(policy, f"threshold: {threshold}", replace(scope, threshold=threshold))
    for zeros in Zeros:
        yield _scoped(policy, f"zeros: {zeros}", replace(scope, zeros=zeros))
    for packs in PACKS:
        yield _scoped(policy, f"priority: [{', '.join(packs)}]", replace(scope, priority=packs))


def _with(policy: Policy, written: str, dimensions: Mapping[str, str]) -> Candidate:
    return _scoped(policy, written, replace(policy.scope, dimensions=FrozenMap(dimensions)))


def _scoped(policy: Policy, written: str, scope: Scope) -> Candidate:
    return Candidate((written,), replace(policy, scope=scope))


def _both(policy: Policy, one: Candidate, other: Candidate) -> Candidate:
    """Two coarsenings together: for each dimension the coarser level, and only dimensions shown by both."""
    rank = policy.vocabulary.rank
    first, second = one.policy.scope.dimensions, other.policy.scope.dimensions
    dimensions = {
        d: min(level, second[d], key=lambda name, d=d: rank(d, name))  # type: ignore[misc]
        for d, level in first.items()
        if d in second
    }
    scope = replace(policy.scope, dimensions=FrozenMap(dimensions))
    return Candidate((*one.written, *other.written), replace(policy, scope=scope))

"""The tables that one recipient may obtain from a member for one purpose: a function of the policy alone.

Bounds that go with withheld cells follow from these tables and from no others: bounds from the whole cube
would disclose cells of other recipients.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations, product
from math import prod
from typing import TypeAlias

from gateway.dictionary import SERVICE_DATE, Dictionary, Tree
from gateway.member.answer.policy_verdict import Requester, judge, request_of
from gateway.member.cube.cube_reading import MAX_CELLS
from gateway.question import Question
from policies import Policy, Request
from policies.model.terms import Approval

Levels: TypeAlias = frozenset[tuple[str, str]]
"""The cells with a code at each of these (dimension, level), and `Total` on all other dimensions."""


@dataclass(frozen=True)
class Asked:
    """Who asked what, and when it was decided."""

    requester: Requester
    question: Question
    at: datetime


def levels_of(dictionary: Dictionary, question: Question) -> Levels:
    """The levels of a question, of filters too. `question` is in a member's form (`Question.inside`)."""
    named = [*question.by, *(f.level for f in question.where)]
    return frozenset((dictionary.level(level).dimension, level) for level in named)


def obtainable_tables(
    dictionary: Dictionary,
    policy: Policy,
    trees: Mapping[str, Tree],
    asked: Asked,
    made: Collection[frozenset[str]] | None = None,
) -> frozenset[Levels]:
    """The levels of every cell that the requester may obtain, for the question's purpose and measure.

    `made`: the dimensions of each table of the cube; by default all that the policy allows.
    The `trees` are the dimensions of the cube, without the year of service, of which each question about
    clients names one, and the policy is in force when the question is answered.

    A table is obtained with its margins. A table that a person would have to approve first is not counted:
    nobody has approved that its cells be read off bounds of other cells. Quotas do not matter: in time, a
    recipient obtains everything.
    """

    def granted(request: Request) -> bool:
        decision, refusals = judge(policy, request, asked.at)
        terms = decision.obligations
        return not refusals and terms is not None and terms.approval is Approval.AUTOMATIC

    year = tuple(f for f in asked.question.where if dictionary.of_dimension(f.level, SERVICE_DATE))
    found: set[Levels] = set()
    for levels in _tables(trees, policy.scope.max_dims):
        if levels in found or (made is not None and frozenset(d for d, _ in levels) not in made):
            continue
        by = tuple(sorted(level for _, level in levels))
        question = replace(asked.question, by=by, where=year).inside()
        request = request_of(dictionary, policy.member, asked.requester, question)
        if _fits(trees, levels) and granted(request):
            found |= with_margins(levels)
        elif levels and granted(replace(request, ready_made=None)):
            found.add(levels)  # a question with a filter on each dimension, one for each code
    return frozenset(found)


def _tables(trees: Mapping[str, Tree], max_dims: int) -> Iterator[Levels]:
    """Every table of a cube at every level, tables of many dimensions first: their margins come with them."""
    for count in range(min(max_dims, len(trees)), -1, -1):
        for dimensions in combinations(sorted(trees), count):
            for levels in product(*(trees[d].levels for d in dimensions)):
                yield frozenset(zip(dimensions, levels, strict=True))


def _fits(trees: Mapping[str, Tree], levels: Levels) -> bool:
    """Whether the whole table fits into one answer."""
    return prod(len(trees[dimension].at[level]) + 1 for dimension, level in levels) <= MAX_CELLS


def with_margins(levels: Levels) -> set[Levels]:
    """A table and all its margins."""
    return {frozenset(each) for count in range(len(levels) + 1) for each in combinations(levels, count)}

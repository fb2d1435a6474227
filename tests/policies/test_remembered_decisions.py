"""Results of one question are cached for the next, within bounds, so that later decisions cost little."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from policies import Code, Policy, Request
from policies.decision import rule_index
from policies.decision.rule_index import RuleIndex, index_of

MakePolicy = Callable[..., Policy]
MakeRequest = Callable[..., Request]
MOST = 3


@pytest.fixture
def fresh(policy: MakePolicy) -> Policy:
    """A policy that has decided nothing yet."""
    return replace(policy("never: [{with: public}]"))


def sizes(rules: RuleIndex) -> list[int]:
    """How much is in each of the memories of an index."""
    kept = (rules._named, rules._judged, rules._bans)  # growing without end shows nowhere else
    return [len(each) for each in kept]


def test_a_policy_is_prepared_once(fresh: Policy) -> None:
    assert index_of(fresh) is index_of(fresh)


def test_a_question_asked_again_is_answered_from_memory(fresh: Policy, request_for: MakeRequest) -> None:
    rules, request = index_of(fresh), request_for("date.year")

    assert rules.judge(request, rules.asked(request)) is rules.judge(request, rules.asked(request))


def test_who_asks_for_something_else_is_not_looked_up_again(fresh: Policy, request_for: MakeRequest) -> None:
    rules = index_of(fresh)
    one, other = (
        request_for("date.year", purpose="research", measure=measure)
        for measure in ("casualties", "services")
    )

    (first,) = (r for r in rules.judge(one, rules.asked(one)).against if r.code is Code.PURPOSE_NOT_PERMITTED)
    (again,) = (
        r for r in rules.judge(other, rules.asked(other)).against if r.code is Code.PURPOSE_NOT_PERMITTED
    )
    assert first is again


def test_a_prohibition_met_again_is_not_looked_up_again(fresh: Policy, request_for: MakeRequest) -> None:
    rules, request = index_of(fresh), request_for("date.year", recipient="public")

    (first,) = rules.banned(request, rules.asked(request))
    (again,) = rules.banned(request, rules.asked(request))
    assert first is again


def test_words_of_strangers_do_not_fill_the_memory(
    fresh: Policy, request_for: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_index, "_MOST_CACHED", MOST)
    rules = index_of(fresh)
    seen = []
    for number in range(2 * MOST + 1):
        stranger = request_for("date.year", purpose=f"curiosity {number}")
        rules.judge(stranger, rules.asked(stranger))
        rules.banned(stranger, rules.asked(stranger))
        seen.append(sizes(rules))

    assert seen == [[kept] * 3 for kept in (1, 2, 3, 1, 2, 3, 1)]

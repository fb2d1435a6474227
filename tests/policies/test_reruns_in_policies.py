"""Reruns of the program: a policy withstands them in small tables unless it accepts them."""

from collections.abc import Callable

import pytest

from policies import Policy, Vocabulary, load_policy
from policies.comparison.diff import diff
from policies.document.canonical import canonical_text
from policies.document.compose import compose
from policies.explanation.explain import describe
from policies.lint.lint import lint
from policies.model.terms import Reruns

MakePolicy = Callable[..., Policy]


def test_a_policy_withstands_reruns_unless_it_says_otherwise(policy: MakePolicy, words: Vocabulary) -> None:
    assert policy().scope.reruns is Reruns.WITHSTAND
    assert policy("reruns: withstand") == policy()
    assert "reruns" not in canonical_text(policy())

    accepting = policy("reruns: accept")
    assert load_policy(canonical_text(accepting), words) == accepting != policy()


@pytest.mark.parametrize("above", ["", "reruns: accept"])
@pytest.mark.parametrize("own", ["", "reruns: accept"])
def test_reruns_are_accepted_where_both_policies_accept_them(
    policy: MakePolicy, above: str, own: str
) -> None:
    both = compose(policy(f"data_set: all\n{above}"), policy(own))

    assert (both.scope.reruns is Reruns.ACCEPT) is bool(above and own)


def test_the_explanation_says_where_reruns_are_accepted(policy: MakePolicy) -> None:
    sentence = "whoever reruns the public program on other tables may exclude some of the values"

    assert sentence in " ".join(describe(policy("reruns: accept")))
    assert sentence not in " ".join(describe(policy()))
    assert sentence not in " ".join(describe(policy("reruns: accept\nmechanism: cell-key")))


def test_accepted_reruns_are_noted_and_are_a_loosening(policy: MakePolicy) -> None:
    accepting = policy("reruns: accept")

    assert "reruns-accepted" in {finding.code for finding in lint(accepting)}
    assert "reruns-accepted" not in {finding.code for finding in lint(policy())}
    assert [f"{c.direction}: {c.sentence}" for c in diff(policy(), accepting)] == [
        "loosened: Reruns of the program: accept, was withstand."
    ]

"""Reruns of the program: a policy withstands them in small tables unless it accepts them."""

from collections.abc import Callable

import pytest

from policies import Policy, Vocabulary, load_policy
from policies.comparison.diff import diff
from policies.document.canonical import canonical_text
from policies.document.compose import compose
from policies.explanation.explain import describe
from policies.lint.lint import lint
from policies.model.terms import Reruns, strictest

MakePolicy = Callable[..., Policy]


def test_a_policy_withstands_reruns_unless_it_says_otherwise(policy: MakePolicy, words: Vocabulary) -> None:
    assert policy().scope.reruns is Reruns.WITHSTAND
    assert policy("reruns: withstand") == policy()
    assert "reruns" not in canonical_text(policy())

    accepting = policy("reruns: accept")
    assert load_policy(canonical_text(accepting), words) == accepting != policy()


@pytest.mark.parametrize("above", ["accept", "small-tables", "withstand"])
@pytest.mark.parametrize("own", ["accept", "small-tables", "withstand"])
def test_of_two_policies_the_stricter_word_counts(policy: MakePolicy, above: str, own: str) -> None:
    both = compose(policy(f"data_set: all\nreruns: {above}"), policy(f"reruns: {own}"))

    assert both.scope.reruns is strictest(Reruns(above), Reruns(own))
    assert [*Reruns] == [Reruns.ACCEPT, Reruns.SMALL_TABLES, Reruns.WITHSTAND]


def test_the_explanation_says_where_reruns_are_accepted(policy: MakePolicy) -> None:
    sentence = "whoever reruns the public program on other tables may exclude some of the values"

    assert sentence in " ".join(describe(policy("reruns: accept")))
    assert sentence not in " ".join(describe(policy()))
    assert sentence not in " ".join(describe(policy("reruns: accept\nmechanism: cell-key")))


def test_reruns_of_large_tables_are_explained_and_noted(policy: MakePolicy) -> None:
    some = policy("reruns: small-tables")

    assert "What is withheld of large tables, of accidents and of clients" in " ".join(describe(some))
    assert "reruns-of-large-tables" in {finding.code for finding in lint(some)}
    assert [f"{c.direction}: {c.sentence}" for c in diff(policy(), some)] == [
        "loosened: Reruns of the program: small-tables, was withstand."
    ]


def test_accepted_reruns_are_noted_and_are_a_loosening(policy: MakePolicy) -> None:
    accepting = policy("reruns: accept")

    assert "reruns-accepted" in {finding.code for finding in lint(accepting)}
    assert "reruns-accepted" not in {finding.code for finding in lint(policy())}
    assert [f"{c.direction}: {c.sentence}" for c in diff(policy(), accepting)] == [
        "loosened: Reruns of the program: accept, was withstand."
    ]

"""Clients of assistance in a policy: people with dimensions of their own, of one year of service."""

from datetime import UTC, datetime

import pytest

from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from policies import Policy, Request, decide, load_policy
from policies.decision.decision import Code
from policies.explanation.explain import describe
from policies.lint.lint import lint

WORDS = vocabulary(regional(), recipients=RECIPIENTS, member="KH")
TEXT = """
member: KH
version: 1
valid_from: 2026-01-01
legal_basis: agreement
share:
  - {with: ARMAC, for: regional-reporting, measures: [casualties, clients, cases]}
finest:
  date: year
  sex: sex
  outcome: yes
  service_date: service_year
  age_now: adult_child_now
  disability: yes
max_dimensions: 3
"""
NAMED = ("casualties", "cases and clients")
AT = datetime(2026, 3, 1, tzinfo=UTC)


def policy(more: str = "") -> Policy:
    return load_policy(TEXT + more, WORDS)


def finest(words: str) -> Policy:
    return load_policy(TEXT.replace("disability: yes", words), WORDS)


def test_yes_means_the_only_level_that_a_dimension_once_had() -> None:
    assert finest("pillar: yes").scope.dimensions["pillar"] == "pillar"
    assert finest("pillar: item").scope.dimensions["pillar"] == "item"


def asked(measure: str, *levels: str) -> Request:
    pairs = [(regional().level(level).dimension, level) for level in levels]
    return Request.of(
        member="KH",
        recipient="ARMAC",
        role="analyst",
        purpose="regional-reporting",
        measure=measure,
        levels=pairs,
        ready_made=None,
    )


def test_clients_and_casualties_have_their_own_dimensions_and_share_sex() -> None:
    assert WORDS.has("clients", "disability")
    assert WORDS.has("cases", "status.REH")
    assert not WORDS.has("casualties", "disability")
    assert not WORDS.has("clients", "outcome")
    assert WORDS.has("clients", "sex")
    assert WORDS.has("casualties", "sex")


def test_a_permission_is_read_aloud_for_casualties_and_for_clients_apart() -> None:
    said = " ".join(describe(policy()))

    people, clients = (next(x for x in said.split(". ") if f": {name}, by" in x) for name in NAMED)
    assert "outcome" in people
    assert "disability" not in people
    assert "disability" in clients
    assert "outcome" not in clients


def test_the_year_of_service_is_no_dimension_of_a_table() -> None:
    three = ("disability", "sex", "adult_child_now")

    assert decide(policy(), asked("clients", *three, "service_year"), AT).permit
    refused = decide(_of_two(), asked("clients", *three, "service_year"), AT)
    assert [reason.code for reason in refused.reasons] == [Code.TOO_MANY_DIMENSIONS] * len(refused.reasons)


def _of_two() -> Policy:
    return load_policy(TEXT.replace("max_dimensions: 3", "max_dimensions: 2"), WORDS)


def test_clients_without_their_years_are_pointed_out() -> None:
    without = load_policy(TEXT.replace("  service_date: service_year\n", ""), WORDS)

    (found,) = [one for one in lint(without) if one.code == "year-not-shared"]
    assert "Add service_date: service_year under finest" in found.sentence
    assert "year-not-shared" not in {one.code for one in lint(policy())}


@pytest.mark.parametrize(
    ("more", "found"),
    [("", False), ("record_level: {to: ARMAC, k: 5, l: 2, approval: two persons}\n", True)],
)
def test_single_records_beside_clients_are_pointed_out(more: str, found: bool) -> None:
    assert ("records-beside-clients" in {one.code for one in lint(policy(more))}) is found

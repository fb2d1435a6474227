"""The examples that ship with the package agree with the domain's description of the four characters."""

from importlib import resources

import pytest

from policies import Policy, Vocabulary, load_policy
from policies.model.model import Mechanism, RecordLevel
from policies.model.terms import Approval, Period, Redistribution, Release, Zeros

NAMES = ("default", "restrictive", "medium", "open")


def example(name: str, words: Vocabulary) -> Policy:
    text = (resources.files("policies") / "examples" / f"{name}.yaml").read_text(encoding="utf-8")
    return load_policy(text, words)


def test_the_default_written_out_is_what_five_lines_say(words: Vocabulary) -> None:
    five = """\
member: KH
version: 1
valid_from: 2026-01-01
share: [{with: ARMAC, for: [treaty-reporting, regional-reporting]}]
legal_basis: data sharing agreement
"""

    assert load_policy(five, words) == example("default", words)


def test_restrictive(words: Vocabulary) -> None:
    policy = example("restrictive", words)

    assert [s.label for s in policy.shares] == ["ARMAC for treaty-reporting"]
    assert policy.scope.measures == {"casualties"}
    assert "place" not in policy.scope.dimensions
    assert (policy.scope.max_dims, policy.scope.threshold, policy.scope.zeros) == (2, 11, Zeros.PROTECT)
    assert policy.scope.pooled_years == 3
    assert (policy.embargo_days, policy.release) == (365, Release.ONCE)
    assert policy.conditions.approval_ready_made is Approval.TWO
    assert policy.conditions.approval_others is Approval.TWO
    assert policy.conditions.quotas == {Period.MONTH: 5}
    assert policy.conditions.retention_days == 365
    assert policy.conditions.redistribution is Redistribution.NO
    assert policy.legal_basis == "ministerial order"


def test_medium(words: Vocabulary) -> None:
    policy = example("medium", words)

    assert policy.shares[0].recipients == {"ARMAC", "Victim Assistance Network authorities"}
    assert "services" in policy.scope.measures
    assert policy.scope.dimensions["date"] == "quarter"
    assert policy.scope.dimensions["age"] == "band_va"
    assert policy.scope.dimensions["status.PSS"] == "met.PSS"
    assert policy.scope.mechanism == Mechanism()
    assert policy.conditions.approval_ready_made is Approval.AUTOMATIC
    assert policy.conditions.approval_others is Approval.ONE
    assert policy.conditions.retention_days == 1095


def test_open(words: Vocabulary) -> None:
    policy = example("open", words)

    assert {share.ready_made_only for share in policy.shares if "public" in share.recipients} == {True}
    # Single records and numbers of clients may be about the same people: an open policy gives the records.
    assert policy.scope.measures == {"casualties", "accidents"}
    assert policy.record_level is not None
    assert policy.scope.dimensions["injury.EYE"] == "injury.EYE"
    assert "status.REH" not in policy.scope.dimensions
    assert (policy.scope.threshold, policy.scope.zeros) == (3, Zeros.PUBLISH)
    assert policy.record_level == RecordLevel(
        frozenset({"accredited researchers"}), k=5, l=2, approval=Approval.TWO, consent="REC"
    )
    assert policy.release is Release.QUARTERLY


@pytest.mark.parametrize("name", NAMES)
def test_no_example_outlives_its_review(words: Vocabulary, name: str) -> None:
    assert example(name, words).valid_until is not None

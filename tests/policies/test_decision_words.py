"""The words of decisions, which logs keep for years: with other words no replay would be possible."""

from itertools import permutations

import pytest

from policies.decision.decision import Code, Decision, DisclosedReason, Obligations, Reason
from policies.decision.record import decision_record
from policies.model.frozen import FrozenMap
from policies.model.terms import (
    Appearance,
    Approval,
    Graded,
    MechanismKind,
    Period,
    Redistribution,
    Release,
    Review,
    Zeros,
    strictest,
)

REASONS = """
    other-member not-yet-valid expired unknown-recipient unknown-role unknown-purpose unknown-measure
    unknown-dimension unknown-level unknown-question banned recipient-not-permitted role-not-permitted
    purpose-not-permitted measure-not-shared dimension-not-shared level-too-fine overlaps-pools
    too-many-dimensions ready-made-only records-not-shared
"""
DISCLOSED = """
    not-in-force not-understood not-for-you not-for-this-purpose not-shared too-detailed ready-made-only
"""

SCALES: dict[type[Graded], tuple[str, ...]] = {
    Zeros: ("publish", "partner", "protect"),
    Approval: ("automatic", "one person", "two persons"),
    Redistribution: ("yes", "aggregates with credit", "no"),
    Release: ("each month", "each quarter", "twice a year", "once a year"),
    Appearance: ("on its own", "only within regional totals"),
    Review: ("none", "second person"),
}
"""From the loosest to the strictest."""


def denied(*codes: Code) -> Decision:
    return Decision(False, tuple(Reason(code) for code in codes), None, "KH", 1)


def test_reasons_have_the_words_that_logs_have() -> None:
    assert [str(code) for code in Code] == REASONS.split()


def test_disclosed_reasons_have_the_words_of_answers() -> None:
    assert [str(reported) for reported in DisclosedReason] == DISCLOSED.split()


@pytest.mark.parametrize("order", list(permutations((Code.LEVEL_TOO_FINE, Code.BANNED, Code.EXPIRED))))
def test_disclosed_reasons_have_one_order(order: tuple[Code, ...]) -> None:
    assert denied(*order).disclosed == (
        DisclosedReason.NOT_IN_FORCE,
        DisclosedReason.NOT_SHARED,
        DisclosedReason.TOO_DETAILED,
    )


def test_a_permit_without_records_asks_nothing_of_records() -> None:
    plain = Obligations(
        approval=Approval.AUTOMATIC,
        quotas=FrozenMap({}),
        embargo_days=90,
        release=Release.QUARTERLY,
        appears=Appearance.OWN,
        retention_days=None,
        redistribution=Redistribution.NO,
        hub_cache_days=None,
        legal_basis=None,
    )
    written = decision_record(Decision(True, (), plain, "KH", 1))["obligations"]

    assert written is not None
    assert (written["k"], written["l"], written["consent"]) == (None, None, None)


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.__name__)
def test_scales_have_their_words_and_end_with_the_strictest(scale: type[Graded]) -> None:
    assert tuple(str(word) for word in scale) == SCALES[scale]
    assert [word.grade for word in scale] == list(range(len(SCALES[scale])))
    for order in permutations(scale):
        assert strictest(*order) is list(scale)[-1]


def test_mechanisms_and_periods_have_their_words() -> None:
    assert [str(kind) for kind in MechanismKind] == [
        "suppression",
        "cell-key",
        "controlled-rounding",
        "differential-privacy",
    ]
    assert [str(period) for period in Period] == ["day", "week", "month", "year"]

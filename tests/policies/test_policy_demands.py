"""The demands of a policy on a system: each key that would be broken by ignoring the demand."""

from collections.abc import Callable

import pytest

from policies import Policy
from policies.decision.demands import AFTERWARDS, Demand, demands

MakePolicy = Callable[..., Policy]
NOTHING_SPECIAL = "redistribution: yes\nhub_cache: unlimited\npopulation: {victims: [DIR, FAM]}\n"


def test_every_policy_has_a_release_schedule_and_little_else(policy: MakePolicy) -> None:
    assert demands(policy(NOTHING_SPECIAL)) == {Demand.RELEASE_SCHEDULE}


def test_the_default_demands_what_the_usual_terms_say(policy: MakePolicy) -> None:
    usual = {Demand.RELEASE_SCHEDULE, Demand.VICTIMS, Demand.REDISTRIBUTION, Demand.HUB_CACHE}

    assert demands(policy()) == usual
    assert demands(policy(share="")) == usual
    assert demands(policy()) - AFTERWARDS == {Demand.RELEASE_SCHEDULE, Demand.VICTIMS}


@pytest.mark.parametrize(
    ("line", "demand"),
    [
        ("threshold: {usual: 3, place: {province: 10}}", Demand.LEVEL_THRESHOLDS),
        ("pooled_years: 3", Demand.POOLED_YEARS),
        ("years_per_release: 2", Demand.YEARS_PER_RELEASE),
        ("mechanism: cell-key", Demand.CELL_KEY),
        ("mechanism: {kind: controlled-rounding, base: 5}", Demand.ROUNDING),
        (
            "mechanism: {kind: differential-privacy, budget: 1, per_table: 0.1, first_year: 2015}",
            Demand.DIFFERENTIAL_PRIVACY,
        ),
        ("review: second person", Demand.REVIEW),
        ("approval: one person", Demand.APPROVAL),
        ("approval: {ready_made: one person, others: automatic}", Demand.APPROVAL),
        ("approval: {ready_made: automatic, others: two persons}", Demand.APPROVAL),
        ("quota: 5 a month", Demand.QUOTA),
        ("appears: only within regional totals", Demand.TOTALS_ONLY),
        ("retention: 5 days", Demand.RETENTION),
    ],
)
def test_each_demand_comes_from_its_key(policy: MakePolicy, line: str, demand: Demand) -> None:
    assert demands(policy(NOTHING_SPECIAL + line)) == {Demand.RELEASE_SCHEDULE, demand}


def test_a_demand_of_one_permission_is_one_of_the_policy(policy: MakePolicy) -> None:
    share = (
        "{with: public, for: research}, {with: ARMAC, for: research, quota: 5 a day, approval: two persons}"
    )

    assert demands(policy(NOTHING_SPECIAL, share=share)) == {
        Demand.RELEASE_SCHEDULE,
        Demand.QUOTA,
        Demand.APPROVAL,
    }


def test_a_permission_that_a_system_cannot_use_is_no_demand(policy: MakePolicy) -> None:
    more = "keep: total\nrecord_level: {to: ARMAC, k: 5, l: 2}\nregional_totals: {contributors: 9}"

    assert demands(policy(NOTHING_SPECIAL + more)) == {Demand.RELEASE_SCHEDULE}

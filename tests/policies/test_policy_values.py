"""The small values beneath a policy: pools and bands, graded words, conditions; all immutable."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Code, Policy, Request, decide
from policies.decision.rule_index import index_of
from policies.model.frozen import FrozenMap
from policies.model.model import Ban, Dominance, Mechanism, Noise, Scope
from policies.model.pools import nested
from policies.model.terms import (
    Approval,
    Conditions,
    MechanismKind,
    Period,
    Redistribution,
    Release,
    Zeros,
    fewest,
    shortest,
    strictest,
)


@pytest.mark.parametrize(
    ("pools", "length", "fit"),
    [
        (5, 5, True),
        (10, 5, True),
        (5, 10, True),
        (2, 4, True),
        (4, 6, False),
        (3, 5, False),
        (6, 5, False),
        (((2010, 2014),), 5, True),
        (((2010, 2012), (2013, 2014)), 5, True),
        (((2010, 2019),), 5, True),
        (((2013, 2016),), 5, False),
        (((2010, 2015),), 5, False),
        (((2009, 2014),), 5, False),
        (((2008, 2014),), 5, False),
        (((2010, 2014), (2014, 2016)), 5, False),
    ],
)
def test_bands_and_pools_lie_within_each_other_or_overlap(
    pools: int | tuple[tuple[int, int], ...], length: int, fit: bool
) -> None:
    assert nested(pools, length) == fit


@given(st.integers(1, 12), st.integers(1, 12))
def test_nested_means_that_no_difference_gives_a_part_away(pools: int, length: int) -> None:
    """Against plain sets of years: two periods are disjoint, or one contains the other."""

    def periods(size: int) -> list[set[int]]:
        return [set(range(first, first + size)) for first in range(0, 144, size)]

    apart_or_within = all(
        not (one & other) or one <= other or other <= one
        for one in periods(pools)
        for other in periods(length)
        if max(one | other) < 144
    )
    assert nested(pools, length) == apart_or_within


def test_the_scales_run_from_loose_to_strict() -> None:
    assert [word.grade for word in Approval] == [0, 1, 2]
    assert strictest(Zeros.PROTECT, Zeros.PUBLISH, Zeros.PARTNER) is Zeros.PROTECT
    assert strictest(Zeros.PARTNER) is Zeros.PARTNER
    assert strictest(Release.MONTHLY, Release.ONCE) is Release.ONCE
    assert strictest(Redistribution.NO, Redistribution.YES) is Redistribution.NO


def test_a_time_without_end_is_the_longest() -> None:
    assert shortest(None, 5, 3) == 3
    assert shortest(None, None) is None


def test_a_quota_on_either_side_holds() -> None:
    month, day = FrozenMap({Period.MONTH: 5}), FrozenMap({Period.DAY: 2, Period.MONTH: 9})

    assert fewest(month, day) == {Period.MONTH: 5, Period.DAY: 2}
    assert fewest(month, FrozenMap()) == month == fewest(FrozenMap(), month)


_CONDITIONS = st.builds(
    Conditions,
    approval_ready_made=st.sampled_from(Approval),
    approval_others=st.sampled_from(Approval),
    quotas=st.dictionaries(st.sampled_from(Period), st.integers(1, 9)).map(FrozenMap),
    retention_days=st.none() | st.integers(1, 9),
    redistribution=st.sampled_from(Redistribution),
    hub_cache_days=st.none() | st.integers(0, 9),
)


@given(_CONDITIONS, _CONDITIONS, _CONDITIONS)
def test_joining_conditions_is_a_semilattice(one: Conditions, two: Conditions, three: Conditions) -> None:
    assert one.join(one) == one
    assert one.join(two) == two.join(one)
    assert one.join(two.join(three)) == one.join(two).join(three)
    assert one.join(Conditions()) == one


def test_nothing_of_a_decision_can_be_changed_afterwards(
    policy: Callable[..., Policy], request_for: Callable[..., Request], at: datetime
) -> None:
    banned = policy("never: [{with: public}]\nrecord_level: {to: ARMAC, k: 5, l: 2}")
    request = request_for("date.year")
    decision = decide(banned, request, at)
    rules = index_of(banned)
    asked = rules.asked(request)
    values = (
        asked,
        rules.judge(request, asked),  # remembered, and given to whoever asks the same
        Noise(),
        banned,
        request,
        decision,
        decision.obligations,
        decide(policy(share=""), request, at).reasons[0],
        banned.vocabulary,
        banned.scope,
        banned.scope.mechanism,
        banned.scope.dominance,
        banned.shares[0],
        banned.bans[0],
        banned.population,
        banned.record_level,
        banned.conditions,
    )
    for value in values:
        name = value._fields[0] if isinstance(value, tuple) else fields(value)[0].name
        with pytest.raises(AttributeError):  # of a named tuple; a frozen dataclass raises a kind of it
            setattr(value, name, getattr(value, name))


@pytest.mark.parametrize(
    "asking",
    [
        {},
        {"recipient": "public"},
        {"role": None},
        {"role": "auditor"},
        {"purpose": "treaty-reporting"},
        {"measure": "accidents"},
    ],
)
def test_a_prohibition_is_for_everybody_and_everything_that_it_does_not_name(
    policy: Callable[..., Policy],
    request_for: Callable[..., Request],
    at: datetime,
    asking: dict[str, object],
) -> None:
    shares = "{with: [ARMAC, public], for: [regional-reporting, treaty-reporting]}"
    banning = replace(policy(share=shares), bans=(Ban(show=FrozenMap({"sex": "sex"})),))

    assert decide(banning, request_for("date.year", **asking), at).permit
    refused = decide(banning, request_for("sex.sex", "date.year", **asking), at)
    assert [reason.code for reason in refused.reasons] == [Code.BANNED]
    assert dict(refused.reasons[0].details) == {"prohibition": "never sex by sex"}


def test_what_is_left_out_is_what_the_reference_says(policy: Callable[..., Policy]) -> None:
    scope = Scope(FrozenMap(), frozenset(), 3, 5, Zeros.PARTNER)

    assert scope.pooled_years is None
    assert (scope.thresholds, scope.priority, scope.keep) == ({}, (), ())
    assert scope.mechanism == Mechanism(MechanismKind.SUPPRESSION, None, None, None)
    assert scope.dominance == Dominance(2, 85, 10)
    assert Mechanism(MechanismKind.CELL_KEY).noise == Noise(6, Decimal(3), 2, Decimal(0))
    read = policy()
    assert read.scope.dominance == Dominance()
    assert read.scope.mechanism == Mechanism()


def test_a_permission_without_a_name_is_called_after_whom_and_what_it_is_for(
    policy: Callable[..., Policy],
) -> None:
    share = replace(policy().shares[0], recipients=frozenset("BDEAC"), purposes=frozenset("QTPRS"))

    assert share.label == "A, B, C, D, E for P, Q, R, S, T"
    assert replace(share, name="reports").label == "reports"


def test_a_prohibition_without_a_name_is_called_after_all_that_it_names() -> None:
    ban = Ban(
        recipients=frozenset("BDEAC"),
        roles=frozenset({"auditor", "analyst"}),
        purposes=frozenset({"research"}),
        measures=frozenset({"services", "accidents"}),
        show=FrozenMap({"sex": "sex", "date": "quarter"}),
        together=FrozenMap({"sex": "sex", "outcome": "outcome"}),
    )

    said = "A, B, C, D, E; analyst, auditor; research; accidents, services"
    assert ban.label == f"never {said}; date by quarter, sex by sex; outcome with sex"
    assert replace(ban, name="women").label == "women"


@pytest.mark.parametrize(("blocked", "least"), [(0, 0), (1, 1), (2, 2), (3, 4), (5, 9)])
def test_noise_must_reach_from_what_is_never_shown_to_what_may_be(blocked: int, least: int) -> None:
    assert Noise(blocked=blocked).least_variance == least


@pytest.mark.parametrize(("most", "largest"), [(1, "2"), (2, "6"), (6, "42")])
def test_noise_varies_most_where_each_change_comes_as_often(most: int, largest: str) -> None:
    assert Noise(most=most).largest_variance == Decimal(largest) / 3


def test_the_larger_threshold_holds_at_a_level() -> None:
    larger = FrozenMap({("date", "quarter"): 10, ("date", "year"): 3})
    scope = Scope(FrozenMap(), frozenset(), 3, 5, Zeros.PARTNER, larger)

    assert [scope.threshold_at("date", level) for level in ("quarter", "year", "year_band5")] == [10, 5, 5]


def test_noise_that_a_policy_names_stays() -> None:
    assert Mechanism(MechanismKind.CELL_KEY, noise=Noise(most=9)).noise == Noise(most=9)


def test_a_request_is_made_of_named_parts_only() -> None:
    with pytest.raises(TypeError):
        Request.of("KH", "ARMAC", "research", "casualties", [])  # type: ignore[misc]


def test_the_levels_of_a_request_may_come_in_any_form() -> None:
    parts = ("KH", "ARMAC", "analyst", "research", "casualties")

    assert not Request(*parts, frozenset()).record_level
    assert Request(*parts, [("date", "year")]) == Request(*parts, frozenset({("date", "year")}))  # type: ignore[arg-type]

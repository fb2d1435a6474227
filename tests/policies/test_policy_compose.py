"""Composition: the stricter of both in every term, and a refusal where two policies do not go together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from policies import Policy, PolicyError
from policies.document.compose import compose
from policies.model.frozen import FrozenMap
from policies.model.model import RecordLevel
from policies.model.terms import Appearance, Approval, Period, Release, Review, Zeros

MakePolicy = Callable[..., Policy]
ALL = "data_set: all\n"


def test_the_stricter_of_each_term_holds(policy: MakePolicy) -> None:
    above = policy(
        ALL + "valid_until: 2026-12-31\nreview: second person\nlegal_basis: law\nembargo: 200 days\n"
        "release: once a year\nthreshold: {usual: 4, place: {province: 12}}\nzeros: protect\n"
        "max_dimensions: 2\nfinest: {place: province_group, date: quarter, sex: sex}\n"
        "keep: [total, {date: year}]\npooled_years: 5\n"
        "priority: [article-7]\napproval: one person\nquota: 9 a month\npopulation: {victims: [DIR, FAM]}\n"
        "dominance: {largest: 3, share_percent: 90, p_percent: 5}\n"
        "record_level: {to: [ARMAC, public], k: 4, l: 3, approval: automatic}"
    )
    below = policy(
        "finest: {place: province, date: year, age: adult_child}\nthreshold: {usual: 6, date: {year: 7}}\n"
        "keep: [total]\nquota: 2 a day\npopulation: {consent: [REC], victims: [DIR]}\n"
        "appears: only within regional totals\npriority: [canonical-questions]\n"
        "record_level: {to: ARMAC, k: 6, l: 2, approval: two persons}"
    )

    both = compose(above, below)

    assert (both.data_set, both.version, both.legal_basis) == ("victims", 1, "law")
    assert (both.valid_from, both.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert both.review is Review.SECOND_PERSON
    assert both.scope.dimensions == {"place": "province_group", "date": "year"}
    assert both.scope.max_dims == 2
    assert both.scope.threshold == 6
    assert both.scope.threshold_at("place", "province") == 12
    assert both.scope.threshold_at("date", "year") == 7
    assert both.scope.zeros is Zeros.PROTECT
    assert both.scope.pooled_years == 5
    assert both.scope.priority == ("canonical-questions", "article-7")
    assert both.scope.keep == ((),)
    rule = both.scope.dominance
    assert (rule.largest, rule.share_percent, rule.p_percent) == (3, 85, 10)
    assert (both.embargo_days, both.release) == (200, Release.ONCE)
    assert both.appears is Appearance.TOTALS
    assert both.consent == {"REC"}
    assert both.population.victims == {"DIR"}
    assert both.conditions.approval_others is Approval.ONE
    assert both.conditions.quotas == {Period.DAY: 2, Period.MONTH: 9}
    assert both.record_level == RecordLevel(frozenset({"ARMAC"}), 6, 3, Approval.TWO, "REC")


def test_permissions_meet_pair_by_pair(policy: MakePolicy) -> None:
    above = policy(ALL, share="{with: [ARMAC, public], for: [research, treaty-reporting], max_dimensions: 2}")
    below = policy(
        share="{name: a, with: ARMAC, for: research, roles: analyst, finest: {date: year_band5}},"
        "{name: b, with: public, for: public-information}"
    )

    (both,) = compose(above, below).shares

    assert both.label == "a"
    assert (both.recipients, both.purposes, both.roles) == ({"ARMAC"}, {"research"}, {"analyst"})
    assert both.max_dims == 2
    assert both.finest["date"] == "year_band5"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("with: ARMAC, for: research", "with: public, for: research"),
        ("with: ARMAC, for: research", "with: ARMAC, for: treaty-reporting"),
        (
            "with: ARMAC, for: research, measures: services",
            "with: ARMAC, for: research, measures: casualties",
        ),
        ("with: ARMAC, for: research, roles: analyst", "with: ARMAC, for: research, roles: auditor"),
    ],
)
def test_permissions_with_nothing_in_common_make_none(policy: MakePolicy, one: str, other: str) -> None:
    assert compose(policy(ALL, share=f"{{{one}}}"), policy(share=f"{{{other}}}")).shares == ()


def test_prohibitions_of_both_hold(policy: MakePolicy) -> None:
    above, below = (
        policy(ALL + "never: [{name: x, with: public}]"),
        policy("never: [{name: y, for: research}]"),
    )

    assert {ban.name for ban in compose(above, below).bans} == {"x", "y"}


def test_what_one_never_releases_stays_at_home(policy: MakePolicy) -> None:
    records = "record_level: {to: ARMAC, k: 5, l: 2}"

    assert compose(policy(ALL), policy(records)).record_level is None
    assert compose(policy(ALL + records), policy()).record_level is None
    assert compose(policy(ALL + records), policy(records.replace("ARMAC", "public"))).record_level is None


def test_a_margin_stays_visible_only_where_both_keep_it(policy: MakePolicy) -> None:
    keep = "keep: [total, {date: year}]"

    assert compose(policy(ALL), policy(keep)).scope.keep == ()
    assert compose(policy(ALL + keep), policy()).scope.keep == ()
    assert compose(policy(ALL + keep), policy("keep: {date: year}")).scope.keep == ((("date", "year"),),)


def test_a_composed_policy_has_one_order(policy: MakePolicy) -> None:
    """Every process that composes the policies writes the same text."""
    levels = {"age": "adult_child", "date": "year", "outcome": "outcome", "place": "province", "sex": "sex"}
    thresholds = ", ".join(f"{d}: {{{level}: 9}}" for d, level in levels.items())
    above, below = policy(ALL + f"threshold: {{usual: 5, {thresholds}}}"), policy()
    backwards = replace(below.scope, dimensions=FrozenMap(reversed([*below.scope.dimensions.items()])))
    turned = replace(above.scope, dimensions=FrozenMap(reversed([*above.scope.dimensions.items()])))

    both = compose(replace(above, scope=turned), replace(below, scope=backwards)).scope

    assert list(both.thresholds) == sorted(levels.items())
    assert list(both.dimensions) == sorted(below.scope.dimensions)


@pytest.mark.parametrize(
    ("above", "below", "message"),
    [
        ("", "", "stands above no other"),
        (ALL + "mechanism: cell-key", "", "one mechanism for its life; here stand cell-key and suppression"),
        (ALL + "pooled_years: 3", "pooled_years: 5", "their periods differ"),
        (ALL + "population: {consent: [AGG]}", "population: {consent: [REC]}", "nothing in common"),
        (ALL + "population: {victims: [FAM]}", "", "nothing in common"),
    ],
)
def test_policies_that_do_not_go_together(policy: MakePolicy, above: str, below: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        compose(policy(above), policy(below))


def test_policies_that_never_meet_in_time(policy: MakePolicy) -> None:
    later = policy(head="member: KH\nversion: 1\nvalid_from: 2030-01-01\n")

    with pytest.raises(PolicyError, match="never in force on the same day"):
        compose(policy(ALL), later)


def test_a_policy_of_another_member_does_not_stand_above(policy: MakePolicy) -> None:
    other = policy(ALL, head="member: LA\nversion: 1\nvalid_from: 2026-01-01\n")

    with pytest.raises(PolicyError, match="A policy of LA cannot stand above one of KH"):
        compose(other, policy())


def head(*, begins: str, ends: str | None = None) -> str:
    end = "" if ends is None else f"valid_until: {ends}\n"
    return f"member: KH\nversion: 1\nvalid_from: {begins}\n{end}"


def test_both_are_in_force_from_the_later_beginning_to_the_earlier_end(policy: MakePolicy) -> None:
    long = {"begins": "2026-01-01", "ends": "2028-12-31"}
    short = {"begins": "2026-05-01", "ends": "2026-05-01"}

    for above, below in ((long, short), (short, long)):
        both = compose(policy(ALL, head=head(**above)), policy(head=head(**below)))
        assert (both.valid_from, both.valid_until) == (date(2026, 5, 1), date(2026, 5, 1))


def test_without_an_end_on_either_side_there_is_none(policy: MakePolicy) -> None:
    endless = "valid_for: until revoked\n"
    one, other = policy(ALL + endless), policy(endless)

    assert one.valid_until is None
    assert compose(one, other).valid_until is None


def test_the_nearer_policy_says_its_own_legal_basis(policy: MakePolicy) -> None:
    above = policy(ALL + "legal_basis: law")

    assert compose(above, policy("legal_basis: agreement")).legal_basis == "agreement"
    assert compose(above, policy()).legal_basis == "law"


def test_a_permission_that_several_pairs_make_is_listed_once(policy: MakePolicy) -> None:
    twice = "{with: ARMAC, for: research}, {with: [ARMAC, public], for: research}"

    found = compose(policy(ALL, share=twice), policy(share="{name: a, with: ARMAC, for: research}")).shares

    assert [share.label for share in found] == ["a"]


@pytest.mark.parametrize(
    ("one", "other", "roles"),
    [
        ("", "", None),
        ("roles: analyst", "", {"analyst"}),
        ("", "roles: analyst", {"analyst"}),
        ("roles: [analyst, auditor]", "roles: analyst", {"analyst"}),
    ],
)
def test_roles_that_either_names_are_kept_to(
    policy: MakePolicy, one: str, other: str, roles: set[str] | None
) -> None:
    base = "with: ARMAC, for: research"
    above, below = (f"{{{', '.join(filter(None, (base, more)))}}}" for more in (one, other))

    (both,) = compose(policy(ALL, share=above), policy(share=below)).shares

    assert both.roles == roles


@pytest.mark.parametrize(("one", "other"), [(True, False), (False, True), (True, True), (False, False)])
def test_ready_made_questions_only_where_either_says_so(policy: MakePolicy, one: bool, other: bool) -> None:
    above, below = (
        "{with: ARMAC, for: research" + (", only: ready-made questions}" if only else "}")
        for only in (one, other)
    )

    (both,) = compose(policy(ALL, share=above), policy(share=below)).shares

    assert both.ready_made_only is (one or other)


def test_a_permission_without_a_name_takes_that_of_the_one_above(policy: MakePolicy) -> None:
    above = policy(ALL, share="{name: x, with: ARMAC, for: research}")

    (unnamed,) = compose(above, policy(share="{with: ARMAC, for: research}")).shares
    (named,) = compose(above, policy(share="{name: y, with: ARMAC, for: research}")).shares

    assert (unnamed.label, named.label) == ("x", "y")


def test_a_threshold_of_a_level_stands_only_where_it_is_larger_than_the_usual_one(policy: MakePolicy) -> None:
    above = policy(ALL + "threshold: {usual: 4, place: {province: 6}, date: {year: 9}}")

    both = compose(above, policy("threshold: 6"))

    assert both.scope.thresholds == {("date", "year"): 9}


def test_years_are_pooled_where_either_says_so(policy: MakePolicy) -> None:
    assert compose(policy(ALL), policy()).scope.pooled_years is None
    assert compose(policy(ALL + "pooled_years: 3"), policy()).scope.pooled_years == 3
    assert compose(policy(ALL), policy("pooled_years: 3")).scope.pooled_years == 3
    assert compose(policy(ALL + "pooled_years: 3"), policy("pooled_years: 3")).scope.pooled_years == 3

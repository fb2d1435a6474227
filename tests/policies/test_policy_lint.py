"""Lint: each rule finds its mistake, and is silent on policies without the mistake."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from policies import Policy
from policies.lint.lint import lint
from policies.model.finding import Severity
from policies.model.model import EVERY_DATA_SET

MakePolicy = Callable[..., Policy]
BASIS = "legal_basis: decree\n"
PLAIN = BASIS + "finest: {date: year, sex: sex}\n"
"""Without sensitive dimensions, as beside cell keys."""


def codes(policy: Policy, **known: object) -> list[str]:
    return [finding.code for finding in lint(policy, **known)]  # type: ignore[arg-type]


def test_a_careful_policy_has_nothing_to_find(policy: MakePolicy) -> None:
    assert lint(policy(BASIS)) == ()


def test_the_gravest_comes_first(policy: MakePolicy) -> None:
    found = lint(policy("threshold: 2\nzeros: publish\nretention: 30 days\nhub_cache: 31 days"))

    assert [finding.severity for finding in found] == [
        Severity.ERROR,
        Severity.WARNING,
        Severity.WARNING,
        Severity.NOTE,
    ]


# --- leaks


@pytest.mark.parametrize("threshold", ["8", "{usual: 3, place: {province: 8}}"])
def test_a_rounded_0_must_not_disclose_a_count_below_the_threshold(
    policy: MakePolicy, threshold: str
) -> None:
    text = f"threshold: {threshold}\nmechanism: {{kind: controlled-rounding, base: %d}}\n"

    found = [f for f in lint(policy(BASIS + text % 7)) if f.code == "rounding-too-fine"]

    assert found[0].severity is Severity.ERROR
    assert "a shown 0 can say that there are at most 6 people" in found[0].sentence
    assert "rounding-too-fine" not in codes(policy(text % 8))


def test_a_base_equal_to_the_threshold_gives_nothing_away(policy: MakePolicy) -> None:
    """Controlled rounding goes to either multiple: a 5 may stand for 1 to 9, so that no class is cut."""
    text = "threshold: 5\nmechanism: {kind: controlled-rounding, base: 5}\n"

    assert all(finding.severity is not Severity.ERROR for finding in lint(policy(BASIS + text)))


@pytest.mark.parametrize(
    ("pools", "found"),
    [
        ("[2010-2012, 2012-2014]", "overlapping-pools"),
        ("[2010-2014, 2011-2012]", "overlapping-pools"),
        ("3", "bands-hidden"),
        ("[2011-2013]", None),
        ("[2013-2016]", "bands-hidden"),
        ("5", None),
        ("10", None),
        ("1", None),
        ("[2010-2019]", None),
    ],
)
def test_pools_overlap_neither_each_other_nor_bands(
    policy: MakePolicy, pools: str, found: str | None
) -> None:
    pooled = codes(policy(f"{BASIS}pooled_years: {pools}"))

    assert pooled == ([found] if found else []) or found in pooled


def test_bands_that_overlap_pools_are_denied(policy: MakePolicy) -> None:
    assert ("date", "year_band5") not in policy("pooled_years: 3").scope_levels
    assert ("date", "year_band5") in policy("pooled_years: 5").scope_levels


def test_quarters_beside_pools_add_up_to_years(policy: MakePolicy) -> None:
    assert "finer-than-pools" in codes(policy("pooled_years: 5\nfinest: {date: quarter}"))
    assert "finer-than-pools" not in codes(policy("pooled_years: 5\nfinest: {date: year}"))
    assert "finer-than-pools" not in codes(policy("pooled_years: 5\nfinest: {sex: sex}"))


PRIVATE = "{kind: differential-privacy, budget: %s, per_table: 0.1, first_year: 2015}"


@pytest.mark.parametrize("mechanism", ["cell-key", PRIVATE % 2])
def test_nothing_exact_is_published_beside_noise(policy: MakePolicy, mechanism: str) -> None:
    exact = "keep: total\nrecord_level: {to: ARMAC, k: 5, l: 2}\n"
    noisy = policy(f"{BASIS}mechanism: {mechanism}\n{exact}")
    quiet = policy(f"{PLAIN}mechanism: {mechanism}\n")

    assert codes(noisy).count("exact-beside-noise") == 2
    assert set(codes(quiet)) <= {"accidents-not-drawn", "late-never-counted"}
    assert codes(policy(BASIS + exact)) == []


def test_a_privacy_budget_has_to_pay_for_what_is_drawn(policy: MakePolicy) -> None:
    basis = f"{BASIS}embargo: 365 days\nmechanism: {PRIVATE}\n"

    def found(budget: str, priority: str) -> set[str]:
        return set(codes(policy(basis % budget + f"priority: {priority}"))) - {"accidents-not-drawn"}

    assert found("1", "[]") == {"nothing-drawn"}
    assert found("0.1", "[{date: year}, {sex: sex}]") == {"budget-too-small"}
    assert found("0.2", "[{date: year}, {sex: sex}]") == {"no-reserve"}
    assert found("0.3", "[{date: year}, {sex: sex}]") == set()
    assert found("10.1", "[{sex: sex}]") == {"large-epsilon"}
    early = basis.replace("365", "364") % 1
    assert "late-never-counted" in codes(policy(early + "priority: [{sex: sex}]"))


def test_two_mechanisms_on_one_data_set(policy: MakePolicy) -> None:
    one, other = policy(BASIS), policy(BASIS + "mechanism: cell-key")

    assert codes(one, beside=[other]) == ["two-mechanisms"]
    assert codes(one, beside=[replace(other, data_set=EVERY_DATA_SET)]) == ["two-mechanisms"]
    assert codes(one, beside=[one]) == []
    assert codes(one, beside=[replace(other, data_set="services")]) == []
    assert codes(one, beside=[replace(other, member="LA")]) == []


def test_noise_that_is_smaller_than_the_threshold(policy: MakePolicy) -> None:
    noise = PLAIN + "mechanism: {kind: cell-key, D: %d, V: 2}\nthreshold: 5"

    assert codes(policy(noise % 3)) == ["noise-too-small"]
    assert codes(policy(noise % 4)) == []


def test_other_parameters_are_another_mechanism(policy: MakePolicy) -> None:
    one = policy(PLAIN + "mechanism: cell-key")
    same = policy(PLAIN + "mechanism: {kind: cell-key, D: 6, V: 3, js: 2, pstay: 0}")
    other = policy(PLAIN + "mechanism: {kind: cell-key, V: 4}")

    assert codes(one, beside=[same]) == []
    assert codes(one, beside=[other]) == ["two-mechanisms"]


def test_settings_that_disclose_more_than_needed(policy: MakePolicy) -> None:
    assert codes(policy(BASIS + "threshold: 2")) == ["low-threshold"]
    assert codes(policy(BASIS + "threshold: 3")) == []
    assert codes(policy(BASIS + "zeros: publish")) == ["published-zeros"]
    assert codes(policy(BASIS + "release: each month")) == ["frequent-release"]
    assert codes(policy(BASIS + "threshold: 9\nrecord_level: {to: ARMAC, k: 8, l: 2}")) == [
        "records-finer-than-tables"
    ]
    assert codes(policy(BASIS + "threshold: 8\nrecord_level: {to: ARMAC, k: 8, l: 2}")) == []


# --- rules without effect

WIDE = "{name: wide, with: [ARMAC, public], for: [research, regional-reporting]}"


@pytest.mark.parametrize(
    "narrow",
    [
        "{name: narrow, with: ARMAC, for: research}",
        "{name: narrow, with: public, for: research, roles: analyst, measures: casualties}",
        "{name: narrow, with: public, for: research, max_dimensions: 1}",
        "{name: narrow, with: public, for: research, only: ready-made questions}",
        "{name: narrow, with: public, for: research, finest: {sex: all}}",
    ],
)
def test_a_permission_within_another_changes_nothing(policy: MakePolicy, narrow: str) -> None:
    (finding,) = lint(policy(BASIS, share=f"{WIDE}, {narrow}"))

    assert finding.code == "unreachable-permission"
    assert "narrow changes nothing: wide permits all of it" in finding.sentence


@pytest.mark.parametrize(
    "other",
    [
        "{name: other, with: Victim Assistance Network members, for: research}",
        "{name: other, with: ARMAC, for: service-planning}",
        "{name: other, with: ARMAC, for: research, measures: services}",
        "{name: other, with: ARMAC, for: research, approval: one person}",
    ],
)
def test_a_permission_that_adds_something_is_left_alone(policy: MakePolicy, other: str) -> None:
    assert codes(policy(BASIS, share=f"{WIDE}, {other}")) == []


def test_of_two_equal_permissions_one_is_named(policy: MakePolicy) -> None:
    assert codes(policy(BASIS, share=f"{WIDE}, {WIDE}")) == ["unreachable-permission"]


def test_a_permission_that_is_wholly_prohibited(policy: MakePolicy) -> None:
    banned = "never: [{with: ARMAC, for: [regional-reporting, treaty-reporting, research]}]"

    assert "unreachable-permission" in codes(policy(BASIS + banned))
    assert codes(policy(BASIS + "never: [{with: ARMAC, for: treaty-reporting}]")) == []
    assert codes(policy(BASIS + "never: [{with: ARMAC, show: {sex: any}}]")) == []
    assert codes(policy(BASIS + "never: [{roles: analyst}]")) == []


@pytest.mark.parametrize(
    ("ban", "idle"),
    [
        ("{with: public}", True),
        ("{with: [public, ARMAC], show: {sex: any}}", False),
        ("{for: research}", True),
        ("{measures: services}", True),
        ("{show: {date: quarter}}", True),
        ("{show: {date: year}}", False),
        ("{show: {disability: any}}", True),
        ("{together: {sex: any, place: district}}", True),
        ("{together: {sex: any, place: province}}", False),
        ("{together: {sex: any, place: any, date: any, outcome: any}}", True),
        ("{roles: auditor}", False),
    ],
)
def test_a_prohibition_of_what_nobody_may_anyway(policy: MakePolicy, ban: str, idle: bool) -> None:
    assert codes(policy(f"{BASIS}never: [{ban}]")) == (["unreachable-prohibition"] if idle else [])


def test_detail_that_no_permission_shows(policy: MakePolicy) -> None:
    share = "{with: ARMAC, for: research, finest: {date: year_band5}}"
    (finding,) = lint(policy(BASIS, share=share))

    assert finding.code == "detail-nobody-sees"
    assert "years" in finding.sentence
    assert codes(policy(BASIS, share="{with: ARMAC, for: research, max_dimensions: 2}")) == [
        "detail-nobody-sees"
    ]


def test_tables_and_thresholds_outside_the_detail(policy: MakePolicy) -> None:
    assert codes(policy(BASIS + "priority: [{date: quarter}]")) == ["unreachable-table"]
    assert codes(policy(BASIS + "priority: [{date: year}]")) == []
    assert codes(policy(BASIS + "keep: [{disability: disability}]")) == ["unreachable-table"]
    assert codes(policy(BASIS + "max_dimensions: 1\nkeep: [{date: year, sex: sex}]")) == ["unreachable-table"]
    assert codes(policy(BASIS + "threshold: {usual: 5, place: {district: 9}}")) == ["unreachable-threshold"]
    assert codes(policy(BASIS + "threshold: {usual: 5, place: {province: 9}}")) == []


def test_records_for_somebody_without_permission(policy: MakePolicy) -> None:
    assert codes(policy(BASIS + "record_level: {to: public, k: 5, l: 2}")) == ["unreachable-records"]


def test_purposes_that_nobody_holds(policy: MakePolicy) -> None:
    both = policy(BASIS)

    assert codes(both, held={"ARMAC": frozenset({"regional-reporting"})}) == ["purpose-nobody-holds"]
    assert codes(both, held={}) == ["purpose-nobody-holds"] * 2
    assert codes(both, held={"ARMAC": frozenset({"regional-reporting", "treaty-reporting"})}) == []


def test_a_policy_that_shares_nothing(policy: MakePolicy) -> None:
    assert codes(policy(BASIS, share="")) == ["nothing-shared"]


# --- terms


def test_terms_that_are_missing(policy: MakePolicy) -> None:
    assert codes(policy()) == ["no-legal-basis"]
    assert codes(policy(BASIS + "valid_for: until revoked")) == ["no-expiry"]
    assert codes(policy(BASIS + "priority: []")) == ["no-priority"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("appears: only within regional totals", None),
        ("record_level: {to: ARMAC, k: 5, l: 2}\npopulation: {consent: AGG}", "obligation-cannot-be-met"),
        ("record_level: {to: ARMAC, k: 5, l: 2, approval: automatic}", "records-unseen"),
        ("retention: 30 days\nhub_cache: 31 days", "obligation-cannot-be-met"),
        ("retention: 30 days\nhub_cache: unlimited", "obligation-cannot-be-met"),
        ("retention: 30 days\nhub_cache: 30 days", None),
        ("quota: [5 a day, 5 a month]", "unreachable-quota"),
        ("quota: [5 a day, 6 a month]", None),
        ("quota: [9 a week, 8 a month, 8 a year]", "unreachable-quota"),
    ],
)
def test_terms_that_cannot_be_kept_or_never_count(policy: MakePolicy, text: str, code: str | None) -> None:
    # the vocabulary of the tests has four members
    assert set(codes(policy(BASIS + text))) == ({code} if code else set())


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("", 0),
        ("approval: one person", 1),
        ("approval: {ready_made: automatic, others: one person}", 1),
        ("approval: {ready_made: two persons, others: one person}", 2),
        ("approval: two persons", 2),
        ("record_level: {to: ARMAC, k: 5, l: 2, approval: automatic}", 2),  # a person beside whoever asks
        ("record_level: {to: ARMAC, k: 5, l: 2, approval: one person}", 2),
        ("record_level: {to: ARMAC, k: 5, l: 2, approval: two persons}", 3),
    ],
)
def test_an_approval_that_nobody_can_give_cannot_be_required(
    policy: MakePolicy, text: str, least: int
) -> None:
    needing = policy(BASIS + text)

    assert "obligation-cannot-be-met" not in codes(needing, persons=least)
    assert "obligation-cannot-be-met" not in codes(needing)  # where nobody knows how many there are
    if least:
        assert "obligation-cannot-be-met" in codes(needing, persons=least - 1)


def test_an_approval_that_one_permission_requires_is_counted_too(policy: MakePolicy) -> None:
    share = "{name: a, with: ARMAC, for: research, approval: two persons}"

    (found,) = lint(policy(BASIS, share=share), persons=1)

    assert found.sentence == (
        "For a, 2 people must approve, but only one has a valid key on this node: questions would wait in "
        "vain. Have another person make a key first."
    )


def test_a_permission_is_judged_with_the_terms_of_the_policy(policy: MakePolicy) -> None:
    share = "{name: short, with: ARMAC, for: research, retention: 5 days}"
    (finding,) = lint(policy(BASIS + "hub_cache: 9 days", share=share))

    assert finding.sentence.startswith("For short, the hub may keep answers longer than the recipient")


def test_publication_without_passing_on(policy: MakePolicy) -> None:
    share = "{with: public, for: public-information, redistribution: no}"
    found = codes(policy(BASIS, share=share))

    assert found == ["obligation-cannot-be-met", "obligation-binds-nobody"]


def test_the_public_cannot_be_bound(policy: MakePolicy) -> None:
    share = "{with: public, for: research%s}"

    assert codes(policy(BASIS, share=share % ", retention: 30 days")) == ["obligation-binds-nobody"]
    assert codes(policy(BASIS, share=share % "")) == []


@pytest.mark.parametrize("shown", ["outcome: yes", "device: device_group", "civ_status: yes"])
def test_no_sensitive_dimension_stands_beside_cell_keys(policy: MakePolicy, shown: str) -> None:
    finest = f"{BASIS}finest: {{date: year, {shown}}}\n"

    assert "attribute-by-equal-numbers" in codes(policy(finest + "mechanism: cell-key"))
    for other in ("suppression", "{kind: controlled-rounding, base: 5}"):
        assert "attribute-by-equal-numbers" not in codes(policy(f"{finest}mechanism: {other}"))
    assert "attribute-by-equal-numbers" not in codes(policy(PLAIN + "mechanism: cell-key"))

"""The decision: who may see which data for which purpose, and every reason for a denial."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

import pytest

from policies import Code, Decision, DisclosedReason, Policy, Reason, Request, decide
from policies.model.terms import Appearance, Approval, Period, Redistribution, Release

MakePolicy = Callable[..., Policy]
MakeRequest = Callable[..., Request]

ARMAC_REPORTS = "ARMAC for regional-reporting, treaty-reporting"


def reason(code: Code, **details: str) -> Reason:
    return Reason(code, tuple(sorted(details.items())))


def test_what_a_permission_covers_is_permitted(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    decision = decide(policy(), request_for("date.year", "outcome.outcome"), at)

    assert decision.permit
    assert decision.reasons == ()
    assert decision.disclosed == ()
    assert decision.by == (ARMAC_REPORTS,)
    assert (decision.member, decision.version) == ("KH", 1)
    assert decision.obligations is not None


def test_a_question_about_the_member_as_a_whole_has_no_dimensions(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    assert decide(policy(), request_for(), at).permit


def test_without_permissions_everything_is_denied(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    decision = decide(policy(share=""), request_for("date.year"), at)

    assert not decision.permit
    assert decision.obligations is None
    assert decision.by == ()
    assert [r.code for r in decision.reasons] == [
        Code.PURPOSE_NOT_PERMITTED,
        Code.RECIPIENT_NOT_PERMITTED,
        Code.ROLE_NOT_PERMITTED,
    ]


def test_a_decision_needs_the_time_zone_of_its_moment(policy: MakePolicy, request_for: MakeRequest) -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide(policy(), request_for(), datetime(2026, 6, 1))  # noqa: DTZ001 - the point of the test


# --- each reason on its own


class Case(NamedTuple):
    """A request, and the one reason for its denial."""

    asked: dict[str, object]
    code: Code
    details: dict[str, str]
    reported: DisclosedReason


CASES = [
    Case(
        {"member": "LA"}, Code.OTHER_MEMBER, {"asked": "LA", "policy": "KH"}, DisclosedReason.NOT_UNDERSTOOD
    ),
    Case(
        {"member": "BN"}, Code.OTHER_MEMBER, {"asked": "BN", "policy": "KH"}, DisclosedReason.NOT_UNDERSTOOD
    ),
    Case({"role": "auditor"}, Code.ROLE_NOT_PERMITTED, {"role": "auditor"}, DisclosedReason.NOT_FOR_YOU),
    Case({"role": None}, Code.ROLE_NOT_PERMITTED, {"role": "none"}, DisclosedReason.NOT_FOR_YOU),
    Case(
        {"recipient": "public"},
        Code.RECIPIENT_NOT_PERMITTED,
        {"recipient": "public"},
        DisclosedReason.NOT_FOR_YOU,
    ),
    Case(
        {"purpose": "research"},
        Code.PURPOSE_NOT_PERMITTED,
        {"purpose": "research"},
        DisclosedReason.NOT_FOR_THIS_PURPOSE,
    ),
    Case(
        {"measure": "services"},
        Code.MEASURE_NOT_SHARED,
        {"measure": "services", "permission": "reports"},
        DisclosedReason.NOT_SHARED,
    ),
    Case(
        {"ready_made": "everyone-by-name"},
        Code.UNKNOWN_QUESTION,
        {"question": "everyone-by-name"},
        DisclosedReason.NOT_UNDERSTOOD,
    ),
    Case({"record_level": True}, Code.RECORDS_NOT_SHARED, {"recipient": "ARMAC"}, DisclosedReason.NOT_SHARED),
    Case(
        {"levels": [("date", "quarter")]},
        Code.LEVEL_TOO_FINE,
        {"dimension": "date", "level": "quarter", "finest": "year"},
        DisclosedReason.TOO_DETAILED,
    ),
    Case(
        {"levels": [("date", "year")]},
        Code.LEVEL_TOO_FINE,
        {"dimension": "date", "level": "year", "finest": "year_band5", "permission": "reports"},
        DisclosedReason.TOO_DETAILED,
    ),
    Case(
        {"levels": [("disability", "disability")]},
        Code.DIMENSION_NOT_SHARED,
        {"dimension": "disability"},
        DisclosedReason.NOT_SHARED,
    ),
    Case(
        {"levels": [("age", "adult_child")]},
        Code.DIMENSION_NOT_SHARED,
        {"dimension": "age", "permission": "reports"},
        DisclosedReason.NOT_SHARED,
    ),
    Case(
        {"levels": [("religion", "all")]},
        Code.UNKNOWN_DIMENSION,
        {"dimension": "religion"},
        DisclosedReason.NOT_UNDERSTOOD,
    ),
    Case(
        {"levels": [("date", "a day")]},
        Code.UNKNOWN_LEVEL,
        {"dimension": "date", "level": "a day"},
        DisclosedReason.NOT_UNDERSTOOD,
    ),
    Case(
        {"levels": [("date", "day")]},
        Code.UNKNOWN_LEVEL,
        {"dimension": "date", "level": "day"},
        DisclosedReason.NOT_UNDERSTOOD,
    ),
    Case(
        {
            "levels": [
                ("place", "province"),
                ("sex", "sex"),
                ("device", "device_type"),
                ("outcome", "outcome"),
            ]
        },
        Code.TOO_MANY_DIMENSIONS,
        {"asked": "4", "most": "3"},
        DisclosedReason.TOO_DETAILED,
    ),
    Case(
        {"levels": [("place", "province"), ("sex", "sex"), ("device", "device_type")]},
        Code.TOO_MANY_DIMENSIONS,
        {"asked": "3", "most": "2", "permission": "reports"},
        DisclosedReason.TOO_DETAILED,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{'-'.join(case.asked)}")
def test_each_reason_says_what_it_is_about(
    policy: MakePolicy, request_for: MakeRequest, at: datetime, case: Case
) -> None:
    share = (
        "{name: reports, with: ARMAC, roles: analyst, for: regional-reporting, max_dimensions: 2,"
        " finest: {date: year_band5, age: all}}"
    )

    decision = decide(policy(share=share), request_for(**case.asked), at)

    assert not decision.permit
    assert decision.obligations is None
    assert decision.reasons == (reason(case.code, **case.details),)
    assert decision.disclosed == (case.reported,)


@pytest.mark.parametrize(
    ("key", "word", "code"),
    [
        ("recipient", "ARMACC", Code.UNKNOWN_RECIPIENT),
        ("role", "minister", Code.UNKNOWN_ROLE),
        ("purpose", "curiosity", Code.UNKNOWN_PURPOSE),
        ("measure", "names", Code.UNKNOWN_MEASURE),
    ],
)
def test_a_word_outside_the_dictionary_is_named_as_such(
    policy: MakePolicy, request_for: MakeRequest, key: str, word: str, code: Code
) -> None:
    decision = decide(policy(), request_for(**{key: word}), datetime(2026, 6, 1, tzinfo=UTC))

    assert not decision.permit
    assert reason(code, **{key: word}) in decision.reasons


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), Code.NOT_YET_VALID),
        (datetime(2026, 1, 1, tzinfo=UTC), None),
        (datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC), None),
        (datetime(2028, 1, 1, tzinfo=UTC), Code.EXPIRED),
        # the same moment in Phnom Penh: the days are days of UTC
        (datetime(2028, 1, 1, 6, 59, tzinfo=timezone(timedelta(hours=7))), None),
        (datetime(2028, 1, 1, 7, tzinfo=timezone(timedelta(hours=7))), Code.EXPIRED),
    ],
)
def test_both_ends_of_the_validity_count_in(
    policy: MakePolicy, request_for: MakeRequest, moment: datetime, code: Code | None
) -> None:
    decision = decide(policy("valid_until: 2027-12-31"), request_for(), moment)

    assert [r.code for r in decision.reasons] == ([] if code is None else [code])
    assert decision.permit == (code is None)
    assert decision.disclosed == (() if code is None else (DisclosedReason.NOT_IN_FORCE,))


def test_the_validity_that_was_missed_is_named(policy: MakePolicy, request_for: MakeRequest) -> None:
    before, after = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)

    assert decide(policy(), request_for(), before).reasons == (
        reason(Code.NOT_YET_VALID, valid_from="2026-01-01"),
    )
    assert decide(policy(), request_for(), after).reasons == (reason(Code.EXPIRED, valid_until="2027-12-31"),)


def test_a_policy_until_revoked_does_not_expire(policy: MakePolicy, request_for: MakeRequest) -> None:
    far = datetime(9999, 12, 31, tzinfo=UTC)

    assert decide(policy("valid_for: until revoked"), request_for(), far).permit


# --- all reasons, not the first


def test_every_reason_is_reported_to_the_controller(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    asked = request_for(
        "place.district", "date.year", "sex.sex", "outcome.outcome", member="LA", measure="services"
    )

    decision = decide(policy("never: [{together: {sex: any, outcome: any}}]"), asked, at)

    assert [r.code for r in decision.reasons] == [
        Code.BANNED,
        Code.LEVEL_TOO_FINE,
        Code.MEASURE_NOT_SHARED,
        Code.OTHER_MEMBER,
        Code.TOO_MANY_DIMENSIONS,
    ]


def test_each_permission_for_that_purpose_says_what_it_lacks(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    shares = (
        "{name: coarse, with: ARMAC, for: research, finest: {date: year_band5}},"
        "{name: accidents, with: ARMAC, for: research, measures: accidents},"
        "{name: other purpose, with: ARMAC, for: treaty-reporting},"
        "{name: other recipient, with: public, for: research}"
    )

    decision = decide(policy(share=shares), request_for("date.year", purpose="research"), at)

    assert {dict(r.details)["permission"] for r in decision.reasons} == {"coarse", "accidents"}


def test_who_is_not_named_learns_nothing_of_the_policy(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    asked = request_for("place.district", recipient="public", measure="services")

    assert decide(policy(), asked, at).disclosed == (DisclosedReason.NOT_FOR_YOU,)


def test_what_else_is_in_the_way_is_reported_beside_an_unnamed_recipient(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    asked = request_for(recipient="public", measure="services")

    assert decide(policy(), asked, at).reasons == (
        reason(Code.MEASURE_NOT_SHARED, measure="services", permission=ARMAC_REPORTS),
        reason(Code.RECIPIENT_NOT_PERMITTED, recipient="public"),
    )


def test_two_permissions_do_not_add_up_to_a_third(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    shares = (
        "{with: ARMAC, for: research, measures: accidents},"
        "{with: ARMAC, for: treaty-reporting, measures: casualties}"
    )

    decision = decide(policy(share=shares), request_for(purpose="research", measure="casualties"), at)

    assert [r.code for r in decision.reasons] == [Code.MEASURE_NOT_SHARED]


# --- levels


@pytest.mark.parametrize("level", ["province", "province_group", "country"])
def test_coarser_levels_come_with_the_finest(
    policy: MakePolicy, request_for: MakeRequest, at: datetime, level: str
) -> None:
    assert decide(policy(), request_for(f"place.{level}"), at).permit


def test_the_root_does_not_count_as_a_dimension(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    asked = request_for("place.country", "age.all", "date.year", "sex.sex", "outcome.outcome")

    assert decide(policy(), asked, at).permit


def test_two_levels_of_a_dimension_are_one_dimension(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    asked = request_for("date.year", "date.year_band5", "sex.sex", "outcome.outcome")

    assert decide(policy(), asked, at).permit


def test_bands_that_overlap_pooled_years_are_denied_as_such(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    pooled = policy("pooled_years: 3")

    assert pooled.hidden_levels == {("date", "year_band5")}
    assert policy("pooled_years: 3\nfinest: {sex: sex}").scope_levels == {("sex", "sex")}
    assert decide(pooled, request_for("date.year", "place.province"), at).permit
    assert decide(pooled, request_for("date.year_band5"), at).reasons == (
        reason(Code.OVERLAPS_POOLS, dimension="date", level="year_band5"),
    )
    assert decide(pooled, request_for("date.year_band5"), at).disclosed == (DisclosedReason.NOT_SHARED,)


def test_bands_that_fit_pooled_years_are_permitted(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    assert decide(policy("pooled_years: 5"), request_for("date.year_band5"), at).permit
    assert decide(policy(), request_for("date.year_band5"), at).permit


def test_a_permission_may_allow_fewer_dimensions_than_the_data_set(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    single = policy(share="{name: single, with: ARMAC, for: regional-reporting, max_dimensions: 1}")

    assert decide(single, request_for("date.year"), at).permit
    for asked, levels in (
        ("2", ["date.year", "sex.sex"]),
        ("3", ["date.year", "sex.sex", "outcome.outcome"]),
    ):
        assert decide(single, request_for(*levels), at).reasons == (
            reason(Code.TOO_MANY_DIMENSIONS, asked=asked, most="1", permission="single"),
        )


def test_ready_made_only(policy: MakePolicy, request_for: MakeRequest, at: datetime) -> None:
    share = "{name: open, with: public, for: research, only: ready-made questions}"
    asked = {"recipient": "public", "purpose": "research"}

    free = decide(policy(share=share), request_for("date.year", **asked), at)
    ready_made = decide(
        policy(share=share), request_for("date.year", ready_made="outcome-by-year", **asked), at
    )

    assert free.reasons == (reason(Code.READY_MADE_ONLY, permission="open"),)
    assert free.disclosed == (DisclosedReason.READY_MADE_ONLY,)
    assert ready_made.permit


# --- prohibitions


@pytest.mark.parametrize(
    "ban",
    [
        "{with: ARMAC}",
        "{roles: analyst}",
        "{for: regional-reporting}",
        "{measures: casualties}",
        "{show: {date: year}}",
        "{show: {date: year_band5}}",
        "{show: {date: any, sex: any}}",
        "{together: {date: any}}",
        "{together: {date: year, outcome: yes}}",
        "{with: [public, ARMAC], roles: analyst, for: regional-reporting, measures: casualties}",
        "{with: ARMAC, show: {outcome: any}, together: {date: any, outcome: any}}",
    ],
)
def test_a_prohibition_wins_where_all_that_it_names_applies(
    policy: MakePolicy, request_for: MakeRequest, at: datetime, ban: str
) -> None:
    banned = policy(f"never: [{ban}]")

    decision = decide(banned, request_for("date.year", "outcome.outcome"), at)

    assert decision.reasons == (reason(Code.BANNED, prohibition=banned.bans[0].label),)
    assert decision.disclosed == (DisclosedReason.NOT_SHARED,)


@pytest.mark.parametrize(
    "ban",
    [
        "{with: public}",
        "{roles: auditor}",
        "{for: research}",
        "{measures: accidents}",
        "{show: {date: quarter}}",
        "{show: {sex: any}}",
        "{together: {date: any, sex: any}}",
        "{together: {date: quarter, outcome: any}}",
        "{with: public, roles: analyst, for: regional-reporting, measures: casualties}",
        "{with: ARMAC, roles: auditor, for: regional-reporting, measures: casualties}",
        "{with: ARMAC, roles: analyst, for: research, measures: casualties}",
        "{with: ARMAC, roles: analyst, for: regional-reporting, measures: accidents}",
        "{with: ARMAC, show: {sex: any}, together: {date: any}}",
        "{with: ARMAC, show: {date: any}, together: {sex: any}}",
    ],
)
def test_a_prohibition_is_silent_where_one_thing_that_it_names_does_not_apply(
    policy: MakePolicy, request_for: MakeRequest, at: datetime, ban: str
) -> None:
    assert decide(policy(f"never: [{ban}]"), request_for("date.year", "outcome.outcome"), at).permit


@pytest.mark.parametrize(
    ("ban", "label"),
    [
        ("{with: [public, ARMAC], for: research}", "never ARMAC, public; research"),
        ("{roles: analyst, measures: [casualties, accidents]}", "never analyst; accidents, casualties"),
        ("{show: {sex: any, date: quarter}}", "never date by quarter, sex by sex"),
        ("{with: public, together: {sex: any, date: any}}", "never public; date with sex"),
        ("{name: a name, with: public}", "a name"),
    ],
)
def test_a_prohibition_is_called_by_its_name_or_by_what_it_names(
    policy: MakePolicy, ban: str, label: str
) -> None:
    assert policy(f"never: [{ban}]").bans[0].label == label


def test_every_prohibition_that_applies_is_named(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    bans = "never: [{name: b, with: ARMAC}, {name: a, measures: casualties}, {name: c, with: public}]"

    named = [dict(r.details)["prohibition"] for r in decide(policy(bans), request_for(), at).reasons]

    assert named == ["a", "b"]


# --- obligations


def test_obligations_come_from_the_policy(policy: MakePolicy, request_for: MakeRequest, at: datetime) -> None:
    text = """\
        legal_basis: decree
        embargo: 10 days
        release: once a year
        appears: only within regional totals
        approval: one person
        quota: 5 a month
        retention: 30 days
        redistribution: no
        hub_cache: 7 days
        """

    obligations = decide(policy(text), request_for(), at).obligations

    assert obligations is not None
    assert obligations.legal_basis == "decree"
    assert obligations.embargo_days == 10
    assert obligations.release is Release.ONCE
    assert obligations.appears is Appearance.TOTALS
    assert obligations.approval is Approval.ONE
    assert obligations.quotas == {Period.MONTH: 5}
    assert obligations.retention_days == 30
    assert obligations.redistribution is Redistribution.NO
    assert obligations.hub_cache_days == 7
    assert (obligations.k, obligations.l, obligations.consent) == (None, None, None)


def test_the_strictest_of_all_that_apply_holds(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    shares = (
        "{name: a, with: ARMAC, for: regional-reporting, retention: 90 days, quota: 9 a month,"
        " approval: one person},"
        "{name: b, with: ARMAC, for: regional-reporting, retention: 30 days, quota: [20 a month, 2 a day]},"
        "{name: c, with: ARMAC, for: research, retention: 1 day, approval: two persons}"
    )

    decision = decide(policy("retention: 60 days\nhub_cache: unlimited", share=shares), request_for(), at)

    assert decision.by == ("a", "b")
    assert decision.obligations is not None
    assert decision.obligations.retention_days == 30
    assert decision.obligations.quotas == {Period.MONTH: 9, Period.DAY: 2}
    assert decision.obligations.approval is Approval.ONE
    assert decision.obligations.redistribution is Redistribution.WITH_CREDIT
    assert decision.obligations.hub_cache_days is None


def test_approval_distinguishes_ready_made_questions_from_others(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    approving = policy("approval: {ready_made: automatic, others: two persons}")

    def approved(**asked: object) -> Approval:
        obligations = decide(approving, request_for("date.year", **asked), at).obligations
        assert obligations is not None
        return obligations.approval

    assert approved() is Approval.TWO
    assert approved(ready_made="outcome-by-year") is Approval.AUTOMATIC


# --- single records


RECORDS = "record_level: {to: accredited researchers, k: 5, l: 2, approval: one person, consent: REC}"
RESEARCH = "{with: [accredited researchers, public], for: research, max_dimensions: 1}"


def records(policy: MakePolicy, request_for: MakeRequest, at: datetime, recipient: str) -> Decision:
    asked = request_for("date.year", "sex.sex", recipient=recipient, purpose="research", record_level=True)
    return decide(policy(RECORDS, share=RESEARCH), asked, at)


def test_records_go_to_those_named_only(policy: MakePolicy, request_for: MakeRequest, at: datetime) -> None:
    decision = records(policy, request_for, at, "public")

    assert decision.reasons == (reason(Code.RECORDS_NOT_SHARED, recipient="public"),)


def test_records_may_have_more_columns_than_a_table_has_dimensions(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    narrow = policy(f"{RECORDS}\nmax_dimensions: 1", share=RESEARCH)
    levels = ("date.year", "sex.sex")
    who = {"recipient": "accredited researchers", "purpose": "research"}

    assert decide(narrow, request_for(*levels, record_level=True, **who), at).permit
    table = decide(narrow, request_for(*levels, **who), at)
    assert {found.code for found in table.reasons} == {Code.TOO_MANY_DIMENSIONS}


def test_records_carry_their_own_obligations(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    obligations = records(policy, request_for, at, "accredited researchers").obligations

    assert obligations is not None
    assert (obligations.k, obligations.l, obligations.consent) == (5, 2, "REC")
    assert obligations.approval is Approval.ONE


def test_a_table_never_carries_the_obligations_of_records(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    asked = request_for("sex.sex", recipient="accredited researchers", purpose="research")

    obligations = decide(policy(RECORDS, share=RESEARCH), asked, at).obligations

    assert obligations is not None
    assert obligations.approval is Approval.AUTOMATIC
    assert (obligations.k, obligations.l, obligations.consent) == (None, None, None)


def test_what_a_permission_does_grant_is_no_reason_against(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    """A ready-made question of as many dimensions as are granted lacks the measure alone."""
    narrow = "{with: ARMAC, for: regional-reporting, only: ready-made questions, max_dimensions: 2}"
    asked = request_for("date.year", "outcome.outcome", measure="services", ready_made="outcome-by-year")

    decision = decide(policy(share=narrow), asked, at)
    assert [each.code for each in decision.reasons] == [Code.MEASURE_NOT_SHARED]

"""Differences in sentences, for a controller before a new version comes into force."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from policies import Policy, PolicyError
from policies.comparison.diff import Change, Direction, diff

MakePolicy = Callable[..., Policy]
TWO = "{with: [ARMAC, public], for: [research, regional-reporting]%s}"


def said(old: Policy, new: Policy) -> list[str]:
    return [f"{change.direction}: {change.sentence}" for change in diff(old, new)]


def opposite(changes: list[str]) -> set[str]:
    turn = {"loosened": "tightened", "tightened": "loosened", "changed": "changed"}
    return {turn[line.partition(":")[0]] for line in changes}


def test_a_finer_level_is_said_as_an_office_says_it(policy: MakePolicy) -> None:
    old, new = policy("finest: {date: year, sex: sex}"), policy("finest: {date: quarter, sex: sex}")

    assert said(old, new) == [
        "loosened: ARMAC may now see quarters, was years.",
        "changed: Other cells may be withheld: the tables protected together now go down to quarters.",
    ]
    assert said(new, old) == [
        "tightened: ARMAC may now see only years, was quarters.",
        "changed: Other cells may be withheld: the tables protected together now only go down to years.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("threshold: 5", "threshold: 3", "loosened: A cell is small below 3 people, was 5."),
        (
            "threshold: {usual: 3, place: {province: 10}}",
            "threshold: {usual: 3, place: {province: 5}}",
            "loosened: Where provinces are shown, a cell is small below 5 people, was 10.",
        ),
        ("zeros: partner", "zeros: publish", "loosened: Zeros: publish, was partner."),
        ("embargo: 90 days", "embargo: none", "loosened: Embargo: 0 days, was 90 days."),
        ("release: once a year", "release: each month", "loosened: Released each month, was once a year."),
        (
            "appears: only within regional totals",
            "appears: on its own",
            "loosened: KH appears on its own, was only within regional totals.",
        ),
        (
            "population: {consent: [REC]}",
            "population: {consent: [REC, AGG]}",
            "loosened: People with consent AGG are now counted.",
        ),
        (
            "population: {victims: [DIR]}",
            "population: {victims: [FAM, DIR]}",
            "loosened: Victims FAM are now counted.",
        ),
        ("pooled_years: 3", "", "loosened: Years: single years, was pooled years."),
        (
            "pooled_years: 6",
            "pooled_years: 3",
            "loosened: Years: periods of 3 years, was periods of 6 years.",
        ),
        (
            "pooled_years: [2010-2015]",
            "pooled_years: [2010-2012, 2013-2015]",
            "loosened: Years are pooled into other periods.",
        ),
        (
            "pooled_years: [2010-2012]",
            "pooled_years: [2010-2012, 2015-2017]",
            "loosened: Years are pooled into other periods.",
        ),
        (
            "pooled_years: [2010-2015]",
            "pooled_years: 2",
            "loosened: Years are pooled into other periods.",
        ),
        (
            "years_per_release: 4",
            "years_per_release: 2",
            "loosened: Years are released in periods of 2, was in periods of 4.",
        ),
        ("years_per_release: 2", "", "loosened: Years are released one by one, was in periods of 2."),
        ("", "keep: [{date: year}, total]", "loosened: Always shown: year."),
        ("", "keep: total", "loosened: Always shown: the grand total."),
        (
            "dominance: {p_percent: 20}",
            "",
            "loosened: Costs: the 2 largest make up less than 85 %, p 10 %; was 2, 85 %, 20 %.",
        ),
        ("never: [{with: public}]", "", "loosened: A prohibition is gone: never public."),
        (
            "approval: one person",
            "",
            "loosened: Answers to ARMAC are sent automatically, was with approval by one person.",
        ),
        ("quota: 5 a month", "quota: 50 a month", "loosened: ARMAC may ask 50 a month, was 5 a month."),
        ("quota: 5 a month", "", "loosened: ARMAC may ask without limit, was 5 a month."),
        (
            "retention: 1 day",
            "retention: 9 days",
            "loosened: ARMAC may keep answers for 9 days, was for 1 day.",
        ),
        ("redistribution: no", "redistribution: yes", "loosened: Passing on by ARMAC: yes, was no."),
        (
            "hub_cache: no",
            "hub_cache: unlimited",
            "loosened: The hub may keep answers to ARMAC without limit, was not at all.",
        ),
        (
            "record_level: never",
            "record_level: {to: ARMAC, k: 5, l: 2}",
            "loosened: ARMAC may now receive single records.",
        ),
        (
            "record_level: {to: ARMAC, k: 5, l: 2}",
            "record_level: {to: ARMAC, k: 4, l: 2}",
            "loosened: Single records: k 4, was 5.",
        ),
        (
            "record_level: {to: ARMAC, k: 5, l: 3}",
            "record_level: {to: ARMAC, k: 5, l: 2}",
            "loosened: Single records: l 2, was 3.",
        ),
        (
            "record_level: {to: ARMAC, k: 5, l: 3}",
            "record_level: {to: ARMAC, k: 5, l: 3, approval: automatic}",
            "loosened: Single records are sent automatically, was with approval by two people.",
        ),
        (
            "mechanism: {kind: controlled-rounding, base: 9}",
            "mechanism: {kind: controlled-rounding, base: 7}",
            "loosened: Rounded to multiples of 7, was 9.",
        ),
        (
            "mechanism: {kind: differential-privacy, budget: 1, per_table: 0.1, first_year: 2015}",
            "mechanism: {kind: differential-privacy, budget: 2.5, per_table: 0.1, first_year: 2015}",
            "loosened: The privacy budget is 2.5, was 1.",
        ),
        (
            "mechanism: {kind: differential-privacy, budget: 1, per_table: 0.1, first_year: 2015}",
            "mechanism: {kind: differential-privacy, budget: 1, per_table: 0.5, first_year: 2015}",
            "loosened: One table costs 0.5 of the privacy budget, was 0.1.",
        ),
        (
            "mechanism: {kind: differential-privacy, budget: 1, per_table: 0.1, first_year: 2015}",
            "mechanism: {kind: differential-privacy, budget: 1, per_table: 0.1, first_year: 2010}",
            "loosened: People are counted from 2010 on, was 2015.",
        ),
        (
            "valid_until: 2026-12-31",
            "valid_for: until revoked",
            "loosened: It holds until revoked, was until 2026-12-31.",
        ),
        ("review: second person", "", "loosened: Review before signing: none, was second person."),
        (
            "max_dimensions: 2",
            "max_dimensions: 3",
            "loosened: ARMAC may now combine 3 dimensions in one table, was 2.",
        ),
    ],
)
def test_each_knob_is_said_and_marked_both_ways(
    policy: MakePolicy, before: str, after: str, sentence: str
) -> None:
    old, new = policy(before), policy(after)
    there, back = said(old, new), said(new, old)

    assert sentence in there
    assert opposite(there) == {line.partition(":")[0] for line in back}
    assert "tightened" not in {line.partition(":")[0] for line in there}


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "",
            "mechanism: cell-key",
            "changed: Protected by cell-key, was suppression; a data set has one mechanism for its life.",
        ),
        (
            "years_per_release: 2",
            "years_per_release: 3",
            "changed: Years are released in periods of 3, was in periods of 2.",
        ),
        ("pooled_years: 3", "pooled_years: 4", "changed: Years: periods of 4 years, was periods of 3 years."),
        (
            "pooled_years: [2010-2011]",
            "pooled_years: [2011-2012]",
            "changed: Years are pooled into other periods.",
        ),
        (
            "priority: [article-7]",
            "",
            "changed: Other tables are protected first, so other cells will be withheld.",
        ),
        ("legal_basis: decree", "legal_basis: law", "changed: It rests on law, was decree."),
        ("legal_basis: decree", "", "changed: It rests on nothing, was decree."),
    ],
)
def test_what_has_no_plain_direction_is_for_a_person_to_judge(
    policy: MakePolicy, before: str, after: str, sentence: str
) -> None:
    assert said(policy(before), policy(after)) == [sentence]


# --- who may see what


def test_a_recipient_who_comes_and_goes(policy: MakePolicy) -> None:
    without = policy(share="{with: ARMAC, for: research}")
    with_public = policy(
        share="{with: ARMAC, for: research}, {with: public, for: research, only: ready-made questions}"
    )

    assert said(without, with_public) == [
        "loosened: Public may now ask only ready-made questions, for research: accidents and casualties."
    ]
    assert said(with_public, without) == ["tightened: Public may no longer ask anything."]


@pytest.mark.parametrize(
    ("narrow", "wide", "gained"),
    [
        ("for: research", "for: [research, treaty-reporting]", "for treaty-reporting"),
        (
            "for: research, measures: accidents",
            "for: research, measures: [accidents, services]",
            "about services",
        ),
        ("for: research, roles: auditor", "for: research, roles: [auditor, analyst]", "in the role analyst"),
        ("for: research, roles: [auditor, analyst]", "for: research", "in the role none"),
        (
            "for: research, only: ready-made questions",
            "for: research",
            "questions that are not ready-made",
        ),
    ],
)
def test_what_a_recipient_gains_and_loses(policy: MakePolicy, narrow: str, wide: str, gained: str) -> None:
    old, new = policy(share=f"{{with: ARMAC, {narrow}}}"), policy(share=f"{{with: ARMAC, {wide}}}")

    assert said(old, new) == [f"loosened: ARMAC may now ask {gained}."]
    assert said(new, old) == [f"tightened: ARMAC may no longer ask {gained}."]


def test_a_new_combination_of_known_words_is_a_loosening(policy: MakePolicy) -> None:
    apart = (
        "{with: ARMAC, for: research, measures: accidents},"
        "{with: ARMAC, for: treaty-reporting, measures: services}"
    )
    together = "{with: ARMAC, for: [research, treaty-reporting], measures: [accidents, services]}"

    assert said(policy(share=apart), policy(share=together)) == [
        "loosened: ARMAC may now ask for research in more ways: services.",
        "loosened: ARMAC may now ask for treaty-reporting in more ways: accidents.",
    ]


def test_dimensions_that_come_and_go_are_said_together(policy: MakePolicy) -> None:
    old = policy("finest: {date: year}")
    new = policy("finest: {date: year, injury: yes, status.REH: status.REH, civ_status: yes}")

    assert said(old, new)[0] == "loosened: ARMAC may now see civ status, injury and status.REH."
    assert said(new, old)[0] == "tightened: ARMAC may no longer see civ status, injury and status.REH."


def test_a_change_for_some_purposes_names_them(policy: MakePolicy) -> None:
    old = policy(share=TWO % "")
    shares = (
        "{with: [ARMAC, public], for: research, finest: {date: year_band5}},"
        "{with: [ARMAC, public], for: regional-reporting}"
    )

    assert said(old, policy(share=shares)) == [
        "tightened: ARMAC and public may now see only year band5s, was years, for research."
    ]


def test_approval_for_some_kinds_of_questions_names_them(policy: MakePolicy) -> None:
    by_kind = policy("approval: {ready_made: automatic, others: one person}")

    assert said(policy(), by_kind) == [
        (
            "tightened: Answers to ARMAC are sent with approval by one person, was automatically, "
            "in questions that are not ready-made."
        )
    ]
    assert said(policy("approval: one person"), by_kind) == [
        (
            "loosened: Answers to ARMAC are sent automatically, was with approval by one person, "
            "in ready-made questions."
        )
    ]


def test_a_change_of_conditions_for_some_measures_names_them(policy: MakePolicy) -> None:
    old = policy(share="{with: ARMAC, for: research, measures: [casualties, accidents]}")
    shares = (
        "{with: ARMAC, for: research, measures: accidents},"
        "{with: ARMAC, for: research, measures: casualties, retention: 9 days}"
    )

    assert said(old, policy(share=shares)) == [
        "tightened: ARMAC may keep answers for 9 days, was without limit, in questions about casualties."
    ]


def test_pillars_of_one_family_that_change_alike_are_said_once(policy: MakePolicy) -> None:
    shown = "finest: {place: province, date: year, sex: sex, status: %s}"

    assert said(policy(shown % "status"), policy(shown % "met"))[0] == (
        "tightened: ARMAC may now see only met, was status."
    )


def test_several_permissions_for_one_case_are_compared_as_a_whole(policy: MakePolicy) -> None:
    shown = "finest: {place: province, date: year, sex: sex, outcome: outcome}"
    one = "{with: ARMAC, for: research}"
    two = ",".join(
        f"{{with: ARMAC, for: research, finest: {{{suppressed}}}}}"
        for suppressed in ("place: country", "date: all")
    )
    whole, parts = policy(shown, share=one), policy(shown, share=two)

    assert said(whole, parts) == [
        "tightened: ARMAC may no longer see all of outcome, provinces, sex and years, 3 in one table."
    ]
    assert said(parts, whole) == [
        "loosened: ARMAC may now see outcome, provinces, sex and years, 3 in one table."
    ]


def test_one_permission_split_into_parts_that_add_up_has_the_same_effect(policy: MakePolicy) -> None:
    shown = "finest: {place: province, date: year, sex: sex}\nmax_dimensions: 2"
    whole = "{with: ARMAC, for: research}"
    parts = ",".join(
        f"{{with: ARMAC, for: research, finest: {{{d}: {root}}}}}"
        for d, root in (("place", "country"), ("date", "all"), ("sex", "all"))
    )

    (change,) = diff(policy(shown, share=whole), policy(shown, share=parts))

    assert change == Change(Direction.CHANGED, "Other words, the same effect.", effect=False)


def test_another_name_for_a_permission_has_the_same_effect(policy: MakePolicy) -> None:
    old, new = (
        policy(share="{with: ARMAC, for: research}"),
        policy(share="{name: x, with: ARMAC, for: research}"),
    )

    assert said(old, new) == ["changed: Other words, the same effect."]


def test_records_and_their_detail(policy: MakePolicy) -> None:
    rule = "record_level: {to: ARMAC, k: 5, l: 2}\nmax_dimensions: 1\nfinest: {date: year, sex: sex}"
    apart = (
        "{with: ARMAC, for: research, finest: {sex: all}}, {with: ARMAC, for: research, finest: {date: all}}"
    )
    together = "{with: ARMAC, for: research}"

    assert said(policy(rule, share=apart), policy(rule, share=together)) == [
        "loosened: ARMAC may now see sex and years, 2 in one table in single records."
    ]


# --- prohibitions


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("{with: public}", "{with: [public, ARMAC]}"),
        ("{with: public, for: research}", "{with: public}"),
        ("{with: public, roles: analyst}", "{with: public}"),
        ("{with: public, measures: casualties}", "{with: public}"),
        ("{with: public, show: {date: year}}", "{with: public}"),
        ("{show: {date: quarter}}", "{show: {date: year}}"),
        ("{show: {date: year}}", "{show: {date: year, sex: any}}"),
        ("{together: {date: any, sex: any}}", "{together: {sex: any}}"),
        ("{together: {date: quarter, sex: any}}", "{together: {date: year, sex: any}}"),
    ],
)
def test_a_wider_prohibition_is_only_a_tightening(policy: MakePolicy, narrow: str, wide: str) -> None:
    old, new = policy(f"never: [{narrow}]"), policy(f"never: [{wide}]")

    assert {change.direction for change in diff(old, new)} == {Direction.TIGHTENED}
    assert {change.direction for change in diff(new, old)} == {Direction.LOOSENED}


# --- what cannot be compared, and what is equal


def test_versions_and_comments_do_not_count(policy: MakePolicy) -> None:
    assert diff(policy(), replace(policy("# a remark"), version=7)) == ()


@pytest.mark.parametrize("other", [{"member": "LA"}, {"data_set": "services"}])
def test_other_members_and_data_sets_have_no_common_history(
    policy: MakePolicy, other: dict[str, str]
) -> None:
    with pytest.raises(PolicyError, match="no common history"):
        diff(policy(), replace(policy(), **other))

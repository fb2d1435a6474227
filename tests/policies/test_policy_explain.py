"""Sentences: every reason, disclosed reason and obligation has one, and each sentence names its subject."""

from collections.abc import Callable
from datetime import datetime

import pytest

from policies import Code, DisclosedReason, Policy, Reason, Request, Vocabulary, decide
from policies.explanation.explain import DISCLOSED_REASONS, describe, explain, say_reason
from policies.explanation.wording import listed, plural

MakePolicy = Callable[..., Policy]
MakeRequest = Callable[..., Request]

DETAILS = {
    "asked": "LA",
    "policy": "KH",
    "valid_from": "2026-01-01",
    "valid_until": "2027-12-31",
    "recipient": "nobody",
    "role": "minister",
    "purpose": "curiosity",
    "measure": "names",
    "dimension": "date",
    "level": "quarter",
    "finest": "year",
    "question": "everything",
    "prohibition": "never public",
    "most": "3",
}


@pytest.mark.parametrize("code", list(Code))
def test_every_reason_has_a_sentence(words: Vocabulary, code: Code) -> None:
    sentence = say_reason(Reason(code, tuple(sorted(DETAILS.items()))), words)

    assert sentence.endswith(".")
    assert sentence[0] == sentence[0].upper()


@pytest.mark.parametrize("reported", list(DisclosedReason))
def test_every_disclosed_reason_has_a_sentence_without_details(reported: DisclosedReason) -> None:
    assert DISCLOSED_REASONS[reported].endswith(".")


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            Reason(Code.LEVEL_TOO_FINE, (("dimension", "date"), ("finest", "year"), ("level", "quarter"))),
            "Quarters are too fine; the finest is years.",
        ),
        (
            Reason(Code.MEASURE_NOT_SHARED, (("measure", "services"), ("permission", "ARMAC"))),
            "ARMAC: services is not shared.",
        ),
        (
            Reason(Code.TOO_MANY_DIMENSIONS, (("asked", "4"), ("most", "3"))),
            "4 dimensions in one table; at most 3.",
        ),
        (Reason(Code.EXPIRED, (("valid_until", "2027-12-31"),)), "The policy was in force until 2027-12-31."),
    ],
)
def test_a_reason_says_what_it_is_about(words: Vocabulary, reason: Reason, sentence: str) -> None:
    assert say_reason(reason, words) == sentence


def test_a_permit_is_explained_with_its_obligations(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    permitting = policy(
        "approval: one person\nquota: 9 a month\nretention: 5 days\nredistribution: no\nhub_cache: 3 days\n"
        "appears: only within regional totals\nlegal_basis: decree\n"
        "embargo: none"
    )
    request = request_for("date.year", "outcome.outcome")

    assert explain(permitting, request, decide(permitting, request, at)) == [
        "ARMAC (analyst) asks KH for casualties by year by outcome, for regional-reporting.",
        "Permitted by version 1 of KH's policy for victims: ARMAC for regional-reporting, treaty-reporting.",
        "The answer is sent with approval by one person.",
        "It counts against the quota of 9 a month.",
        "Data are released twice a year, of any age.",
        "The member appears only within regional totals.",
        (
            "The recipient may keep the answer for 5 days and may not pass it on; "
            "the hub may keep it for 3 days."
        ),
        "Legal basis: decree.",
    ]


def test_a_denial_is_explained_with_every_reason_and_the_disclosed_ones(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    denying, request = policy(), request_for("date.quarter", purpose="research", ready_made="outcome-by-year")

    assert explain(denying, request, decide(denying, request, at)) == [
        "ARMAC (analyst) asks KH for the ready-made question on casualties by quarter, for research.",
        "Denied by version 1 of KH's policy for victims.",
        "Quarters are too fine; the finest is years.",
        "No permission for this recipient is for research.",
        (
            "The recipient sees: This member does not share with you for this purpose. "
            "This member shares that in less detail only."
        ),
    ]


def test_single_records_are_explained(policy: MakePolicy, request_for: MakeRequest, at: datetime) -> None:
    sharing = policy("record_level: {to: ARMAC, k: 5, l: 2}")
    request = request_for(role=None, record_level=True)

    lines = explain(sharing, request, decide(sharing, request, at))

    assert lines[0] == "ARMAC (no role) asks KH for single records on casualties, for regional-reporting."
    assert (
        "Each record looks like at least 4 others, with 2 different sensitive values, "
        "and is of a person with consent REC." in lines
    )


def test_a_policy_is_read_aloud(policy: MakePolicy) -> None:
    shares = (
        "{with: [ARMAC, public], roles: analyst, for: research, only: ready-made questions, quota: 2 a day},"
        "{with: ARMAC, for: treaty-reporting, finest: {date: all, sex: all}, max_dimensions: 1}"
    )
    text = """\
        valid_for: until revoked
        legal_basis: decree
        review: second person
        never: [{with: public, roles: analyst, for: research, measures: casualties, show: {sex: any}}]
        finest: {date: year, sex: sex}
        max_dimensions: 2
        threshold: {usual: 5, date: {year: 9}}
        zeros: protect
        pooled_years: 3
        priority: [article-7, {date: year}]
        keep: total
        approval: {ready_made: automatic, others: two persons}
        retention: 365 days
        appears: only within regional totals
        record_level: {to: public, k: 5, l: 2}
        """

    assert describe(policy(text, share=shares)) == [
        "This is version 1 of KH's policy for victims.",
        "It holds from 2026-01-01 until it is revoked (days of UTC). It can be revoked at once.",
        "Legal basis: decree.",
        "A second person reviews it before it is signed.",
        (
            "ARMAC and public in the role of analyst may ask, only with ready-made questions, for research: "
            "accidents and casualties, by sex and years, at most 2 of these together."
        ),
        "  For that: Answers to ready-made questions are sent automatically.",
        "  For that: Other answers are sent with approval by two people.",
        "  For that: Questions of a recipient: at most 2 a day.",
        (
            "  For that: The recipient may keep the answer for 365 days and may pass on "
            "aggregates with credit; "
            "the hub may not keep it."
        ),
        "ARMAC may ask, for treaty-reporting: accidents and casualties, as one number, not broken down.",
        "Never: public, in the role of analyst, for research, about casualties, showing any of sex.",
        "Everything else is denied.",
        "Finest levels that anybody may see: sex and years, 2 at once.",
        "People are counted from 2010 on.",
        "Years are shown in fixed periods of 3.",
        "Small cells are protected by withholding cells.",
        "A cell with fewer than 5 people is small, fewer than 9 where years are shown.",
        "A zero is suppressed like a small count.",
        "A new period of fewer people is withheld for good, with every sum over it; so is one of nobody.",
        "Protected first: article-7, year.",
        "Always shown: the grand total.",
        "People counted: consent AGG and REC, victims DIR.",
        "Data are released twice a year, at least 90 days old.",
        "KH appears only within regional totals.",
        "Answers to ready-made questions are sent automatically.",
        "Other answers are sent with approval by two people.",
        (
            "The recipient may keep the answer for 365 days and may pass on aggregates with credit; "
            "the hub may not keep it."
        ),
        "Single records go to public with approval by two people, k 5, l 2.",
    ]


KEYED = "Numbers are perturbed by at most 6, with keyed noise of variance 3"

PRIVATE = (
    "Numbers have noise of differential privacy, epsilon 1.5 for each person and the life of the data set, "
    "0.1 for each table; each person is counted once, from 2015 on. Noisy counts are made only for the "
    "tables listed under priority and for their sums; no other table is shared."
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "mechanism: cell-key",
            f"{KEYED}; none is withheld, and none of 1 to 2 is shown.",
        ),
        (
            "mechanism: {kind: controlled-rounding, base: 7}",
            "Numbers are rounded to multiples of 7, so that tables add up; none is withheld.",
        ),
        (
            "mechanism: {kind: differential-privacy, budget: 1.5, per_table: 0.1, first_year: 2015}",
            PRIVATE,
        ),
        ("pooled_years: [2015-2017]", "Years are shown in these periods: 2015-2017."),
        ("zeros: publish", "Every zero is shown."),
        (
            "never: [{together: {sex: any, date: year}}]",
            "Never: anybody, showing together date by year or finer and sex.",
        ),
        (
            "redistribution: yes\nhub_cache: no",
            "The recipient may keep the answer without limit and may pass it on; the hub may not keep it.",
        ),
    ],
)
def test_each_part_of_a_policy_has_its_sentence(policy: MakePolicy, text: str, sentence: str) -> None:
    assert sentence in describe(policy(text))


def test_keyed_noise_is_never_called_differential_privacy(policy: MakePolicy) -> None:
    assert "privacy" not in " ".join(describe(policy("mechanism: cell-key")))


def test_a_policy_that_shares_nothing_says_so(policy: MakePolicy) -> None:
    assert "Nobody may ask anything." in describe(policy(share=""))


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("year", "years"),
        ("activity", "activities"),
        ("sex", "sex"),
        ("five years", "five years"),
        ("child or adult", "child or adult"),
        ("group of provinces", "groups of provinces"),
        ("status of assistance", "status of assistance"),
        ("age band now", "age bands now"),
        ("province (ISO 3166-2)", "provinces"),
    ],
)
def test_plurals_are_made_where_a_plain_rule_gives_them(one: str, many: str) -> None:
    assert plural(one) == many


def test_lists_read_as_a_sentence_does() -> None:
    assert listed([]) == "nothing"
    assert listed(["b"]) == "b"
    assert listed(["b", "a"]) == "a and b"
    assert listed(["c", "b", "a"]) == "a, b and c"

"""The document: the meaning of five lines, and refusals with their place and advice."""

from collections.abc import Callable
from datetime import date

import pytest

from policies import Fault, Policy, PolicyError, Vocabulary, load_policy
from policies.model.strict_yaml import DEEPEST, LONGEST_TEXT, MOST_NODES
from policies.model.terms import Approval, Period, Redistribution, Zeros

FIVE_LINES = """\
member: KH
version: 1
valid_from: 2026-01-01
share:
  - {with: ARMAC, for: [regional-reporting, treaty-reporting]}
"""

MakePolicy = Callable[..., Policy]


def faults_of(text: str, words: Vocabulary) -> tuple[Fault, ...]:
    with pytest.raises(PolicyError) as raised:
        load_policy(text, words)
    for fault in raised.value.faults:
        assert str(fault) in str(raised.value)
    return raised.value.faults


def test_five_lines_are_a_careful_policy(words: Vocabulary) -> None:
    policy = load_policy(FIVE_LINES, words)

    assert policy.valid_until == date(2027, 12, 31)
    assert policy.scope.threshold == 5
    assert policy.scope.max_dims == 3
    assert policy.scope.zeros is Zeros.PARTNER
    assert policy.scope.dimensions["place"] == "province"
    assert policy.scope.dimensions["date"] == "year"
    assert policy.scope.measures == {"casualties", "accidents"}
    assert policy.scope.priority == ("canonical-questions", "article-7")
    assert policy.consent == {"AGG", "REC"}
    assert policy.embargo_days == 90
    assert policy.record_level is None
    assert policy.conditions.hub_cache_days == 0


def test_a_dimension_that_is_not_named_is_not_shared(policy: MakePolicy) -> None:
    assert policy("finest: {date: year}").scope.dimensions == {"date": "year"}


def test_the_root_of_a_dimension_shows_nothing_of_it(policy: MakePolicy) -> None:
    assert policy("finest: {place: country, date: year, age: all}").scope.dimensions == {"date": "year"}


def test_a_family_stands_for_its_yes_or_no_dimensions(policy: MakePolicy) -> None:
    shared = policy("finest: {injury: yes, sex: yes}").scope.dimensions

    assert shared == {"injury.EYE": "injury.EYE", "injury.EAR": "injury.EAR", "sex": "sex"}


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("{status: met}", {"status.REH": "met.REH", "status.PSS": "met.PSS"}),
        ("{status: status}", {"status.REH": "status.REH", "status.PSS": "status.PSS"}),
        ("{status.REH: met.REH}", {"status.REH": "met.REH"}),
        ("{status: all, sex: yes}", {"sex": "sex"}),
    ],
)
def test_a_family_of_several_levels_is_shared_at_one_of_them(
    policy: Callable[..., Policy], written: str, levels: dict[str, str]
) -> None:
    assert policy(f"finest: {written}").scope.dimensions == levels


def test_a_family_of_several_levels_is_forbidden_from_one_of_them_on(policy: Callable[..., Policy]) -> None:
    finest = "finest: {date: year, status: status}\n"
    (fine,) = policy(finest + "never: {show: {status: status}}").bans
    assert fine.show == {"status.REH": "status.REH", "status.PSS": "status.PSS"}
    (every,) = policy(finest + "never: {show: {status: any}}").bans
    assert every.show == {"status.REH": "met.REH", "status.PSS": "met.PSS"}


def test_a_level_may_have_a_threshold_of_its_own(policy: MakePolicy) -> None:
    scope = policy("finest: {place: district}\nthreshold: {usual: 3, place: {district: 10}}").scope

    assert scope.threshold_at("place", "district") == 10
    assert scope.threshold_at("place", "province") == 3


def test_a_permission_inherits_the_detail_and_can_narrow_it(policy: MakePolicy) -> None:
    share = "{with: public, for: public-information, finest: {place: country, date: year_band5}}"
    narrowed = policy("finest: {place: province, date: year, sex: sex}", share=share).shares[0]

    assert narrowed.finest == {"date": "year_band5", "sex": "sex"}


def test_words_of_the_office_are_read(policy: MakePolicy) -> None:
    read = policy(
        """\
        approval: {others: two persons, ready_made: automatic}
        quota: [50 a month, 5 per day]
        retention: 1 day
        redistribution: no
        hub_cache: 30 days
        pooled_years: [2018-2020, 2015-2017]
        keep: [total, {date: year}]
        embargo: none
        valid_for: until revoked
        """
    )

    assert read.conditions.approval_ready_made is Approval.AUTOMATIC
    assert read.conditions.approval_others is Approval.TWO
    assert read.conditions.quotas == {Period.MONTH: 50, Period.DAY: 5}
    assert read.conditions.retention_days == 1
    assert read.conditions.redistribution is Redistribution.NO
    assert read.conditions.hub_cache_days == 30
    assert read.scope.pooled_years == ((2015, 2017), (2018, 2020))
    assert read.scope.keep == ((), (("date", "year"),))
    assert read.embargo_days == 0
    assert read.valid_until is None


@pytest.mark.parametrize(
    ("first", "span", "last"),
    [
        ("2026-01-01", "24 months", date(2027, 12, 31)),
        ("2026-01-15", "1 month", date(2026, 2, 14)),
        ("2026-01-31", "1 month", date(2026, 2, 28)),
        ("2026-02-28", "12 months", date(2027, 2, 27)),
        ("2024-02-29", "1 year", date(2025, 2, 28)),
        ("2026-01-01", "1 day", date(2026, 1, 1)),
        ("2026-11-01", "2 months", date(2026, 12, 31)),
    ],
)
def test_a_validity_ends_with_the_last_day_of_its_span(
    policy: MakePolicy, first: str, span: str, last: date
) -> None:
    head = f"member: KH\nversion: 1\nvalid_from: {first}\n"

    assert policy(f"valid_for: {span}", head=head).valid_until == last


# --- what is refused


def test_every_fault_is_reported_at_once_with_line_key_and_nearest_word(words: Vocabulary) -> None:
    text = (
        FIVE_LINES.replace("ARMAC", "ARMAK").replace("treaty-reporting", "treaty-reports") + "treshold: 5\n"
    )

    found = [(f.line, f.column, f.key, f.suggestion) for f in faults_of(text, words)]

    assert found == [
        (5, 12, "share[1].with", "ARMAC"),
        (5, 45, "share[1].for[2]", "treaty-reporting"),
        (6, 1, "treshold", "threshold"),
    ]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("valid_until: 2027-1-31", "2027-01-31"),
        ("valid_until: 2027/01/31", "2027-01-31"),
        ("valid_until: 31.1.2027", "2027-01-31"),
        ("valid_until: 2.1.2027", None),  # the second of January, or the first of February
        ("valid_until: 2027-02-31", None),
        ("valid_for: 24 month s", "24 months"),
        ("valid_for: until revokd", "until revoked"),
        ("embargo: 90", "90 days"),
        ("embargo: non", "none"),
        ("retention: 365 dayss", "365 days"),
        ("hub_cache: noo", "no"),
        ("quota: 50 per mont", "50 a month"),
        ("quota: [5 a day, 20 a wek]", "20 a week"),
        ("quota: 0 a month", None),
        ("pooled_years: [2015–2017]", "2015-2017"),
        ("pooled_years: [2017-2015]", None),
        ("data_set: Victims", "victims"),
        ("record_level: {to: ARMAC, K: 5, l: 2}", "k"),
    ],
)
def test_of_a_phrase_that_is_nearly_right_the_right_one_is_proposed(
    words: Vocabulary, line: str, meant: str | None
) -> None:
    fault = faults_of(FIVE_LINES + line + "\n", words)[0 if meant != "k" else 1]

    assert fault.suggestion == meant
    assert (f"did you mean '{meant}'?" in str(fault)) == (meant is not None)


@pytest.mark.parametrize("nothing", ["null", "~", "NULL"])
def test_what_yaml_calls_nothing_is_no_name_and_no_legal_basis(words: Vocabulary, nothing: str) -> None:
    (fault,) = faults_of(FIVE_LINES + f"legal_basis: {nothing}\n", words)

    assert fault.problem == "found nothing where a line of text is expected"
    assert load_policy(FIVE_LINES + f"legal_basis: '{nothing}'\n", words).legal_basis == nothing


def test_one_period_of_pooled_years_needs_no_brackets(policy: MakePolicy) -> None:
    assert policy("pooled_years: 2015-2017") == policy("pooled_years: [2015-2017]")


def test_a_bomb_of_aliases_is_refused_without_being_expanded(words: Vocabulary) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(n + 1)}: &{chr(n + 1)} [{', '.join(['*' + chr(n)] * 9)}]\n" for n in range(97, 122)
    )

    problems = [fault.problem for fault in faults_of(bomb, words)]

    assert any("aliases" in problem for problem in problems)
    assert any("anchors" in problem for problem in problems)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("version: 2", "the key 'version' is already on line 2"),
        ("embargo: &x 90 days", "anchors (&x) are not accepted"),
        ("embargo: *x", "aliases (*x) are not accepted"),
        ("<<: {zeros: publish}", "merge keys (<<) are not accepted"),
        ("embargo: !!str 90 days", "tags (!) are not accepted"),
        ("'embarg': 90 days", "'embarg' is not a known key"),
        ("zeros:", "found nothing where a choice is expected"),
        ("zeros: ''", "found nothing where a choice is expected"),
        ("zeros: [publish]", "found a list where a choice is expected"),
        ("threshold: '5'", "'5' is not a whole number"),
        ("threshold: 05", "'05' is not a whole number"),
        ("threshold: 5.0", "'5.0' is not a whole number"),
        ("threshold: 1", "'1' is not a whole number from 2 to 1000"),
        ("threshold: ٥", "is not a whole number"),
        ("threshold: 1001", "'1001' is not a whole number from 2 to 1000"),
        ("threshold: {usual: 5, date: {year: 3}}", "never smaller"),
        ("threshold: {usual: 5, date: {day: 9}}", "'day' is not a known level"),
        ("max_dimensions: yes", "'yes' is not a whole number"),
        ("valid_until: 2025-12-31", "this day is before the first"),
        ("valid_until: 2026-02-30", "'2026-02-30' is not a date"),
        ("valid_until: 31.12.2026", "'31.12.2026' is not a date"),
        ("valid_for: 24 moons", "'24 moons' is not a phrase such as '24 months'"),
        ("valid_for: 9999 years", "after the last day of the calendar"),
        ("finest: {date: day}", "'day' is not a known level of date, whose finest is quarter"),
        ("finest: {place: village}", "'village' is not a known level of place, whose finest is district"),
        ("finest: {date: yes}", "'yes' is not a known level of date"),
        ("finest: {national_id: yes}", "'national_id' is about one person and no policy can share it"),
        ("finest: {religion: yes}", "'religion' is not a known dimension"),
        ("finest: {injury: yes, injury.EYE: yes}", "injury.EYE is named twice"),
        ("finest: {status: met, status.REH: met.REH}", "status.REH is named twice"),
        ("finest: {status: yes}", "'yes' is not a known level of status, whose finest is status"),
        ("finest: {service: yes}", "'service' is no longer known: status replaces it"),
        ("finest: {need.REH: yes}", "'need.REH' is no longer known: status.REH replaces it"),
        ("never: {together: {service: yes}}", "'service' is no longer known: status replaces it"),
        ("never_show: [{service.REH: YES}]", "'service.REH' is no longer known: status.REH replaces it"),
        ("finest: {}", "a mapping from dimension to a value is expected"),
        ("never: [{}]", "a prohibition must say what it prohibits"),
        ("never: [{name: x}]", "a prohibition must say what it prohibits"),
        ("mechanism: controlled-rounding", "'controlled-rounding' is not a known mechanism"),
        ("mechanism: {kind: controlled-rounding}", "base is needed for controlled-rounding"),
        ("mechanism: {kind: suppression, base: 5}", "base cannot be used with suppression"),
        ("mechanism: {kind: differential-privacy, budget: 0}", "'0' is not a phrase"),
        ("mechanism: {kind: differential-privacy, budget: 1}", "per_table is needed for differential"),
        ("mechanism: {kind: suppression, per_table: 1}", "per_table cannot be used with suppression"),
        (
            "mechanism: {kind: differential-privacy, budget: 1, per_table: 1.1, first_year: 2015}",
            "one table costs more than the whole budget of 1",
        ),
        (
            "first_year: 1990\nmechanism: {kind: differential-privacy, budget: 1, per_table: 1}",
            "first_year of differential-privacy stands within the mechanism",
        ),
        ("mechanism: {kind: suppression, D: 5}", "D cannot be used with suppression"),
        ("mechanism: {kind: cell-key, base: 5}", "base cannot be used with cell-key"),
        ("mechanism: {kind: cell-key, D: 0}", "'0' is not a whole number from 1 to 100"),
        ("mechanism: {kind: cell-key, D: 3, js: 4}", "js 4 is more than D 3"),
        ("mechanism: {kind: cell-key, V: 1}", "js 2 needs a V of 2 or more; V is 1"),
        ("mechanism: {kind: cell-key, js: 3}", "js 3 needs a V of 4 or more; V is 3"),
        ("mechanism: {kind: cell-key, D: 2}", "D 2 allows a V of at most 2; V is 3"),
        ("mechanism: {kind: cell-key, pstay: 1}", "'1' is not a phrase such as '0.5'"),
        ("mechanism: [suppression, cell-key]", "found a list where a mechanism is expected"),
        ("quota: 0 a month", "'0 a month' is not a phrase such as '50 a month'"),
        ("quota: fifty a month", "'fifty a month' is not a phrase"),
        ("embargo: 36501 days", "'36501 days' is not a phrase such as '90 days'"),
        ("pooled_years: [2020-2018]", "'2020-2018' is not a phrase such as '2015-2017'"),
        ("priority: [everything]", "'everything' is not a known ready-made question or pack"),
        ("population: {consent: []}", "an empty list permits nothing"),
        ("population: {consent: [NAT]}", "'NAT' is not a known consent"),
        ("regional_totals: {contributors: 3}", "'3' is not a whole number from 4 to 11"),
        ("revocation: at the end of the year", "is not a known way of revoking"),
        ("record_level: {to: public, k: 5}", "the key 'l' is missing"),
        ("legal_basis: \"a\\nb\"", "one line of at most 200 characters"),
        ("? {a: b}\n: c", "a key must be a word"),
        ("---\nmember: KH", "a second document"),
    ],
)  # fmt: skip
def test_an_impossible_line_is_refused_at_its_place(words: Vocabulary, line: str, problem: str) -> None:
    faults = faults_of(FIVE_LINES + line + "\n", words)

    assert any(problem in fault.problem and fault.line >= 6 for fault in faults), faults


@pytest.mark.parametrize("missing", ["member", "version", "valid_from", "share"])
def test_what_only_the_controller_can_say_has_no_default(words: Vocabulary, missing: str) -> None:
    lines = FIVE_LINES.replace("share:\n  -", "share:").splitlines()
    text = "\n".join(line for line in lines if not line.startswith(missing))

    (fault,) = faults_of(text, words)

    assert f"the key '{missing}' is missing" in fault.problem


def test_a_permission_names_whom_and_what_for(words: Vocabulary) -> None:
    faults = faults_of(
        FIVE_LINES.replace("with: ARMAC, for: [regional-reporting, treaty-reporting]", ""), words
    )

    assert [fault.problem.split(":")[0] for fault in faults] == [
        "the key 'with' is missing",
        "the key 'for' is missing",
    ]


def test_a_permission_cannot_go_beyond_the_data_set(policy: MakePolicy) -> None:
    share = "{with: ARMAC, for: research, finest: {date: quarter, disability: yes}, max_dimensions: 4}"

    with pytest.raises(PolicyError) as raised:
        policy(share=share)

    problems = [fault.problem for fault in raised.value.faults]
    assert problems == [
        "date by quarter is finer than the data set's year; a permission can only restrict further",
        "disability by disability is finer than the data set's all; a permission can only restrict further",
        "the data set allows 3 dimensions; a permission cannot allow more",
    ]


def test_until_and_for_cannot_both_be_given(words: Vocabulary) -> None:
    text = FIVE_LINES + "valid_until: 2027-01-01\nvalid_for: 3 months\n"

    (fault,) = faults_of(text, words)

    assert (fault.line, fault.key) == (7, "valid_for")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "- member: KH",
        "KH",
        "member: [KH",
        "member: KH\n\tversion: 1",
        "member: \x00",
        'member: "\\UFFFFFFFF"',
        "%YAML 1.1\n---\nmember: KH",
        "[" * (DEEPEST + 2),
        "a" * (LONGEST_TEXT + 1),
        "share: [" + "x," * MOST_NODES + "]",
        "member: \ud800",
        "? ",
        "!",
        "&a",
        "*a",
    ],
)
def test_no_text_whatever_is_more_than_a_policy_error(words: Vocabulary, text: str) -> None:
    with pytest.raises(PolicyError):
        load_policy(text, words)


def test_a_message_quotes_no_more_than_a_line_of_the_document(words: Vocabulary) -> None:
    (fault,) = faults_of(FIVE_LINES + 'zeros: "' + "x\\e" * 500 + '"\n', words)

    assert len(fault.problem) < 120
    assert str(fault).isprintable()


@pytest.mark.parametrize("said", ["no", "{withheld_cells: yes, contributors: 6}"])
def test_a_policy_from_before_totals_were_withdrawn_is_read_and_says_the_same_without_them(
    policy: MakePolicy, said: str
) -> None:
    """Such policies are signed and in force; nobody can change their text."""
    assert policy(f"regional_totals: {said}\n") == policy()

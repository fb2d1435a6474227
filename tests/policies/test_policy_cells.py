"""Single cells in a policy: always shown, never shown, or empty as everybody knows."""

from collections.abc import Callable

import pytest

from policies import Policy, PolicyError, load_policy
from policies.comparison.diff import diff
from policies.decision.demands import Demand, demands
from policies.document.canonical import canonical_text
from policies.document.compose import compose
from policies.explanation.explain import describe
from policies.lint.lint import lint
from policies.model.vocabulary import Vocabulary

MakePolicy = Callable[..., Policy]
CELLS = """\
always_show: [{sex: F, date: 2024}]
never_show: [{place: KH-N, sex: M}, {place: KH-2}]
structural_zeros: {sex: M, outcome: K}
"""
ALL = "data_set: all\n"


def test_cells_are_named_by_the_codes_of_the_dictionary(policy: MakePolicy, words: Vocabulary) -> None:
    scope = policy(CELLS).scope

    assert scope.always_show == ((("date", "2024"), ("sex", "F")),)
    assert scope.never_show == ((("place", "KH-2"),), (("place", "KH-N"), ("sex", "M")))
    assert scope.structural_zeros == ((("outcome", "K"), ("sex", "M")),)
    assert load_policy(canonical_text(policy(CELLS)), words) == policy(CELLS)


def test_a_policy_that_names_no_cell_has_the_text_that_it_always_had(policy: MakePolicy) -> None:
    assert not any(key in canonical_text(policy()) for key in ("show:", "structural"))
    assert canonical_text(policy("never_show: []")) == canonical_text(policy())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("never_show: [{place: KH-9}]", "'KH-9' is not a known code of place"),
        ("always_show: [{date: year}]", "'year' is not a known code of date"),
        ("never_show: [{national_id: 7}]", "about one person"),
        ("structural_zeros: [{}]", "a mapping from dimension"),
        (
            "never_show: [{sex: F}]\nalways_show: [{sex: F}]",
            "sex=F is marked both as always shown and as never shown",
        ),
        ("never_show: [{date: 2024}]", "date=2024 names only a time"),
    ],
)
def test_what_cannot_be_said_of_a_cell_is_a_fault(policy: MakePolicy, line: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        policy(line)


def test_to_show_always_loosens_and_to_show_never_tightens(policy: MakePolicy) -> None:
    came = {str(c.direction): c.sentence for c in diff(policy(), policy(CELLS))}
    went = {str(c.direction): c.sentence for c in diff(policy(CELLS), policy())}

    assert came == {
        "loosened": "Always shown: date 2024 with sex F.",
        "tightened": "Never shown: place KH-N with sex M.",
        "changed": "Publicly known to be empty: outcome K with sex M.",
    }
    assert went == {
        "tightened": "No longer always shown: date 2024 with sex F.",
        "loosened": "No longer always withheld: place KH-N with sex M.",
        "changed": "No longer treated as publicly known to be empty: outcome K with sex M.",
    }


def test_below_a_ministry_a_cell_is_shown_always_by_both_and_withheld_by_either(policy: MakePolicy) -> None:
    always = "always_show: [{sex: F}, {sex: M}]"
    both = compose(policy(ALL + always), policy("always_show: {sex: M}\nnever_show: {place: KH-1}")).scope
    against = compose(policy(ALL + "never_show: {sex: F}"), policy(always)).scope
    known = compose(policy(ALL + "structural_zeros: {sex: M}"), policy("structural_zeros: {sex: F}")).scope

    assert (both.always_show, both.never_show) == (((("sex", "M"),),), ((("place", "KH-1"),),))
    assert (against.always_show, against.never_show) == ((), ((("sex", "F"),),))
    assert known.structural_zeros == ((("sex", "F"),), (("sex", "M"),))


def test_a_cell_that_is_never_shown_is_a_demand_and_one_that_always_is_is_none(policy: MakePolicy) -> None:
    assert demands(policy(CELLS)) - demands(policy()) == {Demand.NEVER_SHOWN, Demand.STRUCTURAL_ZEROS}
    assert demands(policy("always_show: {sex: F}")) == demands(policy())


def test_cells_are_read_aloud(policy: MakePolicy) -> None:
    reported = describe(policy(CELLS))

    assert "Always shown: date 2024 with sex F." in reported
    assert "Never shown: place KH-2; place KH-N with sex M." in reported
    assert "Publicly known to be empty, and shown as zero: outcome K with sex M." in reported


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("never_show: {place: 0101}", "unreachable-cell"),
        ("max_dimensions: 1\nalways_show: {place: KH-1, sex: F}", "unreachable-cell"),
        ("mechanism: cell-key\nnever_show: {sex: F}", "exact-beside-noise"),
        ("record_level: {to: ARMAC, k: 5, l: 2}\nnever_show: {sex: F}", "records-beside-never"),
    ],
)
def test_cells_without_effect_and_beside_what_undoes_them(policy: MakePolicy, text: str, code: str) -> None:
    assert code in [finding.code for finding in lint(policy(text))]
    assert code not in [finding.code for finding in lint(policy(CELLS))]

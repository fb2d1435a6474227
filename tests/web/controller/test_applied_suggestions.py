"""A suggestion is applied to the text of a policy as if the author had written the change there."""

from dataclasses import replace

import pytest

from gateway.demo.people_files import policy_text as demo_policy
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.member.build.suggestion import candidates
from gateway.web.controller.policy.apply_suggestion import AppliedSuggestion, apply_suggestion
from policies import load_policy
from policies.editing.edits import Edit, edits
from policies.editing.form import default_levels, keys_of
from policies.model.frozen import FrozenMap

WORDS = vocabulary(regional(), recipients=RECIPIENTS, member="KH")
USUAL = default_levels(keys_of(WORDS, "KH"))

SHORT = """\
# Ours.
member: KH
version: 1
valid_from: 2026-01-01
share: [{with: [ARMAC], for: [regional-reporting]}]
"""
LONG = f"""\
{SHORT}finest:
  place: province   # agreed in May
  date: year        # no finer
  injury: yes
threshold: {{usual: 5, place: {{province: 9}}}}  # people
max_dimensions: 3
"""
NARROW = LONG.replace(
    "share: [{with: [ARMAC], for: [regional-reporting]}]",
    "share:\n  - {with: [ARMAC], for: [regional-reporting], finest: {place: province}, max_dimensions: 3}",
)


def put(text: str, *changes: Edit) -> AppliedSuggestion:
    return apply_suggestion(text, changes, WORDS, USUAL)


@pytest.mark.parametrize(
    "text", [SHORT, LONG, NARROW, demo_policy("KH")], ids=["short", "long", "narrow", "demo"]
)
def test_every_suggestion_is_written_as_it_was_rated(text: str) -> None:
    policy = load_policy(text, WORDS)

    for candidate in candidates(policy)[1:]:
        made = put(text, *edits(policy.scope, candidate.policy.scope))

        assert made.fault == "", candidate.written
        assert made.sentence.startswith("Added to the draft: ")
        rated = candidate.policy.scope
        larger = {at: k for at, k in rated.thresholds.items() if k > rated.threshold}
        rated = replace(rated, thresholds=FrozenMap(larger))
        assert load_policy(made.text, WORDS).scope == rated, candidate.written


def test_comments_stay_and_one_sentence_says_what_changed() -> None:
    made = put(LONG, Edit("finest", "province_group", "place"), Edit("max_dimensions", "2"))

    assert made.text == LONG.replace("place: province   #", "place: province_group  #").replace(
        "sions: 3", "sions: 2"
    )
    assert made.sentence == (
        "Added to the draft: place: province_group instead of province; max_dimensions: 2 instead of 3."
    )
    assert made.lost == ()


def test_a_threshold_of_levels_keeps_these() -> None:
    made = put(LONG, Edit("threshold", "7"))

    assert "threshold: {usual: 7, place: {province: 9}}  # people\n" in made.text
    assert "threshold: 7 instead of 5" in made.sentence


def test_one_question_of_several_is_left_out() -> None:
    made = put(LONG, Edit("finest", None, "injury.EYE"))

    assert "injury.EYE is no longer shared" in made.sentence
    assert "injury.EYE" not in load_policy(made.text, WORDS).scope.dimensions
    assert len([d for d in load_policy(made.text, WORDS).scope.dimensions if d.startswith("injury.")]) > 1


def test_one_pillar_of_several_is_shared_less_finely() -> None:
    text = LONG.replace("injury: yes", "status: status")
    made = put(text, Edit("finest", "met.REH", "status.REH"))

    shared = load_policy(made.text, WORDS).scope.dimensions
    assert made.sentence == "Added to the draft: status.REH: met.REH instead of status.REH."
    assert (shared["status.REH"], shared["status.PSS"]) == ("met.REH", "status.PSS")


def test_a_permission_that_says_more_is_narrowed_along() -> None:
    made = put(NARROW, Edit("finest", "province_group", "place"), Edit("max_dimensions", "2"))

    (share,) = load_policy(made.text, WORDS).shares
    assert (share.finest["place"], share.max_dims) == ("province_group", 2)


def test_what_is_there_already_changes_nothing() -> None:
    made = put(
        LONG, Edit("finest", "province", "place"), Edit("max_dimensions", "3"), Edit("finest", None, "sex")
    )

    assert (made.text, made.fault) == (LONG, "")
    assert "already contains this setting" in made.sentence


def test_a_text_that_cannot_take_it_stays_as_it_is() -> None:
    kept = LONG + "keep: [[date: year]]\nnever: [{show: {place: province}}]\n"
    for text in (
        "share: [",
        LONG.replace("province   #", "villages   #"),
        kept.replace("keep: [[date", "keep: [[dat"),
    ):
        made = put(text, Edit("threshold", "7"))

        assert made.text == text
        assert made.fault

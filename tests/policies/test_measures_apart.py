"""Measures behind which nobody stands: they have dimensions of their own, and people have none of these."""

from dataclasses import replace

import pytest

from policies import Policy, Vocabulary, load_policy
from policies.comparison.change import Direction
from policies.comparison.diff import diff
from policies.document.canonical import canonical_text
from policies.explanation.explain import describe

BASE = """
member: KH
version: {version}
valid_from: 2026-01-01
legal_basis: agreement
share:
  - {{with: ARMAC, for: regional-reporting, measures: {measures}}}
finest: {{date: year, sex: sex{more}}}
record_level: {{to: ARMAC, k: 5, l: 2, approval: one person}}
"""
LEVELS = ", activity_date: activity_year, activity_type: yes"


@pytest.fixture
def words(words: Vocabulary) -> Vocabulary:
    own = {"activity_date": ("activity_year",), "activity_type": ("activity_type",)}
    return replace(
        words,
        dimensions={**words.dimensions, **own},
        measures={**words.measures, "sessions": "sessions of risk education"},
        apart={"sessions": tuple(own)},
    )


def policy(words: Vocabulary, version: int, measures: str, more: str = "") -> Policy:
    return load_policy(BASE.format(version=version, measures=measures, more=more), words)


def test_a_measure_has_its_own_dimensions_or_those_of_people(words: Vocabulary) -> None:
    assert words.has("sessions", "activity_type")
    assert not words.has("sessions", "sex")
    assert words.has("casualties", "sex")
    assert not words.has("casualties", "activity_type")


def test_a_permission_is_read_aloud_for_people_and_for_activities_apart(words: Vocabulary) -> None:
    said = " ".join(describe(policy(words, 1, "[casualties, sessions]", LEVELS)))

    assert "casualties, by sex and years, at most 3 of these together." in said
    assert "sessions, by activity date and activity type, at most 2 of these together." in said
    assert "No person stands behind these numbers: no threshold applies to them" in said
    assert "No person" not in " ".join(describe(policy(words, 1, "[casualties]")))


def test_who_held_an_activity_may_be_protected_and_that_narrows_a_policy(words: Vocabulary) -> None:
    exact = policy(words, 1, "[sessions]", LEVELS)
    text = BASE.format(version=2, measures="[sessions]", more=LEVELS) + "operator_p_percent: 10\n"
    protected = load_policy(text, words)
    assert "no threshold applies to them, and none is withheld." in " ".join(describe(exact))
    said = " ".join(describe(protected))
    assert "some are withheld to protect who held the activities." in said
    assert "one operator could tell what another held to within 10 %, with every sum over them." in said
    (change,) = [c for c in diff(exact, protected) if c.sentence.startswith("Activities")]
    assert change.direction is Direction.TIGHTENED
    assert change.sentence == "Activities: what one operator held is protected to within 10 %, was 0 %."
    assert load_policy(canonical_text(protected), words) == protected


def test_to_share_activities_changes_nothing_for_people_and_no_cell_of_theirs(words: Vocabulary) -> None:
    before, after = policy(words, 1, "[casualties]"), policy(words, 2, "[casualties, sessions]", LEVELS)

    assert [(change.direction, change.sentence) for change in diff(before, after)] == [
        (Direction.LOOSENED, "ARMAC may now ask about sessions.")
    ]

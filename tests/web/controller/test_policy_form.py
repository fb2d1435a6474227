"""The form and the text of a policy follow each other, and neither says more than the other."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from policies import load_policy
from policies.comparison.diff import diff
from policies.editing.form import FIVE_LINES, Merged, keys_of, merged, values_of
from policies.editing.patching import raw

ROOT = Path(__file__).parents[3]
WORDS = vocabulary(regional(), recipients=RECIPIENTS, member="KH")
KEYS = keys_of(WORDS, "KH")
LEAST = FIVE_LINES.format(member="KH", version=1, today="2026-01-01")
TEXT = """\
# ours
member: KH
version: 3
valid_from: 2026-01-01
share:
  - {with: [ARMAC], for: [regional-reporting], quota: 5 a day, only: ready-made questions}
threshold: 5  # people
approval: {ready_made: automatic, others: one person}
"""


def shown(text: str) -> dict[str, tuple[str, ...]]:
    """Every field of the form as filled from the text."""
    document = raw(text)
    assert document is not None
    return {name: v for values in values_of(KEYS, document).values() for name, v in values.items()}


def send(text: str, changed: Mapping[str, Sequence[str]], *, before: str | None = None) -> Merged:
    """The form that showed `before` (the text itself) with some fields changed, and the text."""
    fields = {**shown(text if before is None else before), **changed}
    return merged(KEYS, text if before is None else before, text, lambda name: fields.get(name, ()))


def test_a_form_that_nobody_touched_changes_nothing() -> None:
    assert send(TEXT, {}) == Merged(TEXT)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "policies" / "examples").glob("*[a-z].yaml")), ids=lambda p: p.stem
)
def test_examples_are_left_as_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if raw(text) is not None and "questions" not in path.name:
        assert send(text, {}) == Merged(text)


def test_a_field_is_written_into_its_line_only() -> None:
    assert send(TEXT, {"threshold": ["10"]}).text == TEXT.replace("threshold: 5", "threshold: 10")


def test_a_field_that_is_emptied_leaves_its_key_out() -> None:
    made = send(TEXT, {"threshold": [""]})

    assert "threshold" not in made.text
    assert made.lost == ("# people",)


def test_a_permission_keeps_what_the_form_does_not_show() -> None:
    made = send(
        TEXT,
        {
            "share-0-for": ["research"],
            "share-0-only": [],
            "share-1-with": ["public"],
            "share-1-for": ["research"],
        },
    )

    assert "  - {with: [ARMAC], for: [research], quota: 5 a day}\n" in made.text
    assert "  - {with: [public], for: [research]}\n" in made.text


def test_a_permission_is_taken_away() -> None:
    assert "share: []\n" in send(TEXT, {"share-0-gone": ["yes"]}).text


def test_a_dimension_is_shared_less_finely() -> None:
    made = send(TEXT, {"finest-date": ["year_band5"]})

    before, after = (load_policy(text, WORDS) for text in (TEXT, made.text))
    (change, *_) = diff(before, after)
    assert change.direction.value == "tightened"
    assert dict(after.scope.dimensions) == {**before.scope.dimensions, "date": "year_band5"}


def test_approval_of_one_kind_only() -> None:
    assert (
        "approval: two persons\n"
        in send(TEXT, {"approval-ready_made": ["two persons"], "approval-others": ["two persons"]}).text
    )
    assert (
        "approval: {ready_made: one person, others: automatic}\n"
        in send(LEAST, {"approval-ready_made": ["one person"]}).text
    )


def test_what_was_changed_in_both_counts_as_the_text_has_it() -> None:
    made = send(TEXT.replace("5  # people", "7"), {"threshold": ["10"], "zeros": ["protect"]}, before=TEXT)

    assert "threshold: 7\n" in made.text
    assert "zeros: protect\n" in made.text
    assert made.overruled == ("threshold",)


def test_changes_of_the_form_wait_while_the_text_cannot_be_read() -> None:
    made = send(TEXT + "share: [\n", {"zeros": ["protect"]}, before=TEXT)

    assert made.unread
    assert made.text == TEXT + "share: [\n"


@pytest.mark.parametrize(
    "line",
    [
        "threshold: {usual: 3, place: {province: 10}}",
        "share: 3",
        "finest: {injury.EYE: yes}",
        "finest: {status: yes}",
        "finest: {service: yes}",
        "finest: [place]",
        "approval: never",
        "population: {consent: {a: b}}",
        "quota: {a: b}",
    ],
)
def test_what_a_form_cannot_say_is_left_to_the_text(line: str) -> None:
    key = line.partition(":")[0]
    kept = "\n".join(each for each in LEAST.split("\n") if not each.startswith(f"{key}:"))
    text = f"{kept}{line}\n"
    document = raw(text)
    assert document is not None

    assert key not in values_of(KEYS, document)
    assert send(text, {"zeros": ["protect"]}).text == text + "zeros: protect\n"


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "threshold": st.sampled_from([[""], ["3"], ["12"]]),
        "zeros": st.sampled_from([[""], ["protect"], ["publish"]]),
        "quota": st.sampled_from([[""], ["5 a day"], ["5 a day, 50 a month"]]),
        "embargo": st.sampled_from([[""], ["none"], ["30 days"]]),
        "finest-date": st.sampled_from([[], ["year"], ["month"]]),
        "finest-injury": st.sampled_from([[], ["yes"]]),
        "finest-status": st.sampled_from([[], ["status"], ["met"]]),
        "population-consent": st.lists(st.sampled_from(["AGG", "REC"]), unique=True).map(sorted),
        "share-0-gone": st.sampled_from([[], ["yes"]]),
        "share-1-with": st.sampled_from([[], ["ARMAC"]]),
        "share-1-for": st.sampled_from([["research"], ["treaty-reporting"]]),
        "legal_basis": st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=15).map(
            lambda t: [t.strip()]
        ),
    },
)


@given(CHANGES)
def test_the_form_shows_again_what_was_typed_into_it(changed: dict[str, list[str]]) -> None:
    again = shown(send(TEXT, changed).text)

    for name, values in changed.items():
        if not name.startswith("share"):
            assert again[name] == tuple(v for v in values if v), name


@given(CHANGES)
def test_taking_the_forms_changes_over_twice_changes_nothing_more(changed: dict[str, list[str]]) -> None:
    once = send(TEXT, changed).text

    assert send(once, {}) == Merged(once)

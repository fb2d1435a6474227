"""Changing single keys of a document leaves everything else in the document as written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.editing.patching import inline, patched, raw

TEXT = """\
# Ours, since March.
member: KH
version: 1   # counts up
valid_from: 2026-01-01

# whom
share:
  - with: [ARMAC]   # only them
    for: [regional-reporting]

# how small
threshold: 5  # people
note: "a # inside"
"""


def test_nothing_changes_where_nothing_changed() -> None:
    assert patched(TEXT, {}).text == TEXT


def test_a_single_line_keeps_its_comment() -> None:
    made = patched(TEXT, {"threshold": "10", "version": "2"})

    assert made.text == TEXT.replace("threshold: 5", "threshold: 10").replace(
        "version: 1   #", "version: 2  #"
    )
    assert made.lost == ()


def test_comments_inside_of_what_is_written_anew_are_named() -> None:
    made = patched(TEXT, {"share": [{"with": ["ARMAC", "public"], "for": ["research"]}]})

    assert "share:\n  - {with: [ARMAC, public], for: [research]}\n\n# how small\n" in made.text
    assert "# whom\n" in made.text
    assert made.lost == ("# only them",)


FINEST = """\
finest:   # agreed in May
  place: district   # since 2024
  # of the accident
  date: year
  sex: sex  # always

threshold: 5
"""


def test_of_a_mapping_with_a_line_for_each_key_only_those_change_that_are_meant() -> None:
    made = patched(FINEST, {"finest": {"place": "province", "date": "year", "age": "adult_child"}})

    assert made.text == FINEST.replace("district   #", "province  #").replace(
        "  sex: sex  # always\n", "  age: adult_child\n"
    )
    assert made.lost == ("# always",)


@pytest.mark.parametrize("text", [
    "finest: {place: district, # here\n  date: year}\n",
    "finest: {\n  place: district,\n  date: year # here\n  }\n",
    "finest:\n  {\n  place: district,  # here\n  date: year}\n",
    "finest:\n  ? place\n  : district # here\n  ? date\n  : year\n",
])  # fmt: skip
def test_a_mapping_that_is_written_otherwise_is_written_anew_whole(text: str) -> None:
    made = patched(text, {"finest": {"place": "province", "date": "year"}})

    assert made.text == "finest: {place: province, date: year}\n"
    assert made.lost == ("# here",)


def test_a_key_that_is_taken_out_takes_its_own_comment_along_and_no_other() -> None:
    made = patched(TEXT, {"threshold": None})

    assert made.text == TEXT.replace("threshold: 5  # people\n", "")
    assert made.lost == ("# people",)


def test_a_sign_inside_quotes_is_no_comment() -> None:
    assert patched(TEXT, {"note": None}).lost == ()


def test_a_new_key_is_put_at_the_end() -> None:
    made = patched("member: KH\n", {"legal_basis": 'an act: "of" 3 May, 100 %'})

    assert made.text == 'member: KH\nlegal_basis: "an act: \\"of\\" 3 May, 100 %"\n'
    assert raw(made.text) == {"member": "KH", "legal_basis": 'an act: "of" 3 May, 100 %'}


def test_a_document_in_one_pair_of_braces_is_written_anew() -> None:
    made = patched("{member: KH, version: 1} # short\n", {"version": "2"})

    assert made.text == "member: KH\nversion: 2\n"
    assert made.lost == ("# short",)


@pytest.mark.parametrize("text", ["", "- a\n", "a: [\n", "a: &x 1\nb: *x\n---\nc: 1\n", "\x00"])
def test_what_is_no_mapping_is_not_read(text: str) -> None:
    assert raw(text) is None


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=20)
VALUES = st.recursive(WORDS, lambda inner: st.lists(inner, max_size=3), max_leaves=6)


@given(VALUES)
def test_whatever_is_written_is_read_again_as_it_was(value: object) -> None:
    assert raw(patched("member: KH\n", {"x": value}).text) == {"member": "KH", "x": value}  # type: ignore[dict-item]


@given(WORDS)
def test_a_word_in_a_list_stays_one_word(word: str) -> None:
    assert raw(f"x: {inline([word, {'y': word}])}\n") == {"x": [word, {"y": word}]}

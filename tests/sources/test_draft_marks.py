"""Marks under a word in drafts: an x under "man" or "woman", a 1 under "killed"; and places by their path."""

from collections.abc import Sequence

import pytest
from messy.people import TODAY

from gateway.dictionary import regional
from gateway.sources.mapping.column_evidence import Witness, counts_rows
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.draft_marks import read_marks
from gateway.sources.mapping.lexicon import lexicon
from gateway.sources.mapping.sampled_cells import Cells
from gateway.sources.model.targets import targets


@pytest.fixture(scope="module")
def witness() -> Witness:
    return Witness(regional(), "KH", lexicon(), TODAY)


def column(heading: str, *values: str) -> Column:
    cells = Cells(values)
    return Column("list.csv", heading, cells, written=cells)


def read(witness: Witness, *columns: Column) -> tuple[dict[str, tuple[dict[str, str], str]], set[str]]:
    """The meanings of marks and of no mark by heading, and the headings that are needless."""
    made, needless = read_marks(columns, witness)
    return {c.heading: (dict(c.labels), c.blank) for c in made if c.labels}, {name for _, name in needless}


def test_of_two_columns_that_answer_each_other_one_tells_all(witness: Witness) -> None:
    # The last row has sums.
    man, woman = column("Male", *"xxx", "", "x", "4"), column("Female", "", "", "", "x", "", "1")
    assert read(witness, column("Name", *"abcde", ""), man, woman) == (
        {"Male": ({"x": "M"}, "F")},
        {"Female"},
    )


def test_noughts_are_said_by_themselves(witness: Witness) -> None:
    assert read(witness, column("Killed", "1", "0", "0")) == ({"Killed": ({"1": "K", "0": "I"}, "")}, set())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["x", "x", "", "x"], ["", "x", "x", ""]),  # somebody is both
        (["x", "", "", "x"], ["", "", "", ""]),  # somebody is neither
        (["x", "12", "9", "3"], ["", "7", "x", "2"]),  # mostly sums
    ],
)
def test_columns_that_contradict_each_other_say_nothing(
    witness: Witness, one: Sequence[str], other: Sequence[str]
) -> None:
    assert read(witness, column("Male", *one), column("Female", *other)) == ({}, set())


def test_one_sex_alone_does_not_tell_the_other(witness: Witness) -> None:
    assert read(witness, column("Male", "x", "", "x")) == ({}, set())


def test_a_mark_is_no_code_of_a_dimension(witness: Witness) -> None:
    sex = targets(witness.dictionary, witness.member)["sex"]
    assert witness.score(Cells(["x", "x", "", "19"]), sex) == 0
    assert witness.score(Cells(["M", "F", "F"]), sex) == 1


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("cambodia/battambang/health centre 3", "KH-2"),
        ("cambodia > pailin", "KH-24"),
        ("battambang/pailin", ""),  # two of them
        ("health centre 3", ""),
        ("cambodia/nowhere", ""),
    ],
)
def test_a_place_is_found_on_its_path(witness: Witness, word: str, code: str) -> None:
    place = targets(witness.dictionary, witness.member)["place"]
    assert witness.meaning(word, place) == code


def test_numbers_of_lines_are_such_also_with_rows_of_sums_among_them() -> None:
    numbers = [str(n) for n in range(1, 31)]
    assert counts_rows([*numbers[:15], "total battambang", *numbers[15:], "total"])
    assert not counts_rows([*numbers[:3], "a", "b", "c"])
    assert not counts_rows(["1", "2", "9" * 5000])

"""Implied bounds of a withheld cell: true bounds, and the nearest number that includes the same people."""

from dataclasses import replace

import pytest
from any_releases import any_releases
from hypothesis import given, settings
from hypothesis import strategies as st
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import Bounds, CellError, bounds, explain, nearest_ancestor, with_bounds
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release

DICTIONARY = regional()


def table(*rows: tuple[int | None, ...], missing_members: tuple[str, ...] = ()) -> Release:
    """Two years by three outcomes and their totals; None is withheld; `missing_members`: of the last row."""
    axes = (Axis("year", ("2023", "2024", TOTAL)), Axis("outcome", ("K", "I", TOTAL)))
    cells = [
        Cell((year, outcome), Status.WITHHELD if value is None else Status.VALUE, value,
             missing_members=missing_members if year == TOTAL else ())
        for year, row in zip(axes[0].codes, rows, strict=True)
        for outcome, value in zip(axes[1].codes, row, strict=True)
    ]  # fmt: skip
    question = {"by": ["year", "outcome"], "measure": "casualties", "purpose": "research", "where": {}}
    return Release("q-1", question, axes, tuple(cells), (), "2025-01-10T08:00:00Z", "2025-01-10T08:00:04Z")


HOLED = table((None, None, 20), (None, 31, 40), (25, None, 60))


def test_a_withheld_part_is_at_most_what_the_shown_parts_leave_of_the_whole() -> None:
    # 2023, killed: of its row 20 are left, of its column 25.
    assert bounds(HOLED, DICTIONARY, ("2023", "K")) == Bounds(0, 20)


def test_where_no_row_and_no_column_tells_the_total_above_bounds_still() -> None:
    release = table((None, None, None), (None, None, None), (None, None, 60))

    assert bounds(release, DICTIONARY, ("2023", "K")) == Bounds(0, 60)


def test_a_withheld_total_above_bounds_its_parts_too() -> None:
    release = table((None, None, None), (40, 31, 71), (None, None, 80))

    assert bounds(release, DICTIONARY, ("2023", TOTAL)) == Bounds(0, 9)
    assert bounds(release, DICTIONARY, ("2023", "K")) == Bounds(0, 9)


def test_a_withheld_total_is_at_least_its_shown_parts() -> None:
    assert bounds(HOLED, DICTIONARY, (TOTAL, "I")) == Bounds(31, 35)


def test_a_number_that_would_follow_exactly_is_not_said() -> None:
    # 40 - 31 = 9: a reader can see it, but no sentence of ours gives what was withheld.
    assert bounds(table((1, 1, 2), (None, 31, 40), (10, None, 42)), DICTIONARY, ("2024", "K")) == Bounds(0, 9)
    assert bounds(table((1, 1, 2), (1, 1, 2), (2, None, 2)), DICTIONARY, (TOTAL, "I")) is None


@settings(max_examples=50)
@given(any_releases())
def test_beside_each_withheld_cell_stands_what_the_page_says_of_it_and_nothing_else_changes(
    release: Release,
) -> None:
    for cell, reported in zip(release.cells, with_bounds(release, DICTIONARY).cells, strict=True):
        found = bounds(release, DICTIONARY, cell.key) if cell.status is Status.WITHHELD else None
        expected = (cell.at_least, cell.at_most) if found is None else (found.least or None, found.most)
        assert reported == replace(cell, at_least=expected[0], at_most=expected[1])


def test_totals_without_the_same_members_bound_nothing() -> None:
    lacking = table((None, None, 20), (None, 31, 40), (25, None, 60), missing_members=("TH",))

    assert bounds(lacking, DICTIONARY, (TOTAL, "I")) == Bounds(0, 35)


def test_numbers_that_contradict_each_other_bound_nothing() -> None:
    assert bounds(table((None, 30, 20), (1, 1, 2), (None, 31, None)), DICTIONARY, ("2023", "K")) is None


@given(st.lists(st.integers(0, 50), min_size=4, max_size=4), st.sets(st.integers(0, 8), max_size=8))
def test_the_true_number_always_lies_between_the_bounds(values: list[int], suppressed: set[int]) -> None:
    a, b, c, d = values
    rows = [[a, b, a + b], [c, d, c + d], [a + c, b + d, a + b + c + d]]
    flat = [value for row in rows for value in row]
    shown = [None if i in suppressed else value for i, value in enumerate(flat)]
    release = table(tuple(shown[:3]), tuple(shown[3:6]), tuple(shown[6:]))
    for number in suppressed:
        found = bounds(release, DICTIONARY, release.cells[number].key)
        if found is not None:
            assert found.least <= flat[number]
            assert found.most is None or flat[number] <= found.most


@settings(max_examples=15)
@given(any_releases())
def test_the_nearest_ancestor_is_visible_and_holds_the_cell(release: Release) -> None:
    for cell in release.cells[::7]:
        above = nearest_ancestor(release, DICTIONARY, cell.key)
        if above is not None:
            pairs = list(zip(above.key, cell.key, strict=True))
            lifted = sum(a != c for a, c in pairs)
            assert above.value is not None
            assert all(a in (c, TOTAL) for a, c in pairs)
            assert lifted > 0
            assert not any(
                other.value is not None
                and not other.missing_members
                and all(o in (c, TOTAL) for o, c in zip(other.key, cell.key, strict=True))
                and 0 < sum(o != c for o, c in zip(other.key, cell.key, strict=True)) < lifted
                for other in release.cells
            ), "no visible cell is nearer"


def test_of_two_as_near_the_smaller_one_is_taken() -> None:
    assert nearest_ancestor(HOLED, DICTIONARY, ("2024", "K")) == HOLED.cells[6]
    assert nearest_ancestor(table((None,) * 3, (None,) * 3, (None,) * 3), DICTIONARY, ("2024", "K")) is None


def test_a_total_without_the_member_does_not_hold_its_people() -> None:
    release = made_release("country", "outcome", members=("KH",), refusals={"TH": None})

    assert nearest_ancestor(release, DICTIONARY, ("TH", "K")) is None
    assert explain(release, DICTIONARY, ("TH", "K")).sentences == ("The member did not answer in time.",)
    assert nearest_ancestor(release, DICTIONARY, ("KH", "K")) is not None


def test_an_explanation_says_why_what_is_left_and_where_to_look() -> None:
    reported = explain(HOLED, DICTIONARY, ("2023", "K"))

    assert reported.place == "2023, killed"
    assert reported.sentences == (
        "Withheld to protect people.",
        "Whether the number is small itself or protects another number is not disclosed.",
        "From the numbers shown, it is between 0 and 20.",
        "The nearest shown number that includes it: 20 (2023).",
    )


def test_an_explanation_of_a_number_and_of_what_it_lacks() -> None:
    lacking = replace(HOLED.cells[8], missing_members=("TH", "VN"), masked_members=("KH",))
    reported = explain(replace(HOLED, cells=(*HOLED.cells[:8], lacking)), DICTIONARY, (TOTAL, TOTAL))

    assert reported.sentences == (
        "The number is 60.",
        "The number does not include Thailand and Viet Nam.",
        "The number includes withheld numbers of Cambodia, added up so that nobody saw any of them.",
    )


def test_a_cell_that_the_table_does_not_have() -> None:
    for key in [("2025", "K"), ("2024",), ()]:
        with pytest.raises(CellError, match="no such cell"):
            explain(HOLED, DICTIONARY, key)


def test_bounds_of_the_release_are_kept() -> None:
    release = made_release("country", "outcome", members=("BN", "SG"), bounded=True, seed=3)
    for cell in release.cells:
        if cell.at_most is not None:
            found = bounds(release, DICTIONARY, cell.key)
            assert found is not None
            assert found.most is not None
            assert found.most <= cell.at_most
            assert found.least >= (cell.at_least or 0)

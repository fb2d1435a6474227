"""Drafts of registers as offices keep them: columns right at once, and counts against the truth."""

import pytest
from messy.measuring import SHAPES, measure_written
from messy.people import Shape

EVERY = [shape for shapes in SHAPES.values() for shape in shapes]


@pytest.fixture(scope="module", params=EVERY, ids=lambda shape: shape.name)
def shape(request) -> Shape:
    return request.param


@pytest.fixture(scope="module")
def register(shape, tmp_path_factory):
    """The register of one shape, written."""
    return shape.write(tmp_path_factory.mktemp(shape.name))


@pytest.fixture(scope="module")
def reading(shape, register):
    """What a draft makes of one shape."""
    return measure_written(shape, register)


NOBODY_ALONE = {"accident_rows", "numbers_beside", "wide_by_year", "quarters_of_townships"}
"""Shapes in which rows are of several people, whom nobody can count one by one."""
STOPPED = {*NOBODY_ALONE, "filtered_workbook", "merged_down", "row_an_injury"}
UNKNOWN = {"marks_of_age"}


def test_a_draft_counts_exactly_what_it_counted_before_or_stops_where_it_cannot(reading):
    said = (
        "stopped"
        if reading.shape in STOPPED
        else "some values unknown"
        if reading.shape in UNKNOWN
        else "exact"
    )
    assert reading.verdict.value == said, reading.why


def test_most_columns_are_right_at_once(reading):
    assert reading.right >= 0.75 * reading.columns, reading.wrong


@pytest.mark.parametrize("shape", [shapes[0] for shapes in SHAPES.values()], ids=lambda shape: shape.name)
def test_a_shape_is_the_same_in_every_run(shape, tmp_path):
    made = []
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
        made.append(shape.write(tmp_path / name))
    assert made[0].people == made[1].people
    assert made[0].meanings == made[1].meanings

"""Drafts of registers as offices keep them: columns right at once, and counts against the truth."""

import pytest
from messy.measuring import SHAPES, measure
from messy.people import Shape

EVERY = [shape for shapes in SHAPES.values() for shape in shapes]


@pytest.fixture(scope="module", params=EVERY, ids=lambda shape: shape.name)
def reading(request, tmp_path_factory):
    """What a draft makes of one shape."""
    return measure(request.param, tmp_path_factory.mktemp(request.param.name))


def test_a_draft_counts_exactly_what_it_counted_before(reading):
    assert reading.verdict.value == "exact", reading.why


def test_most_columns_are_right_at_once(reading):
    assert reading.right >= 0.75 * reading.columns, reading.wrong


@pytest.mark.parametrize("shape", EVERY, ids=lambda shape: shape.name)
def test_a_shape_is_the_same_in_every_run(shape: Shape, tmp_path):
    one, two = (shape.write(_made(tmp_path / name)) for name in "ab")
    assert one.people == two.people
    assert one.meanings == two.meanings


def _made(folder):
    folder.mkdir()
    return folder

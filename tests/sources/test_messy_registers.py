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


def test_a_draft_counts_exactly_what_it_counted_before(reading):
    assert reading.verdict.value == "exact", reading.why


def test_most_columns_are_right_at_once(reading):
    assert reading.right >= 0.75 * reading.columns, reading.wrong


def test_a_shape_is_the_same_in_every_run(shape, register, tmp_path):
    again = shape.write(tmp_path)
    assert again.people == register.people
    assert again.meanings == register.meanings

"""Widths of text, round numbers, outlines: the small parts of a picture's layout."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.picturing.areas import provinces_of, sheet
from gateway.picturing.metrics import shortened, width, wrapped
from gateway.picturing.scales import classes, ticks
from gateway.picturing.shapes import shapes

SCRIPTS = "abc Việt ខ្មែរ ລາວ ไทย မြန်မာ "


@given(st.integers(0, 10**9), st.integers(2, 6))
def test_ticks_are_whole_round_begin_at_0_and_reach_the_greatest(most: int, steps: int) -> None:
    found = ticks(most, steps)

    assert found[0] == 0
    assert found[-1] >= most
    assert found[-2] < max(most, 1)
    assert len(found) <= steps + 1
    assert str(found[1]).rstrip("0") in ("1", "2", "5")


@given(st.lists(st.integers(0, 10**6), max_size=60))
def test_every_number_above_0_is_in_exactly_one_class(values: list[int]) -> None:
    found = classes(values)

    assert len(found) <= 5
    for value in values:
        assert sum(first <= value <= last for first, last in found) == (value > 0)
    for first, last in found:
        assert any(first <= value <= last for value in values), "no class is empty"


@given(st.text(SCRIPTS, max_size=80), st.floats(40, 300), st.integers(1, 4))
def test_wrapped_lines_have_room_and_lose_nothing_but_spaces(text: str, room: float, lines: int) -> None:
    found = wrapped(text, 13, room, lines)

    assert len(found) <= lines
    assert all(width(line, 13) <= room for line in found)
    if not any(line.endswith("…") for line in found):
        assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_a_break_never_parts_a_letter_from_its_signs() -> None:
    assert shortened("ກຸງເທບ", 13, width("ກຸງ…", 13)) == "ກຸງ…"
    assert wrapped("ត្បូងឃ្មុំ", 13, width("ត្បូង", 13), 2) == ["ត្បូង", "ឃ្មុំ"]


def test_signs_above_and_below_take_no_room_of_their_own() -> None:
    assert width("กี่", 10) == width("ก", 10)
    assert width("ấ", 10) == width("a", 10)


def test_every_province_of_the_map_is_one_of_the_dictionary() -> None:
    assert set(shapes().units) <= set(regional().places.provinces)


@pytest.mark.parametrize("member", sorted(regional().members))
def test_every_country_has_an_outline_and_all_rings_are_closed_lines(member: str) -> None:
    rings = shapes().outline(provinces_of(regional(), "country", member))

    assert rings
    assert all(ring[0] == ring[-1] and len(ring) > 3 for ring in rings)


def test_what_provinces_share_is_no_border_of_the_country() -> None:
    provinces = provinces_of(regional(), "country", "KH")
    alone = sum(len(ring) for code in provinces for ring in shapes().outline([code]))
    together = sum(len(ring) for ring in shapes().outline(provinces))

    assert together < alone / 2


def test_a_map_fits_its_sheet_and_names_what_it_cannot_draw() -> None:
    drawn = sheet(regional(), shapes(), "province", ["KH-1", "KH-2", "KH-25"], 640)
    points = [point for area in drawn.areas for ring in area.rings for point in ring]

    assert drawn.missing == ("KH-25",)
    assert all(-0.1 <= x <= 640.1 and -0.1 <= y <= drawn.high + 0.1 for x, y in points)


def test_a_label_is_inside_its_area() -> None:
    drawn = sheet(regional(), shapes(), "country", sorted(regional().members), 640)
    for area in drawn.areas:
        xs = [x for ring in area.rings for x, _ in ring]
        assert min(xs) <= area.label[0] <= max(xs)

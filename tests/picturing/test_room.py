"""Every text in a picture can be read: no text overlaps another, none is cut off."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import pytest
from any_releases import any_releases
from hypothesis import given, settings
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import Words, draw, fitting
from gateway.picturing.metrics import width
from gateway.wire.release import Release

DICTIONARY = regional()
SVG = "{http://www.w3.org/2000/svg}"
LONG = {
    "Cambodia": "ព្រះរាជាណាចក្រកម្ពុជា",
    "Lao PDR": "ສາທາລະນະລັດ ປະຊາທິປະໄຕ ປະຊາຊົນລາວ",
    "Myanmar": "ပြည်ထောင်စု သမ္မတ မြန်မာနိုင်ငံတော်",
    "Thailand": "กรุงเทพมหานครอมรรัตนโกสินทร์มหินทรายุธยามหาดิลกภพ",
    "Viet Nam": "Cộng hòa xã hội chủ nghĩa Việt Nam, Bà Rịa-Vũng Tàu",
}
REGION = Words(say=lambda text: LONG.get(text, text), number=lambda n: f"{n:,}".replace(",", " "))


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    text: str


def texts(element: ET.Element, down: float = 0.0) -> Iterator[Box]:
    """The place of every text, by its estimated width, without the reserve for other fonts."""
    moved = re.match(r"translate\(\S+ (\S+)\)", element.get("transform", ""))
    if element.tag == f"{SVG}g" and moved:
        down += float(moved[1])
    if element.tag == f"{SVG}text":
        text, size = "".join(element.itertext()), float(element.get("font-size", 13))
        x, y, wide = float(element.get("x", 0)), float(element.get("y", 0)) + down, width(text, size) / 1.04
        left = {"end": x - wide, "middle": x - wide / 2}.get(element.get("text-anchor", ""), x)
        yield Box(left, y - 0.75 * size, left + wide, y + 0.2 * size, text)
    for child in element:
        yield from texts(child, down)


def assert_legible(svg: str) -> None:
    root = ET.fromstring(svg)  # noqa: S314 (our own document)
    left, top, wide, high = map(float, root.get("viewBox", "").split())
    boxes = list(texts(root))
    for box in boxes:
        assert box.left >= left - 0.5, box
        assert box.right <= left + wide + 0.5, box
        assert top <= box.top < box.bottom <= top + high, box
    for one, other in combinations(boxes, 2):
        across = min(one.right, other.right) - max(one.left, other.left)
        down = min(one.bottom, other.bottom) - max(one.top, other.top)
        assert across <= 1 or down <= 2, (one, other)


@settings(max_examples=20)
@given(any_releases())
def test_any_picture_is_legible_on_a_page_and_on_a_phone(release: Release) -> None:
    for kind in fitting(release, DICTIONARY):
        drawn = draw(kind, release, DICTIONARY, twice=True)
        assert_legible(drawn.svg)
        assert_legible(drawn.narrow)


@pytest.mark.parametrize(
    "levels",
    [
        ("country", "year", "outcome"),
        ("country", "activity_group"),
        ("country", "sex", "band_va"),
        ("country", "year_band5", "device_type"),
        ("province_group",),
    ],
)
def test_long_names_in_the_scripts_of_the_region_are_legible(levels: tuple[str, ...]) -> None:
    release = made_release(*levels, years=range(2000, 2025))
    for kind in fitting(release, DICTIONARY):
        assert_legible(draw(kind, release, DICTIONARY, REGION, standalone=True).svg)
        narrow = draw(kind, release, DICTIONARY, REGION, twice=True).narrow
        assert_legible(narrow)
        assert float(re.search(r'width="(\d+)"', narrow)[1]) < 350, "as wide as a phone"  # type: ignore[index]


def test_every_province_of_a_country_has_its_name_and_its_number() -> None:
    release = made_release("province", members=("LA",))
    svg = draw("bars", release, DICTIONARY).svg
    written = {box.text for box in texts(ET.fromstring(svg))}  # noqa: S314

    assert_legible(svg)
    for cell in release.cells[:-1]:
        name = DICTIONARY.code("province", cell.key[0])
        assert any(text.startswith(name[:1].upper() + name[1:]) for text in written), name

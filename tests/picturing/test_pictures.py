"""Charts and maps: well-formed, accessible, without script or style, and without withheld numbers."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from any_releases import any_releases
from hypothesis import given, settings
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import NothingToDrawError, Words, draw, fitting
from gateway.picturing.metrics import width
from gateway.wire.answer import Refusal
from gateway.wire.cells import Status
from gateway.wire.release import Release

DICTIONARY = regional()
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\" onload='x' &amp; \x00\u0007]]>"


def pictures(release: Release, words: Words | None = None) -> dict[str, str]:
    kinds = fitting(release, DICTIONARY)
    return {kind: draw(kind, release, DICTIONARY, *([words] if words else [])).svg for kind in kinds}


@settings(max_examples=40)
@given(any_releases())
def test_every_picture_is_accessible_and_has_nothing_that_a_strict_policy_forbids(release: Release) -> None:
    for kind, svg in pictures(release).items():
        root = ET.fromstring(svg)  # noqa: S314 (our own document)
        ids = [e.get("id") for e in root.iter() if e.get("id")]

        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert description is not None
        assert title.text
        assert description.text
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert len(ids) == len(set(ids))
        for element in root.iter():
            assert element.tag not in (f"{SVG}script", f"{SVG}style", f"{SVG}foreignObject", f"{SVG}image")
            assert not {"style", "href"} & set(element.attrib), kind
            assert not any(name.startswith("on") for name in element.attrib)


@settings(max_examples=40)
@given(any_releases())
def test_nothing_is_drawn_as_a_number_where_all_is_withheld(release: Release) -> None:
    """No bar, no point, no coloured area, not even at 0: only the legend shows how numbers would look."""
    suppressed = replace(
        release,
        cells=tuple(
            replace(c, status=Status.WITHHELD, value=None, at_least=None, at_most=9) for c in release.cells
        ),
    )
    for kind, svg in pictures(suppressed).items():
        drawn = re.sub(r"<defs>.*?</defs>", "", svg)
        bars = re.findall(r'<rect [^>]*(?:class="p-s1"|fill="url\(#\w+-s\d\)")', drawn)
        legend = [bar for bar in bars if 'width="20" height="12"' in bar]

        capped = re.findall(r'd="M[\d.]+ [\d.]+V[\d.]+M[^"]*" class="p-l\d"', drawn)
        assert "-hatch)" in drawn or (kind == "lines" and capped), "a range is hatched, or has caps on a line"
        assert len(bars) == len(legend)
        assert legend == [] or kind == "grouped"
        assert not re.search(r'class="p-area p-c\d', drawn)
        assert not re.search(r'd="M[^"]*L[^"]*" class="p-l\d"', drawn)


@pytest.mark.parametrize("share", [1, 2])
@pytest.mark.parametrize(
    "levels",
    [("country", "year", "outcome"), ("country", "sex", "band_va"), ("province",), ("country", "sex")],
)
def test_a_number_that_noise_brought_below_0_is_drawn_at_0(levels: tuple[str, ...], share: int) -> None:
    """Noise on all cells, or on every second one."""
    made = made_release(*levels, members=("TH",))
    cells = [
        replace(c, value=-(c.value or 5) if n % share == 0 else c.value, standard_deviation=6)
        for n, c in enumerate(made.cells)
        if c.value is not None
    ]
    there = {cell.key for cell in cells}
    noisy = replace(made, cells=(*cells, *(c for c in made.cells if c.key not in there)))
    for svg in pictures(noisy).values():
        ET.fromstring(svg)  # noqa: S314
        assert not re.search(r'(?:width|height)="-', svg)


def test_ids_of_two_pictures_on_a_page_differ() -> None:
    first, second = (made_release("country", seed=seed) for seed in (1, 2))
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for r in (first, second) for svg in pictures(r).values()]

    assert sum(map(len, ids)) == len(set.union(*ids))


def test_hostile_words_stay_words() -> None:
    words = Words(say=lambda text: HOSTILE if "%" not in text else text, number=str)
    for svg in pictures(made_release("country", "year", "outcome", members=("TH",)), words).values():
        ET.fromstring(svg)  # noqa: S314
        assert "<script" not in svg
        assert "&lt;script&gt;" in svg


@pytest.mark.parametrize(
    ("levels", "first"),
    [
        (("country", "year", "outcome"), "lines"),
        (("country", "sex", "band_va"), "pyramid"),
        (("country", "activity_group", "adult_child"), "grouped"),
        (("country",), "bars"),
        (("province",), "map"),
        (("year",), "lines"),
        (("device_type",), "bars"),
    ],
)
def test_the_picture_that_fits_best_is_first(levels: tuple[str, ...], first: str) -> None:
    assert fitting(made_release(*levels), DICTIONARY)[0] == first


def test_no_picture_where_none_fits() -> None:
    single = made_release(members=("TH",))
    refused = made_release("year", members=(), refusals={"TH": Refusal.NOT_SHARED, "VN": None})

    assert fitting(single, DICTIONARY) == ()
    assert fitting(refused, DICTIONARY) == ()
    assert fitting(made_release("country", members=("TH",)), DICTIONARY) == ()
    with pytest.raises(NothingToDrawError) as raised:
        draw("map", single, DICTIONARY)
    assert "none; take the table" in raised.value.remedy


def test_a_line_never_leads_over_a_gap() -> None:
    release = made_release("year", members=("TH",), years=range(2020, 2025))
    cells = {cell.key[0]: cell for cell in release.cells}
    cells["2022"] = replace(cells["2022"], status=Status.WITHHELD, value=None)
    svg = draw("lines", replace(release, cells=tuple(cells.values())), DICTIONARY).svg

    line = re.search(r'd="([^"]+)" class="p-l1"', svg)
    assert line is not None
    assert [part.count("L") for part in line[1].split("M")[1:]] == [1, 1]


def test_a_date_of_which_only_the_year_is_known_has_no_place_on_the_line() -> None:
    svg = draw("lines", made_release("quarter", members=("TH",), years=(2023, 2024)), DICTIONARY).svg

    assert len(re.findall(r"M[\d.]+ [\d.]+m", svg)) == 8, "a point for each quarter"
    assert "In the table but not in the chart: 2023-UNK, 2024-UNK." in svg


@pytest.mark.parametrize(
    "levels", [("country", "year_band5", "outcome"), ("country", "year"), ("quarter", "sex")]
)
def test_no_label_of_time_is_cut_off_at_the_edge(levels: tuple[str, ...]) -> None:
    picture = draw("lines", made_release(*levels, years=range(2005, 2025)), DICTIONARY)
    labels = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="middle"[^>]*>([^<]+)</text>', picture.svg)

    assert labels
    assert all(float(x) + width(text, 12) / 2 <= 640.1 for x, text in labels)


def test_the_map_says_that_its_boundaries_imply_no_endorsement() -> None:
    assert "imply no endorsement" in draw("map", made_release("country"), DICTIONARY).svg


def test_provinces_without_an_outline_are_named_below_the_map() -> None:
    svg = draw("map", made_release("province", members=("LA",)), DICTIONARY).svg

    assert "In the table but not in the chart: Xaisomboun" in svg


def test_provinces_that_merged_do_not_lie_over_those_that_they_were() -> None:
    release = made_release("province", members=("VN",))
    ended = {p.code for p in DICTIONARY.places.provinces.values() if p.member == "VN" and p.valid_to}
    since = replace(
        release,
        cells=tuple(
            replace(c, value=0, status=Status.VALUE) if c.key[0] in ended else c for c in release.cells
        ),
    )
    before, after = draw("map", release, DICTIONARY).svg, draw("map", since, DICTIONARY).svg

    assert "<title>Yên Bái: " in before
    assert "<title>Lào Cai, since 2025-07-01: " not in before
    assert "In the table but not in the chart: Lào Cai, since 2025-07-01" in before
    assert "<title>Yên Bái: " not in after
    assert "<title>Lào Cai, since 2025-07-01: " in after


def test_each_series_has_a_look_besides_its_colour() -> None:
    svg = draw("grouped", made_release("country", "outcome"), DICTIONARY).svg

    assert {"s2", "s3"} <= set(re.findall(r"url\(#\w+-(s\d)\)", svg))


@pytest.mark.parametrize("name", ["ភ្នំពេញ", "ວຽງຈັນ", "กรุงเทพมหานคร", "ရန်ကုန်", "Thừa Thiên-Huế"])
def test_names_in_the_scripts_of_the_region_are_kept_whole(name: str) -> None:
    words = Words(say=lambda text: name if text == "Cambodia" else text, number=str)
    root = ET.fromstring(pictures(made_release("country"), words)["bars"])  # noqa: S314

    assert name in {"".join(element.itertext()) for element in root.iter(f"{SVG}text")}

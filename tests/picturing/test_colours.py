"""The colours of pictures: every class has its rule, and every colour differs from its ground."""

import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from math import dist
from pathlib import Path

import pytest
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import draw, fitting
from gateway.picturing.inks import SERIES as FALLBACK
from gateway.picturing.inks import STEPS as SHADES
from gateway.wire.answer import Refusal

SHEET = (Path(__file__).parents[2] / "gateway/web/static/safelane.css").read_text("utf-8")
SERIES = tuple(f"s{i}" for i in range(1, 7))
STEPS = tuple(f"c{i}" for i in range(6))


def rules(css: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each innermost block of a style sheet, with its enclosing heads."""
    heads: list[str] = []
    text = ""
    for letter in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL):
        if letter == "{":
            heads.append(text.strip())
            text = ""
        elif letter == "}":
            if text.strip():
                yield tuple(heads), text
            heads.pop()
            text = ""
        else:
            text += letter


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme; colours that the dark theme does not change are as in the light theme."""
    heads = [(":root",)]
    if theme == "dark":
        heads.append(("@media (prefers-color-scheme: dark)", ":root"))
    return {
        name: colour
        for head in heads
        for found, body in rules(SHEET)
        if found == head
        for name, colour in re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})", body)
    }


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


SEEN = {
    "all colours": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "without red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "without green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    "without blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}
"""Linear RGB as seen by readers without one kind of cones (Machado, Oliveira and Fernandes, 2009)."""


def seen(colour: str, eyes: str) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour as some eyes see the colour; a distance of 2.3 is just noticed."""
    linear = [luminance(f"#{part * 3}") for part in (colour[1:3], colour[3:5], colour[5:7])]
    r, g, b = (min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in SEEN[eyes])
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_series_stands_out_from_its_ground(theme: str) -> None:
    colours = tokens(theme)

    for name in (*SERIES, "ink", "faint"):
        least = 4.5 if name in ("ink", "faint") else 3
        assert contrast(colours[name], colours["sheet"]) >= least, (theme, name)


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_two_series_stay_apart_for_all_eyes(theme: str, eyes: str) -> None:
    colours = tokens(theme)
    points = [seen(colours[name], eyes) for name in SERIES]

    assert min(dist(a, b) for a, b in combinations(points, 2)) >= 25


def test_the_colours_without_a_sheet_are_those_of_the_light_one() -> None:
    colours = tokens("light")

    assert tuple(colours[name] for name in SERIES) == FALLBACK
    assert tuple(colours[name] for name in STEPS) == SHADES


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_shades_of_a_map_lead_from_the_ground_to_its_opposite(theme: str) -> None:
    colours = tokens(theme)
    away = [contrast(colours[name], colours["sheet"]) for name in STEPS]

    assert away == sorted(away)
    assert all(contrast(colours[a], colours[b]) >= 1.15 for a, b in pairwise(STEPS)), (theme, away)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_number_is_legible_on_the_shade_of_a_heat_table(theme: str) -> None:
    rules = re.findall(r"((?:\.p-o\d(?:, )?)+) { fill: (#\w+); }", SHEET)
    inks = [ink for names, ink in rules for name in names.split(", ") if name]
    light, dark = inks[:6], inks[6:]

    assert len(dark) == 6
    shades = [tokens(theme)[name] for name in STEPS]
    for ink, shade in zip(light if theme == "light" else dark, shades, strict=True):
        assert contrast(ink, shade) >= 4.5, (ink, shade)


def test_what_holds_for_a_middle_width_holds_for_the_narrowest() -> None:
    """So colours need no look in between, which is half the work of every page's tests."""
    queries = re.findall(r"@media[^{]*", SHEET)

    assert any("max-width" in query for query in queries)
    assert not [query for query in queries if "min-width" in query or ">" in query]


def test_every_class_of_a_picture_has_a_rule_in_the_sheet() -> None:
    dictionary = regional()
    releases = [
        made_release("country", "year", "outcome", refusals={"PH": Refusal.NOT_SHARED}, bounded=True),
        made_release("country", "sex", "band_va"),
        made_release("country", "device_type"),
    ]
    classes = {
        name
        for release in releases
        for kind in fitting(release, dictionary)
        for value in re.findall(r'class="([^"]+)"', draw(kind, release, dictionary).svg)
        for name in value.split()
        if name.startswith("p-")
    }

    assert {f"p-{name}" for name in SERIES} <= classes
    assert not {name for name in classes if not re.search(rf"\.{name}\b", SHEET)}

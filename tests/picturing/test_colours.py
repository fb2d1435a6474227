"""What pictures are coloured with: every class has its rule, and every colour can be told from its ground."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import draw, fitting
from gateway.wire.answer import Refusal

SHEET = (Path(__file__).parents[2] / "gateway/web/static/safelane.css").read_text("utf-8")
SERIES = tuple(f"s{i}" for i in range(1, 7))
STEPS = tuple(f"c{i}" for i in range(6))


def rules(css: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each innermost block of a style sheet, with the heads that it stands under."""
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
    """The colours of a theme; those that the dark one does not change are as in the light one."""
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


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_series_stands_out_from_its_ground(theme: str) -> None:
    colours = tokens(theme)

    for name in (*SERIES, "ink", "faint"):
        least = 4.5 if name in ("ink", "faint") else 3
        assert contrast(colours[name], colours["sheet"]) >= least, (theme, name)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_shades_of_a_map_lead_from_the_ground_to_its_opposite(theme: str) -> None:
    colours = tokens(theme)
    away = [contrast(colours[name], colours["sheet"]) for name in STEPS]

    assert away == sorted(away)
    assert all(contrast(colours[a], colours[b]) >= 1.15 for a, b in pairwise(STEPS)), (theme, away)


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

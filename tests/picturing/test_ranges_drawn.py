"""What is withheld is drawn as the range that is left of it, or as a sign without any length."""

import re
from dataclasses import replace

from releases import made_release

from gateway.dictionary import regional
from gateway.export.export_formats import export
from gateway.export.notes import Receipt
from gateway.picturing import draw
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.release import Release
from gateway.wire.usage_terms import PassOn, Terms

DICTIONARY = regional()
HATCHED = re.compile(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]+class="p-withheld"')
SOLID = re.compile(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]+class="p-s1"')


def countries(**numbers: int | tuple[int, int] | None) -> Release:
    """A release by country; a pair is a range, None nothing at all."""
    release = made_release("country", members=tuple(numbers))

    def cell(key: tuple[str, ...]) -> Cell:
        number = numbers.get(key[0])
        if isinstance(number, int):
            return Cell(key, Status.VALUE, number)
        least, most = number or (None, None)
        return Cell(key, Status.WITHHELD, at_least=least, at_most=most)

    return replace(release, cells=tuple(cell(one.key) for one in release.cells))


def boxes(found: re.Pattern[str], svg: str) -> list[tuple[float, float]]:
    """Left ends and widths of boxes that are no part of the legend."""
    pairs = [(float(x), float(wide)) for x, wide in found.findall(svg)]
    return [(x, wide) for x, wide in pairs if wide != 20]


def test_a_bar_is_solid_to_the_least_and_hatched_to_the_most() -> None:
    svg = draw("bars", countries(KH=100, LA=(30, 50)), DICTIONARY).svg

    (left, whole), (also_left, least) = boxes(SOLID, svg)
    ((begin, rest),) = boxes(HATCHED, svg)
    assert left == also_left
    assert abs(least - whole * 0.3) < 0.2
    assert abs(begin - left - least) < 0.2
    assert abs(rest - whole * 0.2) < 0.2


def test_a_number_of_which_nothing_is_known_has_its_sign_and_no_length() -> None:
    svg = draw("bars", countries(KH=100, LA=None, TH=100), DICTIONARY).svg

    assert boxes(HATCHED, svg) == []
    assert len(boxes(SOLID, svg)) == 2
    assert svg.count('class="p-lozenge"') == 2, "at its place, and in the legend"


def test_a_range_on_a_line_has_two_ends_and_no_point_and_the_line_breaks() -> None:
    release = made_release("year", members=("KH",))
    years = [code for code in release.axes[0].codes if code != TOTAL]
    gap = (years[4],)
    shown = {(year,): 50 for year in years} | {(TOTAL,): 50 * len(years)}
    cells = tuple(
        Cell(c.key, Status.WITHHELD, at_least=20, at_most=60)
        if c.key == gap
        else Cell(c.key, Status.VALUE, shown[c.key])
        for c in release.cells
    )
    svg = draw("lines", replace(release, cells=cells), DICTIONARY).svg

    (line,) = re.findall(r'd="([^"]+)" class="p-l1"[^>]+stroke-width="2"', svg)[:1]
    points = re.findall(r"M([\d.]+) [\d.]+m", "".join(re.findall(r'd="([^"]+)" class="p-s1"', svg)))
    ((x, high, low),) = re.findall(r'd="M([\d.]+) ([\d.]+)V([\d.]+)M[^"]+" class="p-l1"', svg)[:1]
    assert line.count("M") == 2, "it begins anew behind the gap"
    assert x not in points
    assert float(high) < float(low)


def test_a_picture_in_a_file_has_its_papers() -> None:
    release = countries(KH=100, LA=(30, 50), TH=7)
    terms = {
        "KH": Terms(None, PassOn.YES, None),
        "TH": Terms(None, PassOn.YES, None),
        "LA": Terms(30, PassOn.NO, None),
    }
    covered = tuple(replace(one, terms=terms[one.member]) for one in release.coverage)
    release, receipt = replace(release, coverage=covered), Receipt("region.example/log", 52, 53)

    svg = export(release, "svg", DICTIONARY, receipt=receipt).decode()
    text = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    for words in (
        "People killed or injured, by country",
        "Source: national registers",
        "Cambodia (2024-12-31)",
        "Cambodia and Thailand: This answer may be kept without limit.",
        "Lao PDR: This answer may be kept for 30 days. This answer may not be passed on.",
        "Regional totals: This answer may be kept for 30 days.",
        "Released on 2025-01-10",
        "Receipt: entries 52 and 53 of region.example/log.",
    ):
        assert words in text
    assert "Receipt" not in draw("bars", release, DICTIONARY).svg, "on a page they stand beside it"
    height = int(re.search(r'height="(\d+)"', svg)[1])  # type: ignore[index]
    png = export(release, "png", DICTIONARY, receipt=receipt, kind=None)
    assert int.from_bytes(png[20:24]) == 2 * height

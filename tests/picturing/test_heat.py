"""A heat table: what is shown has a shade and its number, what is withheld neither."""

import re

from releases import made_release

from gateway.dictionary import regional
from gateway.picturing import draw, fitting
from gateway.wire.cells import TOTAL, Status

DICTIONARY = regional()
CELL = re.compile(r'<rect class="p-c(\d)"[^>]*/><text[^>]*>([^<]*)</text>')


def test_each_number_is_written_on_its_shade_and_the_larger_is_never_lighter() -> None:
    release = made_release("country", "year", members=("KH", "LA"))
    drawn = draw("heat", release, DICTIONARY).svg
    numbers = sorted((int(text.replace(",", "")), int(shade)) for shade, text in CELL.findall(drawn))

    assert [n for n, _ in numbers] == sorted(
        cell.value for cell in release.cells if TOTAL not in cell.key and cell.value is not None
    )
    assert [shade for _, shade in numbers] == sorted(shade for _, shade in numbers)
    assert all(shade > 0 for number, shade in numbers if number), "none has a shade of its own"


def test_a_withheld_number_is_hatched_and_in_no_shade() -> None:
    release = made_release("band_va", "sex", members=("KH", "LA"))
    withheld = [c for c in release.cells if TOTAL not in c.key and c.status is Status.WITHHELD]
    drawn = draw("heat", release, DICTIONARY).svg

    assert withheld
    assert drawn.count('class="p-withheld"') == len(withheld)
    assert len(CELL.findall(drawn)) + len(withheld) == sum(TOTAL not in c.key for c in release.cells)


def test_a_phone_shows_the_newest_years_and_names_the_others() -> None:
    release = made_release("country", "year", members=("KH", "LA"), years=range(2000, 2025))
    drawn = draw("heat", release, DICTIONARY, twice=True)
    heads = re.findall(r">(20\d\d)</text>", drawn.narrow)

    assert heads[-1] == "2024"
    assert len(heads) < len(re.findall(r">(20\d\d)</text>", drawn.svg))
    assert "In the table but not in the chart: 2000, 2001" in drawn.narrow


def test_it_needs_rows_and_columns() -> None:
    assert "heat" in fitting(made_release("country", "outcome"), DICTIONARY)
    assert "heat" not in fitting(made_release("country"), DICTIONARY)
    assert "heat" not in fitting(made_release("year", members=("KH",)), DICTIONARY)

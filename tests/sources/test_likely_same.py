"""One casualty under two case numbers is found by the sound of the name, across spellings and scripts."""

import json

import pytest

from gateway.dictionary import regional
from gateway.sources.files.csv_source import CsvSource
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.quality.load import load
from gateway.sources.quality.quality import assess
from gateway.sources.quality.quality_page import quality_page
from gateway.sources.quality.quality_report import quality_json, quality_text
from gateway.sources.rows.likely_same import sound_of


def read(small, *changes):
    """Load rows with the names kept, as a check of an upload does: without a vault to fill."""
    small.mapping = small.mapping.replace(
        "    left_out:\n      Name: names a person\n", "    vault: {Name: name}\n"
    )
    (small.folder / "victims.csv").write_text(small.text(*changes), encoding="utf-8")
    mapping = parse_mapping(small.mapping, regional())
    findings = Findings()
    return load(
        CsvSource(small.folder, mapping.reading, findings),
        mapping,
        regional(),
        pseudonymise=lambda kind, values: [f"{kind}:{value}" for value in values],
        today=small.today,
        findings=findings,
        look_for_likely=True,
    )


@pytest.mark.parametrize("other", ["Sok Dara", "SOK  DARA", "Dara Sok", "Sokk Daara", "សុខ ដារ៉ា"])
def test_a_name_in_another_spelling_order_or_script_is_found_with_both_lines(small, other: str) -> None:
    loaded = read(small, {"Name": "Sok Dara"}, {"Name": "Chea Vanna"}, {"Name": other})

    assert loaded.likely == ((2, 4),)
    (found,) = [f for f in loaded.findings if f.problem is Problem.LIKELY_SAME]
    assert (found.lines, found.column) == ((2, 4), "")
    assert len(loaded.snapshot) == 3, "nothing is merged"


@pytest.mark.parametrize(
    "differs",
    [{"Sex": "Female"}, {"Date": "31/10/2010"}, {"Province": "KH-3"}, {"Age": "60"}, {"Name": "Chan Mony"}],
)
def test_two_who_differ_in_more_than_the_spelling_are_two(small, differs) -> None:
    assert read(small, {"Name": "Sok Dara"}, {"Name": "Sok Dara", **differs}).likely == ()


def test_short_and_very_frequent_names_say_nothing(small) -> None:
    assert sound_of("U Oo") == ""
    assert read(small, *({"Name": "Sok Dara"} for _ in range(25))).likely == ()


def test_the_report_lists_the_lines_beside_each_other_and_no_name(small) -> None:
    quality = assess(read(small, {"Name": "Sok Dara"}, {"Name": "Sokk Daara"}), regional())

    text, page = quality_text(quality, regional()), quality_page(quality, regional())

    assert "lines 2, 3" in text
    assert "2, 3" in page
    assert quality_json(quality)["likely"] == [[2, 3]]
    assert "Dar" not in text + page + json.dumps(quality_json(quality))


def test_two_national_numbers_are_two_people_and_one_missing_number_is_no_proof(small) -> None:
    one, two = {"Name": "Sok Dara", "ID card": "0102034"}, {"Name": "Sok Dara", "ID card": "0102035"}

    assert read(small, one, two).likely == ()
    assert read(small, one, {"Name": "Dara Sok"}).likely == ((2, 3),)

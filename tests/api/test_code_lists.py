"""Code lists as CSV, each described where CSV on the Web looks for its description."""

import csv
import io
from itertools import chain

import pytest
from regions import Region

from gateway.dictionary import regional
from gateway.export.code_lists import describe, listed, to_code_list
from gateway.picturing import ENGLISH, Words

LISTS = "/api/v1/catalogue/codelists"


def test_each_level_with_codes_has_a_list_and_each_list_is_described(shared_region: Region) -> None:
    lists = shared_region.analyst.get(LISTS).json()

    levels = shared_region.analyst.get("/api/v1/catalogue").json()["levels"]
    assert {one["level"] for one in lists} == {one["name"] for one in levels if one["codes"]}
    assert "year" not in {one["level"] for one in lists}
    for one in (each for each in lists if each["level"] in ("country", "sex", "province")):
        reply = shared_region.analyst.get(one["csv"])
        described = shared_region.analyst.get(f"{one['csv']}-metadata.json")
        head, *rows = csv.reader(io.StringIO(reply.text, newline=""))
        columns = described.json()["tableSchema"]["columns"]
        assert [column["titles"] for column in columns] == head == ["code", "label_en"]
        assert described.json()["url"] == f"{shared_region.url}{one['csv']}"
        assert described.headers["Content-Type"] == "application/csvm+json"
        assert reply.links["describedby"]["url"] == one["metadata"]
        codes = next(each["codes"] for each in levels if each["name"] == one["level"])
        assert [row[0] for row in rows] == list(codes)


def test_labels_stand_in_every_language_and_none_is_empty_or_a_formula() -> None:
    languages = {"en": ENGLISH, "km": Words(lambda text: f"={text}", ENGLISH.number)}

    for level in listed(regional()):
        head, *rows = csv.reader(io.StringIO(to_code_list(regional(), level, languages), newline=""))
        described = describe(regional(), level, languages, "https://hub.example/list.csv")
        assert head == ["code", "label_en", "label_km"]
        assert described["tableSchema"]["columns"][2]["lang"] == "km"
        assert len({row[0] for row in rows}) == len(rows)
        assert all(text and not text.startswith("=") for text in chain.from_iterable(rows))


@pytest.mark.parametrize("level", ["year", "planet", "country.csv", "%2e%2e"])
def test_what_is_no_code_list_is_said(shared_region: Region, level: str) -> None:
    for ending in (".csv", ".csv-metadata.json"):
        assert shared_region.analyst.get(f"{LISTS}/{level}{ending}").status_code == 404
        assert shared_region.nobody.get(f"{LISTS}/{level}{ending}").status_code in (401, 404)

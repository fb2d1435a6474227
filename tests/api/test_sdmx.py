"""SDMX REST 2.x: ready-made questions as dataflows of who asked them; a filter reads off the release."""

import csv
import io
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from regions import Region, over_http
from released_questions import ask_ready_made
from simulation import HandClock

from audit.events.events import decode
from audit.events.question_events import ReleaseRead

BASE = "/api/sdmx/v2"
FLOW = "SAFELANE/ACCIDENTS_CASUALTIES/1.0"
DATA = f"{BASE}/data/dataflow/{FLOW}"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    with over_http(tmp_path_factory.mktemp("region") / "hub", HandClock()) as region:
        ask_ready_made(region)
        yield region


def rows(region: Region, query: str) -> list[tuple[str, str, str]]:
    reply = region.analyst.get(f"{DATA}{query}")
    assert reply.status_code == 200, reply.text
    read = csv.DictReader(io.StringIO(reply.text, newline=""))
    return [(row["COUNTRY"], row["TIME_PERIOD"], row["OBS_VALUE"]) for row in read]


def test_without_a_filter_nobody_is_counted_twice(asked: Region) -> None:
    whole = [("KH", "2023", "7"), ("KH", "2024", "20"), ("TH", "2023", ""), ("TH", "2024", "6")]

    assert rows(asked, "") == rows(asked, "/*") == rows(asked, "/") == whole


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("/KH", [("KH", "2023", "7"), ("KH", "2024", "20")]),
        ("/*?c[COUNTRY]=TH&c[TIME_PERIOD]=ge:2024", [("TH", "2024", "6")]),
        ("/KH+TH?c[TIME_PERIOD]=2024", [("KH", "2024", "20"), ("TH", "2024", "6")]),
        ("/*?c[COUNTRY]=ne:KH&c[TIME_PERIOD]=lt:2024", [("TH", "2023", "")]),
        ("/*?c[TIME_PERIOD]=ge:2023%2Ble:2023&c[COUNTRY]=KH,XX", [("KH", "2023", "7")]),
    ],
)
def test_a_key_and_filters_select(asked: Region, query: str, found: list[tuple[str, str, str]]) -> None:
    assert rows(asked, query) == found


def test_a_total_is_there_for_who_names_it(asked: Region) -> None:
    assert [row[0] for row in rows(asked, "/_T?c[TIME_PERIOD]=2024")] == ["_T"]
    assert rows(asked, "/*?c[COUNTRY]=_T&c[TIME_PERIOD]=2024") == rows(asked, "/_T?c[TIME_PERIOD]=2024")


@pytest.mark.parametrize(
    "query",
    ["/XX", "/KH.2024", "/*?c[PLANET]=X", "/*?c[TIME_PERIOD]=ge:2030", "/*?c[COUNTRY]=above:KH",
     "/*?c[COUNTRY]=ge:_T", "/*?c[TIME_PERIOD]=_T", f"/{'KH+' * 3000}"],
)  # fmt: skip
def test_what_selects_nothing_is_said(asked: Region, query: str) -> None:
    reply = asked.analyst.get(f"{DATA}{query}")

    assert reply.status_code in (200, 404)
    if "KH+" not in query:
        assert reply.status_code == 404
        assert reply.json()["remedy"]


def test_somebody_elses_tables_and_kinds_that_are_none_look_like_none(asked: Region) -> None:
    for path in (
        f"/data/dataflow/{FLOW}", f"/structure/dataflow/{FLOW}", f"/availability/dataflow/{FLOW}",
        f"/schema/dataflow/{FLOW}",
    ):  # fmt: skip
        assert asked.other.get(BASE + path).status_code == 404, path
        assert asked.auditor.get(BASE + path).status_code == 403
        assert asked.nobody.get(BASE + path).status_code == 401
    for path in (
        "/structure/planet", "/structure/codelist/SAFELANE/CL_PLANET", "/structure/dataflow/ESTAT",
        "/structure/dataflow/SAFELANE/X/1.0", "/data/metadataflow/SAFELANE/X/1.0", f"/data/dataflow/{FLOW}1",
    ):  # fmt: skip
        assert asked.analyst.get(BASE + path).status_code == 404, path
    assert asked.other.get(f"{BASE}/structure/dataflow").json()["data"]["dataflows"] == []


def test_structures_come_alone_or_with_what_belongs_to_them(asked: Region) -> None:
    alone = asked.analyst.get(f"{BASE}/structure/dataflow/{FLOW}").json()["data"]
    whole = asked.analyst.get(f"{BASE}/structure/dataflow/{FLOW}?references=all").json()["data"]
    (listed,) = asked.analyst.get(f"{BASE}/structure/codelist/SAFELANE/CL_COUNTRY").json()["data"][
        "codelists"
    ]

    assert list(alone) == ["dataflows"]
    assert set(whole) == {"dataflows", "dataStructures", "codelists", "conceptSchemes", "dataConstraints"}
    assert [code["id"] for code in listed["codes"]] == ["KH", "TH", "_T"]
    available = asked.analyst.get(f"{BASE}/availability/dataflow/{FLOW}/KH").json()["data"]
    (region,) = available["dataConstraints"][0]["cubeRegions"]
    found = {each["id"]: [one["value"] for one in each["values"]] for each in region["keyValues"]}
    assert found == {"COUNTRY": ["KH"], "TIME_PERIOD": ["2023", "2024"]}


def test_formats_are_chosen_by_accept(asked: Region) -> None:
    ml = {"Accept": "application/vnd.sdmx.structure+xml; version=3.0.0"}
    made = asked.analyst.get(f"{BASE}/structure/*/SAFELANE/*/*", headers=ml)
    as_json = asked.analyst.get(DATA, headers={"Accept": "application/vnd.sdmx.data+json"}).json()

    assert ElementTree.fromstring(made.text).tag.endswith("Structure")  # noqa: S314 - ours
    assert as_json["data"]["dataSets"][0]["observations"]["0:0"] == [7, 0, 0]
    for accept in (
        "application/vnd.sdmx.genericdata+xml",
        "application/vnd.sdmx.data+csv;version=1.0.0",
        "x" * 10_000,
    ):
        refused = asked.analyst.get(DATA, headers={"Accept": accept})
        assert refused.status_code == 406
        assert "data+csv" in refused.json()["detail"]


def test_reading_data_is_logged_and_asks_nobody_anew(asked: Region) -> None:
    before = asked.analyst.get("/api/v1/questions").json()
    asked.hub.clock.move(hours=2)
    asked.analyst.get(f"{DATA}/KH")
    asked.analyst.get(f"{BASE}/structure/dataflow")  # which tells no number

    with asked.hub.store.reading() as view:
        size = view.log.latest_checkpoint().size
        assert isinstance(decode(view.log.read_entries(size - 1, size)[0]), ReleaseRead)
    assert asked.analyst.get("/api/v1/questions").json() == before


def test_the_catalogue_names_every_table_and_where_it_is_and_nobodys_release(asked: Region) -> None:
    mine, others = (one.get("/api/v1/catalogue/dcat") for one in (asked.analyst, asked.other))
    made = mine.json()
    by_name = {one["dct:identifier"]: one for one in made["dcat:dataset"]}

    assert mine.content == others.content
    assert mine.headers["Content-Type"] == "application/ld+json"
    assert set(by_name) == {
        table.name for each in asked.hub.dictionary.ready_made.values() for table in each.tables
    }
    addresses = [one["dcat:accessURL"]["@id"] for one in by_name["accidents.casualties"]["dcat:distribution"]]
    assert [asked.analyst.get(one).status_code for one in addresses] == [200, 200]
    for one in (made, *by_name.values()):
        assert all(one[name] for name in ("dct:title", "dct:description", "dct:publisher"))
    assert asked.nobody.get("/api/v1/catalogue/dcat").status_code == 401
